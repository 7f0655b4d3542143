//! From the arguments of a call to the parameters of a function, and the errors in between.
//!
//! Mirrors `initialize_locals`, `missing_arguments` and `too_many_positional` of
//! `Python/ceval.c`.

use crate::base::ObjId;
use crate::objects::codeobject::CodeRuntime;
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::types;

use super::frames::function_object;

const CO_VARARGS: u32 = 4;
const CO_VARKEYWORDS: u32 = 8;

/// Lays the arguments out as the first slots of `localsplus`: steals `args` (positional ones, then
/// the values that `kwnames` names), also when it fails; borrows `kwnames`.
pub fn initialize_locals(
    vm: &mut Vm,
    function: ObjId,
    code: &CodeRuntime,
    args: &[ObjId],
    kwnames: ObjId,
) -> PyResult<Vec<ObjId>> {
    let keywords: Vec<ObjId> = if kwnames.is_null() {
        Vec::new()
    } else {
        vm.tuple_items(kwnames).to_vec()
    };
    let mut binder = Binder::new(function, code, args.len() - keywords.len());
    let result = binder.bind(vm, args, &keywords);
    match result {
        Ok(()) => Ok(binder.locals),
        Err(raised) => {
            let locals = std::mem::take(&mut binder.locals);
            let exception = vm.take_raised();
            vm.decref_all(&locals);
            vm.decref_all(&args[binder.taken..]);
            vm.set_raised(exception);
            Err(raised)
        }
    }
}

struct Binder<'a> {
    function: ObjId,
    code: &'a CodeRuntime,
    locals: Vec<ObjId>,
    argcount: usize,
    kwonly: usize,
    posonly: usize,
    /// Positional arguments given.
    given: usize,
    /// How many of the arguments moved out of the caller's array.
    taken: usize,
}

impl<'a> Binder<'a> {
    fn new(function: ObjId, code: &'a CodeRuntime, given: usize) -> Self {
        let argcount = code.co_argcount;
        let kwonly = code.co_kwonlyargcount;
        let extra = usize::from(code.co_flags & CO_VARARGS != 0)
            + usize::from(code.co_flags & CO_VARKEYWORDS != 0);
        Self {
            function,
            code,
            locals: vec![ObjId::NULL; argcount + kwonly + extra],
            argcount,
            kwonly,
            posonly: code.code.co_posonlyargcount as usize,
            given,
            taken: 0,
        }
    }

    fn bind(&mut self, vm: &mut Vm, args: &[ObjId], keywords: &[ObjId]) -> PyResult<()> {
        let total = self.argcount + self.kwonly;
        let varargs = self.code.co_flags & CO_VARARGS != 0;
        let mut kwdict = ObjId::NULL;
        if self.code.co_flags & CO_VARKEYWORDS != 0 {
            kwdict = vm.new_dict();
            self.locals[total + usize::from(varargs)] = kwdict;
        }
        let direct = self.given.min(self.argcount);
        self.locals[..direct].copy_from_slice(&args[..direct]);
        self.taken = direct;
        if varargs {
            let rest = vm.new_tuple(args[direct..self.given].to_vec());
            self.locals[total] = rest;
            self.taken = self.given;
        } else if self.given > self.argcount {
            // The surplus is dropped with the rest when the error below is raised.
        }
        if !keywords.is_empty() {
            self.bind_keywords(vm, args, keywords, kwdict)?;
        }
        if self.given > self.argcount && !varargs {
            return Err(self.too_many_positional(vm));
        }
        if self.given < self.argcount {
            self.fill_defaults(vm)?;
        }
        if self.kwonly > 0 {
            self.fill_kwdefaults(vm)?;
        }
        Ok(())
    }

