def area(width, height):
    border = 2
    return (width - border) * (height - border)


code = area.__code__
print("names of locals:", code.co_varnames)
print("constants:", code.co_consts)
print("stack slots:", code.co_stacksize)
print("bytes of code:", len(code.co_code))
print("area:", area(12, 7))
