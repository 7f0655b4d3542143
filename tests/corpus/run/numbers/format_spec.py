# format() and f-strings with every presentation type, and the messages of refused ones.
def attempt(f, *args):
    try:
        return repr(f(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


SPECS = ["", "d", "b", "o", "x", "X", "#x", "#b", "c", "e", "E", "f", "F", "g", "G", "%", "n", "s", ",", "_", "_x", ",x", "10", "<10", ">10", "^10", "=10", "010", "*^+10",
         "+", "-", " ", "z", "z.1f", ".3", ".0f", "#.0f", "10.3f", "010,.2f", "020_d", "#020_b", "+#x", "é>8", ".", "10foo", ",_", "Z", "99999999999999999999", "08.3g", "=+8", "r"]
for value in [0, 5, -255, 10**20, True, 1.5, -0.0, 1234567.891, float("inf"), float("nan"), 1e-7, 1 + 2j, -0.5j, "text", "héllo", ""]:
    for spec in SPECS:
        print(repr(value), spec, attempt(format, value, spec))
for value in [None, [], object.__new__(object).__class__, b"x", (1,)]:
    print(attempt(format, value, "5"), attempt(format, value, "") if value is not None else "None")
x, w, p = 3.14159, 12, 3
print(f"{x}|{x:.2f}|{x:>{w}.{p}f}|{x!r:>10}|{'q'!s:^5}|{'é'!a}|{x=}|{x = :.1f}|{{}}|{w:#x}")
for template, args in [("{}", (1,)), ("{} {}", (1, 2)), ("{1} {0}", (1, 2)), ("{0} {}", (1, 2)), ("{} {0}", (1, 2)), ("{:>{}}", ("a", 5)), ("{0:{1}}", (1.5, ".3f")), ("{", ()), ("}", ()), ("{{}}", ()),
                       ("{!r}", ("a",)), ("{!x}", (1,)), ("{!}", (1,)), ("{!rx}", (1,)), ("{0[0]}", ([7],)), ("{0[a]}", ({"a": 8},)), ("{0.real}", (5,)), ("{0.foo}", (5,)), ("{0[}", ([1],)), ("{0[]}", ([1],)),
                       ("{0.}", (1,)), ("{0]}", (1,)), ("{0[0]x}", ([1],)), ("{a}", ()), ("{5}", (1,)), ("{:{:{}}}", (1, 2, 3)), ("{:{:{:{}}}}", (1, 2, 3, 4)), ("{0", (1,)), ("{0!", (1,)), ("{0:{", (1,)), ("a{b", ())]:
    print(repr(template), attempt(template.format, *args))
print("{a} {b[0]} {c.real}".format(a=1, b=[2], c=3), "{x}".format_map({"x": 9}), attempt("{}".format_map, {"x": 9}), attempt("{y}".format_map, {"x": 9}))


class Spec:
    def __format__(self, spec):
        return f"<{spec}>"


class Bad:
    def __format__(self, spec):
        return 5


print(format(Spec(), "abc"), f"{Spec():xyz}", "{:q}".format(Spec()), attempt(format, Bad()), attempt(format, 1, 5), "{!s:>10}".format(None), str.__format__("a", ">3"))


class Default(dict):
    def __missing__(self, key):
        return f"?{key}"


print("{a} {b}".format_map(Default(a=1)))