    fn bind_keywords(
        &mut self,
        vm: &mut Vm,
        args: &[ObjId],
        keywords: &[ObjId],
        kwdict: ObjId,
    ) -> PyResult<()> {
        if self.taken < self.given {
            // Surplus positional arguments stay behind `taken`; keywords move out one by one, so
            // copies keep the accounts simple.
            for &arg in &args[self.given..] {
                vm.incref(arg);
            }
            let values = args[self.given..].to_vec();
            return self.bind_keyword_values(vm, &values, keywords, kwdict);
        }
        self.taken = args.len();
        let values = args[self.given..].to_vec();
        self.bind_keyword_values(vm, &values, keywords, kwdict)
    }

    fn bind_keyword_values(
        &mut self,
        vm: &mut Vm,
        values: &[ObjId],
        keywords: &[ObjId],
        kwdict: ObjId,
    ) -> PyResult<()> {
        for (i, (&keyword, &value)) in keywords.iter().zip(values).enumerate() {
            if let Err(raised) = self.bind_one_keyword(vm, keyword, value, keywords, kwdict) {
                let exception = vm.take_raised();
                vm.decref_all(&values[i..]);
                vm.set_raised(exception);
                return Err(raised);
            }
        }
        Ok(())
    }

    fn bind_one_keyword(
        &mut self,
        vm: &mut Vm,
        keyword: ObjId,
        value: ObjId,
        keywords: &[ObjId],
        kwdict: ObjId,
    ) -> PyResult<()> {
        if vm.text(keyword).is_none() {
            let qualname = self.qualname(vm);
            return Err(vm.type_error(format!("{qualname}() keywords must be strings")));
        }
        let total = self.argcount + self.kwonly;
        let names = &self.code.localsplusnames[self.posonly..total];
        let found = names
            .iter()
            .position(|&n| n == keyword)
            .or_else(|| names.iter().position(|&n| vm.text(n) == vm.text(keyword)));
        if let Some(j) = found {
            let j = j + self.posonly;
            if !self.locals[j].is_null() {
                let qualname = self.qualname(vm);
                let name = vm.str_lossy(keyword);
                return Err(vm.type_error(format!(
                    "{qualname}() got multiple values for argument '{name}'"
                )));
            }
            self.locals[j] = value;
            return Ok(());
        }
        if kwdict.is_null() {
            return Err(self.unexpected_keyword(vm, keyword, keywords));
        }
        vm.dict_set(kwdict, keyword, value)?;
        vm.decref(value);
        Ok(())
    }

    fn unexpected_keyword(&self, vm: &mut Vm, keyword: ObjId, keywords: &[ObjId]) -> Raised {
        let qualname = self.qualname(vm);
        let mut wrong = Vec::new();
        for &name in &self.code.localsplusnames[..self.posonly] {
            if keywords
                .iter()
                .any(|&k| k == name || vm.text(k) == vm.text(name))
            {
                wrong.push(vm.str_lossy(name));
            }
        }
        if !wrong.is_empty() {
            let wrong = wrong.join(", ");
            return vm.type_error(format!(
                "{qualname}() got some positional-only arguments passed as keyword arguments: '{wrong}'"
            ));
        }
        let name = vm.str_lossy(keyword);
        let total = self.argcount + self.kwonly;
        let possible: Vec<String> = self.code.localsplusnames[self.posonly..total]
            .iter()
            .map(|&n| vm.str_lossy(n))
            .collect();
        let hint = crate::base::suggestions::closest(&possible, &name);
        match hint {
            Some(hint) => vm.type_error(format!(
                "{qualname}() got an unexpected keyword argument '{name}'. Did you mean '{hint}'?"
            )),
            None => vm.type_error(format!(
                "{qualname}() got an unexpected keyword argument '{name}'"
            )),
        }
    }

    fn fill_defaults(&mut self, vm: &mut Vm) -> PyResult<()> {
        let defaults = function_object(vm, self.function).func_defaults;
        let defaults: Vec<ObjId> = if defaults.is_null() {
            Vec::new()
        } else {
            vm.tuple_items(defaults).to_vec()
        };
        let m = self.argcount.saturating_sub(defaults.len());
        let missing = (self.given..m)
            .filter(|&i| self.locals[i].is_null())
            .count();
        if missing > 0 {
            return Err(self.missing_arguments(vm, missing, Some(defaults.len())));
        }
        for (i, &value) in defaults.iter().enumerate() {
            if m + i < self.argcount && self.locals[m + i].is_null() {
                self.locals[m + i] = vm.incref(value);
            }
        }
        Ok(())
    }

