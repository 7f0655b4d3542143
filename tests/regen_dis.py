"""Writes tests/corpus/compile/*.dis and *.json: what CPython 3.13.0 makes of the .py files beside.

usage: python3.13 tests/regen_dis.py

.dis is the text of `python -m dis`, with 0x0 for every address; expressions.caches.dis that
of `python -m dis -C -O`; .json the lines that `ouroscope compile --json` must print.
"""
import contextlib
import dis
import glob
import io
import json
import os
import re
import sys
import types
import warnings

warnings.simplefilter("ignore")


def canonical(value):
    if isinstance(value, types.CodeType):
        return f"<code {value.co_qualname}>"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(canonical, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, frozenset):
        return "frozenset({" + ", ".join(sorted(map(canonical, value))) + "})"
    if isinstance(value, str):
        return ascii(value)
    if isinstance(value, int) and value.bit_length() > 4096:
        return hex(value)
    return repr(value)


def record(code):
    return {
        "qualname": code.co_qualname, "name": code.co_name, "firstlineno": code.co_firstlineno,
        "argcount": code.co_argcount, "posonlyargcount": code.co_posonlyargcount,
        "kwonlyargcount": code.co_kwonlyargcount, "flags": code.co_flags,
        "stacksize": code.co_stacksize, "code": code.co_code.hex(),
        "consts": [canonical(value) for value in code.co_consts], "names": code.co_names,
        "varnames": code.co_varnames, "cellvars": code.co_cellvars, "freevars": code.co_freevars,
        "exceptiontable": code.co_exceptiontable.hex(), "linetable": code.co_linetable.hex(),
    }


def walk(code):
    yield code
    for value in code.co_consts:
        if isinstance(value, types.CodeType):
            yield from walk(value)


def text(code, **options):
    out = io.StringIO()
    dis.dis(code, file=out, **options)
    return re.sub(r" at 0x[0-9a-f]+,", " at 0x0,", out.getvalue())


def main():
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    here = os.path.dirname(os.path.abspath(__file__))
    for path in sorted(glob.glob(os.path.join(here, "corpus", "compile", "*.py"))):
        with open(path, "rb") as file:
            code = compile(file.read(), os.path.basename(path), "exec", dont_inherit=True)
        outputs = {
            ".dis": text(code),
            ".json": "".join(json.dumps(record(c), separators=(",", ":")) + "\n" for c in walk(code)),
        }
        if path.endswith("expressions.py"):
            outputs[".caches.dis"] = text(code, show_caches=True, show_offsets=True)
        for suffix, content in outputs.items():
            with open(path[:-3] + suffix, "w", newline="\n", encoding="utf-8", errors="replace") as file:
                file.write(content)


main()
