//! `print` and `input`.

use crate::base::ObjId;
use crate::events::Stream;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names, types};

/// `print(*args, sep=' ', end='\n', file=None, flush=False)`.
pub(super) fn print(vm: &mut Vm, _: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    // C's wrapper packs the objects to print into a tuple, which the collector counts.
    let keywords = if kwnames.is_null() {
        0
    } else {
        vm.tuple_items(kwnames).len()
    };
    let objects = vm.new_tuple_from(&args[..args.len() - keywords]);
    let result = print_impl(vm, args, kwnames);
    vm.decref(objects);
    result
}

fn print_impl(vm: &mut Vm, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let keywords: Vec<ObjId> = if kwnames.is_null() {
        Vec::new()
    } else {
        vm.tuple_items(kwnames).to_vec()
    };
    let (objects, values) = args.split_at(args.len() - keywords.len());
    let (mut sep, mut end, mut file, mut flush) = (NONE, NONE, NONE, false);
    for (&keyword, &value) in keywords.iter().zip(values) {
        match vm.str_lossy(keyword).as_str() {
            "sep" => sep = value,
            "end" => end = value,
            "file" => file = value,
            "flush" => flush = vm.is_true(value)?,
            other => {
                let message = format!("print() got an unexpected keyword argument '{other}'");
                return Err(vm.type_error(message));
            }
        }
    }
    for (name, value) in [("sep", sep), ("end", end)] {
        if value != NONE && vm.text(value).is_none() {
            let kind = vm.type_name_of(value);
            return Err(vm.type_error(format!("{name} must be None or a string, not {kind}")));
        }
    }
    if file == NONE {
        let sysdict = vm.interp.sysdict;
        let Some(stdout) = vm.dict_get_str(sysdict, names::STDOUT) else {
            return Err(vm.raise(types::RUNTIME_ERROR, "lost sys.stdout"));
        };
        if stdout == NONE {
            return Ok(NONE);
        }
        file = stdout;
    }
    vm.incref(file);
    let result = print_objects(vm, file, objects, sep, end, flush);
    vm.decref(file);
    result.map(|()| NONE)
}

fn print_objects(
    vm: &mut Vm,
    file: ObjId,
    objects: &[ObjId],
    sep: ObjId,
    end: ObjId,
    flush: bool,
) -> PyResult<()> {
    for (i, &object) in objects.iter().enumerate() {
        if i > 0 {
            if sep == NONE {
                write_text(vm, file, " ")?;
            } else {
                print_to(vm, file, sep)?;
            }
        }
        print_to(vm, file, object)?;
    }
    if end == NONE {
        write_text(vm, file, "\n")?;
    } else {
        print_to(vm, file, end)?;
    }
    if flush {
        let result = vm.call_method(file, names::FLUSH, &[])?;
        vm.decref(result);
    }
    Ok(())
}

fn write_text(vm: &mut Vm, file: ObjId, text: &str) -> PyResult<()> {
    let text = vm.new_str(text);
    let result = vm.call_method(file, names::WRITE, &[text]);
    vm.decref(text);
    let result = result?;
    vm.decref(result);
    Ok(())
}

/// Writes `str(object)` to a file object (`PyFile_WriteObject` with `Py_PRINT_RAW`).
pub fn print_to(vm: &mut Vm, file: ObjId, object: ObjId) -> PyResult<()> {
    let write = vm.getattr(file, names::WRITE)?;
    let text = match vm.str(object) {
        Ok(text) => text,
        Err(raised) => {
            vm.decref(write);
            return Err(raised);
        }
    };
    let result = vm.call(write, &[text]);
    vm.decref(text);
    vm.decref(write);
    let result = result?;
    vm.decref(result);
    Ok(())
}

/// `input(prompt='')`.
pub(super) fn input(vm: &mut Vm, _: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("input", args.len(), 0, 1)?;
    let sysdict = vm.interp.sysdict;
    if let Some(&prompt) = args.first() {
        let Some(stdout) = vm.dict_get_str(sysdict, names::STDOUT) else {
            return Err(vm.raise(types::RUNTIME_ERROR, "input(): lost sys.stdout"));
        };
        vm.incref(stdout);
        let result = print_to(vm, stdout, prompt);
        vm.decref(stdout);
        result?;
    }
    if let Some(stdin) = vm.dict_get_str(sysdict, names::STDIN)
        && stdin != NONE
    {
        vm.incref(stdin);
        let line = vm.call_method_name(stdin, "readline", &[]);
        vm.decref(stdin);
        let line = line?;
        let text = vm.str_lossy(line);
        vm.decref(line);
        return finish_line(vm, Some(text));
    }
    vm.write_output(Stream::Stdout, "");
    let line = vm.host.read_line();
    finish_line(vm, line)
}

fn finish_line(vm: &mut Vm, line: Option<String>) -> PyResult<ObjId> {
    match line {
        Some(line) if !line.is_empty() => Ok(vm.new_str(line.strip_suffix('\n').unwrap_or(&line))),
        _ => Err(vm.raise(types::EOF_ERROR, "EOF when reading a line")),
    }
}
