class Node:
    def __init__(self):
        self.me = self

for _ in range(3):
    Node()
print("golden")
