f() = 1
#---
1 = x
#---
a + b = c
#---
None = 1
#---
(a, b.c, "d") = x
#---
[x for x in y] = z
#---
x if y else z = 1
#---
a, f() = 1, 2
#---
*a, 1 = x
#---
a = 1 = b
#---
a += b += c
#---
(a, b) += 1
#---
f() += 1
#---
a, b: int
#---
[a]: int
#---
f(): int
#---
del f()
#---
del (a, b + c)
#---
del *a
#---
for f() in x: pass
#---
for 1 in x: pass
#---
for a in b, c in d: pass
#---
with a as f(): pass
#---
with a as b, c as 1: pass
#---
[x for f() in y]
#---
(a := 1) = 2
#---
(f() := 1)
#---
(a.b := 1)
#---
x = yield = 1
#---
lambda: x = 1
#---
`a` = 1
#---
"a" = 1
#---
f"{a}" = 1
#---
if x = 1: pass
#---
while f() = 1: pass
#---
print(a = b = c)
#---
not a = 1
#---
a < b = c
#---
-a = 1
#---
... = 1
#---
{} = 1
#---
{a} = 1
#---
lambda x: x = 1
#---
await x = 1
