"""Lists: append, index, store, slices, sort, pop."""


def sieve(n):
    flags = [True] * n
    primes = []
    for i in range(2, n):
        if flags[i]:
            primes.append(i)
            for j in range(i * i, n, i):
                flags[j] = False
    return primes


def main():
    primes = sieve(80000)
    items = [(i * 7919) % 10007 for i in range(20000)]
    items.sort()
    items.reverse()
    stack = []
    for item in items:
        stack.append(item)
        if len(stack) > 50:
            stack.pop()
            stack.pop()
    for i in range(len(items) - 1):
        items[i], items[i + 1] = items[i + 1], items[i]
    return len(primes), sum(primes[:100]), items[5], len(stack)


for _ in range(4):
    result = main()
print(result)
