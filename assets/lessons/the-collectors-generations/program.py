import gc


class Node:
    def __init__(self, number):
        self.number = number
        self.itself = self


def nodes_of(generation):
    return sum(type(found) is Node for found in gc.get_objects(generation))


gc.set_threshold(40, 3, 2)
gc.collect()
kept = []
for number in range(300):
    node = Node(number)
    if number % 10 == 0:
        kept.append(node)
node = None

print("counts:", gc.get_count())
print("nodes by generation:", [nodes_of(n) for n in range(3)])
gc.collect()
print("nodes by generation:", [nodes_of(n) for n in range(3)])
gc.freeze()
print("nodes by generation:", [nodes_of(n) for n in range(3)])
