"""Generators: pipelines, yield from, send, generator expressions."""


def numbers(n):
    for i in range(n):
        yield i


def evens(source):
    for n in source:
        if n % 2 == 0:
            yield n


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def averager():
    total = count = 0
    while True:
        value = yield total // (count or 1)
        total += value
        count += 1


def main():
    total = sum(evens(numbers(100000)))
    for depth in tree(12):
        total += depth
    total += sum(x * x for x in range(50000))
    g = averager()
    next(g)
    for i in range(30000):
        last = g.send(i)
    return total, last


for _ in range(5):
    result = main()
print(result)
