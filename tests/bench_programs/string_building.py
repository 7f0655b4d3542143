"""String building: concatenation, f-strings, % and format, join."""


def main():
    out = ""
    for i in range(30000):
        out += "x"
    parts = []
    for i in range(30000):
        parts.append(f"{i}:{i * 2:>6}|{i!r}")
        parts.append("%d-%s" % (i, "abc"))
    joined = ",".join(parts)
    for i in range(5000):
        joined2 = "{} and {}".format(i, parts[i])
    return len(out), len(joined), joined2


for _ in range(4):
    result = main()
print(result)
