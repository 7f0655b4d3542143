# Allocation: lists, dicts and sets grow, shrink and stay as in CPython.
import sys
size = sys.getsizeof
a = 1
print([size(x) for x in ([], [a], [a, a], [1, 2, 3], [a, a, a], list(range(10)), list('abc'), list((1, 2, 3)), [a] * 5)])
print([size(x) for x in (list({1, 2, 3}), list({1: 1}), list({1: 1}.items()), list(x for x in 'abc'), [x for x in 'abcde'])])
sizes = []
l = []
for i in range(200):
    l.append(i)
    if not sizes or size(l) != sizes[-1]:
        sizes.append(size(l))
while l:
    l.pop()
    if size(l) != sizes[-1]:
        sizes.append(size(l))
print(sizes)
l = [1, 2, 3, 4, 5, 6, 7, 8]
del l[2:5]; print(size(l), l)
l[1:1] = range(20); print(size(l))
l.insert(0, 9); print(size(l))
l.clear(); print(size(l))
l = [1, 2]; l += [3]; print(size(l)); l *= 3; print(size(l)); l.extend(x for x in range(3)); print(size(l))
print(size(l.copy()), size(l[1:4]), size(l + l), size(l[::2]), size(sorted(l)))

d, sizes = {}, []
for i in range(400):
    d[i] = i
    if not sizes or size(d) != sizes[-1]:
        sizes.append(size(d))
print(sizes)
d, sizes = {}, []
for i in range(400):
    d[str(i)] = i
    if not sizes or size(d) != sizes[-1]:
        sizes.append(size(d))
print(sizes)
d = {'a': 1}; d[1] = 1; print(size(d))
print(size(dict.fromkeys({1})), size(dict.fromkeys('abc')), size(dict.fromkeys(dict.fromkeys(range(21)))), size({**{1: 2}, 3: 4}))
print(size({'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5}), size({'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5, 'f': 6}), size({1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6}))
d = {i: 0 for i in range(100)}
for i in range(100):
    del d[i]
print(size(d), size(d.copy()), size(dict(d)))
for i in range(71):
    d[i] = 1
    if i > 68:
        print(size(d))
d = {i: i for i in range(20)}
for i in range(12):
    d.popitem()
print(size(d), size(d.copy()), size(dict(d)), size(d | {}), list(d))
d.clear(); print(size(d))
d.update({1: 2}); print(size(d)); d.update({3: 4, 5: 6}); print(size(d)); d.update(a=1); print(size(d))

s, sizes = set(), []
for i in range(400):
    s.add(i)
    if not sizes or size(s) != sizes[-1]:
        sizes.append(size(s))
print(sizes)
print(size(s.copy()), size(set(s)), size(frozenset(s)), size(set(range(5))), size({1, 2, 3, 4, 5}), size(frozenset()))
for i in range(390):
    s.discard(i)
print(size(s), size(s | {1}), size(s - {395}))
s -= set(range(395)); print(size(s), sorted(s))
s.clear(); print(size(s))
print(size(()), size((1, 2)), size(range(3)), size(slice(1)), size(enumerate([])), size(zip()), size(map(int, [])), size(filter(int, [])), size(iter([])), size(iter({})), size(iter(set())), size(iter(range(3))), size({}.keys()))
class L(list): pass
class T(tuple): pass
class D(dict): pass
class S(set): pass
print(size(L()), size(L([1])), size(T((1,))), size(D()), size(D(a=1)), size(S()), size(S(range(10))))

# The last item that is popped takes the array with it.
popped = [1]
popped.pop()
print(sys.getsizeof(popped))
popped = [1, 2, 3]
popped.pop()
print(sys.getsizeof(popped))
popped.pop(0), popped.pop(0)
print(sys.getsizeof(popped))
