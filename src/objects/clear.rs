//! How the collector breaks a cycle: an object gives up what it refers to, and stays valid.
//!
//! Mirrors the `tp_clear` functions of CPython's types (facts: one collection, step 12).

use crate::base::ObjId;

use super::object::Payload;
use super::setobject::SetEntry;
use super::vm::Vm;

impl Vm {
    /// Calls `tp_clear`: drops the references through which `id` may be part of a cycle.
    pub fn clear_references(&mut self, id: ObjId) {
        let mut dropped = Vec::new();
        self.take_managed(id, &mut dropped);
        self.take_payload(id, &mut dropped);
        self.heap.touch(id);
        self.decref_all(&dropped);
    }

    /// Slots, then the dict or inline values (`subtype_clear`).
    fn take_managed(&mut self, id: ObjId, dropped: &mut Vec<ObjId>) {
        let Some(managed) = self.heap.objects[id.index()].managed.as_mut() else {
            return;
        };
        for slot in &mut managed.slots {
            if !slot.is_null() {
                dropped.push(std::mem::take(slot));
            }
        }
        for field in &mut managed.extra {
            if !field.is_null() {
                dropped.push(std::mem::take(field));
            }
        }
        if let Some(inline) = managed.inline.as_mut() {
            inline.clear(dropped);
        }
        if !managed.dict.is_null() {
            dropped.push(std::mem::take(&mut managed.dict));
        }
    }

    fn take_payload(&mut self, id: ObjId, dropped: &mut Vec<ObjId>) {
        if matches!(self.heap.payload(id), Payload::Dict(_)) {
            self.take_dict_entries(id, dropped);
            return;
        }
        match self.heap.payload_mut(id) {
            Payload::List(list) => {
                dropped.extend(list.ob_item.drain(..).rev());
                list.allocated = 0;
                let block = std::mem::take(&mut list.address);
                if block.0 != 0 {
                    self.heap.obmalloc_free(block);
                }
                self.heap.report_list_cleared(id, dropped);
            }
            Payload::Set(set) => {
                for entry in &mut set.table {
                    if let SetEntry::Key { key, .. } = *entry {
                        dropped.push(key);
                        *entry = SetEntry::Empty;
                    }
                }
                set.used = 0;
                set.fill = 0;
            }
            // Code and names stay, as `func_clear` leaves them.
            Payload::Function(f) => {
                for field in [
                    &mut f.func_globals,
                    &mut f.func_builtins,
                    &mut f.func_module,
                    &mut f.func_defaults,
                    &mut f.func_kwdefaults,
                    &mut f.func_doc,
                    &mut f.func_dict,
                    &mut f.func_closure,
                    &mut f.func_annotations,
                    &mut f.func_typeparams,
                ] {
                    if !field.is_null() {
                        dropped.push(std::mem::take(field));
                    }
                }
            }
            // The MRO breaks the cycle of a class; its dict is emptied below.
            Payload::Type(t) => {
                let dict = t.tp_dict;
                if !t.ht_module.is_null() {
                    dropped.push(std::mem::take(&mut t.ht_module));
                }
                t.tp_version_tag.set(0);
                let mro = std::mem::take(&mut t.tp_mro);
                self.take_dict_entries(dict, dropped);
                if !mro.is_null() {
                    dropped.push(mro);
                }
            }
            Payload::Cell(c) => {
                if !c.ob_ref.is_null() {
                    dropped.push(std::mem::take(&mut c.ob_ref));
                }
            }
            Payload::Module(m) => {
                dropped.extend(m.state.drain(..).map(|(_, id)| id));
                if !m.md_dict.is_null() {
                    dropped.push(std::mem::take(&mut m.md_dict));
                }
            }
            Payload::Exception(e) => e.release(dropped),
            Payload::Weakref(w) => {
                if !w.wr_callback.is_null() {
                    dropped.push(std::mem::take(&mut w.wr_callback));
                }
            }
            Payload::CFunction(f) => {
                for field in [&mut f.m_self, &mut f.m_module, &mut f.mm_class] {
                    if !field.is_null() {
                        dropped.push(std::mem::take(field));
                    }
                }
            }
            Payload::Native(n) => n.clear(dropped),
            // These have no `tp_clear`, or nothing to clear: a generator's cycle is broken by its
            // finalizer, which closes it.
            Payload::Empty
            | Payload::Int(_)
            | Payload::BigInt(_)
            | Payload::Float(_)
            | Payload::Complex(_)
            | Payload::Str(_)
            | Payload::Bytes(_)
            | Payload::ByteArray(_)
            | Payload::Tuple(_)
            | Payload::Dict(_)
            | Payload::Method(_)
            | Payload::Descriptor(_)
            | Payload::Generator(_)
            | Payload::Code(_) => {}
        }
    }

    /// Empties a dict; its old entries are the caller's to drop (`PyDict_Clear`).
    pub fn take_dict_entries(&mut self, dict: ObjId, dropped: &mut Vec<ObjId>) {
        let old_entries = self.dict(dict).entries.clone();
        let table = self.dict_mut(dict);
        table.release(dropped);
        table.entries.clear();
        table.usable = 0;
        table.kind = super::dictobject::KeysKind::default();
        let block = std::mem::take(&mut table.address);
        if block.0 != 0 {
            self.heap.obmalloc_free(block);
        }
        self.heap.report_dict_cleared(dict, &old_entries);
    }
}
