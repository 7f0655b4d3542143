"""Measures `ouroscope compile` against CPython's compile() over the same files.

usage: python3.13 tests/bench_compile.py OUROSCOPE FILE.py [FILE.py ...]

CPython reads and compiles all files in one process; so does Ouroscope, and prints the code
objects as JSON to /dev/null besides. The better of three rounds counts on either side.
"""
import subprocess
import sys
import time
import warnings


def cpython(files):
    start = time.perf_counter()
    for path in files:
        with open(path, "rb") as file:
            compile(file.read(), "FILE", "exec", dont_inherit=True)
    return time.perf_counter() - start


def ouroscope(binary, files):
    start = time.perf_counter()
    command = [binary, "compile", "--json", *files]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main():
    warnings.simplefilter("ignore")
    binary, *files = sys.argv[1:]
    reference = min(cpython(files) for _ in range(3))
    ours = min(ouroscope(binary, files) for _ in range(3))
    print(f"{len(files)} files: CPython {reference:.3f} s, Ouroscope {ours:.3f} s, "
          f"ratio {ours / reference:.2f}")


main()
