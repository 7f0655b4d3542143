import gc

gc.disable()
calls = []
saved = []


class Ghost:
    def __init__(self, name):
        self.name = name
        self.itself = self

    def __del__(self):
        calls.append(self.name)
        if self.name == "stays":
            saved.append(self)


Ghost("goes")
Ghost("stays")
print("first pass:", gc.collect(), calls)
print("saved:", [ghost.name for ghost in saved])

saved.clear()
print("second pass:", gc.collect(), calls)
