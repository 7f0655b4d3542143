//! Displays: tuples, lists, sets, dicts, slices, and adding to them one by one.

use crate::base::ObjId;
use crate::events::Mode;
use crate::interpreter::ceval::{Eval, Flow};
use crate::objects::vm::PyResult;
use crate::objects::wellknown::{NONE, types};

pub fn build_tuple<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let items = eval.pop_n(oparg as usize);
    let tuple = eval.vm.new_tuple(items);
    eval.done(tuple)
}

pub fn build_list<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let items = eval.pop_n(oparg as usize);
    let list = eval.vm.new_list(items);
    eval.done(list)
}

pub fn build_set<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let items = eval.pop_n(oparg as usize);
    let set = eval.vm.new_set();
    let mut result = Ok(());
    for item in items {
        if result.is_ok() {
            result = eval.vm.set_add(set, item);
        }
        eval.vm.decref(item);
    }
    if let Err(raised) = result {
        eval.vm.decref(set);
        return Err(raised);
    }
    eval.done(set)
}

pub fn build_map<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    let dict = eval.vm.new_dict_presized(n);
    let mut result = Ok(());
    for i in 0..n {
        let (key, value) = (eval.peek(2 * (n - i)), eval.peek(2 * (n - i) - 1));
        result = eval.vm.dict_set(dict, key, value);
        if result.is_err() {
            break;
        }
    }
    let items = eval.pop_n(2 * n);
    eval.vm.decref_all(&items);
    if let Err(raised) = result {
        eval.vm.decref(dict);
        return Err(raised);
    }
    eval.done(dict)
}

pub fn build_const_key_map<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let n = oparg as usize;
    let keys_tuple = eval.peek(1);
    let keys = eval.vm.tuple_items(keys_tuple).to_vec();
    let dict = eval.vm.new_dict_presized(n);
    let mut result = Ok(());
    for (i, key) in keys.into_iter().enumerate() {
        let value = eval.peek(n - i + 1);
        result = eval.vm.dict_set(dict, key, value);
        if result.is_err() {
            break;
        }
    }
    let keys_tuple = eval.pop();
    let values = eval.pop_n(n);
    eval.vm.decref_all(&values);
    eval.vm.decref(keys_tuple);
    if let Err(raised) = result {
        eval.vm.decref(dict);
        return Err(raised);
    }
    eval.done(dict)
}

pub fn build_slice<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let step = if oparg == 3 { eval.pop() } else { NONE };
    let stop = eval.pop();
    let start = eval.pop();
    let slice = eval.vm.new_slice(start, stop, step);
    eval.vm.decref(start);
    eval.vm.decref(stop);
    eval.vm.decref(step);
    eval.done(slice)
}

pub fn build_string<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let pieces = eval.pop_n(oparg as usize);
    let joined = eval.vm.join_strings(&pieces);
    eval.vm.decref_all(&pieces);
    eval.done(joined)
}

pub fn list_append<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    let list = eval.peek(oparg as usize);
    eval.vm.list_append_steal(list, value);
    Ok(Flow::Next)
}

pub fn set_add<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    let set = eval.peek(oparg as usize);
    let result = eval.vm.set_add(set, value);
    eval.vm.decref(value);
    result.map(|()| Flow::Next)
}

pub fn map_add<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let value = eval.pop();
    let key = eval.pop();
    let dict = eval.peek(oparg as usize);
    let result = eval.vm.dict_set(dict, key, value);
    eval.vm.decref(key);
    eval.vm.decref(value);
    result.map(|()| Flow::Next)
}

pub fn list_extend<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let iterable = eval.pop();
    let list = eval.peek(oparg as usize);
    let mut result = eval.vm.list_extend(list, iterable);
    if result.is_err() && eval.vm.raised_matches(types::TYPE_ERROR) {
        let slots = eval.vm.slots_of(iterable);
        if slots.tp_iter.is_none() && !eval.vm.is_sequence(iterable) {
            eval.vm.clear_raised();
            let name = eval.vm.type_name_of(iterable);
            result = Err(eval
                .vm
                .type_error(format!("Value after * must be an iterable, not {name}")));
        }
    }
    eval.vm.decref(iterable);
    result.map(|()| Flow::Next)
}

pub fn set_update<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let iterable = eval.pop();
    let set = eval.peek(oparg as usize);
    let result = eval.vm.set_update(set, iterable);
    eval.vm.decref(iterable);
    result.map(|()| Flow::Next)
}

pub fn dict_update<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let update = eval.pop();
    let dict = eval.peek(oparg as usize);
    let mut result = eval.vm.dict_update(dict, update);
    if result.is_err() && eval.vm.raised_matches(types::ATTRIBUTE_ERROR) {
        eval.vm.clear_raised();
        let name = eval.vm.type_name_of(update);
        result = Err(eval
            .vm
            .type_error(format!("'{name}' object is not a mapping")));
    }
    eval.vm.decref(update);
    result.map(|()| Flow::Next)
}

pub fn dict_merge<M: Mode>(eval: &mut Eval<'_, M>, oparg: u32) -> PyResult<Flow> {
    let update = eval.pop();
    let dict = eval.peek(oparg as usize);
    let callable = eval.peek(oparg as usize + 3);
    let result = merge_keywords(eval, dict, update, callable);
    eval.vm.decref(update);
    result.map(|()| Flow::Next)
}

/// Adds the keyword arguments of a mapping to a dict; a key given twice is an error
/// (`_PyDict_MergeEx` with override 2, `format_kwargs_error`).
fn merge_keywords<M: Mode>(
    eval: &mut Eval<'_, M>,
    dict: ObjId,
    update: ObjId,
    callable: ObjId,
) -> PyResult<()> {
    let vm = &mut *eval.vm;
    let pairs = match vm.mapping_pairs(update) {
        Ok(pairs) => pairs,
        Err(raised) => {
            if vm.raised_matches(types::ATTRIBUTE_ERROR) {
                vm.clear_raised();
                let function = vm.function_str(callable)?;
                let name = vm.type_name_of(update);
                return Err(vm.type_error(format!(
                    "{function} argument after ** must be a mapping, not {name}"
                )));
            }
            return Err(raised);
        }
    };
    let mut result = Ok(());
    for &(key, value) in &pairs {
        if result.is_ok() {
            result = merge_one_keyword(vm, dict, key, value, callable);
        }
        vm.decref(key);
        vm.decref(value);
    }
    result
}

fn merge_one_keyword(
    vm: &mut crate::objects::vm::Vm,
    dict: ObjId,
    key: ObjId,
    value: ObjId,
    callable: ObjId,
) -> PyResult<()> {
    if vm.dict_get(dict, key)?.is_some() {
        let function = vm.function_str(callable)?;
        if vm.text(key).is_none() {
            return Err(vm.type_error(format!("{function} keywords must be strings")));
        }
        let key = vm.str_lossy(key);
        return Err(vm.type_error(format!(
            "{function} got multiple values for keyword argument '{key}'"
        )));
    }
    vm.dict_set(dict, key, value)
}
