class Key:
    """Says that it never changes: it can be a key of a dict."""

    def __init__(self, name):
        object.__setattr__(self, "name", name)

    def __setattr__(self, name, value):
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self.name == other.name


key = Key("red")
prices = {key: "cheap"}
print("found:", prices[key])

try:
    key.name = "blue"
except AttributeError as error:
    print("the front door is shut:", error)

object.__setattr__(key, "name", "blue")
print("changed behind its back:", key.name)
print("found under the new name:", key in prices)
print("found under the old name:", Key("red") in prices)
print("and yet it is there:", list(prices)[0] is key)

object.__setattr__(key, "name", "red")
print("put right again:", prices[key])

text = "red"
print("shared:", text is key.name)
