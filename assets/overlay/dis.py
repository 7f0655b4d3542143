"""Disassembler of CPython 3.13 bytecode: the listing is the machine's own."""

import sys
import types
import _opcode
from opcode import *
from opcode import __all__ as _opcode_names

__all__ = ["dis", "disassemble", "distb", "disco", "findlinestarts"] + _opcode_names

_have_code = (types.MethodType, types.FunctionType, types.CodeType, classmethod, staticmethod, type)


COMPILER_FLAG_NAMES = {
    1: "OPTIMIZED",
    2: "NEWLOCALS",
    4: "VARARGS",
    8: "VARKEYWORDS",
    16: "NESTED",
    32: "GENERATOR",
    64: "NOFREE",
    128: "COROUTINE",
    256: "ITERABLE_COROUTINE",
    512: "ASYNC_GENERATOR",
}


def _get_code_object(x):
    if hasattr(x, "__func__"):
        x = x.__func__
    for name in ("__code__", "gi_code", "ag_code", "cr_code"):
        if hasattr(x, name):
            x = getattr(x, name)
            break
    if isinstance(x, str):
        try:
            x = compile(x, "<disassembly>", "eval")
        except SyntaxError:
            x = compile(x, "<disassembly>", "exec")
    if hasattr(x, "co_code"):
        return x
    raise TypeError("don't know how to disassemble %s objects" % type(x).__name__)


def dis(x=None, *, file=None, depth=None, show_caches=False, adaptive=False, show_offsets=False):
    """Print the bytecode of a class, function, method, generator, code object or source text."""
    options = dict(file=file, show_caches=show_caches, adaptive=adaptive, show_offsets=show_offsets)
    if x is None:
        distb(**options)
        return
    if hasattr(x, "__func__"):
        x = x.__func__
    for name in ("__code__", "gi_code", "ag_code", "cr_code"):
        if hasattr(x, name):
            x = getattr(x, name)
            break
    if hasattr(x, "__dict__"):
        for name, member in sorted(x.__dict__.items()):
            if isinstance(member, _have_code):
                print("Disassembly of %s:" % name, file=file)
                try:
                    dis(member, depth=depth, **options)
                except TypeError as error:
                    print("Sorry:", error, file=file)
                print(file=file)
    elif hasattr(x, "co_code"):
        _disassemble_recursive(x, depth=depth, **options)
    elif isinstance(x, str):
        try:
            code = compile(x, "<dis>", "eval")
        except SyntaxError:
            code = compile(x, "<dis>", "exec")
        _disassemble_recursive(code, depth=depth, **options)
    else:
        raise TypeError("don't know how to disassemble %s objects" % type(x).__name__)


def disassemble(co, lasti=-1, *, file=None, show_caches=False, adaptive=False, show_offsets=False):
    """Print the bytecode of one code object; lasti marks an instruction."""
    text = _opcode._dis_text(co, lasti, show_caches, adaptive, show_offsets)
    print(text, end="", file=file)


disco = disassemble


def _disassemble_recursive(co, *, file=None, depth=None, show_caches=False, adaptive=False, show_offsets=False):
    disassemble(co, file=file, show_caches=show_caches, adaptive=adaptive, show_offsets=show_offsets)
    if depth is None or depth > 0:
        if depth is not None:
            depth = depth - 1
        for constant in co.co_consts:
            if hasattr(constant, "co_code"):
                print(file=file)
                print("Disassembly of %r:" % (constant,), file=file)
                _disassemble_recursive(constant, file=file, depth=depth, show_caches=show_caches,
                                       adaptive=adaptive, show_offsets=show_offsets)


def distb(tb=None, *, file=None, show_caches=False, adaptive=False, show_offsets=False):
    """Print the bytecode of a traceback's innermost frame; the last one when none is given."""
    if tb is None:
        if not hasattr(sys, "last_exc"):
            raise RuntimeError("no last traceback to disassemble")
        tb = sys.last_exc.__traceback__
    while tb.tb_next:
        tb = tb.tb_next
    disassemble(tb.tb_frame.f_code, tb.tb_lasti, file=file, show_caches=show_caches, adaptive=adaptive,
                show_offsets=show_offsets)


def findlinestarts(code):
    """Yield (offset, line) for each start of a source line."""
    last = False
    for start, end, line in code.co_lines():
        if line is not last:
            last = line
            yield start, line


def __getattr__(name):
    if name in ("Bytecode", "Instruction", "get_instructions", "code_info", "show_code", "findlabels"):
        raise AttributeError("dis.%s needs the library of an installed CPython 3.13 (--stdlib DIR)" % name)
    raise AttributeError("module 'dis' has no attribute %r" % name)
