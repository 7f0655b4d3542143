# What containers say about wrong arguments.
def show(text):
    try:
        print(text, '->', repr(eval(text)))
    except BaseException as e:
        print(text, '->', type(e).__name__, e)

for text in '''[].sort(1)
[].sort(key=1, reverse=1, foo=2)
[].sort(foo=2)
sorted([3, 1], foo=1)
sorted([3, 'a'])
[].index()
[].index(1, 2, 3, 4)
[1].index(2)
[1].index(1, 'a')
[1, 2, 3, 1].index(1, 1)
[1, 2, 3, 1].index(1, -1)
enumerate()
enumerate(1, 2, 3)
enumerate([], start=1, foo=2)
enumerate(start=1)
enumerate([], foo=1)
enumerate(foo=1)
list(enumerate(iterable='ab', start=5))
list(enumerate('ab', start=2**64))
list(zip([], strict=1, foo=2))
zip(1)
list(zip([1], [1, 2], strict=True))
list(zip([1, 2], [1], strict=True))
list(zip([1, 2], [1, 2], [1], strict=True))
list(zip([1, 2], [1, 2], [1, 2, 3], strict=True))
map()
map(1)
map(a=1)
filter(1)
filter(None, [], a=1)
reversed()
reversed([], a=1)
reversed({1})
reversed(1)
list(1, 2)
list(a=1)
list(1)
tuple(a=1)
tuple(1, 2)
tuple(1)
range()
range(1, 2, 3, 4)
range(a=1)
range(1.0)
range(1, 2, 0)
slice()
slice(1, 2, 3, 4)
slice(a=1)
set(1, 2)
set(a=1)
set(1)
frozenset(a=1)
frozenset(1, 2)
dict(1, 2)
dict(1)
dict([1])
dict([(1, 2, 3)])
dict(['a'])
dict(['ab', 'cd'])
dict([[1, 2]], a=3)
{}.update(1, 2)
{}.update(1)
{}.pop()
{}.pop(1)
{}.pop([])
{1: 2}.pop([])
{}.get()
{}.setdefault()
{}.fromkeys()
{}.popitem()
{}[1]
{}[(1, 2)]
{1: 2}[[]]
[].pop(1, 2)
[].pop()
[1].pop(5)
[1].pop('a')
[].insert(1)
[].append()
[].append(1, 2)
[1].remove(2)
type(iter([]))()
list.append()
list.append(1)
[].__getitem__('a')
[][1:'a']
[][::0]
().__getitem__('a')
()[1]
[1][5]
[1][2**100]
range(1)['a']
range(1)[5]
range(3)[2**100]
[].__setitem__('a', 1)
[1].__setitem__(5, 1)
[1].__delitem__(5)
[1].__setitem__(slice(0, 1), 1)
[1, 2, 3].__setitem__(slice(0, 3, 2), [1])
[1, 2, 3].__setitem__(slice(0, 3, 2), 1)
[1] + 1
[1] * 'a'
[1] * 2.0
'a' * [1]
(1,) + [1]
(1,) < [1]
[1] < [None]
[1] < ['a']
{1} | [1]
{1} < [1]
{1}.union(1)
{1}.issubset(1)
set().remove(1)
set().remove((1, 2))
set().remove([])
{1}.discard([])
[] in {1}
set() in {frozenset()}
set().pop()
{[]: 1}
{{}}
hash([])
hash({})
hash(set())
{}.keys() & 1
{}.keys() | 1
{} | []
(1, 2).index(3)
range(3).index(7)
range(3).index('a')
next(iter([]))
next(1)
iter(1)
iter(1, 2)
len(1)
len(range(2**70))
[].extend(1)
[1].__iadd__(1)
[] == ()
[].__class_getitem__(int)
list[int]
dict[str, int]
{}.keys().isdisjoint()
{}.keys().mapping
{1: 2}.items().mapping
memoryview
[1, 2].count()
().count()
().index()'''.splitlines():
    show(text)