    fn fill_kwdefaults(&mut self, vm: &mut Vm) -> PyResult<()> {
        let kwdefaults = function_object(vm, self.function).func_kwdefaults;
        let mut missing = 0;
        for i in self.argcount..self.argcount + self.kwonly {
            if !self.locals[i].is_null() {
                continue;
            }
            let name = self.code.localsplusnames[i];
            let found = if kwdefaults.is_null() {
                None
            } else {
                vm.dict_get(kwdefaults, name)?
            };
            match found {
                Some(value) => self.locals[i] = vm.incref(value),
                None => missing += 1,
            }
        }
        if missing > 0 {
            return Err(self.missing_arguments(vm, missing, None));
        }
        Ok(())
    }

    fn missing_arguments(&self, vm: &mut Vm, missing: usize, defcount: Option<usize>) -> Raised {
        let (range, kind) = match defcount {
            Some(defaults) => (0..self.argcount - defaults.min(self.argcount), "positional"),
            None => (self.argcount..self.argcount + self.kwonly, "keyword-only"),
        };
        let names: Vec<String> = range
            .filter(|&i| self.locals[i].is_null())
            .map(|i| format!("'{}'", vm.str_lossy(self.code.localsplusnames[i])))
            .collect();
        let listed = match names.as_slice() {
            [one] => one.clone(),
            [a, b] => format!("{a} and {b}"),
            [most @ .., a, b] => format!("{}, {a}, and {b}", most.join(", ")),
            [] => String::new(),
        };
        let qualname = self.qualname(vm);
        let plural = if missing == 1 { "" } else { "s" };
        vm.type_error(format!(
            "{qualname}() missing {missing} required {kind} argument{plural}: {listed}"
        ))
    }

    fn too_many_positional(&self, vm: &mut Vm) -> Raised {
        let kwonly_given = (self.argcount..self.argcount + self.kwonly)
            .filter(|&i| !self.locals[i].is_null())
            .count();
        let defaults = function_object(vm, self.function).func_defaults;
        let defcount = if defaults.is_null() {
            0
        } else {
            vm.tuple_items(defaults).len()
        };
        let (plural, takes) = if defcount > 0 {
            (
                true,
                format!("from {} to {}", self.argcount - defcount, self.argcount),
            )
        } else {
            (self.argcount != 1, self.argcount.to_string())
        };
        let given = self.given;
        let extra = if kwonly_given > 0 {
            let s = if given == 1 { "" } else { "s" };
            let t = if kwonly_given == 1 { "" } else { "s" };
            format!(" positional argument{s} (and {kwonly_given} keyword-only argument{t})")
        } else {
            String::new()
        };
        let qualname = self.qualname(vm);
        let s = if plural { "s" } else { "" };
        let were = if given == 1 && kwonly_given == 0 {
            "was"
        } else {
            "were"
        };
        vm.type_error(format!(
            "{qualname}() takes {takes} positional argument{s} but {given}{extra} {were} given"
        ))
    }

    fn qualname(&self, vm: &Vm) -> String {
        vm.str_lossy(function_object(vm, self.function).func_qualname)
    }
}

/// The tuple of keyword names and the values of a dict of keyword arguments; borrowed values.
pub fn split_keywords(vm: &mut Vm, kwargs: ObjId) -> PyResult<(Vec<ObjId>, Vec<ObjId>)> {
    let entries = vm.dict_entries(kwargs);
    let mut names = Vec::with_capacity(entries.len());
    let mut values = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if !matches!(vm.heap.payload(key), Payload::Str(_)) {
            return Err(vm.raise(types::TYPE_ERROR, "keywords must be strings"));
        }
        names.push(key);
        values.push(value);
    }
    Ok((names, values))
}
