def counter():
    count = 0

    def step():
        nonlocal count
        count += 1
        return count

    return step


first = counter()
second = counter()
print(first(), first(), second())
print("free variables:", first.__code__.co_freevars)
print("the cell holds", first.__closure__[0].cell_contents)

functions = [lambda: number for number in range(3)]
print([function() for function in functions])

functions = [lambda number=number: number for number in range(3)]
print([function() for function in functions])
