"""Which form each family of instructions takes after its second execution, and which it refuses."""
import collections
import dis
import functools
import io
import math
import re
import types


def forms(function, *families):
    listing = io.StringIO()
    dis.dis(function, adaptive=True, file=listing)
    found = re.findall(r"[A-Z][A-Z_0-9]{3,}", listing.getvalue())
    return [name for name in found if name.startswith(families)]


def warm(title, family, source, *calls, **names):
    """Defines `def f(...): return source`, calls it with each tuple, prints its forms."""
    namespace = {**globals(), **names}
    head, _, body = source.partition(": ")
    exec(f"def f({head}):\n    {body}", namespace)
    f = namespace["f"]
    for arguments in calls:
        try:
            f(*arguments)
        except Exception as e:
            print("   ", type(e).__name__)
    print(f"{title:34}", *forms(f, *family.split()))


def twice(*arguments):
    return [arguments, arguments]


print("-- BINARY_OP")
for operator in "+ - * / // % ** & | ^ << >>".split():
    for a, b in ((7, 3), (7.5, 2.5), (7, 2.5), (True, 3), (10**30, 3)):
        if operator in "& | ^ << >>".split() and isinstance(b, float):
            continue
        warm(f"{a!r} {operator} {b!r}", "BINARY_OP", f"a, b: return a {operator} b", *twice(a, b))
warm("str + str", "BINARY_OP", "a, b: return a + b", *twice("ab", "cd"))
warm("s = s + t", "BINARY_OP", "a, b: a = a + b; return a", *twice("ab", "cd"))
warm("s += t", "BINARY_OP", "a, b: a += b; return a", *twice("ab", "cd"))
warm("other = s + t", "BINARY_OP", "a, b: c = a + b; return c", *twice("ab", "cd"))
warm("list + list", "BINARY_OP", "a, b: return a + b", *twice([1], [2]))
warm("str * int", "BINARY_OP", "a, b: return a * b", *twice("ab", 2))
warm("str % int", "BINARY_OP", "a, b: return a % b", *twice("%d", 2))
warm("i += 1", "BINARY_OP", "i: i += 1; return i", *twice(3))

print("-- COMPARE_OP")
for operator in "< <= == != > >=".split():
    for a, b in ((1, 2), (1.5, 2.5), ("a", "b"), (1, 2.5), (2**30, 1), (None, None), ((), ())):
        if a is None and operator not in "== !=":
            continue
        warm(f"{a!r} {operator} {b!r}", "COMPARE_OP", f"a, b: return a {operator} b", *twice(a, b))

print("-- CONTAINS_OP")
for value in ({1: 2}, {1}, frozenset([1]), [1], (1,), "1", collections.OrderedDict()):
    key = "1" if isinstance(value, str) else 1
    warm(f"in {type(value).__name__}", "CONTAINS_OP", "k, v: return k in v", *twice(key, value))
    warm(f"not in {type(value).__name__}", "CONTAINS_OP", "k, v: return k not in v", *twice(key, value))


class Plain:
    pass


class Long:
    def __len__(self):
        return 3


class Truth:
    def __bool__(self):
        return False


print("-- TO_BOOL")
for value in (True, 3, 10**30, [], None, "x", (), {}, 1.5, Plain(), Long(), Truth(), len, Plain):
    warm(type(value).__name__, "TO_BOOL", "v: return 1 if v else 2", *twice(value))


class Items:
    def __getitem__(self, i):
        return i


class ItemsDefault:
    def __getitem__(self, i, j=1):
        return i


class ItemsAny:
    def __getitem__(self, *i):
        return i


class SubList(list):
    pass


