//! Names: the namespaces of modules and classes, globals, builtins, cells.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::interpreter::specialize;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{names, types};

/// Raises a `NameError` (or its subclass) that knows which name was meant.
#[cold]
pub fn raise_name_error(vm: &mut Vm, class: ObjId, name: &str, message: String) -> Raised {
    let raised = vm.raise(class, message);
    let exception = vm.tstate.current_exception;
    if !exception.is_null() && class == types::NAME_ERROR {
        let name = vm.new_str(name);
        vm.set_exception_field(exception, "name", name);
    }
    raised
}

/// `name 'x' is not defined`.
#[cold]
pub fn not_defined(vm: &mut Vm, name: ObjId) -> Raised {
    let name = vm.str_lossy(name);
    raise_name_error(
        vm,
        types::NAME_ERROR,
        &name,
        format!("name '{name}' is not defined"),
    )
}

#[cold]
fn no_locals<M: Mode>(eval: &mut Eval<'_, M>, doing: &str, name: ObjId) -> Raised {
    let repr = eval.vm.repr_lossy(name);
    eval.vm
        .raise(types::SYSTEM_ERROR, format!("no locals {doing} {repr}"))
}

/// Looks `name` up in a namespace that may be any mapping; a new reference.
pub fn mapping_get<M: Mode>(
    eval: &mut Eval<'_, M>,
    mapping: ObjId,
    name: ObjId,
) -> PyResult<Option<ObjId>> {
    if eval.is_exact_dict(mapping) {
        let found = eval.vm.dict_get_str(mapping, name);
        return Ok(found.map(|v| eval.vm.incref(v)));
    }
    match eval.vm.getitem(mapping, name) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => {
            if eval.vm.raised_matches(types::KEY_ERROR) {
                eval.vm.clear_raised();
                Ok(None)
            } else {
                Err(raised)
            }
        }
    }
}

/// Looks `name` up in the globals, then the builtins; a new reference.
pub fn global_get<M: Mode>(eval: &mut Eval<'_, M>, name: ObjId) -> PyResult<Option<ObjId>> {
    let globals = eval.globals();
    let found = if eval.is_exact_dict(globals) {
        eval.vm
            .dict_get_str(globals, name)
            .map(|v| eval.vm.incref(v))
    } else {
        mapping_get(eval, globals, name)?
    };
    if found.is_some() {
        return Ok(found);
    }
    let builtins = eval.builtins();
    mapping_get(eval, builtins, name)
}

pub fn load_global<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    if eval.counter_triggers() {
        specialize::load_global(eval, oparg);
        return eval.dispatch_again(oparg);
    }
    let name = eval.name(oparg >> 1);
    let Some(value) = global_get(eval, name)? else {
        return Err(not_defined(eval.vm, name));
    };
    eval.push(value);
    if oparg & 1 != 0 {
        eval.push(ObjId::NULL);
    }
    Ok(Flow::Next)
}

pub fn load_name<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let locals = eval.locals();
    if locals.is_null() {
        return Err(no_locals(eval, "when loading", name));
    }
    let mut value = mapping_get(eval, locals, name)?;
    if value.is_none() {
        value = global_get(eval, name)?;
    }
    match value {
        Some(value) => eval.done(value),
        None => Err(not_defined(eval.vm, name)),
    }
}

pub fn load_from_dict_or_globals<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let mapping = eval.peek(1);
    let mut value = mapping_get(eval, mapping, name)?;
    if value.is_none() {
        value = global_get(eval, name)?;
    }
    let Some(value) = value else {
        return Err(not_defined(eval.vm, name));
    };
    eval.pop_drop();
    eval.done(value)
}

pub fn load_locals<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let locals = eval.locals();
    if locals.is_null() {
        return Err(eval.vm.raise(types::SYSTEM_ERROR, "no locals"));
    }
    eval.vm.incref(locals);
    eval.done(locals)
}

pub fn store_name<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let locals = eval.locals();
    if locals.is_null() {
        return Err(no_locals(eval, "found when storing", name));
    }
    let value = eval.peek(1);
    if eval.is_exact_dict(locals) {
        eval.vm.dict_set(locals, name, value)?;
    } else {
        eval.vm.setitem(locals, name, value)?;
    }
    eval.pop_drop();
    Ok(Flow::Next)
}

