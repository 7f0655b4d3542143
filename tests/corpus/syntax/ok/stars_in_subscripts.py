# In a subscript a star takes any expression; in a display it takes operands of `|` alone.
a[*b or c]
a[*b and c, *d if e else f]
a[*not b]
a[*b <= c][...]
a[b, *c in d] = 1
del a[*b is c]
a[*lambda x, y: x, 2]
a[*b[*c or d] or e]
f"{a[*b or c]}"
a.b(c)[*d or e,]
a[*b or c, d:e, o := 1]
[*a | b, *c]
