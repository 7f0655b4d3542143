"""Comprehensions: lists, dicts, sets, nested, with conditions."""


def main():
    total = 0
    for n in range(60):
        squares = [i * i for i in range(500)]
        odd = [x for x in squares if x & 1]
        by = {x: y for x, y in zip(odd, squares)}
        rest = {x % 37 for x in odd}
        pairs = [(a, b) for a in range(20) for b in range(20) if a < b]
        rows = [[c * r for c in range(15)] for r in range(15)]
        total += len(by) + len(rest) + len(pairs) + sum(map(sum, rows))
    return total


for _ in range(8):
    result = main()
print(result)
