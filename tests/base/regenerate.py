"""Writes the expectations of the `base` layer's tests, taken from CPython 3.13.

Run with CPython 3.13: python3.13 regenerate.py

Each line of `expected.txt` is: what to do, its arguments, the result, separated by tabs.
Text is written with the escapes of `ascii()`, without quotes; an exception as `!Type: message`.
"""
import random
import struct
import sys

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 300
random.seed(20)
lines = []


def enc(value):
    if isinstance(value, str):
        return "".join(c if " " <= c <= "~" and c != "\\" else ascii(c)[1:-1] for c in value)
    return str(value)


def emit(what, *arguments, f):
    try:
        result = enc(f())
    except (ValueError, OverflowError, TypeError) as error:
        result = "!" + type(error).__name__ + ": " + enc(str(error))
    lines.append("\t".join([what, *map(enc, arguments), result]))


def bits(x):
    return struct.pack(">d", x).hex()


def a_float():
    choice = random.random()
    if choice < 0.4:
        return struct.unpack(">d", random.randbytes(8))[0]
    if choice < 0.7:
        return random.randint(-10**random.randint(1, 18), 10**17) / 10**random.randint(0, 20)
    if choice < 0.8:
        return random.choice([0.0, -0.0, float("inf"), float("nan"), float("-inf"), 5e-324, 1.7976931348623157e308])
    return random.choice([0.5, 1.5, 2.5, 0.125, 0.375, 1e16, 1e15, 1e22, 123456.0, 0.0001, 1e-5, 25.0, 1e23])


def an_int():
    return random.choice([0, 1, -1, 255, 256, random.randint(-10**6, 10**6), random.randint(-2**80, 2**80)])


def a_spec(types):
    pick = random.choice
    spec = pick(["", "", "", "<", ">", "^", "=", "*^", "0=", "\u00e9<", "x>"]) + pick(["", "", "", "+", "-", " "])
    spec += pick(["", "", "", "", "z"]) + pick(["", "", "", "#"]) + pick(["", "", "", "0"])
    spec += pick(["", "", "5", "12", "25"]) + pick(["", "", "", ",", "_"])
    return spec + pick(["", "", ".0", ".1", ".3", ".10"]) + pick(types)


for _ in range(ROUNDS):
    x = a_float()
    emit("float_repr", bits(x), f=lambda: repr(x))
    if x == x and abs(x) != float("inf"):
        emit("float_hex", bits(x), f=lambda: x.hex())
        n = random.choice([0, 1, 2, 3, 5, 10, 15, 20, -1, -2, -5, -15, 300, -308])
        emit("float_round", bits(x), n, f=lambda: bits(round(x, n)))
    flags = "".join(c for c in "-+ #0" if random.random() < 0.2)
    width = random.choice(["", "1", "10", "20"])
    precision = random.choice(["", ".0", ".1", ".3", ".17", "."])
    c = random.choice("eEfFgG")
    emit("percent_float", bits(x), "%" + flags + width + precision + c, f=lambda: ("%" + flags + width + precision + c) % x)
    spec = a_spec(["", "", "e", "f", "g", "E", "F", "G", "n", "%", "d", "s"])
    emit("format_float", bits(x), spec, f=lambda: format(x, spec))
    y = a_float()
    emit("format_complex", bits(x), bits(y), spec, f=lambda: format(complex(x, y), spec))
    n = an_int()
    spec = a_spec(["", "", "d", "b", "o", "x", "X", "c", "n", "e", "f", "g", "%", "s", "Z"])
    emit("format_int", n, spec, f=lambda: format(n, spec))
    c = random.choice("diuoxX")
    emit("percent_int", n, "%" + flags + width + precision + c, f=lambda: ("%" + flags + width + precision + c) % n)
    s = random.choice(["", "a", "h\u00e9llo", "\u4e2d\u6587", "\U0001f600x", "long enough text"])
    spec = a_spec(["", "", "s", "d"])
    emit("format_str", s, spec, f=lambda: format(s, spec))

for _ in range(400):
    a, b = random.randint(-2**random.randint(1, 1200), 2**random.randint(1, 1200)), random.randint(1, 2**random.randint(1, 1200))
    emit("true_div", a, b, f=lambda: bits(a / b))

for text in ["0", " 12 ", "+7", "-7", "1_000", "1__0", "_1", "1_", "", " ", "0x1f", "0X_1F", "0b101", "0o17", "017",
             "00", "z", "12a", "\u0661\u0662", "1\u00a0", "- 1", "--1", "0x", "9" * 30, "1e5", "0_0", "\x1c5"]:
    for base in [0, 2, 8, 10, 16, 36]:
        emit("int", text, base, f=lambda: int(text, base))

for text in ["1", "1.5", ".5", "5.", "1e5", "1e", "inf", "-Infinity", "nan", "+nan", "1_0.0_1", "1__0", "_1", "1_.5", "1._5",
             "1e1_0", "0x1", "1e400", "1e-400", "infx", ".", "", "e5", "+", "1 2", "1d5", "1f"]:
    emit("float", text, f=lambda: bits(float(text)))
    emit("complex", text, f=lambda: bits(complex(text).real) + " " + bits(complex(text).imag))
