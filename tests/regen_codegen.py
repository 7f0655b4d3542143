"""Writes what CPython 3.13.0 says of the stages of compiling tests/corpus/compile/*.py.

usage: python3.13 tests/regen_codegen.py

.symtable has one line for each scope, indented by its depth: kind, name, line, then each name
with its flags and scope; .codegen the instructions of each scope straight after code generation,
inner scopes first, with the target's index for the argument of a jump.
errors.jsonl gets, for each source in it, what `compile` raises or warns about.
"""
import _opcode_metadata
import _testinternalcapi
import ast
import glob
import json
import os
import sys
import symtable
import warnings

NAMES = {number: name for name, number in _opcode_metadata.opmap.items()}


def symtable_lines(table, depth=0):
    raw = table._table
    # Names that only pass through come in the order of a hash table: sort them.
    symbols = [(name, flags) for name, flags in raw.symbols.items() if flags & 0xFFF]
    symbols += sorted((name, flags) for name, flags in raw.symbols.items() if not flags & 0xFFF)
    names = " ".join(f"{name}:{flags & 0xFFF:x}:{flags >> 12}" for name, flags in symbols)
    yield f"{'  ' * depth}{table.get_type().value} {raw.name} {raw.lineno}: {names}".rstrip()
    for child in raw.children:
        yield from symtable_lines(symtable._newSymbolTable(child, ""), depth + 1)


def codegen_lines(sequence):
    for nested in sequence.get_nested():
        yield from codegen_lines(nested)
    yield "scope"
    for opcode, oparg, *location in sequence.get_instructions():
        words = [NAMES[opcode], "-" if oparg is None else oparg, *location]
        yield "  " + " ".join(map(str, words))


def outcome(source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(source, "<test>", "exec", dont_inherit=True)
        except SyntaxError as e:
            place = [e.lineno, e.offset, e.end_lineno, e.end_offset]
            return {"error": [type(e).__name__, e.msg, *place]}
        except (RecursionError, MemoryError) as e:
            return {"error": [type(e).__name__, str(e), None, None, None, None]}
    return {"warnings": [[w.category.__name__, str(w.message), w.lineno] for w in caught]}


def write(path, lines):
    with open(path, "w", newline="\n", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus", "compile")
    for path in sorted(glob.glob(os.path.join(here, "*.py"))):
        with open(path, encoding="utf-8") as file:
            source = file.read()
        table = symtable.symtable(source, path, "exec")
        write(path[:-3] + ".symtable", symtable_lines(table))
        sequence, _ = _testinternalcapi.compiler_codegen(ast.parse(source), path, 0)
        write(path[:-3] + ".codegen", codegen_lines(sequence))
    path = os.path.join(here, "errors.jsonl")
    with open(path, encoding="utf-8") as file:
        sources = [json.loads(line)["source"] for line in file]
    write(path, (json.dumps({"source": s, **outcome(s)}) for s in sources))


main()