pub fn delete_name<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let locals = eval.locals();
    if locals.is_null() {
        return Err(no_locals(eval, "when deleting", name));
    }
    if eval.vm.setitem(locals, name, ObjId::NULL).is_err() {
        if eval.vm.raised_matches(types::KEY_ERROR) {
            eval.vm.clear_raised();
            return Err(not_defined(eval.vm, name));
        }
        return Err(Raised::already_set());
    }
    Ok(Flow::Next)
}

pub fn store_global<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let globals = eval.globals();
    let value = eval.peek(1);
    eval.vm.dict_set(globals, name, value)?;
    eval.pop_drop();
    Ok(Flow::Next)
}

pub fn delete_global<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.name(oparg);
    let globals = eval.globals();
    if !eval.vm.dict_delete(globals, name)? {
        return Err(not_defined(eval.vm, name));
    }
    Ok(Flow::Next)
}

pub fn setup_annotations<M: Mode>(eval: &mut Eval<'_, M>, _oparg: u32) -> PyResult<Flow> {
    let locals = eval.locals();
    if locals.is_null() {
        return Err(eval.vm.raise(
            types::SYSTEM_ERROR,
            "no locals found when setting up annotations",
        ));
    }
    if let Some(found) = mapping_get(eval, locals, names::ANNOTATIONS)? {
        eval.vm.decref(found);
    } else {
        let dict = eval.vm.new_dict();
        let set = eval.vm.setitem(locals, names::ANNOTATIONS, dict);
        eval.vm.decref(dict);
        set?;
    }
    Ok(Flow::Next)
}

// ---- cells

pub fn make_cell<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let initial = eval.local(oparg as usize);
    let cell = eval.vm.new_cell(initial);
    let old = eval.set_local(oparg as usize, cell);
    eval.vm.xdecref(old);
    Ok(Flow::Next)
}

pub fn copy_free_vars<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let function = eval.function();
    let closure = crate::interpreter::frames::function_object(eval.vm, function).func_closure;
    let cells = eval.vm.tuple_items(closure).to_vec();
    let offset = eval.code.nlocalsplus - oparg as usize;
    for (i, cell) in cells.into_iter().enumerate() {
        eval.vm.incref(cell);
        eval.set_local(offset + i, cell);
    }
    Ok(Flow::Next)
}

#[inline]
pub fn load_deref<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (_, value) = eval.cell_in(oparg as usize);
    if value.is_null() {
        return Err(unbound_cell(eval, oparg));
    }
    eval.vm.incref(value);
    eval.done(value)
}

pub fn load_from_dict_or_deref<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let name = eval.code.localsplusnames[oparg as usize];
    let dict = eval.peek(1);
    let mut value = mapping_get(eval, dict, name)?;
    if value.is_none() {
        let (_, content) = eval.cell_in(oparg as usize);
        if content.is_null() {
            return Err(unbound_cell(eval, oparg));
        }
        value = Some(eval.vm.incref(content));
    }
    eval.pop_drop();
    eval.done(value.expect("set above"))
}

pub fn store_deref<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    let (cell, _) = eval.cell_in(oparg as usize);
    let old = set_cell(eval.vm, cell, value);
    eval.vm.xdecref(old);
    Ok(Flow::Next)
}

pub fn delete_deref<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let (cell, value) = eval.cell_in(oparg as usize);
    if value.is_null() {
        return Err(unbound_cell(eval, oparg));
    }
    let old = set_cell(eval.vm, cell, ObjId::NULL);
    eval.vm.decref(old);
    Ok(Flow::Next)
}

/// Puts `value` (stolen) into a cell; gives the old content, which the caller owns.
pub fn set_cell(vm: &mut Vm, cell: ObjId, value: ObjId) -> ObjId {
    match vm.heap.payload_mut(cell) {
        Payload::Cell(c) => std::mem::replace(&mut c.ob_ref, value),
        other => panic!("{cell:?} is no cell: {other:?}"),
    }
}

#[cold]
fn unbound_cell<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> Raised {
    let name = eval.vm.str_lossy(eval.code.localsplusnames[oparg as usize]);
    let free = eval.code.code.co_freevars().count();
    if (oparg as usize) < eval.code.nlocalsplus - free {
        raise_name_error(
            eval.vm,
            types::UNBOUND_LOCAL_ERROR,
            &name,
            format!(
                "cannot access local variable '{name}' where it is not associated with a value"
            ),
        )
    } else {
        raise_name_error(
            eval.vm,
            types::NAME_ERROR,
            &name,
            format!(
                "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
            ),
        )
    }
}
