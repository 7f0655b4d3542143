"""Control flow of all kinds, for the passes over the flow graph."""
import os


def loops(a, b):
    for x in a:
        if x:
            continue
        elif b:
            break
        while x and b or a:
            x -= 1
            if x is None:
                return
            if x is not b is not None:
                return x
        else:
            yield x
    else:
        print(a, b)
    while 1:
        pass


def handlers(a):
    try:
        try:
            for x in a:
                with x as y, y:
                    if x:
                        return 1
                    elif a:
                        continue
                    break
        except (A, B) as e:
            return e
        except C:
            raise
        else:
            a = 2
    finally:
        while a:
            a = a.next
            if not a:
                raise E from None
    try:
        del a
    except* ValueError as group:
        print(group)
    print(a)


def swaps(a, b, c, d):
    a, b = b, a
    a, b, c = c, a, b
    a, a, b = b, c, a
    a, b, c, d = d, c, b, a
    (a,) = (b,)
    a[0], b[1] = c, d
    return a, (1, 2, (3, None)), ()


def patterns(x):
    match x:
        case [1, y, *rest] if y:
            return rest
        case {"a": 1, **kw}:
            return kw
        case Point(x=0, y=[a, b]) | Line(a, b):
            return a
        case None | "s":
            pass
        case _:
            return 0


def constants(a):
    if 0:
        a = 1
    if not 1:
        a = 2
    while "":
        a = 3
    if a == 1 and () or None:
        return not not a
    if (a in b) is True and None is None:
        return None
    return bool(a) if a else not a


async def coroutine(a):
    async with a as b:
        async for c in b:
            await c
            yield [d async for d in c if await d]
    return


def comprehensions(a):
    x = [y for y in a if y for z in y if z]
    z = {k: lambda: k for k in x}
    del x
    return {y for y in x}, [_ for _ in z]


def many_locals():
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = a8 = a9 = b0 = b1 = b2 = b3 = b4 = b5 = b6 = 0
    b7 = b8 = b9 = c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = c8 = c9 = d0 = d1 = d2 = d3 = 0
    d4 = d5 = d6 = d7 = d8 = d9 = e0 = e1 = e2 = e3 = e4 = e5 = e6 = e7 = e8 = e9 = f0 = 0
    f1 = f2 = f3 = f4 = f5 = f6 = f7 = f8 = f9 = g0 = g1 = g2 = g3 = g4 = g5 = g6 = g7 = 0
    if g0:
        del g1, a1
    print(a0, a1, g1, g1, g2, h)
    h = g3
    return h


class Body(os.PathLike, metaclass=type):
    """Doc."""
    x: int = 1

    def method(self):
        def inner():
            nonlocal cell
            cell = __class__, self
            return cell
        cell = 1
        assert self, "message"
        return super().method(inner, *cell, **self)

    if x:
        y = [x for x in (1, 2)]
    else:
        import a.b as c, d
