//! The lines of source files, for tracebacks and warnings.
//!
//! Mirrors the part of `Lib/linecache.py` that error messages need.

use std::collections::HashMap;

use crate::objects::vm::Vm;

/// Where the lines are kept among the machine's native state.
const STATE: &str = "source_lines";

type Cache = HashMap<String, Vec<String>>;

/// The lines of a file, without their line feeds; empty when it cannot be read.
pub fn lines(vm: &mut Vm, filename: &str) -> Vec<String> {
    if let Some(cache) = vm
        .interp
        .native_state
        .get(STATE)
        .and_then(|s| s.downcast_ref::<Cache>())
        && let Some(lines) = cache.get(filename)
    {
        return lines.clone();
    }
    let synthetic = filename.starts_with('<') && filename.ends_with('>');
    let bytes = if synthetic {
        None
    } else if let Some(inside) = filename.strip_prefix(super::sysmodule::EMBEDDED_STDLIB) {
        vm.host.stdlib_file(inside.trim_start_matches('/'))
    } else {
        vm.host.read_file(filename)
    };
    let lines: Vec<String> = bytes
        .and_then(|bytes| crate::syntax::decode_source(&bytes).ok())
        .map(|text| text.lines().map(ToOwned::to_owned).collect())
        .unwrap_or_default();
    remember(vm, filename, lines.clone());
    lines
}

/// Notes the text of a file, so that it is not read again.
pub fn remember(vm: &mut Vm, filename: &str, lines: Vec<String>) {
    let state = vm
        .interp
        .native_state
        .entry(STATE)
        .or_insert_with(|| Box::new(Cache::new()));
    if let Some(cache) = state.downcast_mut::<Cache>() {
        cache.insert(filename.to_owned(), lines);
    }
}

/// One line of a file, counted from 1.
pub fn line(vm: &mut Vm, filename: &str, lineno: i32) -> Option<String> {
    let index = usize::try_from(lineno - 1).ok()?;
    lines(vm, filename).get(index).cloned()
}
