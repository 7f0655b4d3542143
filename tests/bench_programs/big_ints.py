"""Big ints: factorials, powers, division, conversion to text."""


def factorial(n):
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


def main():
    a = factorial(1500)
    b = factorial(1400)
    c = a // b
    d = pow(3, 100003, 10**40 + 9)
    x, y = 0, 1
    for _ in range(20000):
        x, y = y, x + y & (1 << 400) - 1
    s = 0
    while a:
        a, digit = divmod(a, 10**15)
        s += digit
    return c % 1000003, d, x % 10**9, s, len(str(b))


for _ in range(5):
    result = main()
print(result)
