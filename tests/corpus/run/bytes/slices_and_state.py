# Assigning nothing to an extended slice deletes it; the state of subclasses with slots is kept.
b = bytearray(b"abcdefgh")
b[1:-1:2] = b""
print(b)
b[5:2:3] = b""
print(b)
view = memoryview(b)
try:
    b[::2] = b""
except BufferError as error:
    print(error)
view.release()


class Slotted(bytearray):
    __slots__ = ("x", "__dict__")


s = Slotted(b"q")
s.x = 1
s.y = 2
print(s.__reduce_ex__(4), Slotted().__reduce__()[1:])
print((b"a" * 5000 + b"b").find(b"a" * 2500 + b"c"), ("ab" * 3000).rfind("ab" * 1000 + "a"), ("a" * 4000).count("a" * 999 + "b"))
