"""Objects with operators: vectors, ordering, iteration, containers of one's own."""


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    def __lt__(self, other):
        return self.x < other.x

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __bool__(self):
        return self.x != 0


def main():
    total = Vector(0, 0)
    seen = 0
    for i in range(20000):
        v = Vector(i, 1) + total * 2
        total = Vector(v.x % 1000, v.y % 1000)
        if v == total or v < total:
            seen += 1
        if total:
            seen += len(v) + v[0] % 3
    ordered = sorted(Vector(i * 7 % 1001, i) for i in range(2000))
    return total.x, total.y, seen, ordered[0].y


for _ in range(4):
    result = main()
print(result)
