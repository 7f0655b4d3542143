def countdown(start):
    try:
        while start > 0:
            received = yield start
            if received:
                start = received
            start -= 1
    finally:
        print("the generator is closed")


numbers = countdown(3)
print("no line has run yet")
print(next(numbers))
print(next(numbers))
print("sent 10, got", numbers.send(10))


def doubled(values):
    total = yield from values
    return total


outer = doubled(countdown(2))
print(next(outer), next(outer))
print("left over:", next(outer, "nothing"))

del numbers
print("end")
