//! The module `builtins`: the functions and types that every program finds without an import.
//!
//! Mirrors `Python/bltinmodule.c`.

pub mod build_class;
pub mod code;
pub mod functions;
pub mod iteration;
pub mod output;

pub use code::{compile_source, run_code};
pub use output::print_to;

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{ELLIPSIS, FALSE, NONE, NOT_IMPLEMENTED, TRUE, types};

use super::ModuleDef;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "builtins",
    doc: "Built-in functions, types, exceptions, and other objects.",
    functions: &[
        MethodDef::new(
            "__build_class__",
            MethodImpl::FastKeywords(build_class::build_class),
            "",
        ),
        MethodDef::new(
            "__import__",
            MethodImpl::FastKeywords(functions::import),
            "($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)",
        ),
        MethodDef::new(
            "abs",
            MethodImpl::O(|vm, _, x| vm.number_absolute(x)),
            "($module, x, /)",
        ),
        MethodDef::new(
            "all",
            MethodImpl::O(iteration::all),
            "($module, iterable, /)",
        ),
        MethodDef::new(
            "any",
            MethodImpl::O(iteration::any),
            "($module, iterable, /)",
        ),
        MethodDef::new(
            "ascii",
            MethodImpl::O(|vm, _, x| vm.ascii(x)),
            "($module, obj, /)",
        ),
        MethodDef::new("bin", MethodImpl::O(functions::bin), "($module, number, /)"),
        MethodDef::new(
            "breakpoint",
            MethodImpl::FastKeywords(functions::breakpoint),
            "",
        ),
        MethodDef::new(
            "callable",
            MethodImpl::O(functions::callable),
            "($module, obj, /)",
        ),
        MethodDef::new("chr", MethodImpl::O(functions::chr), "($module, i, /)"),
        MethodDef::new(
            "compile",
            MethodImpl::FastKeywords(code::compile),
            "($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *, _feature_version=-1)",
        ),
        MethodDef::new(
            "delattr",
            MethodImpl::Fast(functions::delattr),
            "($module, obj, name, /)",
        ),
        MethodDef::new("dir", MethodImpl::Fast(functions::dir), ""),
        MethodDef::new(
            "divmod",
            MethodImpl::Fast(functions::divmod),
            "($module, x, y, /)",
        ),
        MethodDef::new(
            "eval",
            MethodImpl::FastKeywords(code::eval),
            "($module, source, /, globals=None, locals=None)",
        ),
        MethodDef::new(
            "exec",
            MethodImpl::FastKeywords(code::exec),
            "($module, source, /, globals=None, locals=None, *, closure=None)",
        ),
        MethodDef::new(
            "format",
            MethodImpl::Fast(functions::format),
            "($module, value, format_spec='', /)",
        ),
        MethodDef::new("getattr", MethodImpl::Fast(functions::getattr), ""),
        MethodDef::new(
            "globals",
            MethodImpl::NoArgs(functions::globals),
            "($module, /)",
        ),
        MethodDef::new(
            "hasattr",
            MethodImpl::Fast(functions::hasattr),
            "($module, obj, name, /)",
        ),
        MethodDef::new("hash", MethodImpl::O(functions::hash), "($module, obj, /)"),
        MethodDef::new("hex", MethodImpl::O(functions::hex), "($module, number, /)"),
        MethodDef::new("id", MethodImpl::O(functions::id), "($module, obj, /)"),
        MethodDef::new(
            "input",
            MethodImpl::Fast(output::input),
            "($module, prompt='', /)",
        ),
        MethodDef::new(
            "isinstance",
            MethodImpl::Fast(functions::isinstance),
            "($module, obj, class_or_tuple, /)",
        ),
        MethodDef::new(
            "issubclass",
            MethodImpl::Fast(functions::issubclass),
            "($module, cls, class_or_tuple, /)",
        ),
        MethodDef::new("iter", MethodImpl::Fast(iteration::iter), ""),
        MethodDef::new(
            "aiter",
            MethodImpl::O(iteration::aiter),
            "($module, async_iterable, /)",
        ),
        MethodDef::new("len", MethodImpl::O(functions::len), "($module, obj, /)"),
        MethodDef::new(
            "locals",
            MethodImpl::NoArgs(functions::locals),
            "($module, /)",
        ),
        MethodDef::new("max", MethodImpl::FastKeywords(iteration::max), ""),
        MethodDef::new("min", MethodImpl::FastKeywords(iteration::min), ""),
        MethodDef::new("next", MethodImpl::Fast(iteration::next), ""),
        MethodDef::new(
            "anext",
            MethodImpl::Fast(iteration::anext),
            "($module, aiterator, default=<unrepresentable>, /)",
        ),
        MethodDef::new("oct", MethodImpl::O(functions::oct), "($module, number, /)"),
        MethodDef::new("ord", MethodImpl::O(functions::ord), "($module, c, /)"),
        MethodDef::new(
            "pow",
            MethodImpl::FastKeywords(functions::pow),
            "($module, /, base, exp, mod=None)",
        ),
        MethodDef::new(
            "print",
            MethodImpl::FastKeywords(output::print),
            "($module, /, *args, sep=' ', end='\\n', file=None, flush=False)",
        ),
        MethodDef::new(
            "repr",
            MethodImpl::O(|vm, _, x| vm.repr(x)),
            "($module, obj, /)",
        ),
        MethodDef::new(
            "round",
            MethodImpl::FastKeywords(functions::round),
            "($module, /, number, ndigits=None)",
        ),
        MethodDef::new(
            "setattr",
            MethodImpl::Fast(functions::setattr),
            "($module, obj, name, value, /)",
        ),
        MethodDef::new(
            "sorted",
            MethodImpl::FastKeywords(iteration::sorted),
            "($module, iterable, /, *, key=None, reverse=False)",
        ),
        MethodDef::new(
            "sum",
            MethodImpl::FastKeywords(iteration::sum),
            "($module, iterable, /, start=0)",
        ),
        MethodDef::new("vars", MethodImpl::Fast(functions::vars), ""),
    ],
    exec: add_types,
};

