# bytes, bytearray and memoryview: methods, operators, errors.
def attempt(f, *args, **kwargs):
    try:
        return repr(f(*args, **kwargs))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


DATA = [b"", b"a", b"abc", b"Hello World", b"  padded\t\n", b"a,b,,c", b"xxabcxx", b"tab\tx", b"l1\nl2\r\nl3\x0bx", b"123", b"\x00\xff\x80", b"it's \"q\" \\", b"aaa", b"-42", b"Title Case", b"UPPER"]
NONE = ["capitalize", "lower", "upper", "swapcase", "title", "isalnum", "isalpha", "isascii", "isdigit", "islower", "isspace", "istitle", "isupper", "split", "rsplit", "splitlines", "strip", "lstrip", "rstrip", "expandtabs", "hex", "__len__"]
for make in (bytes, bytearray):
    for data in DATA:
        data = make(data)
        print(repr(data), str(data), list(data), [data[i:j:k] for i in (None, 1, -2) for j in (None, 2) for k in (None, 2, -1)], data * 2, data + b"!", b"<" + data)
        print([getattr(data, name)() for name in NONE])
        for arg in [b"", b"a", b" ", b",", b"abc", bytearray(b"x"), 97, 300]:
            print([attempt(getattr(data, name), arg) for name in ("find", "rfind", "count", "index", "rindex", "startswith", "endswith", "split", "rsplit", "partition", "rpartition", "strip", "removeprefix", "removesuffix", "__contains__")])
        print([data.replace(b"a", b"<>"), data.replace(b"", b"-", 2), data.center(8), data.ljust(8, b"*"), data.rjust(8), data.zfill(8), data.hex(":"), data.hex(b"-", -2), data.hex("_", 3), make(b",").join([data, b"x"]), data.translate(None, b"ab"), data.translate(bytes(range(255, -1, -1)))])
        print([attempt(lambda: data[0]), attempt(lambda: data[99]), data == b"abc", data != b"abc", data < b"b", data >= bytearray(b"abc"), b"a" in data, data.find(b"a", 1), data.count(b"a", -2, 5), data.startswith((b"x", b"a")), bool(data)])
for call in [lambda: b"a".split(""), lambda: b"a".split(b""), lambda: b"a".find("a"), lambda: b"a".find(300), lambda: b"a".find(1.5), lambda: b"a".replace("a", "b"), lambda: b"a".startswith("a"), lambda: b"a".startswith(("a",)), lambda: b"a".center(5, "x"),
             lambda: b"a".center(5, b"xx"), lambda: b"a".hex("xx"), lambda: b"a".hex(1), lambda: b"a".hex("é"), lambda: bytes.fromhex("1g"), lambda: bytes.fromhex("123"), lambda: bytes.fromhex(5), lambda: bytes.fromhex("é"), lambda: bytes.fromhex(" 0a FF"),
             lambda: b"a" + "a", lambda: b"a"["x"], lambda: b"a"[9], lambda: b"".join(["a"]), lambda: b"".join(5), lambda: b"".join([1]), lambda: "a" in b"a", lambda: 300 in b"a", lambda: b"a" < "a", lambda: b"a" == "a", lambda: bytes("a"), lambda: bytes(5, "a"),
             lambda: bytes("a", 1), lambda: bytes(-1), lambda: bytes([300]), lambda: bytes(["a"]), lambda: bytes(1.5), lambda: bytes(source=b"x"), lambda: bytes(foo=1), lambda: bytes(b"a", errors="x"), lambda: bytes(b"a", "x"), lambda: bytes("é", "ascii"),
             lambda: bytes(3), lambda: bytes([1, 2]), lambda: bytes("é", "utf-8"), lambda: bytes(memoryview(b"mv")), lambda: bytes(x for x in (1, 2)), lambda: bytes(), lambda: bytes.maketrans(b"ab", b"xy")[95:100], lambda: bytes.maketrans(b"a", b"bc"),
             lambda: b"a".translate(b"x"), lambda: b"a" * -1, lambda: b"ab" * 2, lambda: b"a" * "x", lambda: bytearray("a"), lambda: bytearray([300]), lambda: bytearray(-1), lambda: bytearray(1.5), lambda: bytearray(b"").pop(), lambda: bytearray(b"a").pop(5),
             lambda: bytearray(b"a").remove(5), lambda: bytearray(b"a").append(300), lambda: bytearray(b"a").append("a"), lambda: bytearray(b"a").insert("x", 1), lambda: bytearray(b"a").extend("abc"), lambda: bytearray(b"a").extend(5),
             lambda: bytearray(b"a").extend([300]), lambda: hash(bytearray()), lambda: hash(b"abc"), lambda: bytearray(b"a").__reduce__(), lambda: bytearray(b"it's"), lambda: bytearray(b'a"b\''), lambda: memoryview("a"), lambda: memoryview(b"abc")[5], lambda: memoryview(b"abc")["x"]]:
    print(attempt(call))
