"""Dicts: counting, look-ups with strings and ints, iteration, deletion."""


def main():
    words = ["w%d" % (i * 7919 % 1000) for i in range(20000)]
    counts = {}
    for word in words:
        if word in counts:
            counts[word] += 1
        else:
            counts[word] = 1
    squares = {}
    for i in range(40000):
        squares[i] = i * i
    total = 0
    for key, value in squares.items():
        total += key ^ value
    for key in range(0, 40000, 2):
        del squares[key]
    for word in words:
        total += counts.get(word, 0)
    return total, len(squares), len(counts)


for _ in range(4):
    result = main()
print(result)
