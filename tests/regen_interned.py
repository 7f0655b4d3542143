"""Writes src/compiler/interned_at_startup.txt: which words CPython 3.13.0 interns as it starts.

usage: PYTHONHASHSEED=0 python3.13 tests/regen_interned.py WORDS OUT [dis]

With `dis` the list is as long as `python -m dis` makes it; what the first list lacks of it is
src/compiler/interned_by_dis.txt.

WORDS holds candidates, one a line: all words of name characters in the standard library's
sources and in the interpreter's binary. The names in this script are interned as well, so it
uses such as are interned anyway.
"""
import sys

if sys.argv[3:]:
    import argparse
    import dis
    import runpy

    runpy._get_module_details("dis")
    argparse.ArgumentParser(argument_default=dis).parse_args([])
with open(sys.argv[1]) as file:
    items = file.read().split("\n")
with open(sys.argv[2], "w") as file:
    file.write("\n".join([item for item in items if item and sys.intern(item) is not item]) + "\n")
