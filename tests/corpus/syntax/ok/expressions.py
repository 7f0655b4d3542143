0, 1_000, 0xff, 0o17, 0b101, 00, 1., .5, 1e10, 1_0.0_1e-1_0, 3j, 1.5J, 0xFFFFFFFFFFFFFFFFFFFFFFFF, 1e400
True, False, None, ..., __debug__
'a' "b" '''c
d''', r'\d', b'\x00\377' rb'\n', u'k', '\N{BULLET}\u1234\U0001F600\x41\101\
', "\ud800", 'ä€😀'
a + b - c * d / e // f % g @ h ** i ** -j
-a ** -b, +a, ~a, not a, not not a
a << b >> c & d ^ e | f
a < b <= c > d >= e == f != g in h not in i is j is not k
a and b or c and not d
a if b else c if d else e
lambda: 0
lambda a, /, b, c=1, *d, e, f=2, **g: (a, b)
lambda *, k: k
(x := 1), [y := 2, (z := (3))]
f(a := 1)
f(), f(a), f(*a, b, *c, k=1, **d, l=2, **e), f(x for x in y), f((x for x in y), 1), f(a)(b)(c)
a.b.c[d][e:f][::g][h:i:j, k][*l][*m, n][...][o:=1]
[], [a], [a, *b], (), (a,), (a, *b), (a), {}, {a}, {a, *b}, {a: b, **c, d: e}
[x for x in y], {x for x, in y}, {x: y for x, y in z if x if y}, (x for x in y for z in w)
[[y for y in x] for x in z], [x for x in (lambda: y)()], [x async for x in y]
(yield_), *a, b
a[b, c:d, *e]
(a
 .b(
    c,
 )
 # comment
)
π = naïve = ｆｕｌｌ = 1
x = *a, *b
print(*a, sep='')
1if x else 2
[1for x in y]
