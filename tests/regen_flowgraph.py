"""Writes tests/corpus/flowgraph.jsonl: what CPython 3.13.0 does to instruction sequences.

usage: python3.13 tests/regen_flowgraph.py [FILE.py ...] > OUT

Each line holds one sequence as code generation left it, the same after the optimizer
(_testinternalcapi.optimize_cfg) and the code object after the assembler
(_testinternalcapi.assemble_code_object). Constants and names are placeholders, the same ones
that src/compiler/flowgraph/tests.rs uses. Without arguments it reads tests/corpus/compile/control_flow.py.
"""
import ast
import json
import os
import sys

import opcode
import _testinternalcapi as internal

LOCAL = {"LOAD_FAST", "STORE_FAST", "DELETE_FAST", "LOAD_FAST_AND_CLEAR", "LOAD_FAST_CHECK",
         "STORE_FAST_MAYBE_NULL"}
CELL = {"LOAD_CLOSURE", "LOAD_DEREF", "STORE_DEREF", "DELETE_DEREF", "LOAD_FROM_DICT_OR_DEREF",
        "MAKE_CELL"}
CONST = {"LOAD_CONST", "RETURN_CONST"}
NAMES = {number: name for name, number in opcode.opmap.items()}
NAMES.update({number: name for name, number in opcode._specialized_opmap.items()})


def rows(sequence):
    return [[op, arg or 0, *loc] for op, arg, *loc in sequence.get_instructions()]


def constants(count):
    return [None] + [i * 1000 if i % 4 else (False, 0.0, "", b"")[i // 4 % 4] if i < 20 else i * 1000
                     for i in range(1, count)]


def highest(instrs, names):
    return max((row[1] + 1 for row in instrs if NAMES[row[0]] in names), default=0)


def record(sequence):
    before = rows(sequence)
    nconsts = highest(before, CONST)
    nlocals = highest(before, LOCAL)
    ncells = highest(before, CELL)
    consts = constants(nconsts)
    optimized = internal.optimize_cfg(sequence, consts, nlocals)
    metadata = {
        "name": "f", "qualname": "f", "filename": "f", "consts": {i: i for i in range(len(consts))},
        "names": {}, "varnames": {f"v{i}": i for i in range(nlocals)},
        "cellvars": {f"c{i}": i for i in range(ncells)}, "freevars": {}, "fasthidden": {}, "firstlineno": 1,
        "argcount": 0, "posonlyargcount": 0, "kwonlyargcount": 0,
    }
    after = rows(optimized)
    code = internal.assemble_code_object("f", optimized, metadata)
    return {
        "before": before, "nconsts": nconsts, "nlocals": nlocals, "ncells": ncells,
        "after": after, "consts": [repr(c) for c in consts],
        "code": bytes(code.co_code).hex(), "linetable": code.co_linetable.hex(),
        "exceptiontable": code.co_exceptiontable.hex(), "stacksize": code.co_stacksize,
    }


def walk(sequence):
    yield sequence
    for nested in sequence.get_nested():
        yield from walk(nested)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for path in sys.argv[1:] or [os.path.join(here, "corpus", "compile", "control_flow.py")]:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
        sequence, _ = internal.compiler_codegen(tree, path, 0)
        for unit in walk(sequence):
            try:
                line = record(unit)
            except Exception as error:
                print(f"{path}: {error!r}", file=sys.stderr)
                continue
            print(json.dumps(line, separators=(",", ":")))


main()
