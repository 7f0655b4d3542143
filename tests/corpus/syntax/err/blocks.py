if x:
y
#---
def f():
pass
#---
class C:
x = 1
#---
while x:

pass
#---
for a in b:
pass
#---
try:
pass
#---
try:
    pass
x = 1
#---
try:
    pass
except A:
pass
#---
try:
    pass
except:
pass
#---
try:
    pass
finally:
pass
#---
try: pass
except* A:
pass
#---
with a:
pass
#---
with (a as b):
pass
#---
match x:
pass
#---
match x:
    case 1:
    pass
#---
if x:
    y
else:
z
#---
if x:
    y
elif z:
w
#---
if x
    y
#---
if x
#---
while x
    y
#---
for a in b
    y
#---
class C
    y
#---
class C(a)
    y
#---
def f()
    y
#---
def f
    y
#---
try
    y
#---
with a
    y
#---
with (a, b)
    y
#---
else:
    y
#---
elif x: y
#---
  x
#---
x
  y
#---
if x:
    y
  z
#---
if x:
	y
        z
#---
if x:
        y
	z
#---
try: pass
except A, B: pass
#---
try: pass
except A
  pass
#---
try: pass
except: pass
except* A: pass
#---
try: pass
except* A: pass
except B: pass
#---
try: pass
except*: pass
#---
match x
    case 1: pass
#---
match x:
    case 1
        pass
#---
match x:
    case a as b.c: pass
#---
match x:
    case a as _: pass
#---
match x:
    case C(a=1, b): pass
#---
match x:
    case {**rest, 1: y}: pass
#---
match x:
    case 1 + 1: pass
#---
match x:
    case 1j + 1j: pass
#---
match x:
    case *a: pass
#---
async x
#---
if 1: if 2: pass
#---
lambda x y: 1
