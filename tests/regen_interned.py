"""Writes src/compiler/interned_at_startup.txt: which words CPython 3.13.0 interns as it starts.

usage: PYTHONHASHSEED=0 python3.13 tests/regen_interned.py WORDS OUT

WORDS holds candidates, one a line: all words of name characters in the standard library's
sources and in the interpreter's binary. The names in this script are interned as well, so it
uses such as are interned anyway.
"""
import sys

with open(sys.argv[1]) as file:
    items = file.read().split("\n")
with open(sys.argv[2], "w") as file:
    file.write("\n".join([item for item in items if item and sys.intern(item) is not item]) + "\n")
