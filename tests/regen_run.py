"""Writes the expected output beside each program of tests/corpus/run, with the real CPython 3.13.

Usage: python3.13 tests/regen_run.py
"""

import os
import pathlib
import subprocess
import sys

assert sys.version_info[:2] == (3, 13), "the expectations are CPython 3.13's"
root = pathlib.Path(__file__).parent / "corpus" / "run"
for program in sorted(root.rglob("*.py")):
    result = subprocess.run([sys.executable, "-W", "ignore", str(program)], stdout=subprocess.PIPE,
                            env={**os.environ, "PYTHONHASHSEED": "0"}, check=False)
    program.with_suffix(".out").write_bytes(result.stdout)
    print(program.relative_to(root), len(result.stdout), "bytes")
