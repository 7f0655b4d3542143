# Every binary operator over small, large and boundary ints, with the errors.
VALUES = [0, 1, -1, 2, 7, -7, 255, 256, 257, -5, -6, 2**30, 2**31 - 1, -2**31, 2**62, 2**63 - 1, -2**63, 2**63, 2**64 + 1,
          -2**64, 10**30, -10**25 + 3, True, False]
OPS = [("+", lambda a, b: a + b), ("-", lambda a, b: a - b), ("*", lambda a, b: a * b), ("//", lambda a, b: a // b),
       ("%", lambda a, b: a % b), ("/", lambda a, b: a / b), ("&", lambda a, b: a & b), ("|", lambda a, b: a | b),
       ("^", lambda a, b: a ^ b), ("divmod", divmod), ("<", lambda a, b: a < b), ("==", lambda a, b: a == b)]


def attempt(f, *args):
    try:
        return repr(f(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


for name, op in OPS:
    for a in VALUES:
        print(name, a, [attempt(op, a, b) for b in VALUES])
for a in VALUES:
    print(-a, +a, ~int(a), abs(a), bool(a), hash(a), a.bit_length(), a.bit_count(), float(a), hex(a), oct(a), bin(a))
    print([attempt(lambda: a << n) for n in (0, 1, 5, 62, 63, 64, 100, -1)], [attempt(lambda: a >> n) for n in (0, 1, 63, 64, 200, -1)])
    print([attempt(pow, a, n) for n in (0, 1, 2, 3, 10, -1, -2)], [attempt(pow, a, n, m) for n in (0, 1, 5, -1) for m in (7, -7, 1, 0, 10**20)])
    print([attempt(round, a, n) for n in (None, 0, 1, -1, -2, -3, -30)], a.as_integer_ratio(), a.conjugate(), a.real, a.imag)
    print([attempt(lambda: a.to_bytes(n, order, signed=s)) for n in (1, 4, 9) for order in ("big", "little") for s in (False, True)])
print(int.from_bytes(b"\xff\x00"), int.from_bytes(b"\xff\x00", "little"), int.from_bytes(b"\xff\x00", signed=True), int.from_bytes([1, 2]))
print(attempt(lambda: (5).to_bytes(1, "x")), attempt(lambda: (5).to_bytes(-1)), attempt(lambda: int.from_bytes("a")))
print(1 << 2000 >> 1990, (1 << 2000) % 1000007, (3**300) // (7**50), attempt(lambda: 10**400 / 3), 10**400 / 10**399)
for bad in ("a", None, [], 1.5, 1j):
    print([attempt(op, 1, bad) for _, op in OPS], [attempt(op, bad, 1) for _, op in OPS])
print(attempt(lambda: str(10**5000)), attempt(lambda: int("9" * 5000)), len(str(10**4299)))


class Small(int):
    pass


s = Small(5)
print(s, repr(s), s + 1, type(s + 1), type(+s), type(s.real), Small("12", 5), Small.from_bytes(b"\x01\x02"), type(Small.from_bytes(b"\x01")))
s.tag = "x"
print(s.tag, s.__dict__, hash(s) == hash(5), s == 5, {5: 1}[s])


class Indexed:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Floating:
    def __float__(self):
        return 2.5


class Integral:
    def __int__(self):
        return 42


print(int(Indexed(7)), float(Indexed(7)), complex(Indexed(7)), attempt(lambda: int(Indexed("x"))), int(Integral()), float(Floating()), complex(Floating()))
print(attempt(lambda: int(Floating())), attempt(lambda: float(Integral())), [10, 20, 30][Indexed(1)], hex(Indexed(255)), "abc"[Indexed(-1)])
for args in [(), ("12",), ("z", 36), ("0x1f", 0), ("12", 3), ("", 10), ("1_0",), ("1__0",), (" 7\n",), ("\u0661\u0662",), (b"12",), (bytearray(b"77"), 8),
             ([],), (None,), ("5", 1), ("5", 99), (5, 10), (3.99,), (-3.99,), (float("inf"),), (float("nan"),), (True,), ("5", "x"), (1, 2, 3)]:
    print(args, attempt(int, *args))
print(attempt(lambda: int(x=1)), attempt(lambda: int(base=3)), attempt(lambda: int("7", base=8)), attempt(lambda: int("7", bas=8)))
print((257 is 256 + 1), int("256") is 256, [int(x) is x for x in (1, 300, -5, 10**20)], bool(7) is True)
x = 10**20
print(+x is x, int(x) is x, (5).__index__() is 5, isinstance(True, int), True + True, True & False, True | 2, True ^ True, repr(True), str(False))
print((10).__add__(5), (10).__radd__(5), (10).__sub__("a"), (10).__pow__(3, 7), (10).__rpow__(2), (10).__divmod__(3), (10).__rdivmod__(3), (5).__eq__(5), (5).__lt__("a"))
