"""Match statements with every kind of pattern."""


def kinds(subject):
    match subject:
        case 0 | 1 | -1.5 | "text" | b"bytes" | 1 + 2j:
            return "value"
        case None | True | False:
            return "singleton"
        case []:
            return "empty"
        case [_, _]:
            return "two"
        case [first, *_, last]:
            return first, last
        case [first, second, *rest] if rest:
            return first, second, rest
        case {}:
            pass
        case {"a": 1, kinds.key: value, **others}:
            return value, others
        case str(text) | bytes(text):
            return text
        case Point(0, y=0) as origin:
            return origin
        case Point(x, y=(Point(x=z) | [z, 1])):
            return x, z
        case (1, a, b) | (2, b, a):
            return a, b
        case (1 | 2) as number, {"k": [*_]}:
            return number
        case _:
            return None


match command.split():
    case ["go", direction] if direction in ("n", "s"):
        go(direction)
    case ["quit"]:
        raise SystemExit
    case other:
        print(other)

match x:
    case y if y:
        pass

match x:
    case _ if x:
        pass
