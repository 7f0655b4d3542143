# %-formatting of strings and bytes.
def attempt(f, *args):
    try:
        return repr(f(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Row:
    def __str__(self):
        return "str!"

    def __repr__(self):
        return "repr\u00e9"


for fmt in ["%s", "%r", "%a", "%d", "%i", "%u", "%o", "%x", "%X", "%#x", "%#o", "%e", "%E", "%f", "%F", "%g", "%G", "%c", "%5s", "%-5s|", "%05d", "%+d", "% d", "%.2f", "%10.3f", "%-10.3f|", "%+.1e", "%.3s", "%.0f", "%#.0f",
            "%5%", "%%", "%z", "%", "%5", "%.5", "%l", "%ld", "%hd", "%é", "%08.3f", "%-08d|", "%+08d", "%.3d", "%08.3d", "%#08x", "%.10x", "%(a)s"]:
    for value in [0, 5, -42, 10**20, 3.75, -0.5, float("inf"), "abc", "é", "", None, True, [1], {"a": 1}, (1,), (), (1, 2), Row(), 1j, b"x"]:
        print(fmt, attempt(lambda: fmt % value) if not isinstance(value, Row) else attempt(lambda: fmt % (value,)))
print("%s %s" % ("a", 1), "%(x)s %(y)05d" % {"x": 1, "y": 2}, "%*d|%-*d|%.*f" % (5, 1, 5, 2, 2, 3.14159), attempt(lambda: "%*d" % ("a", 1)), attempt(lambda: "%s %s" % ("a",)), attempt(lambda: "%(a" % {"a": 1}), attempt(lambda: "%(b)s" % {"a": 1}))
print("%*d|" % (-5, 1), "%.*f" % (-1, 1.5), "%c%c" % (65, "é"), attempt(lambda: "%c" % 0x110000), attempt(lambda: "%c" % "ab"), attempt(lambda: "%c" % 1.5), "%s" % "\U0001f600", "%(a)s%(a)r" % {"a": "q", "b": 1}, attempt(lambda: "a" % 1), "a" % {}, "a" % [], attempt(lambda: "%d" % "1"))
for fmt in [b"%s", b"%b", b"%a", b"%r", b"%d", b"%x", b"%f", b"%c", b"%5d", b"%-5s|", b"%.2s", b"%%", b"%z", b"%", b"%(a)s", b"%05.1f"]:
    for value in [5, 300, -1, 1.5, b"abc", bytearray(b"q"), "str", None, {b"a": b"v"}, (b"t",)]:
        print(fmt, attempt(lambda: fmt % value))
print(bytearray(b"%d") % 5, b"%(k)d" % {b"k": 5}, attempt(lambda: b"%s %s" % (b"a",)), attempt(lambda: b"x" % 1))
