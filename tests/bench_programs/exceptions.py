"""Exceptions: raise, catch, finally, with, nested handlers."""


class Refused(Exception):
    pass


class Door:
    def __init__(self):
        self.opened = 0

    def __enter__(self):
        self.opened += 1
        return self

    def __exit__(self, kind, value, tb):
        return kind is Refused


def check(i):
    if i % 3 == 0:
        raise ValueError(i)
    if i % 5 == 0:
        raise Refused("five")
    return i


def main():
    total = 0
    door = Door()
    for i in range(40000):
        try:
            total += check(i)
        except ValueError as e:
            total += e.args[0]
        except Refused:
            total -= 1
        finally:
            total += 1
        with door:
            if i % 7 == 0:
                raise Refused
            total += 1
    try:
        [][1]
    except IndexError:
        total += 1
    return total, door.opened


for _ in range(4):
    result = main()
print(result)
