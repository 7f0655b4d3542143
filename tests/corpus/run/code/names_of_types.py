# A static type makes its name anew each time; a type of the heap keeps it.
class Own:
    pass


for kind in (int, AttributeError, Own):
    print(kind.__name__ is kind.__name__, kind.__qualname__ is kind.__qualname__, kind.__name__)
