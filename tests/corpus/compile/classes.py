"""Module docstring.

    Indented.
"""
from __future__ import annotations


@decorator
@other(1)
class Base(object, metaclass=Meta, flag=True):
    """Class docstring."""
    __slots__ = ("a", "b")
    x: int = 1
    y: str

    def __init__(self, a, b=1, *args, c, d=2, **kwargs) -> None:
        """Docstring."""
        super().__init__(a)
        self.a = a
        self.b, self.c = b, c

    @property
    def p(self):
        return self.__private, __class__

    @staticmethod
    def s(*, key: int = 3): ...

    def generic[T](self, x: T) -> T:
        return x

    class Inner[K: int, V = str](Base):
        def get(self, key: K) -> V:
            return lambda: (key, self)

    async def co(self):
        async with self as a, a as b:
            await b
        return [x async for x in self]


def closure(a, b):
    c = 1

    def inner(d=c):
        nonlocal c
        global e
        c, e = d, a
        return [a + x for x in range(c)], (lambda: b)

    def generator():
        try:
            x = yield
            yield x
            y = yield from generator()
            return y
        finally:
            del x

    return inner, generator


def defaults(a=[], *, b={}, c: int = 1, d: (yield_) = 2) -> list[int]:
    pass


def deleted():
    try:
        pass
    except Exception as e:
        print(e)
    with open(e) as f, f as (g, h):
        return g