print("-- BINARY_SUBSCR, STORE_SUBSCR")
for value, key in (([1, 2], 1), ([1, 2], -1), ([1, 2], True), ((1, 2), 0), ((1, 2), -1), ("ab", 1),
                   ("a\xe9", 1), ({1: 2}, 1), (b"ab", 0), (range(3), 1), (SubList([1, 2]), 1),
                   (Items(), 1), (ItemsDefault(), 1), (ItemsAny(), 1), ([1, 2], 2**30)):
    title = f"{type(value).__name__}[{key!r}]"
    warm(title, "BINARY_SUBSCR", "v, k: return v[k]", *twice(value, key))
warm("list[slice]", "BINARY_SUBSCR BINARY_SLICE", "v: return v[1:]", *twice([1, 2]))
for value, key in (([1, 2], 1), ([1, 2], -1), ([1, 2], 5), ({}, 1), (bytearray(3), 1),
                   (SubList([1, 2]), 1), (collections.OrderedDict(), 1)):
    warm(f"{type(value).__name__}[{key!r}] = 5", "STORE_SUBSCR", "v, k: v[k] = 5", *twice(value, key))

print("-- UNPACK_SEQUENCE")
for value in ((1, 2), (1, 2, 3), [1, 2], [1, 2, 3], "ab", range(2), (1,), [1], SubList([1, 2])):
    targets = ", ".join("abc"[:len(value)]) + ","
    warm(repr(value), "UNPACK_SEQUENCE", f"v: {targets} = v", *twice(value))


def numbers():
    yield 1
    yield 2


print("-- FOR_ITER, SEND")
for title, make in (("list", lambda: [1, 2, 3]), ("tuple", lambda: (1, 2, 3)),
                    ("range", lambda: range(3)), ("generator", numbers), ("str", lambda: "abc"),
                    ("dict", lambda: {1: 2, 3: 4}), ("set", lambda: {1, 2}),
                    ("big range", lambda: range(10**20, 10**20 + 3)),
                    ("enumerate", lambda: enumerate("ab")), ("zip", lambda: zip("ab", "cd"))):
    warm(title, "FOR_ITER", "make: return [x for x in make()]", *twice(make))


def outer(make):
    yield from make()


for title, make in (("generator", numbers), ("list", lambda: [1, 2, 3])):
    list(outer(make)), list(outer(make))
    print(title, *forms(outer, "SEND", "RESUME"))


async def leaf():
    return 5


async def root():
    return await leaf() + await leaf()


for _ in range(3):
    try:
        root().send(None)
    except StopIteration as e:
        result = e.value
print("await", result, *forms(root, "SEND", "RESUME"))

ONE = 1


class Dicty(dict):
    pass


print("-- LOAD_GLOBAL")
warm("global", "LOAD_GLOBAL", ": return ONE", (), ())
warm("builtin", "LOAD_GLOBAL", ": return len", (), ())
warm("missing", "LOAD_GLOBAL", ": return NOT_THERE", (), ())


class Point:
    kind = "point"

    def __init__(self, x):
        self.x = x

    def method(self):
        return self.x

    @property
    def double(self):
        return self.x * 2

    native = property(len)

    @classmethod
    def make(cls):
        return cls(1)

    @staticmethod
    def static():
        return 1


class Slotted:
    __slots__ = ("a", "b")
    kind = "slotted"

    def __init__(self):
        self.a = 1
        self.b = 2

    def method(self):
        return 1


class SlottedError(Exception):
    __slots__ = ("code",)

    def method(self):
        return 1


class Asked:
    def __getattribute__(self, name):
        return name


class Fallback:
    def __getattr__(self, name):
        return name

    @property
    def p(self):
        return 1


class Both:
    def __getattribute__(self, name):
        return name

    def __getattr__(self, name):
        return name


class Data:
    def __get__(self, obj, ty):
        return 1

    def __set__(self, obj, value):
        pass


class WithData:
    data = Data()


class Meta(type):
    def meta_method(cls):
        return 1


class OfMeta(metaclass=Meta):
    y = 1


def own_dict():
    p = Point(1)
    p.__dict__ = {"x": 2}
    return p


def other_keys():
    p = Point(1)
    p.__dict__[1] = 1
    return p


