x = 1 + 2 * 3 ** 2 - 7 // 2 % 3 << 2 >> 1 & 15 | 32 ^ 5
y = -x + ~x - (not x)
big = 1 << 100, 2 ** 64, -0.0, 0.0, 1j, -1j, 1e400, ..., "a\u00e9\ud800\U0001f600\n'", b"\x00'\"", ()
z = x if y else big
w = x and y or z and (w := x)
chain = x < y <= z != w is not None is y in big not in z
text = f"{x} {y!r:>{w}} {z=} {'n' 'm'} {{}} {w:%Y} {x!s}{y!a}"
joined = "a" "b" f"{x}" "c"
s = big[1], big[1:2], big[::2], big[1:2, 3], big[x:y:z]
big[0] = big[1:2] = x
big[0] += 1
big.attr **= 2
big[1:2] @= z
del big[0], big[1:2], big.attr, x
a, (b, *c), d = [e, *f] = z
first, *_ = 1, 2, 3
numbers = [1, 2, 3], {1, 2, 3}, {"a": 1, "b": 2}, [x, 1], {x, 1}, {x: 1, 2: y}
stars = [*x, 1, *y], {*x, 1}, (*x, 1), {**x, "a": 1, **y}
inside = x in {1, 2, 3}, x in [1, 2, 3], x not in {"b", "a", None, 2.5, (1, 2), b"c", -1, True}
for i in [1, 2, 3], {1, 2}: print(i)
call(x, *y, z, k=1, **w)
call(x, y, k=1, j=z)
call(*x)
call(**x)
obj.method(x)(y).attr.method(k=1)
obj.method(*x)
lam = lambda a, /, b=1, *c, d, e=2, **f: (a, b, c, d, e, f)
gen = (x for x in y if x for z in x if z)
nested = [[x for x in y] for y in z]
comps = {x: y for x, y in z}, {x for x in y}
print("%s and %r" % (x, y), "%s" % x, "%d%%" % (x,))
assert x, "message"
assert (x, y) and 1
"""not a docstring"""
1
global_name = (yield_ := 3)
x: int = 1
y: "str"
(z): int = 2
w.attr: int = 3
try:
    import os.path, sys as system
    from os import path as p, sep
    from os import *
except (ImportError, OSError) as error:
    raise RuntimeError from error
finally:
    del x
type Alias = int
type Generic[T: int, *Ts, **P] = dict[T, P]
