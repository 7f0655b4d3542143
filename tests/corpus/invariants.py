"""Uses a little of everything, so that a recording of it meets most events."""
import gc


class Node:
    def __init__(self, value):
        self.value = value
        self.next = None

    def __del__(self):
        deleted.append(self.value)


class Slotted:
    __slots__ = ("a", "b")


deleted = []


def ring(size):
    first = last = Node(0)
    for value in range(1, size):
        node = Node(value)
        last.next = node
        last = node
    last.next = first
    return first


def count(limit):
    for value in range(limit):
        try:
            yield value * 1.5
        finally:
            value = None


def outer():
    total = 0

    def inner(step):
        nonlocal total
        total += step
        return total

    return inner


def fails(depth):
    if depth == 0:
        raise KeyError("deep")
    try:
        fails(depth - 1)
    except KeyError as error:
        raise ValueError(depth) from error


for size in range(3, 8):
    ring(size)
print(gc.collect(), sorted(deleted))

add = outer()
for step in range(20):
    add(step)

words = {}
for number in range(300):
    words[str(number)] = [number, (number, float(number))]
for number in range(0, 300, 3):
    del words[str(number)]
numbers = set(words)
numbers.discard("4")
items = list(numbers)[:50]
items.sort(key=lambda word: int(word))
items.insert(3, "three")
items.pop()
items.reverse()

waiting = count(10)
next(waiting)
next(waiting)
print([value for value in count(4)], add(0), len(items))

slotted = Slotted()
slotted.a = slotted
slotted.b = [slotted]

kept = None
for depth in range(4):
    try:
        fails(depth)
    except (KeyError, ValueError) as error:
        kept = error
print(type(kept).__name__, kept.__cause__)

big = 2 ** 200
text = "".join(chr(97 + n % 26) for n in range(100))
again = [Node(n) for n in range(50)]
again[10:20] = []
again.clear()
for turn in range(2000):
    pair = (turn, [turn])
waiting.close()
print(len(text), big % 1000, len(deleted))
