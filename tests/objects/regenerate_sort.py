"""Writes sort_comparisons.txt: what list.sort of the running CPython 3.13 compares, in order.

Each line: the keys; the number of comparisons; an FNV-1a checksum over the pairs of original
positions compared; the positions of the sorted items. Run with CPython 3.13 from this folder.
"""
import random

LOG = []


class Key:
    def __init__(self, place, value):
        self.place, self.value = place, value

    def __lt__(self, other):
        LOG.append((self.place, other.place))
        return self.value < other.value


def checksum(pairs):
    state = 0xCBF29CE484222325
    for pair in pairs:
        for number in pair:
            state = ((state ^ number) * 0x100000001B3) % 2**64
    return state


def cases():
    random.seed(3130)
    for n in (0, 1, 2, 3, 5, 8, 40, 63, 64, 65, 100, 200):
        yield list(range(n))
        yield list(range(n, 0, -1))
        yield [0] * n
        yield [random.randrange(1000) for _ in range(n)]
        yield [random.randrange(4) for _ in range(n)]
        yield [-(i // 3) for i in range(n)]
        yield list(range(n // 2)) + list(range(n // 2))
        yield [i // 5 if i % 40 < 30 else -i for i in range(n)]
    for n in (500, 700):
        yield [random.randrange(n) for _ in range(n)]
        yield [random.randrange(5) for _ in range(n)]
        half = sorted(random.randrange(n) for _ in range(n // 2))
        yield half + sorted(random.randrange(n) for _ in range(n // 2))
        yield list(range(200, n)) + list(range(200))
        yield [i for r in range(10) for i in range(r, n, 10)]


with open("sort_comparisons.txt", "w", newline="\n") as out:
    for values in cases():
        LOG.clear()
        items = [Key(i, v) for i, v in enumerate(values)]
        items.sort()
        order = [k.place for k in items]
        print(*values, sep=",", end=";", file=out)
        print(len(LOG), checksum(LOG), checksum([order]), sep=";", file=out)
