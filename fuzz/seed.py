"""Fills fuzz/corpus/<target> with the sources of tests/corpus, whole and cut into statements.

Runs with any Python 3.8 or later; files that this Python cannot parse are taken whole.
"""

import ast
import hashlib
import json
import pathlib
import warnings

ROOT = pathlib.Path(__file__).resolve().parent
TARGETS = ("tokenizer", "parser", "compiler")
LARGEST = 4096


def sources():
    """Every source of the corpus, as bytes."""
    corpus = ROOT.parent / "tests" / "corpus"
    for path in sorted(corpus.rglob("*.py")):
        yield path.read_bytes()
    for path in sorted(corpus.rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            source = json.loads(line).get("source")
            if isinstance(source, str):
                yield source.encode("utf-8", "surrogatepass")


def statements(source):
    """The top-level statements of a source, each as bytes."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = source.splitlines(keepends=True)
    for node in tree.body:
        decorators = [d.lineno for d in getattr(node, "decorator_list", ())]
        yield b"".join(lines[min([node.lineno, *decorators]) - 1 : node.end_lineno])


def main():
    warnings.simplefilter("ignore")
    seeds = {}
    for source in sources():
        for piece in (source, *statements(source)):
            if 0 < len(piece) <= LARGEST:
                seeds[hashlib.sha1(piece).hexdigest()] = piece
    for target in TARGETS:
        folder = ROOT / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, piece in seeds.items():
            (folder / name).write_bytes(piece)
    print(f"{len(seeds)} seeds for each of {', '.join(TARGETS)}")


if __name__ == "__main__":
    main()
