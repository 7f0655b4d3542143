"""Comprehensions: inlined in every kind of scope, with captured, shadowed and free names."""
import os

x = 1
squares = [n * n for n in range(10) if n % 2]
names = {os.path.join(a, b): (a, b) for a, b in [("x", "y")] for c in (a,)}


class Table:
    """A class body with comprehensions in it."""
    rows = [1, 2]
    doubled = [row * 2 for row in rows]
    nested = [[cell for cell in rows if x] for row in doubled]
    late = [lambda: row for row in rows]
    lazy = (row for row in rows if os.sep)

    def method(self):
        return [__class__ for _ in self.rows], [super().method for _ in ()]


def function(a, b=2):
    shadowed = 5
    first = [shadowed for shadowed in a]
    cells = [lambda: item for item in a if item]
    outer = {key: [value + b for value in key] for key in a}
    total = sum(part for row in a for part in row if part if b)
    walrus = [last := n for n in a]
    assigned = [m for n in a for m in [n + 1]]
    return first, cells, outer, total, walrus, last, assigned, {e for e in shadowed}

    def unreachable():
        return [b for b in b]


async def coroutine(stream):
    direct = [item async for item in stream]
    awaited = {await item for item in stream if await item}
    mixed = {k: v async for k in stream for v in k}
    lazy = (item async for item in stream)
    return direct, awaited, mixed, lazy


def generator(a):
    yield [(yield_ for yield_ in a)]
    received = yield from [n for n in a]
    return received
