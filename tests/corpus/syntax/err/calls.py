f(a=1, b)
#---
f(**a, b)
#---
f(**a, *b)
#---
f(a b)
#---
f(a, b c, d)
#---
f(x for x in y, 1)
#---
f(1, x for x in y)
#---
f(x for x in y, z for z in w)
#---
f(a.b=1)
#---
f(True=1)
#---
f(a=)
#---
f(a, b=, c)
#---
f(a=x for x in y)
#---
f(*a=1)
#---
f(**a=1)
#---
f(*)
#---
f(**)
#---
f(a, , b)
#---
f(a
#---
f(a]
#---
(a, [b, c)
#---
f(a))
#---
{a: b, c}
#---
{a: b, c d}
#---
{a: *b}
#---
{a: }
#---
{a: b, **c for c in d}
#---
{**a for a in b}
#---
[*a for a in b]
#---
[a, b for a, b in c]
#---
[a, for a in c]
#---
(*a)
#---
(**a)
#---
print a
#---
print "a", b
#---
exec "a"
#---
class C(x for x in y): pass
#---
x = [1, 2
y = 3
#---
def f(a, a=1, b): pass
#---
def f(a=1, b): pass
#---
def f(*): pass
#---
def f(*, **k): pass
#---
def f(*a=1): pass
#---
def f(**k=1): pass
#---
def f(**k, a): pass
#---
def f(**k, *a): pass
#---
def f(*a, *b): pass
#---
def f(/, a): pass
#---
def f(a, /, b, /): pass
#---
def f(*a, /): pass
#---
def f(a, / *b): pass
#---
def f(a=): pass
#---
def f((a, b)): pass
#---
def f(1): pass
#---
lambda *: 1
#---
lambda a=1, b: 1
#---
lambda (a): 1
#---
lambda **k, a: 1
#---
def f[](): pass
#---
def f[*T: int](): pass
#---
def f[**P: (int, str)](): pass
#---
from a import b,
#---
from a import
#---
import a from b
#---
import
#---
from a import (b
#---
a if b
#---
x = (a if b)
#---
a not b
#---
a ! b
#---
a <> b
#---
a ? b
#---
1 + not a
#---
- not a
#---
x ++
#---
return x y
#---
import a.b as c.d
#---
{1, 2: 3}
#---
a[1:2:3:4]
#---
a b
#---
5a
#---
a..b
#---
async def f(): await
