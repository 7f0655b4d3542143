import gc

gc.disable()


class Node:
    def __init__(self, name):
        self.name = name
        self.other = None


def make_pair():
    left = Node("left")
    right = Node("right")
    left.other = right
    right.other = left


make_pair()
print("the names are gone, the objects are not")
print("collected:", gc.collect())
