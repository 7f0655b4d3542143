# Order, views, iterators, merging, comparing.
class K:
    def __init__(self, n, h=None): self.n, self.h = n, n if h is None else h
    def __hash__(self): print('hash', self.n); return self.h
    def __eq__(self, o): print('eq', self.n, o.n); return self.n == o.n
    def __repr__(self): return f'K{self.n}'
d = {}
for n, h in ((1, 1), (2, 9), (3, 17), (4, 1)):
    d[K(n, h)] = n
print(d)
print(d[K(3, 17)], K(5, 1) in d, d.get(K(2, 9)))
del d[K(2, 9)]
d[K(6, 1)] = 6
print(d, list(d.items()), d == dict(d))
d = dict.fromkeys('abcdef', 0)
d['c'] = 5; del d['a']; d['a'] = 7
print(d, list(reversed(d)), list(reversed(d.items())), list(reversed(d.values())), d.popitem(), d.popitem())
print(d.setdefault('z', 1), d.setdefault('z', 2), d.pop('b'), d.pop('b', 'none'), d)
print(d.keys() & {'c', 'q'}, d.keys() - {'c'}, sorted(d.keys() | {'q'}), sorted(d.keys() ^ {'c', 'q'}), d.keys() == {'c', 'd', 'e', 'z'})
print(d.items() & {('c', 5)}, ('c', 5) in d.items(), ('c', 6) in d.items(), d.items() - {('c', 5)} == {('d', 0), ('z', 1), ('e', 0)}, d.items() ^ {'d': 0}.items() == {('c', 5), ('z', 1), ('e', 0)})
print(d.keys(), d.values(), d.items(), d.keys() < {'c', 'd', 'e', 'z', 'y'}, d.keys().isdisjoint('xyw'))
print({1: 2} | {3: 4}, {1: 2} == {1: 2.0}, {1: 2} != {1: 3}, {**d, 'c': 1})
d |= [('x', 1)]; print(d)
def change(f):
    d = {1: 1, 2: 2, 3: 3}
    try:
        for k in d:
            f(d, k)
        print('fine', d)
    except RuntimeError as e:
        print(e, d)
change(lambda d, k: d.__setitem__(k + 10, 0))
change(lambda d, k: d.pop(k))
change(lambda d, k: d.__setitem__(k, 0))
def swap(d, k):
    del d[k]; d[k + 10] = 0
change(swap)
it = iter({1: 2, 3: 4}); next(it); print(it.__length_hint__(), it.__reduce__())
it = iter({1: 2, 3: 4}.items()); print(next(it) is next(it), type(it))
x = {}; x['self'] = x; x['list'] = [x]; print(x)
y = {}; y['v'] = y.values(); print(y)
class D(dict):
    def __missing__(self, key): return ('missing', key)
print(D()[1], D(a=1), D() | {1: 2}, type(D() | {}), D.fromkeys([1]), D().get(1))
class M:
    def keys(self): return ['p', 'q']
    def __getitem__(self, k): return k * 2
print(dict(M()), {**M()}, dict(M(), r=1))
d = {}; d.update(M()); d.update([('s', 1)], t=2); print(d)
print(dict(zip('ab', (1, 2))), dict([['a', 1]], b=2), dict({'a': 1}, a=3))
print({}.__sizeof__(), {1: 2}.__contains__(1), dict.__doc__[:30])
