import sys
def growth(label, make, step, n):
    o = make(); sizes = []
    for i in range(n):
        o = step(o, i) or o
        s = sys.getsizeof(o)
        if not sizes or sizes[-1] != s: sizes.append(s)
    print(label, sizes)
growth("append", list, lambda o, i: o.append(i), 80)
growth("insert", list, lambda o, i: o.insert(0, i), 40)
growth("extend1", list, lambda o, i: o.extend([i]), 40)
growth("extend3", list, lambda o, i: o.extend((i, i, i)), 30)
growth("iadd", list, lambda o, i: o.__iadd__([i]), 30)
growth("iaddgen", list, lambda o, i: o.__iadd__(x for x in range(3)), 20)
growth("slice", list, lambda o, i: o.__setitem__(slice(len(o), None), [i, i]), 20)
growth("slice0", list, lambda o, i: o.__setitem__(slice(0, 0), [i]), 20)
growth("imul", lambda: [1], lambda o, i: o.__imul__(2), 7)
growth("pop", lambda: list(range(100)), lambda o, i: o.pop() and None, 99)
growth("del", lambda: list(range(100)), lambda o, i: o.__delitem__(0), 99)
growth("delslice", lambda: list(range(100)), lambda o, i: o.__delitem__(slice(0, 3)), 33)
growth("dict", dict, lambda o, i: o.__setitem__(i, i), 200)
growth("dictstr", dict, lambda o, i: o.__setitem__(str(i), i), 200)
growth("dictdel", lambda: {i: i for i in range(50)}, lambda o, i: o.pop(i, None) and None, 50)
growth("set", set, lambda o, i: o.add(i), 300)
growth("setpop", lambda: set(range(100)), lambda o, i: o.discard(i), 100)
growth("bytearray", bytearray, lambda o, i: o.append(i % 256), 100)
growth("bytearrayext", bytearray, lambda o, i: o.extend(b"abc"), 60)
growth("str", str, lambda o, i: o + "a", 40)
growth("stru", str, lambda o, i: o + "\u20ac", 20)
growth("tuple", tuple, lambda o, i: o + (i,), 20)
growth("int", int, lambda o, i: (o + 1) * 1000003, 20)
import collections
growth("deque", collections.deque, lambda o, i: o.append(i), 200)
growth("counter", collections.Counter, lambda o, i: o.__setitem__(i, i), 30)
growth("ddict", lambda: collections.defaultdict(int), lambda o, i: o.__setitem__(i, i), 30)
print([sys.getsizeof(x) for x in ([1, 2, 3], list((1, 2, 3)), list(range(5)), [*range(5)], [i for i in range(5)], list("abc"), sorted("abc"), "a b c".split(), [1] * 7, [1, 2] + [3], list({1, 2}), list({1: 2}.items()), [1, 2, 3][:2], [1, 2, 3].copy(), list(x for x in range(5)), list(map(str, range(7))), list(zip("ab", "cd")), list(reversed([1, 2, 3])), [None] * 3)])
print([sys.getsizeof(x) for x in ({}, {1: 2}, {"a": 1}, dict(a=1), dict([(1, 2)]), {**{"a": 1}}, {i: i for i in range(5)}, {1: 1}.copy(), dict.fromkeys("abc"), dict(zip("ab", "cd")), {"a": 1} | {"b": 2})])
print([sys.getsizeof(x) for x in (set(), {1}, set("abc"), frozenset(), frozenset("abc"), {i for i in range(10)}, {1, 2}.copy(), {1, 2} | {3}, set(range(5)), set(range(100)))])
print([sys.getsizeof(x) for x in ((), (1,), tuple("abc"), tuple(range(10)), tuple(x for x in range(11)), tuple([1, 2]))])
class A: pass
class B:
    __slots__ = ("a", "b")
class C(B): pass
class D(dict): pass
class L(list): pass
class I(int): pass
class S(str): pass
class T(tuple): pass
class E(Exception): pass
a = A(); a.x = 1
print([sys.getsizeof(x) for x in (A(), a, a.__dict__, B(), C(), D(), D(a=1), L(), L([1]), I(5), I(2**70), S("abc"), S("\xe9"), T(), T((1, 2)), E(), E(1))])
print([sys.getsizeof(x) for x in (A, B, C, D, int, type, object, E, A.__dict__, A.__init__, B.a, len, [].append, a.__repr__, A.mro, print)])
def f(a, b=1, *c, d=2, **e): yield a
def g(): x = 1; return lambda: x
async def co(): pass
async def ag(): yield
c = co()
print([sys.getsizeof(x) for x in (f, f(1), g(), g().__closure__[0], f.__code__, g.__code__, c, ag(), (i for i in ()), iter([]), iter(()), iter({}), iter(set()), iter(""), iter("\u20ac"), iter(b""), iter(range(3)), range(3), slice(1), enumerate([]), zip(), map(f, []), filter(f, []), reversed([]), memoryview(b"abc"), property(), staticmethod(f), classmethod(f), super(A, a), sys, sys._getframe(), Ellipsis, NotImplemented, None, True, 1.5, 1j, b"abc", "abc", "\xe9", "\u20ac", "\U0001f600")]); c.close()
import weakref, types
print([sys.getsizeof(x) for x in (weakref.ref(a), weakref.proxy(a), types.SimpleNamespace(a=1), types.MethodType(f, a), types.MappingProxyType({}), list[int], int | str, {}.keys(), {}.values(), {}.items(), iter({}.items()), BaseException(), OSError(), KeyError("a"), StopIteration(1), SyntaxError(), UnicodeDecodeError("a", b"", 0, 1, "x"), ImportError(), ExceptionGroup("a", [E()]))])
print([sys.getsizeof(("a " * n).split()) for n in range(16)])
print([sys.getsizeof(("a," * n).split(",")) for n in range(16)])
print([sys.getsizeof(("a " * n).rsplit()) for n in range(16)])
print([sys.getsizeof(("a\n" * n).splitlines()) for n in range(16)])
print([sys.getsizeof((b"a " * n).split()) for n in range(16)])
print([sys.getsizeof((b"a," * n).split(b",")) for n in range(16)])
print([sys.getsizeof("a b c d e".split(" ", n)) for n in range(6)])
print([sys.getsizeof("a".join(["b"]).split("x")), sys.getsizeof("aaa".split("a")), sys.getsizeof("ab".split("ab"))])
