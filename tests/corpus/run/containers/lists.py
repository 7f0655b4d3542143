# Lists, tuples, slices, ranges and their iterators.
l = list(range(10))
l[2:4] = 'abc'; print(l); l[::3] = [0] * 4; print(l); del l[1::2]; print(l); del l[-1:-4:-2]; print(l); l[5:2] = [1]; print(l)
l[:] = l; print(l); l += l; print(l); l *= 0; print(l); l = [3, 1, 2]; l.sort(reverse=True); print(l, l.reverse(), l)
print([1, 2, 3][::-1], [1, 2, 3][5:], [1, 2, 3][-2:], [1, 2, 3][-100:100:2], (1, 2, 3)[::2], [1] < [1, 2], [2] > [1, 5], (1, 2) == (1, 2.0))
l = [1]; l.append(l); print(l, l == l); t = ([],); t[0].append(t); print(t)
print([1, 2, 1].count(1), [1, 2].index(2), 2 in [1, 2], [None] * 2, 3 * (1,), () * 5, (1,) + (), [1].__add__([2]))
class E:
    def __init__(s, n): s.n = n
    def __eq__(s, o): print('eq', s.n, getattr(o, 'n', o)); return s.n == getattr(o, 'n', o)
    def __lt__(s, o): print('lt', s.n, o.n); return s.n < o.n
    def __repr__(s): return f'E{s.n}'
e = E(2)
print(e in [E(1), E(2)], [E(1), e].index(e), [e, E(3)] == [E(2), E(4)], [E(1), E(2)] < [E(1), E(3)], (E(1),) == (E(1), E(2)), [E(1)] == [E(1), E(2)])
l = [E(1), E(2)]; l.remove(E(2)); print(l, [E(1), E(1)].count(E(1)))
print(sorted([E(3), E(1), E(2)], key=lambda e: -e.n), sorted('bca', reverse=True), sorted([(1, 'b'), (1, 'a')]), sorted([3.0, 1, 2]), sorted([True, False, 2]))
l = [3, 1, 2]
def spy(x):
    print('list is', l); return x
l.sort(key=spy)
class Bad:
    def __lt__(s, o): l2.append(1); return False
l2 = [Bad(), Bad()]
try: l2.sort()
except ValueError as err: print(err, len(l2))
class Fail:
    def __init__(s, n): s.n = n
    def __lt__(s, o): raise ZeroDivisionError('no')
    def __repr__(s): return f'F{s.n}'
l3 = [Fail(1), Fail(2)]
try: l3.sort()
except ZeroDivisionError: print(l3)
print(range(5), range(1, 10, 3), range(10)[2:8:2], range(10)[::-1], list(range(10, 0, -3)), range(0) == range(2, 1), hash(range(0)) == hash(range(5, 5)), range(3) == range(0, 3, 1), 5 in range(10), 5.0 in range(10), '5' in range(10), range(10).index(3), range(0, 10, 2).count(4), len(range(2, 20, 5)), bool(range(0)))
r = range(2**70, 2**70 + 5, 2); print(r, list(r), r[1], r[-1], 2**70 + 4 in r, len(r), r[1:], list(reversed(r)), r.index(2**70 + 2))
print(list(reversed(range(5))), list(reversed(range(2**63 - 3, 2**63 - 1))), range(3).start, range(3).stop, range(3).step, hash(range(3)) == hash((3, 0, 1)))
s = slice(1, 10, 2); print(s, s.indices(5), slice(None).indices(3), slice(None, None, -1).indices(3), s == slice(1, 10, 2), hash(s) == hash(slice(1, 10, 2)), s.start, slice(3), slice(-2**80, 2**80, 3).indices(10), hash(slice(1, 2, 3)), hash(slice(None)))
it = iter([1, 2, 3]); next(it); print(it.__length_hint__(), it.__reduce__(), list(it), it.__reduce__(), it.__length_hint__())
it = reversed([1, 2, 3]); next(it); print(it.__length_hint__(), it.__reduce__(), list(it), it.__reduce__())
it = iter((1, 2)); print(it.__reduce__(), it.__setstate__(1), list(it)); it = iter(range(5)); next(it); print(it.__reduce__(), it.__length_hint__())
it = iter(range(2**70)); next(it); print(it.__reduce__(), type(it)); it = reversed('abc'); print(it.__reduce__(), it.__length_hint__(), list(it), it.__reduce__())
class G:
    def __getitem__(s, i):
        if i > 3: raise IndexError
        return i * i
    def __len__(s): return 4
print(list(G()), list(reversed(G())), 9 in G(), [*zip(G(), 'ab')])
print(list(enumerate('ab', 5)), list(map(lambda a, b: a + b, [1, 2], [3, 4, 5])), list(filter(None, [0, 1, '', 2])), list(filter(lambda x: x > 1, range(4))), list(zip()), list(zip('ab', range(9))))
n = 0
def count():
    global n; n += 1; return n
print(list(iter(count, 4)))
l = [1, 2, 3, 4]
for x in l:
    l.remove(x)
print(l)
class H:
    def __init__(s, h): s.h = h
    def __length_hint__(s): return s.h
    def __iter__(s): return s
    def __next__(s): raise StopIteration
for h in (3, NotImplemented, -1, 'a', 2**100):
    try: print(list(H(h)))
    except Exception as err: print(type(err).__name__, err)
a, *b, c = range(5); print(a, b, c, [*'ab', *(1, 2)], (*[1], *{2: 3}), {*[1, 1]})
from types import SimpleNamespace as N
x = N(a=1, b='x'); x.c = x; print(x, N(a=1) == N(a=1), N({'k': 1}, z=2), N([('q', 1)]))
t = (1, 2); print(tuple(t) is t, t[:] is t, t * 1 is t, t + () is t, () + t is t, tuple([]) == (), list(t) == [1, 2])
class T(tuple): pass
print(T((1, 2)), T((1,)) + (2,), type(T((1, 2))[:]), T((1, 2)) == (1, 2), hash(T((1, 2))) == hash((1, 2)), hash((1, 2, 3)), hash(()))
