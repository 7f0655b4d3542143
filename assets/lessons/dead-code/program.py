def after_return():
    return 1
    print("never")


def debug_only():
    if False:
        print("never")
    while True:
        return 2


def asserted(value):
    if __debug__:
        value += 1
    return value


print(after_return.__code__.co_consts, after_return.__code__.co_names)
print(debug_only.__code__.co_consts, debug_only.__code__.co_names)
print(len(after_return.__code__.co_code), len(debug_only.__code__.co_code))
print(after_return(), debug_only(), asserted(3))
