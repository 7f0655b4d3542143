"""Measures `ouroscope compile` against CPython's compile() over the same files.

usage: python3.13 tests/bench_compile.py OUROSCOPE FILE.py [FILE.py ...]

CPython reads and compiles all files in one process; so does Ouroscope, and prints the code
objects as JSON to /dev/null besides. CPU time, the better of three rounds on either side.
"""
import os
import subprocess
import sys
import time
import warnings


def cpython(files):
    start = time.process_time()
    for path in files:
        with open(path, "rb") as file:
            compile(file.read(), "FILE", "exec", dont_inherit=True)
    return time.process_time() - start


def ouroscope(binary, files):
    start = os.times()
    command = [binary, "compile", "--json", *files]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    end = os.times()
    return end.children_user + end.children_system - start.children_user - start.children_system


def main():
    warnings.simplefilter("ignore")
    binary, *files = sys.argv[1:]
    reference = min(cpython(files) for _ in range(3))
    ours = min(ouroscope(binary, files) for _ in range(3))
    print(f"{len(files)} files: CPython {reference:.3f} s, Ouroscope {ours:.3f} s, "
          f"ratio {ours / reference:.2f}")


main()
