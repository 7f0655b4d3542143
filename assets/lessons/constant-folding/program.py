def seconds():
    return 24 * 60 * 60


def huge():
    return 2 ** 200


def many():
    return "ab" * 3000


def late():
    return 1 / 0


print(seconds.__code__.co_consts)
print(len(huge.__code__.co_code), huge.__code__.co_consts[1:])
print(many.__code__.co_consts[1:])
print(seconds(), huge() % 1000, len(many()))
try:
    late()
except ZeroDivisionError as error:
    print("only when it runs:", error)
