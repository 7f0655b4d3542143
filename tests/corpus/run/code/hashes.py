# The hash of a code object takes in all that tells two of them apart.
source = """
def f(a, /, b=2, *, c):
    try:
        return a + b * 1000
    except ValueError:
        pass
x = [i for i in (1, 2)]
"""
code = compile(source, "F", "exec")
print(hash(code))
inner = code.co_consts[0] if hasattr(code.co_consts[0], "co_code") else code.co_consts[1]
print(hash(inner))


def swapped(a, b):
    return a - b, b - a


def other(a, b):
    return b - a, a - b


same = other.__code__.replace(co_name="swapped", co_qualname="swapped", co_linetable=swapped.__code__.co_linetable,
                              co_firstlineno=swapped.__code__.co_firstlineno)
print(hash(same) == hash(swapped.__code__), same == swapped.__code__)
print(hash(swapped.__code__.replace()) == hash(swapped.__code__))
