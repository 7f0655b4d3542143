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
        )
        .with_doc("Makes a class; what a class statement calls."),
        MethodDef::new(
            "__import__",
            MethodImpl::FastKeywords(functions::import),
            "($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)",
        )
        .with_doc("Imports a module by name; what an import statement calls."),
        MethodDef::new(
            "abs",
            MethodImpl::O(|vm, _, x| vm.number_absolute(x)),
            "($module, x, /)",
        )
        .with_doc("The absolute value of a number."),
        MethodDef::new(
            "all",
            MethodImpl::O(iteration::all),
            "($module, iterable, /)",
        )
        .with_doc("Whether every element is true."),
        MethodDef::new(
            "any",
            MethodImpl::O(iteration::any),
            "($module, iterable, /)",
        )
        .with_doc("Whether some element is true."),
        MethodDef::new(
            "ascii",
            MethodImpl::O(|vm, _, x| vm.ascii(x)),
            "($module, obj, /)",
        )
        .with_doc("The repr with every character beyond ASCII escaped."),
        MethodDef::new("bin", MethodImpl::O(functions::bin), "($module, number, /)")
        .with_doc("An integer in base 2, with 0b in front."),
        MethodDef::new(
            "breakpoint",
            MethodImpl::FastKeywords(functions::breakpoint),
            "",
        )
        .with_doc("Calls sys.breakpointhook."),
        MethodDef::new(
            "callable",
            MethodImpl::O(functions::callable),
            "($module, obj, /)",
        )
        .with_doc("Whether an object can be called."),
        MethodDef::new("chr", MethodImpl::O(functions::chr), "($module, i, /)")
        .with_doc("The character with a code point."),
        MethodDef::new(
            "compile",
            MethodImpl::FastKeywords(code::compile),
            "($module, /, source, filename, mode, flags=0,\n        dont_inherit=False, optimize=-1, *, _feature_version=-1)",
        )
        .with_doc("Compiles source into a code object."),
        MethodDef::new(
            "delattr",
            MethodImpl::Fast(functions::delattr),
            "($module, obj, name, /)",
        )
        .with_doc("Deletes an attribute by name."),
        MethodDef::new("dir", MethodImpl::Fast(functions::dir), "")
        .with_doc("Names: of the scope, or of an object."),
        MethodDef::new(
            "divmod",
            MethodImpl::Fast(functions::divmod),
            "($module, x, y, /)",
        )
        .with_doc("Quotient and remainder as a pair."),
        MethodDef::new(
            "eval",
            MethodImpl::FastKeywords(code::eval),
            "($module, source, /, globals=None, locals=None)",
        )
        .with_doc("The value of an expression."),
        MethodDef::new(
            "exec",
            MethodImpl::FastKeywords(code::exec),
            "($module, source, /, globals=None, locals=None, *, closure=None)",
        )
        .with_doc("Runs statements."),
        MethodDef::new(
            "format",
            MethodImpl::Fast(functions::format),
            "($module, value, format_spec='', /)",
        )
        .with_doc("An object formatted by a specification."),
        MethodDef::new("getattr", MethodImpl::Fast(functions::getattr), "")
        .with_doc("An attribute by name, with an optional default."),
        MethodDef::new(
            "globals",
            MethodImpl::NoArgs(functions::globals),
            "($module, /)",
        )
        .with_doc("The global variables of the caller."),
        MethodDef::new(
            "hasattr",
            MethodImpl::Fast(functions::hasattr),
            "($module, obj, name, /)",
        )
        .with_doc("Whether an object has an attribute."),
        MethodDef::new("hash", MethodImpl::O(functions::hash), "($module, obj, /)")
        .with_doc("The hash of an object."),
        MethodDef::new("hex", MethodImpl::O(functions::hex), "($module, number, /)")
        .with_doc("An integer in base 16, with 0x in front."),
        MethodDef::new("id", MethodImpl::O(functions::id), "($module, obj, /)")
        .with_doc("The identity of an object: here its address."),
        MethodDef::new(
            "input",
            MethodImpl::Fast(output::input),
            "($module, prompt='', /)",
        )
        .with_doc("A line from standard input."),
        MethodDef::new(
            "isinstance",
            MethodImpl::Fast(functions::isinstance),
            "($module, obj, class_or_tuple, /)",
        )
        .with_doc("Whether an object is an instance of a class."),
        MethodDef::new(
            "issubclass",
            MethodImpl::Fast(functions::issubclass),
            "($module, cls, class_or_tuple, /)",
        )
        .with_doc("Whether a class derives from a class."),
        MethodDef::new("iter", MethodImpl::Fast(iteration::iter), "")
        .with_doc("An iterator over an iterable, or over the results of calls."),
        MethodDef::new(
            "aiter",
            MethodImpl::O(iteration::aiter),
            "($module, async_iterable, /)",
        )
        .with_doc("An asynchronous iterator over an asynchronous iterable."),
        MethodDef::new("len", MethodImpl::O(functions::len), "($module, obj, /)")
        .with_doc("The number of items in a container."),
        MethodDef::new(
            "locals",
            MethodImpl::NoArgs(functions::locals),
            "($module, /)",
        )
        .with_doc("The local variables of the caller."),
        MethodDef::new("max", MethodImpl::FastKeywords(iteration::max), "")
        .with_doc("The largest of the items."),
        MethodDef::new("min", MethodImpl::FastKeywords(iteration::min), "")
        .with_doc("The smallest of the items."),
        MethodDef::new("next", MethodImpl::Fast(iteration::next), "")
        .with_doc("The next item of an iterator, with an optional default."),
        MethodDef::new(
            "anext",
            MethodImpl::Fast(iteration::anext),
            "($module, aiterator, default=<unrepresentable>, /)",
        )
        .with_doc("The next item of an asynchronous iterator, as an awaitable."),
        MethodDef::new("oct", MethodImpl::O(functions::oct), "($module, number, /)")
        .with_doc("An integer in base 8, with 0o in front."),
        MethodDef::new(
            "open",
            MethodImpl::FastKeywords(super::iomodule::forbidden),
            "($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)",
        )
        .with_doc("Open a file: the sandbox has none."),
        MethodDef::new("ord", MethodImpl::O(functions::ord), "($module, c, /)")
        .with_doc("The code point of a character."),
        MethodDef::new(
            "pow",
            MethodImpl::FastKeywords(functions::pow),
            "($module, /, base, exp, mod=None)",
        )
        .with_doc("A number raised to a power, with an optional modulus."),
        MethodDef::new(
            "print",
            MethodImpl::FastKeywords(output::print),
            "($module, /, *args, sep=' ', end='\\n', file=None, flush=False)",
        )
        .with_doc("Writes values to a stream."),
        MethodDef::new(
            "repr",
            MethodImpl::O(|vm, _, x| vm.repr(x)),
            "($module, obj, /)",
        )
        .with_doc("The representation of an object."),
        MethodDef::new(
            "round",
            MethodImpl::FastKeywords(functions::round),
            "($module, /, number, ndigits=None)",
        )
        .with_doc("A number rounded to a precision."),
        MethodDef::new(
            "setattr",
            MethodImpl::Fast(functions::setattr),
            "($module, obj, name, value, /)",
        )
        .with_doc("Sets an attribute by name."),
        MethodDef::new(
            "sorted",
            MethodImpl::FastKeywords(iteration::sorted),
            "($module, iterable, /, *, key=None, reverse=False)",
        )
        .with_doc("The items as a new sorted list."),
        MethodDef::new(
            "sum",
            MethodImpl::FastKeywords(iteration::sum),
            "($module, iterable, /, start=0)",
        )
        .with_doc("The sum of the items."),
        MethodDef::new("vars", MethodImpl::Fast(functions::vars), "")
        .with_doc("The __dict__ of an object, or the local variables."),
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
