"""One of each statement."""
import os, sys as system
import os.path as p, a.b.c
from . import sibling
from ...up.more import (one, two as deux,)
from m import *

x = y = z = 1
x: int
(x): int = 2
a.b: str = "s"
a[0]: list[int] = []
x += 1; y -= 2; z @= 3
x **= 2; y //= 3; z >>= 1; x <<= 1; y |= 1; z ^= 1; x &= 1; y %= 2; z /= 4; x *= 5
a, *b = 1, 2, 3
[c, (d, e)] = f = g
*h, = i
del x, (y, z), a.b, c[0], [d]
pass; pass
assert x
assert x, "message"
global_name = 1
if x: y
elif z: w;
else: v
while x:
    break
else:
    continue_ = 1
for i, j in k: continue
else:
    pass
for *rest, last in a, b: pass
try:
    pass
except:
    raise
try:
    f()
except (A, B) as e:
    raise X from e
except C:
    pass
else:
    x
finally:
    y;
try: x
finally: y
try:
    pass
except* E as group:
    pass
except* (F, G):
    pass
with a: pass
with a as b, c as (d, e): pass
with (a as b, c as d,):
    pass
with (a, b): pass
with (a, b) as c: pass
with (a): pass
with (yield_): pass


def f():
    global g1, g2
    def inner():
        nonlocal_ = 1
    return
    return 1, *x
    yield
    yield a, b
    z = yield from w


async def coro():
    await a.b
    async for x in y: pass
    async with a as b, c: await d
    return [x async for x in y if await x]


class Empty: pass
class Derived(Base, *mixins, metaclass=M, **kw):
    """Doc."""
    x: int = 1

    @property
    @a.b[0](1)
    def y(self): return self.x


@(lambda f: f)
class Decorated(): ...
if 1:
	tab = 1
        
	more = 2
x = 1 \
    + 2
