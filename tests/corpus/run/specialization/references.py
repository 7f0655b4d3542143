"""What a program can see of the difference between the forms: counts, identities, frames."""
import sys


class Counted:
    def __init__(self, arg):
        self.counts = sys.getrefcount(self), sys.getrefcount(arg)

    def method(self, arg):
        return sys.getrefcount(self), sys.getrefcount(arg)

    @property
    def prop(self):
        return sys.getrefcount(self)

    def __getitem__(self, key):
        return sys.getrefcount(self), sys.getrefcount(key)

    def __getattr__(self, name):
        return sys.getrefcount(self)


class Asked:
    def __getattribute__(self, name):
        return sys.getrefcount(self)


def function(arg):
    return sys.getrefcount(arg)


def defaulted(arg, other=None):
    return sys.getrefcount(arg)


def generator(arg):
    yield sys.getrefcount(arg)


def run():
    arg = object()
    counted = Counted(arg)
    asked = Asked()
    bound = counted.method
    for _ in range(4):
        print(Counted(arg).counts, counted.method(arg), counted.prop, counted[arg], counted.missing,
              asked.x, function(arg), defaulted(arg), bound(arg), list(generator(arg)))


run()


class Raises:
    def __init__(self):
        raise ValueError("in __init__")


class Wrong:
    def __init__(self):
        return 5


class Deep:
    def __init__(self):
        frame = sys._getframe()
        names = []
        while frame is not None:
            names.append(frame.f_code.co_name)
            frame = frame.f_back
        self.names = names


def make():
    for cls in (Raises, Wrong):
        for _ in range(3):
            try:
                cls()
            except Exception as e:
                tb = e.__traceback__
                lines = []
                while tb is not None:
                    lines.append(tb.tb_frame.f_code.co_name)
                    tb = tb.tb_next
                print(type(e).__name__, e, lines)
    for _ in range(3):
        print(Deep().names)


make()


def floats():
    x = 1.5
    for _ in range(4):
        y = x + 1.0
        first = id(y * 2.0)
        z = (y * 2.0) + 0.5
        print(id(z) == first, z)


floats()


def grow():
    s = "ab" * 40
    same = 0
    for i in range(60):
        before = id(s)
        s += "x"
        same += id(s) == before
    kept = s
    t = s
    t += "y"
    print(len(s), kept is s, t is s, len(t), same > 40)
    hash(s)
    before = id(s)
    del kept
    s += "z"
    print(id(s) == before, s[-3:])
    u = "\xe9" * 3
    u += "\u20ac"
    u += "a"
    u += "\U0001f600"
    print(ascii(u))


grow(), grow()


class Shadow:
    def append(self, x):
        return "mine"


def append(target, x):
    target.append(x)
    return target


print(append([], 1), append([], 2), append([], 3), type(append(Shadow(), 4)).__name__)


class Loud:
    def __del__(self):
        print("dead")


def drop():
    for _ in range(3):
        box = [Loud()]
        box[0] = None
        print("replaced")
        holder = Shadow()
        holder.x = Loud()
        holder.x = 1
        print("stored")
        (Loud() and None)
        print("tested")


drop()


def locals_in_loop(gen):
    total = []
    for x in gen:
        total.append((x, gen.gi_running, gen.gi_frame is not None))
    return total, gen.gi_frame, gen.gi_running


def count():
    yield 1
    yield 2


for _ in range(3):
    print(locals_in_loop(count()))


def inner_error():
    yield 1
    raise KeyError("k")


def outer_loop():
    try:
        for x in inner_error():
            print(x)
    except KeyError as e:
        tb = e.__traceback__
        names = []
        while tb:
            names.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno))
            tb = tb.tb_next
        print(names)


for _ in range(3):
    outer_loop()


def delegate():
    result = yield from reply()
    return ("got", result)


def reply():
    x = yield "first"
    y = yield x
    return x, y


for _ in range(3):
    g = delegate()
    print(next(g), g.send(5), g.gi_yieldfrom is not None)
    try:
        g.send(6)
    except StopIteration as e:
        print(e.value)
    g = delegate()
    next(g)
    try:
        g.throw(ValueError("thrown"))
    except ValueError as e:
        print(repr(e))
    g = delegate()
    next(g)
    g.close()
