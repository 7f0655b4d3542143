"""Constant folding: what is worked out at compile time, what a limit forbids, what would raise."""
integers = 2 * 3 + 4 - 5, 7 // -2, 7 % -2, -7 // 2, 2 ** 10, 2 ** -1, 1 / 3, 10 ** 30 / 7, ~5, -0, +True
bits = 1 << 10, -9 >> 1, 6 & 3, 6 | 3, 6 ^ 3, True & False, True | 2
limits = 2 ** 64, 2 ** 65, 1 << 127, 1 << 128, (1 << 63) * (1 << 63), (1 << 64) * (1 << 64)
floats = 0.1 + 0.2, -0.0, 1e308 * 10, 7.5 // 2, -7.5 % 2, 2.0 ** 0.5, 0.0 ** -1, (-8.0) ** 0.5
complexes = 1j * 1j, (1 + 2j) / (3 - 4j), 2j ** 2, 1j ** 0.5, -(0 - 1j), 1j ** 2j, 0j ** -1
strings = "a" + "b", b"a" + b"b", "ab" * 3, 3 * b"ab", "a" * 4096, "a" * 4097, "" * -1, "a" * -1
tuples = (1, 2) + (3,), (1, (2, 3)) * 2, (1,) * 256, (1,) * 257, () * 10
raises = 1 / 0, 1 % 0, 1 << -1, "a" - "b", -"a", (1, 2)[2], "abc"[1.0], 10 ** 30 * "a"
subscripts = "abc"[1], "abc"[-1], b"abc"[0], (1, 2)[True], "é€😀"[2]
negations = not 1, not "", not a is b, not a in b, not a == b, not (a is b is c), not not a
members = a in [1, 2], a in {1, 2, 1}, a not in [b, c], a in [*b], a in {b}, a in (1, 2)
formats = "%s" % (a,), "%r %% %5a" % (a, b), "%-10.3s|" % (a,), "%d" % (a,), "%s" % a, "%s %s" % (a,)
truths = a if __debug__ else b, None and a, 1 or a, "" or a, 0 < 1 < a
for x in [1, 2]:
    [y for y in {1, 2} for z in [y, 2]]
    while 0:
        x
    if "not a " "docstring":
        x


def not_a_docstring():
    "not " + "a docstring"


def docstring():
    """Tabs	and
    	indents
      are cleaned.
    """
