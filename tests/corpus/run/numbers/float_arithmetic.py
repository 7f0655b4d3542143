# Floats and complex numbers: operators, methods, conversions, errors.
INF, NAN = float("inf"), float("nan")
VALUES = [0.0, -0.0, 1.0, -1.5, 2.5, 1e16, 1e-5, 1e300, -1e300, 5e-324, INF, -INF, NAN, 3, -2, 0, 10**25, True]


def attempt(f, *args):
    try:
        return repr(f(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


OPS = [("+", lambda a, b: a + b), ("-", lambda a, b: a - b), ("*", lambda a, b: a * b), ("/", lambda a, b: a / b), ("//", lambda a, b: a // b),
       ("%", lambda a, b: a % b), ("**", lambda a, b: a ** b), ("divmod", divmod), ("<", lambda a, b: a < b), ("<=", lambda a, b: a <= b), ("==", lambda a, b: a == b),
       ("!=", lambda a, b: a != b), (">", lambda a, b: a > b)]
for name, op in OPS:
    for a in VALUES:
        if name == "**" and isinstance(a, int):
            continue
        print(name, a, [attempt(op, a, b) for b in VALUES if not (name == "**" and b == 10**25)])
for a in VALUES[:13]:
    print(repr(a), str(a), -a, +a, abs(a), bool(a), attempt(int, a), attempt(round, a), [attempt(round, a, n) for n in (0, 1, 3, -1, -20, 400)], a.is_integer(),
          attempt(a.as_integer_ratio), a.hex(), a.real, a.imag, a.conjugate(), attempt(a.__floor__), attempt(a.__ceil__), attempt(a.__trunc__), a.__getnewargs__())
    if a == a:
        print(hash(a), float(str(a)) == a, float.fromhex(a.hex()) == a)
for text in ["1.5", " -2.5e3\n", "inf", "-Infinity", "nan", "1_0.5", "1__0", "", "abc", "0x1", "1e400", "\u0661.5", ".5", "5.", "1e", "--1", "1 2", b"2.5", b"x", bytearray(b"3")]:
    print(repr(text), attempt(float, text))
for value in [None, [], {}, 1j, object]:
    print(attempt(float, value))
print(attempt(float, 1, 2), attempt(lambda: float(x=1)), float(), attempt(float, 10**400), attempt(lambda: 1.5 + 10**400), attempt(lambda: 1.5 == 10**400))
print(attempt(float.fromhex, "0x1.8p3"), attempt(float.fromhex, "zz"), attempt(float.fromhex, "0x1p5000"), float.fromhex("nan"), float.__getformat__("double"))
print(2**53 == 2.0**53, 2**53 + 1 == 2.0**53, 2**53 + 1 > 2.0**53, 1 == 1.0, hash(1) == hash(1.0), {1: "a"}[1.0], 0.1 + 0.2, 1e22, 1e21, 123456789.123456789, 1 / 3)
x = 1.5
print(float(x) is x, +x is x, x.real is x, (1.0).__eq__(1), (1.0).__eq__("a"), (1.5).__radd__(2), (2.0).__rpow__(3), (2.0).__floordiv__(0.3))


class Sub(float):
    pass


s = Sub(1.5)
print(s, repr(s), s + 1, type(s + 1), type(+s), Sub("2.5"), type(Sub.fromhex("0x1p1")), s.is_integer())

C = [0j, 1j, 1 + 2j, -1.5 - 0.5j, complex(INF, NAN), complex(-0.0, 2), 3, 2.5, 1e200 + 1e200j]
for name, op in OPS[:3] + [OPS[3]] + [OPS[6]] + OPS[8:12]:
    for a in C:
        print(name, a, [attempt(op, a, b) for b in C if isinstance(a, complex) or isinstance(b, complex)])
for a in C:
    if isinstance(a, complex):
        print(repr(a), str(a), -a, +a, attempt(abs, a), bool(a), a.conjugate(), a.real, a.imag, a.__getnewargs__(), a.__complex__())
        if a == a:
            print(hash(a))
for args in [(), (1,), (1, 2), (1.5, -0.0), (1j, 1j), (1j, 2), ("1+2j",), (" ( 1-2j ) ",), ("j",), ("1e5",), ("x",), ("1_0j",), ("1__0",), ("1", 2), (1, "2"), ([],), (1, []), (None,)]:
    print(args, attempt(complex, *args))
print(attempt(lambda: complex(real=1, imag=2)), attempt(lambda: complex(imag=2)), attempt(lambda: complex(foo=2)), 1j == 1j, 1j == 0, 2 + 0j == 2, 2 + 0j == 2.0, 1j != "a")
z = 1 + 2j
print(complex(z) is z, +z is z, z.__pow__(2), pow(z, 2), attempt(pow, z, 2, 3), attempt(lambda: z < z), attempt(lambda: z // 1), attempt(lambda: z % 1), attempt(int, z), attempt(round, z))


class WithComplex:
    def __complex__(self):
        return 3 + 4j


print(complex(WithComplex()), complex(WithComplex(), 1), attempt(float, WithComplex()))