def materialized():
    p = Point(1)
    p.__dict__
    return p


def coded():
    e = SlottedError()
    e.code = 3
    return e


point = Point(1)
print("-- LOAD_ATTR")
for title, value, name in (
        ("instance value", point, "x"), ("class attribute", point, "kind"),
        ("method", point, "method"), ("property", point, "double"),
        ("native property", point, "native"), ("classmethod", point, "make"),
        ("staticmethod", point, "static"), ("__class__", point, "__class__"),
        ("__dict__", point, "__dict__"), ("missing", point, "zz"),
        ("own dict", own_dict(), "x"), ("own dict, class attribute", own_dict(), "kind"),
        ("own dict, method", own_dict(), "method"), ("other keys", other_keys(), "x"),
        ("materialized", materialized(), "x"), ("slot", Slotted(), "a"), ("slot b", Slotted(), "b"),
        ("slotted class attribute", Slotted(), "kind"), ("slotted method", Slotted(), "method"),
        ("slot of an exception", coded(), "code"), ("method of an exception", coded(), "method"),
        ("args", coded(), "args"), ("__getattribute__", Asked(), "x"),
        ("__getattr__", Fallback(), "x"), ("__getattr__, property", Fallback(), "p"),
        ("both", Both(), "x"), ("data descriptor", WithData(), "data"),
        ("class", Point, "kind"), ("function of a class", Point, "method"),
        ("classmethod of a class", Point, "make"), ("mro", Point, "mro"),
        ("class of a metaclass", OfMeta, "y"), ("metaclass method", OfMeta, "meta_method"),
        ("module", math, "pi"), ("module function", math, "sin"), ("module missing", math, "zz"),
        ("list method", [], "append"), ("int real", 3, "real"), ("str method", "a", "upper"),
        ("function name", own_dict, "__name__"), ("list subclass method", SubList(), "append"),
        ("generator", numbers(), "close"),
        ("bound method", point.method, "__func__"), ("namespace", types.SimpleNamespace(a=1), "a")):
    warm(title, "LOAD_ATTR", f"v: return v.{name}", *twice(value))
    if "method" in title or title in ("append", "classmethod", "staticmethod"):
        warm(title + " called", "LOAD_ATTR", f"v: v.{name}()", *twice(value))

print("-- STORE_ATTR")
for title, value, name in (
        ("instance value", point, "x"), ("new", Point(1), "fresh"), ("shadows class", point, "kind"),
        ("own dict", own_dict(), "x"), ("own dict, new", own_dict(), "new"),
        ("other keys", other_keys(), "x"), ("materialized", materialized(), "x"),
        ("slot", Slotted(), "b"), ("property", point, "double"), ("data", WithData(), "data"),
        ("class", Point, "kind2"), ("module", types.ModuleType("m"), "x"),
        ("function", own_dict, "x"), ("slot of an exception", coded(), "code"),
        ("exception dict", Exception(), "x")):
    warm(title, "STORE_ATTR", f"v: v.{name} = 1", *twice(value))


class Child(Point):
    def method(self):
        return super().method()

    def attr(self):
        return super().kind

    def shadow(self, super):
        return super().kind


print("-- LOAD_SUPER_ATTR")
child = Child(1)
for _ in range(2):
    child.method(), child.attr(), child.shadow(lambda: child)
for function in (Child.method, Child.attr, Child.shadow):
    print(*forms(function, "LOAD_SUPER_ATTR", "LOAD_ATTR", "CALL"))


def simple(a, b):
    return a


def defaults(a, b=1, c=2):
    return a


def keyword_only(a, *, b=1):
    return a


def variadic(*a, **k):
    return a


def changed(a):
    return a


changed.__defaults__ = (1,)


class Init:
    def __init__(self, a):
        self.a = a


class InitDefault:
    def __init__(self, a, b=1):
        self.a = a


