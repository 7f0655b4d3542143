"""Allocation and collection: trees, cycles, the collector's passes."""
import gc


class Node:
    def __init__(self, value):
        self.value = value
        self.next = None
        self.items = []


def cycles(n):
    for i in range(n):
        a = Node(i)
        b = Node(i + 1)
        a.next = b
        b.next = a
        a.items.append(b)


def build(depth):
    if depth == 0:
        return (None, None)
    return (build(depth - 1), build(depth - 1))


def count(tree):
    left, right = tree
    if left is None:
        return 1
    return 1 + count(left) + count(right)


def main():
    cycles(20000)
    kept = [Node(i) for i in range(5000)]
    total = 0
    for _ in range(4):
        total += count(build(11))
    gc.collect()
    return total, len(kept)


for _ in range(4):
    result = main()
print(result)
