# Which operations give the same object back, and what the objects weigh.
import sys

s = "hello, world"
e = "é"
print(s[:] is s, str(s) is s, (s + "") is s, ("" + s) is s, s * 1 is s, s.strip() is s, s.replace("q", "x") is s, s.center(3) is s, s.ljust(3) is s, s.zfill(2) is s, s.expandtabs() is s, s.removeprefix("q") is s, "".join([s]) is s,
      s.split("!")[0] is s, s.partition("!")[0] is s, s.splitlines()[0] is s, s.rpartition("!")[2] is s, "%s" % s is s, format(s) is s, f"{s}" is s, s.lower() is s, s.upper() is s, s.__str__() is s, s.translate({}) is s)
print("abc"[0] is "a", "abc"[1:2] is "b", e is "aé"[1], chr(233) is e, chr(300) is chr(300), "xyz".split("y")[0] is "x", "a,b".split(",")[1] is "b", "".join(["a"]) is "a", "ab".replace("b", "") is "a", "" is "x"[1:], s * 0 is "")
b = b"hello, world"
print(b[:] is b, bytes(b) is b, (b + b"") is b, (b"" + b) is b, b * 1 is b, b.strip() is b, b.replace(b"q", b"x") is b, b.center(3) is b, b.zfill(2) is b, b"".join([b]) is b, b.split(b"!")[0] is b, b.translate(None) is b, b[1:2] is b"e", b.lower() is b)


class S(str):
    pass


t = S("subclass")
print(type(t[:]), type(t + ""), type(t.strip()), type(str(t)), type(t.lower()), type(t.replace("q", "z")), type(t * 1), type("".join([t])), t.split("!")[0] is t, type(t.split("!")[0]), t == "subclass", hash(t) == hash("subclass"), {t: 1}["subclass"])
for x in ["", "a", "abc", "é", "éb", "\u1234", "a\u1234", "\U0001f600", "x" * 100, "é" * 100, t, 0, 1, 2**30 - 1, 2**30, -2**30, 2**60, 2**90, True, 1.5, 1j, b"", b"abc", bytearray(), bytearray(b"abc"), bytearray(5), memoryview(b"abc"), iter("abc"), iter(b"abc")]:
    print(ascii(x)[:20] if not isinstance(x, memoryview) and "iterator" not in repr(type(x)) else type(x), sys.getsizeof(x))
i = S.__new__(S, "q")
i.attr = 1
print(i.attr, i, S(5), S(b"ab", "ascii"), S(), sys.getsizeof(S("éé")), sys.getsizeof(S("\u1234")))


class I(int):
    pass


class F(float):
    pass


class B(bytes):
    pass


print(sys.getsizeof(I(5)), sys.getsizeof(I(2**70)), sys.getsizeof(F(1)), sys.getsizeof(B(b"abc")), B(b"abc") == b"abc", type(B(b"abc")[:]), B([1, 2]), B("é", "utf-8"))
print([sys.getrefcount(x) > 2**31 for x in (None, True, 5, "a", b"a", "", b"", -5, 256)], [sys.getrefcount(x) > 2**31 for x in (257, -6, 1.5, "not an identifier", b"ab")])
it = iter("aé中")
print(it.__length_hint__(), next(it), list(it), it.__length_hint__(), list(it), type(iter("a")), type(iter("é")), type(iter(b"")), type(iter(bytearray())))
print(iter("abc").__reduce__()[1:], [*"héy"], list(map(ord, "a\U0001f600")))