fn add_types(vm: &mut Vm, module: ObjId) -> PyResult<()> {
    for (name, value) in [
        ("None", NONE),
        ("Ellipsis", ELLIPSIS),
        ("NotImplemented", NOT_IMPLEMENTED),
        ("False", FALSE),
        ("True", TRUE),
        ("bool", types::BOOL),
        ("memoryview", types::MEMORYVIEW),
        ("bytearray", types::BYTEARRAY),
        ("bytes", types::BYTES),
        ("classmethod", types::CLASSMETHOD),
        ("complex", types::COMPLEX),
        ("dict", types::DICT),
        ("enumerate", types::ENUMERATE),
        ("filter", types::FILTER),
        ("float", types::FLOAT),
        ("frozenset", types::FROZENSET),
        ("property", types::PROPERTY),
        ("int", types::INT),
        ("list", types::LIST),
        ("map", types::MAP),
        ("object", types::OBJECT),
        ("range", types::RANGE),
        ("reversed", types::REVERSED),
        ("set", types::SET),
        ("slice", types::SLICE),
        ("staticmethod", types::STATICMETHOD),
        ("str", types::STR),
        ("super", types::SUPER),
        ("tuple", types::TUPLE),
        ("type", types::TYPE),
        ("zip", types::ZIP),
    ] {
        vm.module_add(module, name, value);
    }
    let debug = crate::objects::wellknown::bool_obj(vm.interp.optimize == 0);
    vm.module_add(module, "__debug__", debug);
    for &(class, name) in types::ALL {
        if vm.is_subtype(class, types::BASE_EXCEPTION) {
            vm.module_add(module, name, class);
        }
    }
    vm.module_add(module, "EnvironmentError", types::OS_ERROR);
    vm.module_add(module, "IOError", types::OS_ERROR);
    Ok(())
}
