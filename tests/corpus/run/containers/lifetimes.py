# Counts, destruction orders and reuse of memory.
import sys, gc
rc = sys.getrefcount
class O:
    def __init__(s, n): s.n = n
    def __del__(s): print(s.n, end=' ')
l = [O(1), O(2), O(3)]; del l; print()
l = [O(1), O(2), O(3), O(4)]; del l[1:3]; print('|', end=''); l[0] = 5; print('|', end=''); l.clear(); print()
t = (O(1), O(2)); del t; print()
d = {1: O(1), 'b': O(2)}; del d; print()
d = {1: O(1), 2: O(2)}; d.clear(); print(); d = {1: O(1)}; d[1] = O(2); print('|', end=''); d.pop(1); print()
s = {O(1)}; s.clear(); print()
l = [O(i) for i in range(6)]; del l[::2]; print('|', end=''); l[::-1] = [1, 2, 3]; print()
l = [O(1)]; l *= 3; print(rc(l[0]), end=' '); del l; print()
x = object()
print(rc(x), [rc(x) for _ in [0]], rc([x, x][0]))
a = [x] * 10; print(rc(x)); a.extend([x] * 5); print(rc(x)); del a[3:]; print(rc(x)); a.sort(key=id); print(rc(x)); a.reverse(); a.remove(x); print(rc(x)); a.pop(); print(rc(x)); del a; print(rc(x))
d = {x: x}; print(rc(x)); e = d.copy(); print(rc(x)); d.setdefault(x, 1); d.update(e); print(rc(x)); list(d.items()); print(rc(x)); d.popitem(); e.clear(); print(rc(x))
s = {x}; t = s | {1}; print(rc(x)); s ^= t; print(rc(x)); t &= {x}; print(rc(x)); t.pop(); print(rc(x))
for y in zip([x], [x]): print(rc(x), rc(y))
del y
m = map(lambda v: rc(v), [x]); print(list(m)); print(rc(x))
it = iter([x]); print(rc(x)); next(it); print(rc(x)); next(it, None); print(rc(x))
r = reversed([x]); list(r); print(rc(x)); del r, it, m; print(rc(x))
print(max([x], key=id) is x, rc(x), sorted([x], key=id)[0] is x, rc(x))
a = []; i = id(a); del a; print(id([]) == i, id(list()) == i)
a = {}; i = id(a); del a; print(id({}) == i)
a = (1, x); i = id(a); del a; print(id((2, x)) == i)
print([gc.is_tracked(v) for v in ([], (), (1, x), {1}, {}, {1: []}, range(3), iter([]), iter(range(3)), slice(1), enumerate([]), zip(), frozenset())])
l = []; l.append(l); del l
d = {}; d[1] = d; del d
s = []; s.append(iter(s)); del s
print(gc.collect())
