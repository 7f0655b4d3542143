"""Writes what CPython 3.13 makes of tests/corpus/syntax; run it with that Python.

x.ast is `ast.dump` with places, x.tokens what `tokenize` gives, x.err one line for each case of
x.py (cases are parted by `#---`). stdlib.crc has a checksum of the tree of each library file.
"""

import ast
import io
import os
import pathlib
import tokenize
import warnings
import zlib

warnings.simplefilter("ignore")
corpus = pathlib.Path(__file__).parent / "corpus" / "syntax"

for path in sorted((corpus / "ok").glob("*.py")):
    source = path.read_bytes()
    tree = ast.parse(source)
    path.with_suffix(".ast").write_text(ast.dump(tree, include_attributes=True) + "\n", encoding="utf-8")
    with tokenize.open(path) as file:
        text = file.read()
    lines = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        start, end = token.start, token.end
        lines.append(f"{tokenize.tok_name[token.exact_type]} {start[0]},{start[1]}-{end[0]},{end[1]}\n")
    path.with_suffix(".tokens").write_text("".join(lines))

for path in sorted((corpus / "err").glob("*.py")):
    lines = []
    for case in path.read_text(encoding="utf-8").split("#---\n"):
        try:
            compile(case, "<case>", "exec", ast.PyCF_ONLY_AST)
            lines.append("ok\n")
        except SyntaxError as e:
            place = f"{e.lineno},{e.offset}-{e.end_lineno},{e.end_offset}"
            lines.append(f"{type(e).__name__} {place} {e.msg}\n")
    path.with_suffix(".err").write_text("".join(lines), encoding="utf-8")

library = pathlib.Path(os.__file__).parent
lines = []
for path in sorted(library.rglob("*.py")):
    name = path.relative_to(library).as_posix()
    if name.startswith(("test/", "site-packages/", "idlelib/")) or "/test" in name:
        continue
    dump = ast.dump(ast.parse(path.read_bytes()), include_attributes=True)
    lines.append(f"{zlib.crc32(dump.encode('utf-8', 'surrogatepass')):08x} {name}\n")
(corpus / "stdlib.crc").write_text("".join(lines))
