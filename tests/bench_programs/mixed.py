"""A bit of everything: a word counter, a matrix, a queue, a small interpreter."""
from collections import deque


class Machine:
    def __init__(self):
        self.stack = []
        self.steps = 0

    def run(self, program):
        stack = self.stack
        for op, arg in program:
            self.steps += 1
            if op == "push":
                stack.append(arg)
            elif op == "add":
                stack.append(stack.pop() + stack.pop())
            elif op == "mul":
                stack.append(stack.pop() * stack.pop())
            elif op == "drop":
                stack.pop()
        return stack[-1] if stack else None


def matmul(a, b):
    n = len(a)
    result = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            s = 0
            for k in range(n):
                s += a[i][k] * b[k][j]
            result[i][j] = s
    return result


def bfs(edges, start):
    seen = {start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in edges[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return len(seen)


def main():
    program = [("push", 2), ("push", 3), ("add", None), ("push", 4), ("mul", None), ("drop", None)]
    machine = Machine()
    for _ in range(5000):
        machine.run(program)
    a = [[i * j % 7 for j in range(28)] for i in range(28)]
    b = matmul(a, a)
    edges = {i: [(i * 3 + 1) % 4000, (i * 5 + 2) % 4000] for i in range(4000)}
    reached = bfs(edges, 0)
    count = {}
    for word in ("spam egg spam ham " * 3000).split():
        count[word] = count.get(word, 0) + 1
    return machine.steps, b[3][4], reached, sorted(count.items())


for _ in range(5):
    result = main()
print(result)
