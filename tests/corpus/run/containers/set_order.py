# Set order follows the table slot by slot; a small generator stands in for random.
state = 12345
def rnd(n):
    global state
    state = (state * 1103515245 + 12345) % 2**31
    return (state >> 8) % n

print({10, 20, 30, 8}, {-1, -2, 0}, {'a', 'b', 'c'}, {'apple', 'banana', 'cherry'})
s = set()
for step in range(600):
    k = rnd(200) * (1 + rnd(3) * 63)
    op = rnd(4)
    if op < 2:
        s.add(k)
    elif op == 2:
        s.discard(k)
    elif s:
        s.pop()
    if step % 40 == 0:
        print(step, list(s))
for n in range(30):
    a = {rnd(100) for _ in range(rnd(40))}
    b = {rnd(100) for _ in range(rnd(40))}
    for x in list(a)[:rnd(5)]:
        a.remove(x)
    print(list(a | b), list(a & b), list(a - b), list(a ^ b))
    print(list(a.union(b, [7, 300])), list(a.intersection(list(b))), list(a.difference(dict.fromkeys(b))), list(a.symmetric_difference(list(b))))
    c = set(a); c |= b; d = set(a); d &= b; e = set(a); e -= b; f = set(a); f ^= b
    print(list(c), list(d), list(e), list(f), a < c, a <= b, c >= b, a.isdisjoint(b), hash(frozenset(a)))
print(frozenset([1, 2]) | {3}, {3} | frozenset([1, 2]), type({3} & frozenset([3])), hash(frozenset()))
class S(set): pass
print(type(S() | S()), type(S() & S()), type(S() - S()), type(S() ^ S()), type(S().copy()), S([1, 2]), repr(S()))
print(frozenset() is frozenset(), frozenset([1]).copy() == {1})
x = frozenset([1, 2]); print(frozenset(x) is x, x.copy() is x)
s = {1}; s.add(frozenset()); print({frozenset()} == {frozenset()}, set() in {frozenset()})
def grow():
    s = {1, 2, 3}
    for x in s:
        s.add(x + 10)
try:
    grow()
except RuntimeError as e:
    print(e)
it = iter({1, 2, 3}); next(it); print(it.__length_hint__(), it.__reduce__())
