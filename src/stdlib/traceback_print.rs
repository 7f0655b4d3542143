//! The text of an exception with its traceback.
//!
//! Mirrors `Lib/traceback.py` and, for unraisable exceptions, `Python/traceback.c`.

use std::fmt::Write as _;

use crate::base::ObjId;
use crate::objects::object::Payload;
use crate::objects::vm::Vm;
use crate::objects::wellknown::{NONE, names, types};

pub mod carets;
pub mod groups;
pub mod hints;
pub mod stack;
pub mod syntax_error;

pub use groups::format_exception;
pub use hints::STDLIB_MODULE_NAMES;
pub use stack::{Entry, entries};

/// Writes text to `sys.stderr`, or to the host when the program has taken that away.
pub fn write_stderr(vm: &mut Vm, text: &str) {
    let sysdict = vm.interp.sysdict;
    let saved = vm.take_raised();
    if let Some(stream) = vm.dict_get_str(sysdict, names::STDERR)
        && stream != NONE
    {
        vm.incref(stream);
        let object = vm.new_str(text);
        match vm.call_method(stream, names::WRITE, &[object]) {
            Ok(value) => vm.decref(value),
            Err(_raised) => vm.clear_raised(),
        }
        vm.decref(object);
        vm.decref(stream);
    }
    if !saved.is_null() {
        vm.set_raised(saved);
    }
}

/// The lines behind the traceback: type, message, notes (`format_exception_only`).
pub fn format_exception_only(vm: &mut Vm, exception: ObjId) -> String {
    if vm.isinstance(exception, types::SYNTAX_ERROR) {
        let mut text = syntax_error::format(vm, exception);
        text.push_str(&notes_text(vm, exception));
        return text;
    }
    let class = vm.type_of(exception);
    let name = qualified_class_name(vm, class);
    let mut message = message_of(vm, exception);
    message.push_str(&hints::suggestion(vm, exception));
    let mut text = if message.is_empty() {
        format!("{name}\n")
    } else {
        format!("{name}: {message}\n")
    };
    text.push_str(&notes_text(vm, exception));
    text
}

/// The class with its module, unless that is `builtins` or `__main__`.
pub fn qualified_class_name(vm: &mut Vm, class: ObjId) -> String {
    let qualname = match vm.getattr_opt(class, names::QUALNAME) {
        Ok(Some(id)) => {
            let text = vm.str_lossy(id);
            vm.decref(id);
            text
        }
        _ => vm.class_name(class),
    };
    match vm.getattr_opt(class, names::MODULE) {
        Ok(Some(id)) => {
            let module = vm.str_lossy(id);
            vm.decref(id);
            if module == "builtins" || module == "__main__" {
                qualname
            } else {
                format!("{module}.{qualname}")
            }
        }
        _ => qualname,
    }
}

fn message_of(vm: &mut Vm, exception: ObjId) -> String {
    match vm.str_string(exception) {
        Ok(text) => text,
        Err(_raised) => {
            vm.clear_raised();
            "<exception str() failed>".to_owned()
        }
    }
}

fn notes_text(vm: &mut Vm, exception: ObjId) -> String {
    let notes = match vm.getattr_opt(exception, names::NOTES) {
        Ok(Some(notes)) => notes,
        Ok(None) => return String::new(),
        Err(_raised) => {
            vm.clear_raised();
            return "Ignored error getting __notes__\n".to_owned();
        }
    };
    let is_sequence = matches!(vm.heap.payload(notes), Payload::List(_) | Payload::Tuple(_));
    let text = if is_sequence {
        let items = vm.collect_iterable(notes).unwrap_or_default();
        let mut text = String::new();
        for &note in &items {
            let note = vm
                .str_string(note)
                .unwrap_or_else(|_raised| "<note str() failed>".to_owned());
            for line in note.split('\n') {
                text.push_str(line);
                text.push('\n');
            }
        }
        vm.clear_raised();
        vm.decref_all(&items);
        text
    } else if notes == NONE {
        String::new()
    } else {
        format!("{}\n", vm.repr_lossy(notes))
    };
    vm.decref(notes);
    text
}

/// Reports an exception that cannot be raised anywhere (`PyErr_WriteUnraisable`): takes the current
/// exception; `object` is where it happened, or NULL, `message` stands in its place. A program's
/// own `sys.unraisablehook` gets it.
pub fn write_unraisable(vm: &mut Vm, object: ObjId, message: &str) {
    if vm.stop.is_none()
        && !vm.tstate.current_exception.is_null()
        && let Some(hook) = own_unraisable_hook(vm)
    {
        let exception = vm.take_raised();
        let arguments = super::sysmodule::unraisable_args(vm, exception, object, message);
        vm.incref(hook);
        let result = vm.call(hook, &[arguments]);
        vm.decref(arguments);
        vm.decref(exception);
        match result {
            Ok(value) => vm.decref(value),
            Err(_raised) => {
                write_unraisable_default(vm, hook, "Exception ignored in sys.unraisablehook");
            }
        }
        vm.decref(hook);
        return;
    }
    write_unraisable_default(vm, object, message);
}

/// `sys.unraisablehook` where the program replaced it; borrowed.
fn own_unraisable_hook(vm: &mut Vm) -> Option<ObjId> {
    let sysdict = vm.interp.sysdict;
    if sysdict.is_null() {
        return None;
    }
    let hook = vm.dict_get_name(sysdict, "unraisablehook")?;
    let built_in = matches!(vm.heap.payload(hook), Payload::CFunction(f)
        if f.m_ml.ml_name == "unraisablehook");
    (!built_in).then_some(hook)
}

/// As [`write_unraisable`], on standard error (the built-in hook).
pub fn write_unraisable_default(vm: &mut Vm, object: ObjId, message: &str) {
    let exception = vm.take_raised();
    if exception.is_null() || vm.stop.is_some() {
        return;
    }
    let mut text = if !message.is_empty() {
        format!("{message}\n")
    } else if object.is_null() || object == NONE {
        String::new()
    } else {
        let repr = match vm.repr_string(object) {
            Ok(repr) => repr,
            Err(_raised) => {
                vm.clear_raised();
                "<object repr() failed>".to_owned()
            }
        };
        format!("Exception ignored in: {repr}\n")
    };
    text.push_str(&stack::format_plain(vm, exception));
    let class = vm.type_of(exception);
    let name = qualified_class_name(vm, class);
    let message = message_of(vm, exception);
    if message.is_empty() {
        writeln!(text, "{name}").expect("a String takes any text");
    } else {
        writeln!(text, "{name}: {message}").expect("a String takes any text");
    }
    write_stderr(vm, &text);
    vm.decref(exception);
}
