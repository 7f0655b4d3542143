"""Calls: positional, defaults, keywords, recursion, closures, *args."""


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def with_defaults(a, b=2, c=3):
    return a + b + c


def make_adder(n):
    def add(x):
        return x + n
    return add


def collect(*args, **kwargs):
    return len(args) + len(kwargs)


def main():
    total = fib(23)
    add = make_adder(3)
    for i in range(60000):
        total += with_defaults(i)
        total += with_defaults(i, c=5)
        total += add(i)
        total += collect(i, i, key=i)
    return total


for _ in range(4):
    result = main()
print(result)
