//! Checks of the arguments of native functions, with `CPython`'s messages.
//!
//! Mirrors `Python/getargs.c`: what Argument Clinic's generated code calls.

use crate::base::ObjId;
use crate::base::suggestions::closest;

use super::vm::{PyResult, Raised, Vm};

impl Vm {
    /// Refuses a wrong number of positional arguments (`_PyArg_CheckPositional`).
    pub fn check_positional(
        &mut self,
        name: &str,
        given: usize,
        min: usize,
        max: usize,
    ) -> PyResult<()> {
        if (min..=max).contains(&given) {
            return Ok(());
        }
        let (bound, limit) = if given < min {
            ("at least ", min)
        } else {
            ("at most ", max)
        };
        let bound = if min == max { "" } else { bound };
        let s = plural(limit);
        Err(self.type_error(format!(
            "{name} expected {bound}{limit} argument{s}, got {given}"
        )))
    }

    /// Refuses keyword arguments given as a dict or NULL (`_PyArg_NoKeywords`).
    pub fn no_keywords(&mut self, name: &str, kwargs: ObjId) -> PyResult<()> {
        if kwargs.is_null() || self.dict_len(kwargs) == 0 {
            return Ok(());
        }
        Err(self.type_error(format!("{name}() takes no keyword arguments")))
    }

    /// Refuses keyword arguments given by name (`_PyArg_NoKwnames`).
    pub fn no_kwnames(&mut self, name: &str, kwnames: ObjId) -> PyResult<()> {
        if kwnames.is_null() || self.tuple_items(kwnames).is_empty() {
            return Ok(());
        }
        Err(self.type_error(format!("{name}() takes no keyword arguments")))
    }

    /// Assigns arguments to parameters (`_PyArg_UnpackKeywords`): borrowed values, NULL where
    /// nothing was given.
    pub fn unpack_keywords(
        &mut self,
        signature: &Signature<'_>,
        args: &[ObjId],
        kwnames: ObjId,
    ) -> PyResult<Vec<ObjId>> {
        let names = if kwnames.is_null() {
            Vec::new()
        } else {
            self.tuple_items(kwnames).to_vec()
        };
        let positional = args.len() - names.len();
        let keywords: Vec<(ObjId, ObjId)> = names
            .iter()
            .copied()
            .zip(args[positional..].iter().copied())
            .collect();
        signature.bind(self, &args[..positional], &keywords)
    }

    /// As [`Self::unpack_keywords`] for a tuple and a dict or NULL.
    pub fn unpack_tuple_dict(
        &mut self,
        signature: &Signature<'_>,
        args: ObjId,
        kwargs: ObjId,
    ) -> PyResult<Vec<ObjId>> {
        let positional = self.tuple_items(args).to_vec();
        let keywords = if kwargs.is_null() {
            Vec::new()
        } else {
            self.dict_entries(kwargs)
        };
        signature.bind(self, &positional, &keywords)
    }
}

/// The parameters of a native function (`_PyArg_Parser`).
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    /// The function's name in messages.
    pub name: &'a str,
    /// All parameters; positional-only ones have an empty name.
    pub parameters: &'a [&'a str],
    /// How many must be given, counted from the first.
    pub required: usize,
    /// How many may be given by position.
    pub max_positional: usize,
    /// How many keyword-only parameters must be given.
    pub required_keyword_only: usize,
}

impl<'a> Signature<'a> {
    /// All parameters may be given by position or by name.
    pub const fn new(name: &'a str, parameters: &'a [&'a str], required: usize) -> Self {
        Self {
            name,
            parameters,
            required,
            max_positional: parameters.len(),
            required_keyword_only: 0,
        }
    }

    /// Parameters from `max` on are keyword-only.
    #[must_use]
    pub const fn positional(mut self, max: usize) -> Self {
        self.max_positional = max;
        self
    }

    fn bind(
        &self,
        vm: &mut Vm,
        args: &[ObjId],
        keywords: &[(ObjId, ObjId)],
    ) -> PyResult<Vec<ObjId>> {
        let Self {
            name,
            parameters,
            required,
            max_positional,
            required_keyword_only,
        } = *self;
        let count = parameters.len();
        let given = args.len() + keywords.len();
        let positional_only = parameters.iter().take_while(|name| name.is_empty()).count();
        if given > count {
            let bound = if required + required_keyword_only == count {
                "exactly"
            } else {
                "at most"
            };
            let kind = if args.is_empty() { "keyword " } else { "" };
            let s = plural(count);
            return Err(vm.type_error(format!(
                "{name}() takes {bound} {count} {kind}argument{s} ({given} given)"
            )));
        }
        if args.len() > max_positional {
            return Err(self.too_many_positional(vm, args.len()));
        }
        if args.len() < positional_only.min(required) {
            let bound = if positional_only < max_positional || required < positional_only {
                "at least"
            } else {
                "exactly"
            };
            let least = positional_only.min(required);
            let s = plural(least);
            let given = args.len();
            return Err(vm.type_error(format!(
                "{name}() takes {bound} {least} positional argument{s} ({given} given)"
            )));
        }
        let mut values = vec![ObjId::NULL; count];
        values[..args.len()].copy_from_slice(args);
        for &(keyword, value) in keywords {
            let text = vm.str_lossy(keyword);
            let Some(index) = parameters.iter().position(|&p| !p.is_empty() && p == text) else {
                // What is missing is said before what is unknown.
                self.check_required(vm, &values, args.len(), keywords)?;
                let known: Vec<String> = parameters
                    .iter()
                    .filter(|p| !p.is_empty())
                    .map(|&p| p.to_owned())
                    .collect();
                let hint = closest(&known, &text)
                    .map_or(String::new(), |near| format!(". Did you mean '{near}'?"));
                return Err(vm.type_error(format!(
                    "{name}() got an unexpected keyword argument '{text}'{hint}"
                )));
            };
            if index < args.len() {
                let place = index + 1;
                return Err(vm.type_error(format!(
                    "argument for {name}() given by name ('{text}') and position ({place})"
                )));
            }
            values[index] = value;
        }
        self.check_required(vm, &values, args.len(), &[])?;
        Ok(values)
    }

    fn check_required(
        &self,
        vm: &mut Vm,
        values: &[ObjId],
        positional: usize,
        keywords: &[(ObjId, ObjId)],
    ) -> PyResult<()> {
        let Self {
            name,
            parameters,
            required,
            max_positional,
            required_keyword_only,
        } = *self;
        let keyword_only = max_positional..max_positional + required_keyword_only;
        for (i, parameter) in parameters.iter().enumerate().skip(positional) {
            let needed = i < required || keyword_only.contains(&i);
            let later = keywords
                .iter()
                .any(|&(keyword, _)| vm.str_lossy(keyword) == *parameter);
            if needed && values[i].is_null() && !later {
                let place = i + 1;
                return Err(vm.type_error(format!(
                    "{name}() missing required argument '{parameter}' (pos {place})"
                )));
            }
        }
        Ok(())
    }

    fn too_many_positional(&self, vm: &mut Vm, given: usize) -> Raised {
        let Self {
            name,
            required,
            max_positional: max,
            ..
        } = *self;
        if max == 0 {
            return vm.type_error(format!("{name}() takes no positional arguments"));
        }
        let bound = if required < max { "at most" } else { "exactly" };
        let s = plural(max);
        vm.type_error(format!(
            "{name}() takes {bound} {max} positional argument{s} ({given} given)"
        ))
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
