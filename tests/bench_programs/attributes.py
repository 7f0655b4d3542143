"""Attributes: instance values, slots, methods, properties, class attributes, super()."""


class Shape:
    kind = "shape"

    def __init__(self, width):
        self.width = width
        self.count = 0

    def area(self):
        self.count += 1
        return self.width

    @property
    def double(self):
        return self.width * 2


class Square(Shape):
    def area(self):
        return super().area() * self.width


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


def main():
    square = Square(3)
    point = Slotted(1, 2)
    total = 0
    for _ in range(60000):
        total += square.area() + square.double
        point.x += 1
        point.y = point.x
        total += point.y + len(square.kind)
    return total, square.count


for _ in range(4):
    result = main()
print(result)
