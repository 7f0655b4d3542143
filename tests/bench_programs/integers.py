"""Small ints: loops, comparisons, collatz, bit tricks."""


def collatz(n):
    steps = 0
    while n != 1:
        if n % 2:
            n = 3 * n + 1
        else:
            n //= 2
        steps += 1
    return steps


def main():
    best = 0
    for i in range(1, 6000):
        steps = collatz(i)
        if steps > best:
            best = steps
    x = 12345
    for _ in range(100000):
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
        x ^= x >> 7
    return best, x


for _ in range(2):
    result = main()
print(result)
