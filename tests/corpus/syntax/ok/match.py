match x:
    case 0 | -1 | 2.5 | -3j | 1+2j | -1 - 2j: pass
    case "a" "b" | b"c" | None | True | False: pass
    case name: pass
match x, y:
    case _: pass
match x,:
    case a, b: pass
    case a,: pass
    case [a, *_, b] | (a, *b): pass
    case [] | (): pass
    case (a): pass
    case (a, ): pass
    case a.b | a.b.c: pass
    case {} | {"k": v, 1: _, a.b: [c], **rest}: pass
    case {**rest, }: pass
    case C() | D(a, b,) | m.E(x=1, y=[z],): pass
match *a, b:
    case P(1, k=v) if v > 1: x;
    case (a | b) as c: pass
    case [P(x=0) as p, *rest] if (y := p): pass
match (x):
    case -0: pass
match = case = type = _ = 1
match[0] = case(1)
match.x
match, case
print(match * x, match (x), match [x])
type X = int
type Y[T, *Ts, **P] = dict[T, P]
type (x)
type = type(x)
class A: type B = int; type = 1
match x:
    case match: match
case.x
