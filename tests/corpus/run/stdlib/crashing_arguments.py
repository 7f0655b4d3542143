# Objects that change, release or replace what is being worked on, and what must survive it.
import collections, math

class Clearing:
    def __init__(self, target=None): self.target = target
    def __eq__(self, other):
        if self.target is not None: self.target.clear()
        return True
    def __hash__(self): return 0

for operation in ('__isub__', '__ixor__', '__iand__', '__ior__'):
    left, right = set(range(20)), {Clearing()}
    for item in right: item.target = left
    try:
        print(operation, type(getattr(left, operation)(right)).__name__)
    except Exception as e:
        print(operation, type(e).__name__, e)

class Wrong(collections.deque):
    pass
deque = Wrong([1])
Wrong.__new__ = lambda cls, *args: [42]
for f in (lambda: deque * 2, lambda: deque + collections.deque([1]), lambda: deque.copy()):
    try:
        print(f())
    except TypeError as e:
        print(e)
deque = collections.deque('ab')
class Emptying:
    def __eq__(self, other): deque.clear(); return True
deque.extend([Emptying(), 'c'])
try:
    deque.remove('c')
except IndexError as e:
    print(e, deque)

class Releasing:
    def __index__(self): view.release(); return 1
for f in (lambda: view[Releasing()], lambda: view[:Releasing()].tobytes(), lambda: view.__setitem__(0, Releasing()), lambda: view.__setitem__(Releasing(), 1)):
    view = memoryview(bytearray(b'abc'))
    try:
        print(f())
    except ValueError as e:
        print(e)
view = memoryview(b'abc')
before = hash(view)
view.release()
print(hash(view) == before)

class Name(str):
    pass
class Bag:
    pass
bag = Bag()
setattr(bag, Name('x'), 1)
print(bag.x, vars(bag), '{0:3.2s}|'.format('abc'), f"{'abcd':4.1}|")
