"""Type parameters, their bounds and defaults, aliases and annotations."""
from typing import overload

type Alias = list[Alias]
type Pair[A, B: int, *Ts = *tuple[int, ...], **P = [int]] = tuple[A, B, *Ts]


def plain[T](value: T) -> T:
    local: int = value
    return local


def full[T: (int, str), U = int](a: T, /, b: U = 1, *args: *Ts, c: str = "c", **kwargs: T) -> U:
    def inner[V: T](v: V) -> T:
        return v
    return inner


async def coroutine[T](value: T) -> T:
    return await value


class Generic[T, U: "later" = T](Base[T], metaclass=Meta, **kwargs):
    attribute: T
    type Local = T | attribute
    __private: int = 1

    def method[V: Local](self, value: V, other: attribute) -> T:
        self.value, self.other = value, other
        return super().method(value, T, __private=self.__private)

    @overload
    class Inner[W](Generic[W]):
        T = 1

        def meth[X](self: (T for _ in (1,)), y: T) -> lambda: X:
            pass


@decorator
class Plain:
    x: int
    (y): int
    z.a: str = "a"
    w[0:1, ::2]: bytes
