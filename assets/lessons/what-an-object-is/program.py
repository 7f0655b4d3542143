import sys


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


number = 1000
text = "object"
point = Point(3, 4)
other = point

for thing in (number, text, point, Point, len):
    print(type(thing).__name__, sys.getsizeof(thing))

twin = Point(3, 4)
print("one object, two names:", other is point, id(other) == id(point))
print("same values, another object:", twin is point)
other.x = 5
print("seen through the first name:", point.x)
print("types have a type:", type(Point), type(type))