for text in ["j", "+j", "-j", "1j", "1+2j", "1-2j", "(1+2j)", "( 1+2j )", "1 +2j", "1e5+1e-5j", "infj", "nan+infj", "1+j", "1+-2j",
             "1j+2", "1_0+2_0j", "(1", "1)", "()", "1e5e+5j", "2J", "inf-infJ"]:
    emit("complex", text, f=lambda: bits(complex(text).real) + " " + bits(complex(text).imag))

for text in ["0x1p-2", "0x1.8p1", "1.8", "-0x.8", "0x1.p", "0x", "x", "inf", "-nan", "0x1p2000", "0x1p-2000", "0x1.fffffffffffff8p0",
             "0x1.fffffffffffff7p1023", "0x1.fffffffffffff8p1023", "0x0.00000000000008p-1022", "0x0.00000000000004p-1022",
             "0x1p", "0x1.0p+0x", "ABC.DEFp3", "+0X1P+3", "0x1_0"]:
    emit("fromhex", text, f=lambda: bits(float.fromhex(text)))

for text in ["", "abc", "it's", 'say "hi"', "it's \"both\"", "\\", "\n\r\t\x00\x7f", "\u00e9\u00a0\u00ad", "\u4e2d", "\ud800",
             "\U0001f600", "\U000e0001", "\u0378"]:
    emit("repr", text, f=lambda: repr(text))
    emit("ascii", text, f=lambda: ascii(text))

WORDS = ["", "abc", "Hello World", "ÀÉÎ ßtraße", "ŉ ǆ ǅ Ǆ", "ΑΣ ΣΑΣ Σ", "İI ıi", "ﬁx ﬀ", "123 4a", "don't stop", "\u1c90\u10d0", "ͅα",
         "A\u0301B ͅΣ", "\U00010400\U00010428", "a.b", "X\u0345", "ᾳ ᾼ ᾲ", "µ ÿ", "\u2c2f\u2c5f", "ʰA Aʰb", "ⅷ Ⅷ", "Title Case Here", "tİtle"]
for word in WORDS:
    for method in ["upper", "lower", "title", "capitalize", "swapcase", "casefold", "isupper", "islower", "istitle", "isidentifier",
                   "isprintable"]:
        emit("case", method, word, f=lambda: getattr(word, method)())

for s in ["", "a", " a b  c ", "a,b,,c,", ",", "aXbXc", "\tx\ny\r\nz\r", "a\u2028b\x85c", "aaa", "abcabcabc", "\u4e2da\u4e2d", "x\x1cy"]:
    for m in [0, 1, 2, -1]:
        emit("split", s, m, f=lambda: "|".join(s.split(None, m)))
        emit("rsplit", s, m, f=lambda: "|".join(s.rsplit(None, m)))
        for sep in [",", "X", "abc", "\u4e2d", "a"]:
            emit("split_at", s, sep, m, f=lambda: "|".join(s.split(sep, m)))
            emit("rsplit_at", s, sep, m, f=lambda: "|".join(s.rsplit(sep, m)))
            emit("replace", s, sep, "<>", m, f=lambda: s.replace(sep, "<>", m))
        emit("replace", s, "", "-", m, f=lambda: s.replace("", "-", m))
    emit("lines", s, f=lambda: "|".join(s.splitlines()))
    emit("lines_keep", s, f=lambda: "|".join(s.splitlines(True)))
    emit("expandtabs", s, f=lambda: s.expandtabs())
    emit("zfill", s, 5, f=lambda: s.zfill(5))
    for width in [3, 4, 10, 11]:
        emit("center", s, width, f=lambda: s.center(width))
    for sub in ["", "a", "abc", "ca", "\u4e2d", "zz", "aa"]:
        for start, end in [(0, 100), (1, 2), (-2, 100), (5, 3), (50, 100)]:
            emit("find", s, sub, start, end, f=lambda: f"{s.find(sub, start, end)} {s.rfind(sub, start, end)} {s.count(sub, start, end)} "
                 f"{s.startswith(sub, start, end)} {s.endswith(sub, start, end)}")

RAW = [b"abc", b"\xc3\xa9", b"\xff", b"\xc3", b"a\xe2\x82z", b"\xf0\x90\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98\x80",
       b"\xff\xfea\x00", b"\xfe\xff\x00a", b"a", b"a\x00\x00", b"\x00\xd8a\x00", b"\x00\xdc", b"\x00\xd8", b"\x00\x00\x00\x00", b"\x00\xd8\x00\x00", b"\xff\xff\xff\xff"]
HANDLERS = ["strict", "ignore", "replace", "surrogateescape", "surrogatepass", "backslashreplace", "xmlcharrefreplace"]
for encoding in ["utf-8", "latin-1", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]:
    for handler in HANDLERS:
        if handler != "xmlcharrefreplace":
            for raw in RAW:
                emit("decode", encoding, handler, raw.hex(), f=lambda: raw.decode(encoding, handler))
        for text in ["abc", "\u00e9", "\u4e2d\U0001f600", "a\ud800\udc80b", "\udcff"]:
            emit("encode", encoding, handler, text, f=lambda: text.encode(encoding, handler).hex())

with open(sys.path[0] + "/expected.txt", "w", encoding="ascii", newline="\n") as out:
    out.write("".join(line + "\n" for line in lines))
print(len(lines))
