"""Opcodes of CPython 3.13, read from the machine."""

import _opcode
from _opcode import (stack_effect, has_arg, has_const, has_name, has_jump, has_free, has_local, has_exc)

__all__ = ["cmp_op", "stack_effect", "hascompare", "opname", "opmap", "HAVE_ARGUMENT", "EXTENDED_ARG",
           "hasarg", "hasconst", "hasname", "hasjump", "hasjrel", "hasjabs", "hasfree", "haslocal", "hasexc"]

opmap = _opcode._opmap()
_specialized_opmap = _opcode._specialized_opmap()
_specializations = {}
HAVE_ARGUMENT = 44
EXTENDED_ARG = opmap["EXTENDED_ARG"]

opname = ["<%r>" % (op,) for op in range(max(opmap.values()) + 1)]
for _name, _number in opmap.items():
    opname[_number] = _name

cmp_op = ("<", "<=", "==", "!=", ">", ">=")


def _having(predicate):
    return [number for number in opmap.values() if predicate(number)]


hasarg = _having(has_arg)
hasconst = _having(has_const)
hasname = _having(has_name)
hasjump = _having(has_jump)
hasjrel = hasjump
hasjabs = []
hasfree = _having(has_free)
haslocal = _having(has_local)
hasexc = _having(has_exc)
hascompare = [opmap["COMPARE_OP"]]
_intrinsic_1_descs = _opcode.get_intrinsic1_descs()
_intrinsic_2_descs = _opcode.get_intrinsic2_descs()
_nb_ops = _opcode.get_nb_ops()
