"""How often an instruction tries to specialize, and how many misses a form forgives."""
import dis
import io
import re


def states(function):
    """The name and counter of each instruction that has one."""
    listing = io.StringIO()
    dis.dis(function, adaptive=True, show_caches=True, file=listing)
    name = None
    for line in listing.getvalue().splitlines():
        word = re.search(r"[A-Z][A-Z_0-9]{3,}", line)
        counter = re.search(r"counter: (\d+)", line)
        if counter:
            yield name, int(counter[1])
        elif word and word[0] != "CACHE":
            name = word[0]


def state(function, family):
    for name, counter in states(function):
        if name.startswith(family):
            return name, counter >> 4, counter & 15


def add(a, b):
    return a + b


print("-- warm-up")
print(state(add, "BINARY_OP"))
for _ in range(3):
    add(1, 2)
    print(state(add, "BINARY_OP"))

print("-- misses until another form")
misses = 0
while state(add, "BINARY_OP")[0] == "BINARY_OP_ADD_INT":
    add(1.5, 2.5)
    misses += 1
print(misses, state(add, "BINARY_OP"))

print("-- misses until no form")
misses = 0
while state(add, "BINARY_OP")[0] != "BINARY_OP":
    add([], [])
    misses += 1
print(misses, state(add, "BINARY_OP"))


def divide(a, b):
    return a / b


print("-- attempts that fail")
before = state(divide, "BINARY_OP")
for execution in range(1, 5000):
    divide(1, 2)
    now = state(divide, "BINARY_OP")
    if now[2] != before[2]:
        print(execution, now)
    before = now

print("-- each family starts alike")


def all_families(o, d):
    o.x = 1
    o.x
    d[1] = 1
    d[1]
    1 in d
    len(d)
    a, b = 1, o
    for _ in ():
        pass
    if d == o:
        pass
    return not d


class O:
    pass


print(*states(all_families))
o, d = O(), {1: 2}
for _ in range(3):
    all_families(o, d)
print(*states(all_families))

print("-- guards")


class C:
    def method(self):
        return 1

    def __init__(self):
        self.x = 1


def use(c):
    return c.x, c.method()


c = C()
use(c), use(c)
print(*states(use))
c.method = lambda: 2
print(use(c), state(use, "LOAD_ATTR_INSTANCE"), state(use, "LOAD_ATTR_METHOD"))
print(use(C()), state(use, "LOAD_ATTR_INSTANCE"), state(use, "LOAD_ATTR_METHOD"))
C.method = lambda self: 3
print(use(C()), state(use, "LOAD_ATTR_INSTANCE"), state(use, "LOAD_ATTR_METHOD"))
del c.x
C.x = 7
print(use(c), state(use, "LOAD_ATTR_INSTANCE"))
c.__dict__
print(use(c), state(use, "LOAD_ATTR_INSTANCE"))


def read():
    return value, len


value = 1
read(), read()
print(state(read, "LOAD_GLOBAL_MODULE"), state(read, "LOAD_GLOBAL_BUILTIN"))
value = 2
print(read()[0], state(read, "LOAD_GLOBAL_MODULE"), state(read, "LOAD_GLOBAL_BUILTIN"))
another = 3
print(read()[0], state(read, "LOAD_GLOBAL_MODULE"), state(read, "LOAD_GLOBAL_BUILTIN"))
len = 5
print(read(), state(read, "LOAD_GLOBAL_MODULE"), state(read, "LOAD_GLOBAL_BUILTIN"))
del len
print(read()[1] != 5, state(read, "LOAD_GLOBAL_MODULE"))


def call(f, *a):
    return f(1)


def one(a):
    return a


def two(a):
    return -a


call(one), call(one)
print(state(call, "CALL"))
print(call(two), state(call, "CALL"))
one.__defaults__ = (1,)
print(call(one), state(call, "CALL"))


def bottom(n):
    return 0 if n == 0 else 1 + bottom(n - 1)


print(bottom(100), state(bottom, "CALL"))
try:
    bottom(100000)
except RecursionError as e:
    print(e, state(bottom, "CALL")[0])


def loop(items):
    total = 0
    for x in items:
        total += x
    return total


print(loop([1, 2]), loop([1, 2]), loop((1, 2)), loop(range(3)), loop(iter({4: 5})), state(loop, "FOR_ITER"))


def gen():
    got = yield 1
    print("got", got)
    return 9


def drain(g):
    for x in g():
        pass


drain(gen), drain(gen), drain(gen)
print(state(drain, "FOR_ITER"))


def broken():
    yield 1
    raise StopIteration


try:
    drain(broken)
except RuntimeError as e:
    print(repr(e), repr(e.__cause__))