class InitAny:
    def __init__(self, *a):
        pass


class InitSlots:
    __slots__ = ()

    def __init__(self, a):
        pass


class New:
    def __new__(cls, a):
        return object.__new__(cls)


class InitMeta(metaclass=Meta):
    def __init__(self, a):
        pass


class CallMe:
    def __call__(self, a):
        return a


def closure():
    def inner(a):
        return a
    return inner


print("-- CALL")
for title, value, arguments in (
        ("exact", simple, (1, 2)), ("too few", defaults, (1,)), ("all", defaults, (1, 2, 3)),
        ("wrong count", simple, (1,)), ("keyword-only", keyword_only, (1,)),
        ("variadic", variadic, (1,)), ("changed defaults", changed, (1,)),
        ("FunctionType", types.FunctionType(simple.__code__, {}), (1, 2)),
        ("lambda", lambda a: a, (1,)), ("bound", point.method, ()),
        ("bound native", [].append, (1,)), ("bound callable", types.MethodType(len, "ab"), ()),
        ("len", len, ("ab",)), ("isinstance", isinstance, (1, int)), ("abs", abs, (1,)),
        ("print", print, ()), ("sorted", sorted, ([1],)), ("max", max, (1, 2)), ("id", hash, (1,)),
        ("getattr", getattr, (point, "x")), ("iter", iter, ([],)), ("globals", globals, ()),
        ("type", type, (1,)), ("str", str, (1,)), ("tuple", tuple, ([],)), ("int", int, ("1",)),
        ("str two", str, (b"a", "ascii")), ("list", list, ()), ("dict", dict, ()), ("set", set, ()),
        ("range", range, (3,)), ("float", float, (1,)), ("bool", bool, (1,)), ("bytes", bytes, (1,)),
        ("object", object, ()), ("zip", zip, ()), ("map", map, (int, ())), ("slice", slice, (1,)),
        ("ValueError", ValueError, (1,)), ("deque", collections.deque, ()),
        ("Init", Init, (1,)), ("InitDefault", InitDefault, (1, 2)),
        ("InitDefault less", InitDefault, (1,)), ("InitAny", InitAny, (1,)),
        ("InitSlots", InitSlots, (1,)), ("New", New, (1,)), ("InitMeta", InitMeta, (1,)),
        ("Plain", Plain, ()), ("subclass of list", SubList, ()), ("CallMe", CallMe(), (1,)),
        ("closure", closure(), (1,)), ("partial", functools.partial(int, "5"), ()),
        ("list.append", list.append, ([], 1)), ("str.upper", str.upper, ("a",)),
        ("str.split", str.split, ("a b",)), ("str.replace", str.replace, ("a", "a", "b")),
        ("dict.get", dict.get, ({}, 1)), ("classmethod", Point.make, ()), ("not callable", 3, ())):
    names = ", ".join(f"a{i}" for i in range(len(arguments)))
    warm(title, "CALL", f"g{', ' if names else ''}{names}: return g({names})",
         *twice(value, *arguments))
for source, value, arguments in (
        ("v.append(a)", [], (1,)), ("x = v.append(a)", [], (1,)), ("v.append(a)", SubList(), (1,)),
        ("v.pop()", [1, 2, 3], ()), ("v.upper()", "a", ()), ("v.split()", "a b", ()),
        ("v.split(a)", "a b", (" ",)), ("v.join(a)", "a", (["b"],)), ("v.get(a)", {}, (1,)),
        ("v.format(a)", "{}", (1,)), ("v.add(a)", set(), (1,)), ("v.method()", Point(1), ()),
        ("v.make()", Point(1), ()), ("v.static()", Point(1), ()), ("v.sin(a)", math, (1,)),
        ("v.update(a)", {}, ({},)), ("v.encode()", "a", ())):
    names = ", a" * len(arguments)
    warm(source + " " + type(value).__name__, "CALL", f"v{names}: {source}",
         *twice(value, *arguments))
