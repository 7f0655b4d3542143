import sys

numbers = [float(n) for n in range(300)]
print("bytes of a float:", sys.getsizeof(numbers[0]))

first = id(numbers[100])
second = id(numbers[101])
print("next to each other:", second - first == 32)

old = id(numbers[150])
del numbers[150]
again = 2.5 * len(numbers)
print("same block:", id(again) == old)
again = None

block = bytes(600)
print("bytes of the block:", sys.getsizeof(block))
numbers.clear()
print("all gone")
