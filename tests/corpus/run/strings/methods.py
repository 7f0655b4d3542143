# Every method of str over many strings, with the messages of wrong arguments.
def attempt(f, *args, **kwargs):
    try:
        return repr(f(*args, **kwargs))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


TEXTS = ["", "a", "abc", "Hello World", "  padded\t\n", "a,b,,c", "xxabcxx", "ÀÉß straße", "ΑΣ ΣΑΣ", "ǆ ŉ ﬁ İ", "中文字符", "😀 smile", "tab\tsep\tx", "line1\nline2\r\nline3\x0bx\u2028y", "123", "١٢٣", "½", "_id1", "1id",
         "Title Case", "UPPER", "lower", "it's \"q\" \\", "\x00\x1f\x7f\xa0\xad", "\ud800", "mixedCASE", "aaa", "-42", "+7", "é"]
NONE = ["capitalize", "casefold", "lower", "upper", "swapcase", "title", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
        "split", "rsplit", "splitlines", "strip", "lstrip", "rstrip", "expandtabs", "__len__", "__hash__", "__getnewargs__", "__sizeof__"]
for text in TEXTS:
    print(ascii(text), text.isprintable() and text, repr(text) if text != "\ud800" else ascii(text))
    for name in NONE:
        if text == "\ud800" and name in ("__getnewargs__",):
            continue
        print(name, ascii(getattr(text, name)()))
    for arg in ["", "a", "b", "x", " ", ",", "abc", "中", "\n", "😀", "Σ"]:
        for name in ["find", "rfind", "count", "startswith", "endswith", "removeprefix", "removesuffix", "__contains__", "strip", "lstrip", "rstrip"]:
            print(name, ascii(arg), ascii(getattr(text, name)(arg)))
        for name in ["index", "rindex", "partition", "rpartition", "split", "rsplit"]:
            print(name, ascii(arg), ascii(attempt(getattr(text, name), arg)))
        print(ascii(text.replace(arg, "<>")), ascii(text.replace(arg, "", 1)), ascii(text.replace("a", arg, count=2)), ascii(arg.join(text)), text < arg, text == arg, text >= arg)
    for width in (0, 3, 10, 11):
        print(ascii([text.center(width), text.ljust(width, "*"), text.rjust(width, "é"), text.zfill(width), text.expandtabs(width)]))
    print(ascii([text[i:j:k] for i in (None, 0, 1, -2) for j in (None, 2, -1) for k in (None, 2, -1)]), ascii(text * 2), ascii(text + "!"), ascii([c for c in text][:3]))
    for start, end in [(0, None), (1, 3), (-2, None), (None, -1), (5, 2), (100, 200)]:
        print(text.find("a", start, end), text.count("", start, end), text.startswith("", start, end), text.endswith(("x", "c", ""), start, end), text.rfind("", start, end))
    print(ascii(text.split(None, 1)), ascii(text.rsplit(maxsplit=1)), ascii(text.splitlines(True)), ascii(text.splitlines(keepends=True)), ascii(text.encode("utf-8", "replace")), ascii(text.encode("ascii", "backslashreplace")))
for call in [lambda: "a".split(1, 2, 3), lambda: "a".split(foo=1), lambda: "a".split(",", sep=2), lambda: "a".split(maxsplit="x"), lambda: "a".split(1), lambda: "a".split(""), lambda: "a".find(), lambda: "a".find(1, 2, 3, 4),
             lambda: "a".find(1), lambda: "a".find("a", "b"), lambda: "a".replace("a"), lambda: "a".replace(1, 2), lambda: "a".replace("a", 2), lambda: "a".replace("a", "b", c=1), lambda: "a".center("x"), lambda: "a".center(5, "xx"),
             lambda: "a".center(5, 1), lambda: "a".center(), lambda: "a".zfill("5"), lambda: "a".expandtabs("x"), lambda: "a".join(5), lambda: "a".join([1]), lambda: "a".join(["b", None]), lambda: "a".strip(1), lambda: "a".startswith(1),
             lambda: "a".startswith((1,)), lambda: "a".endswith(1), lambda: "a".partition(""), lambda: "a".partition(1), lambda: "a" + 1, lambda: "a" * "b", lambda: "a" * 1.5, lambda: "a"["b"], lambda: "a"[1.5], lambda: "a"[5],
             lambda: "a"[-2], lambda: 5 in "a", lambda: "a" < 5, lambda: "a".upper(1), lambda: "a".isalpha(1), lambda: "a".removeprefix(1), lambda: "a".index("b"), lambda: "a".rindex("b"), lambda: "a".splitlines("x"),
             lambda: "a".translate(5), lambda: str.maketrans(5), lambda: str.maketrans("a"), lambda: str.maketrans("ab", "c"), lambda: str.maketrans({"ab": 1}), lambda: str.maketrans("a", "b", 1), lambda: str.maketrans({1.5: 1}),
             lambda: "a".translate({97: 1114112}), lambda: "a".translate({97: 1.5}), lambda: str(1, 2, 3, 4), lambda: str("a", "utf-8"), lambda: str(1, "utf-8"), lambda: str(foo=5), lambda: str(b"\xff", "utf-8"),
             lambda: str(b"a", 1), lambda: "a".encode("foo"), lambda: "a".encode(1), lambda: "é".encode("ascii"), lambda: "é".encode("ascii", "foo"), lambda: "a".foo, lambda: "a".__class__("b", "c"), lambda: -"a"]:
    print(attempt(call))
print(str.maketrans({"a": "x", 98: None, "c": 99}), str.maketrans("ab", "xy", "z"), "abcz".translate(str.maketrans("ab", "xy", "z")), "aéb".translate({233: "EE", 97: None, 98: 0x1f600}), "abc".translate({}), "aab".translate({97: "long"}))
print(str(), str(5), str(object=6), str(b"ab", "ascii"), str(b"\xc3\xa9", "utf-8"), str(bytearray(b"q"), encoding="latin-1"), str(b"\xff", errors="replace") == "\ufffd", str(b"x"))
print("abc" "def", "a" "b" * 3, "%s" % "x", "a" in "abc", "" in "", "é" in "é", "中" in "a", "b" < "c" < "d", max("abc"), sorted("hello"), list(reversed("abc")), "abc".__getitem__(1), "a".__add__("b"), "a".__mul__(3), "a".__rmul__(2), "a".__eq__(1), "a".__mod__(()))