b = bytearray(b"hello")
b.append(33)
b.extend(b" you")
b.extend([1, 2])
b += b"!!"
b[0] = 72
b[1:3] = b"EEE"
b[::2] = b"x" * len(b[::2])
b.insert(1, 65)
b.insert(-100, 66)
print(b, b.pop(), b.pop(0), b, len(b))
del b[0], b[:2], b[::3]
b.reverse()
print(b, b.copy() is b, b.remove(120), b)
b *= 2
print(b, b.clear(), b, bytearray.fromhex("00 ff"), b"x" + bytearray(b"y"), bytearray(b"y") + b"x", bytearray(3), bytearray([1, 2]), bytearray("é", "utf-8"))
for statement in [lambda: b.__setitem__(0, 300), lambda: b.__setitem__(9, 1), lambda: b.__delitem__(9), lambda: b.__setitem__(slice(0, 1), 5), lambda: b.__setitem__(slice(0, 1), "a"), lambda: b.__setitem__("a", 1), lambda: bytearray(b"abc").__setitem__(slice(None, None, 2), b"xyz")]:
    print(attempt(statement))
grow = bytearray()
print([(grow.append(65), grow.__alloc__())[1] for _ in range(30)])
shrink = bytearray(b"x" * 60)
print([(shrink.pop(), shrink.__alloc__())[1] for _ in range(60)])
front = bytearray(b"abcdef")
del front[:2]
print(front, front.__alloc__(), front.append(1), front.__alloc__())
base = bytearray(b"abcdef")
view = memoryview(base)
part = view[1:5:2]
print(view.nbytes, view.readonly, view.format, view.itemsize, view.ndim, view.shape, view.strides, view.obj is base, part.tolist(), bytes(part), part.contiguous, view.tobytes(), view.hex(), len(view), view[0], view == base, view != b"abcdef", list(view))
view[0] = 90
view[1:3] = b"YX"
print(base, attempt(lambda: view.__setitem__(0, 300)), attempt(lambda: view.__setitem__(0, "a")), attempt(lambda: view.__setitem__(slice(0, 2), b"x")), attempt(lambda: memoryview(b"a").__setitem__(0, 1)), attempt(lambda: base.append(1)), attempt(lambda: base.clear()))
part.release()
view.release()
base.append(1)
print(base, attempt(lambda: view[0]), repr(view)[:20], attempt(lambda: hash(memoryview(base))), hash(memoryview(b"abc")) == hash(b"abc"))
m = memoryview(b"abcdefgh")
print(m.cast("I").tolist(), m.cast("h").tolist(), m.cast("B", [2, 4]).tolist(), m.cast("d").itemsize, attempt(lambda: m[:3].cast("I")), attempt(lambda: m.cast("zz")), m.toreadonly().readonly, m.cast("B", (2, 2, 2))[1, 0, 1], m.cast("c")[0])
with memoryview(b"abc") as w:
    print(w[0])
print(attempt(lambda: w[0]), memoryview(b"abc") == memoryview(bytearray(b"abc")), memoryview(b"ab") == b"abc", memoryview(b"x").__eq__(5))
