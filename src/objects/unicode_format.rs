//! `%`, `str.format`, `format()` of strings and of objects in general.
//!
//! Mirrors `PyUnicode_Format` of `Objects/unicodeobject.c`, `Objects/stringlib/unicode_format.h`
//! and `PyObject_Format`.

use crate::base::format::percent::{self, Amount, Directive, Key, Piece, Pieces};
use crate::base::format::template::{self, FieldKey, FieldStep, FieldSteps, MarkupIterator};
use crate::base::format::{repr, spec};
use crate::base::textops::search::to_points;
use crate::base::{ObjId, Text};

use super::floatobject::as_double;
use super::longobject::number_long;
use super::scalar_new::{bad_argument, raise_format_error};
use super::unicodeobject::text_of;
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{EMPTY_STR, names, types};

impl Vm {
    /// `format(obj, spec)`; a NULL specification is the empty one (`PyObject_Format`).
    pub fn format(&mut self, obj: ObjId, format_spec: ObjId) -> PyResult<ObjId> {
        let format_spec = if format_spec.is_null() {
            EMPTY_STR
        } else {
            format_spec
        };
        let Some(text) = self.text(format_spec) else {
            let name = self.type_name_of(format_spec);
            return Err(self.raise(
                types::SYSTEM_ERROR,
                format!("Format specifier must be a string, not {name}"),
            ));
        };
        if text.is_empty() {
            match self.type_of(obj) {
                types::STR => return Ok(self.incref(obj)),
                types::INT => return self.str(obj),
                _ => {}
            }
        }
        let Some(method) = self.lookup_special(obj, names::FORMAT)? else {
            let name = self.type_name_of(obj);
            return Err(self.type_error(format!("Type {name} doesn't define __format__")));
        };
        let result = self.call(method, &[format_spec]);
        self.decref(method);
        let result = result?;
        if !self.isinstance(result, types::STR) {
            let name = self.type_name_of(result);
            self.decref(result);
            return Err(self.type_error(format!("__format__ must return a str, not {name}")));
        }
        Ok(result)
    }

    /// `ascii(obj)` (`PyObject_ASCII`).
    pub fn ascii(&mut self, obj: ObjId) -> PyResult<ObjId> {
        let result = self.repr(obj)?;
        if text_of(self, result).is_ascii() {
            return Ok(result);
        }
        let escaped = repr::escape_non_ascii(text_of(self, result));
        self.decref(result);
        Ok(self.new_text_fresh(escaped))
    }
}

/// `str.__format__`.
pub fn dunder_format(vm: &mut Vm, this: ObjId, format_spec: ObjId) -> PyResult<ObjId> {
    let Some(spec) = vm.text(format_spec) else {
        return Err(bad_argument(vm, "__format__", "", "str", format_spec));
    };
    if spec.is_empty() {
        return vm.str(this);
    }
    let spec = spec.clone();
    let type_name = vm.type_name_of(this);
    match spec::format_text(text_of(vm, this), &spec, &type_name) {
        // Unchanged text is the string itself.
        Ok(text) if text == *text_of(vm, this) => Ok(vm.str_unchanged(this)),
        Ok(text) => Ok(vm.new_text(text)),
        Err(error) => Err(raise_format_error(vm, error)),
    }
}

// ---- `%`

/// Hands out the arguments of a format one after the other; shared with `bytes % args`.
pub struct PercentArgs {
    /// Borrowed, except after a mapping key: then owned.
    current: ObjId,
    owned: bool,
    /// `None`: a single argument.
    tuple: Option<usize>,
    next: usize,
    mapping: ObjId,
}

impl PercentArgs {
    /// For the right side of `%`; a mapping may be asked for keys.
    pub fn new(vm: &Vm, args: ObjId, never_mapping: ObjId) -> Self {
        let is_tuple = vm.isinstance(args, types::TUPLE);
        let is_mapping = vm.slots_of(args).mp_subscript.is_some()
            && !is_tuple
            && !vm.isinstance(args, never_mapping);
        Self {
            current: args,
            owned: false,
            tuple: is_tuple.then(|| vm.tuple_items(args).len()),
            next: 0,
            mapping: if is_mapping { args } else { ObjId::NULL },
        }
    }

    /// The next argument, borrowed.
    pub fn take(&mut self, vm: &mut Vm) -> PyResult<ObjId> {
        let count = self.tuple.unwrap_or(1);
        if self.next >= count {
            return Err(vm.type_error("not enough arguments for format string"));
        }
        self.next += 1;
        Ok(if self.tuple.is_some() {
            vm.tuple_items(self.current)[self.next - 1]
        } else {
            self.current
        })
    }

    /// Makes `mapping[key]` the only argument.
    pub fn select(&mut self, vm: &mut Vm, key: ObjId) -> PyResult<()> {
        let value = vm.getitem(self.mapping, key)?;
        self.release(vm);
        self.current = value;
        self.owned = true;
        self.tuple = None;
        self.next = 0;
        Ok(())
    }

    /// Whether a key may be asked for.
    pub const fn has_mapping(&self) -> bool {
        !self.mapping.is_null()
    }

    /// Lets no key be asked for.
    pub const fn forget_mapping(&mut self) {
        self.mapping = ObjId::NULL;
    }

    /// Gives back what [`Self::select`] took.
    pub fn release(&mut self, vm: &mut Vm) {
        if self.owned {
            self.owned = false;
            vm.decref(self.current);
        }
    }

    /// Whether arguments are left over, which is an error without a mapping.
    pub fn left_over(&self) -> bool {
        self.next < self.tuple.unwrap_or(1) && self.mapping.is_null()
    }

    /// A `*` argument.
    fn star(&mut self, vm: &mut Vm) -> PyResult<i64> {
        let arg = self.take(vm)?;
        if !vm.is_int(arg) {
            return Err(vm.type_error("* wants int"));
        }
        match vm.int_as_i64(arg) {
            Some(value) => Ok(value),
            None => Err(vm.raise(
                types::OVERFLOW_ERROR,
                "Python int too large to convert to C ssize_t",
            )),
        }
    }

    /// Width and precision of a directive, with `*` arguments fetched.
    pub fn amounts(
        &mut self,
        vm: &mut Vm,
        directive: &mut Directive,
    ) -> PyResult<(usize, Option<usize>)> {
        let width = match directive.width {
            Amount::None => 0,
            Amount::Given(width) => width,
            Amount::Star => {
                let width = self.star(vm)?;
                directive.flags.left |= width < 0;
                width.unsigned_abs() as usize
            }
        };
        let precision = match directive.precision {
            Amount::None => None,
            Amount::Given(precision) => Some(precision),
            Amount::Star => {
                let precision = self.star(vm)?;
                if i32::try_from(precision).is_err() {
                    return Err(vm.raise(
                        types::OVERFLOW_ERROR,
                        "Python int too large to convert to C int",
                    ));
                }
                Some(precision.max(0) as usize)
            }
        };
        if let Some(error) = directive.too_big.take() {
            return Err(raise_format_error(vm, error));
        }
        vm.check_request(width.max(precision.unwrap_or(0)))?;
        Ok((width, precision))
    }
}

/// `format % args` of strings.
pub fn percent_format(vm: &mut Vm, format: ObjId, args: ObjId) -> PyResult<ObjId> {
    let points = to_points(text_of(vm, format));
    let mut arguments = PercentArgs::new(vm, args, types::STR);
    let mut lone = ObjId::NULL;
    let result = percent_points(vm, &points, &mut arguments, &mut lone);
    arguments.release(vm);
    let out = match result {
        Ok(out) => out,
        Err(raised) => {
            vm.xdecref(lone);
            return Err(raised);
        }
    };
    if arguments.left_over() {
        vm.xdecref(lone);
        return Err(vm.type_error("not all arguments converted during string formatting"));
    }
    if !lone.is_null() {
        return Ok(lone);
    }
    if !points.contains(&0x25) {
        return Ok(vm.str_unchanged(format));
    }
    Ok(vm.new_text(Text::from_code_points(&out)))
}

/// Expands a format. When it is one string conversion alone that changes nothing, `lone` becomes
/// the converted string: CPython's writer keeps it as it is.
fn percent_points(
    vm: &mut Vm,
    points: &[u32],
    arguments: &mut PercentArgs,
    lone: &mut ObjId,
) -> PyResult<Vec<u32>> {
    let mut out: Vec<u32> = Vec::with_capacity(points.len() + 16);
    let mut pieces = Pieces::new(points).peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Literal(start, end) => out.extend_from_slice(&points[start..end]),
            Piece::Directive(directive) => {
                let keep = if out.is_empty() && pieces.peek().is_none() {
                    Some(&mut *lone)
                } else {
                    None
                };
                percent_directive(vm, points, directive, arguments, &mut out, keep)?;
            }
        }
    }
    Ok(out)
}

/// `str`, `repr` or `ascii` of a value, exact.
fn percent_string(vm: &mut Vm, value: ObjId, conversion: char) -> PyResult<ObjId> {
    let shown = match conversion {
        's' => vm.str(value)?,
        'r' => vm.repr(value)?,
        _ => vm.ascii(value)?,
    };
    if vm.type_of(shown) == types::STR && text_of(vm, shown).len() != 1 {
        return Ok(shown);
    }
    let text = text_of(vm, shown).clone();
    vm.decref(shown);
    Ok(vm.new_text(text))
}

fn percent_directive(
    vm: &mut Vm,
    points: &[u32],
    mut directive: Directive,
    arguments: &mut PercentArgs,
    out: &mut Vec<u32>,
    keep: Option<&mut ObjId>,
) -> PyResult<()> {
    if directive.key != Key::None {
        if !arguments.has_mapping() {
            return Err(vm.type_error("format requires a mapping"));
        }
        let Key::Given(start, end) = directive.key else {
            return Err(vm.value_error("incomplete format key"));
        };
        let key = vm.new_text(Text::from_code_points(&points[start..end]));
        let selected = arguments.select(vm, key);
        vm.decref(key);
        selected?;
    }
    let (width, precision) = arguments.amounts(vm, &mut directive)?;
    let Some(conversion) = directive.conversion else {
        return Err(vm.value_error("incomplete format"));
    };
    let value = arguments.take(vm)?;
    let conversion_char = char::from_u32(conversion).unwrap_or('\u{FFFD}');
    let (mut text, numeric) = match conversion_char {
        's' | 'r' | 'a' => {
            let shown = percent_string(vm, value, conversion_char)?;
            let text = to_points(text_of(vm, shown));
            if let Some(keep) = keep
                && width <= text.len()
                && precision.is_none_or(|p| p >= text.len())
            {
                *keep = shown;
            } else {
                vm.decref(shown);
            }
            (text, false)
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let text = percent_integer(vm, value, conversion_char, &directive, precision)?;
            (text.chars().map(u32::from).collect(), true)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = as_double(vm, value)?;
            let text = percent::format_float(number, conversion_char, directive.flags, precision);
            (text.chars().map(u32::from).collect(), true)
        }
        'c' => (vec![percent_char(vm, value)?], false),
        _ => {
            let shown = if (31..=126).contains(&conversion) {
                conversion_char
            } else {
                '?'
            };
            let position = directive.position;
            return Err(vm.value_error(format!(
                "unsupported format character '{shown}' (0x{conversion:x}) at index {position}"
            )));
        }
    };
    if let Some(precision) = precision
        && !numeric
    {
        text.truncate(precision);
    }
    percent::push_padded(out, &text, directive.flags, width, conversion_char, numeric);
    Ok(())
}

/// The text of an integer conversion; shared with `bytes % args`.
pub fn percent_integer(
    vm: &mut Vm,
    value: ObjId,
    conversion: char,
    directive: &Directive,
    precision: Option<usize>,
) -> PyResult<String> {
    let needs_index = matches!(conversion, 'o' | 'x' | 'X');
    let slots = vm.slots_of(value);
    let is_number = slots.nb_index.is_some()
        || slots.nb_int.is_some()
        || slots.nb_float.is_some()
        || vm.complex_value(value).is_some();
    let integer = if !is_number {
        return Err(wrong_integer(vm, value, conversion, needs_index));
    } else if vm.is_int(value) {
        vm.incref(value)
    } else {
        let converted = if needs_index {
            vm.number_index(value)
        } else {
            number_long(vm, value)
        };
        match converted {
            Ok(integer) => integer,
            Err(_) if vm.raised_matches(types::TYPE_ERROR) => {
                vm.clear_raised();
                return Err(wrong_integer(vm, value, conversion, needs_index));
            }
            Err(raised) => return Err(raised),
        }
    };
    let limit = vm.interp.int_max_str_digits as usize;
    let number = vm.int_value(integer).expect("just converted").into_owned();
    vm.decref(integer);
    let text = percent::format_integer(&number, conversion, directive.flags, precision, limit);
    text.map_err(|error| raise_format_error(vm, error))
}

#[cold]
fn wrong_integer(vm: &mut Vm, value: ObjId, conversion: char, needs_index: bool) -> Raised {
    let name = vm.type_name_of(value);
    let wanted = if needs_index {
        "an integer"
    } else {
        "a real number"
    };
    vm.type_error(format!(
        "%{conversion} format: {wanted} is required, not {name}"
    ))
}

fn percent_char(vm: &mut Vm, value: ObjId) -> PyResult<u32> {
    if let Some(text) = vm.text(value) {
        if text.len() == 1 {
            return Ok(text.at(0));
        }
        return Err(vm.type_error("%c requires int or char"));
    }
    let Ok(index) = vm.number_index(value) else {
        if vm.raised_matches(types::TYPE_ERROR) {
            vm.clear_raised();
        }
        return Err(vm.type_error("%c requires int or char"));
    };
    let point = vm.int_as_i64(index);
    vm.decref(index);
    match point {
        Some(point @ 0..=0x10_ffff) => Ok(point as u32),
        Some(_) | None => Err(vm.raise(types::OVERFLOW_ERROR, "%c arg not in range(0x110000)")),
    }
}

// ---- `str.format`

/// Whether fields are numbered by hand or in order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Undecided,
    Automatic(usize),
    Manual,
}

struct Formatter<'a> {
    template: &'a [u32],
    /// The positional arguments; `None` for `format_map`.
    args: Option<ObjId>,
    /// A mapping, or NULL.
    kwargs: ObjId,
    numbering: Numbering,
}

/// `str.format`.
pub fn format_method(vm: &mut Vm, this: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    format_template(vm, this, Some(args), kwargs)
}

/// `str.format_map`.
pub fn format_map(vm: &mut Vm, this: ObjId, mapping: ObjId) -> PyResult<ObjId> {
    format_template(vm, this, None, mapping)
}

fn format_template(
    vm: &mut Vm,
    this: ObjId,
    args: Option<ObjId>,
    kwargs: ObjId,
) -> PyResult<ObjId> {
    let template = to_points(text_of(vm, this));
    let mut formatter = Formatter {
        template: &template,
        args,
        kwargs,
        numbering: Numbering::Undecided,
    };
    let mut first = MarkupIterator::new(&template, 0, template.len());
    if let Some(Ok(markup)) = first.next()
        && let Some(field) = &markup.field
        && markup.literal.0 == markup.literal.1
        && first.next().is_none()
    {
        // A field alone: its string is the result, as CPython's writer keeps a lone string.
        return formatter.field_string(vm, field, 2);
    }
    let out = formatter.build(vm, 0, template.len(), 2)?;
    if !template.iter().any(|&c| c == 0x7b || c == 0x7d) {
        return Ok(vm.str_unchanged(this));
    }
    Ok(vm.new_text(Text::from_code_points(&out)))
}

impl Formatter<'_> {
    /// Expands a part of the template (`build_string`).
    fn build(&mut self, vm: &mut Vm, start: usize, end: usize, depth: i32) -> PyResult<Vec<u32>> {
        if depth <= 0 {
            return Err(vm.value_error("Max string recursion exceeded"));
        }
        let mut out = Vec::new();
        for markup in MarkupIterator::new(self.template, start, end) {
            let markup = markup.map_err(|error| raise_format_error(vm, error))?;
            let (from, to) = markup.literal;
            out.extend_from_slice(&self.template[from..to]);
            if let Some(field) = markup.field {
                self.push_field(vm, &field, depth, &mut out)?;
            }
        }
        Ok(out)
    }

    fn push_field(
        &mut self,
        vm: &mut Vm,
        field: &template::Field,
        depth: i32,
        out: &mut Vec<u32>,
    ) -> PyResult<()> {
        let shown = self.field_string(vm, field, depth)?;
        out.extend(text_of(vm, shown).code_points());
        vm.decref(shown);
        Ok(())
    }

    /// The string that stands for a field: a new reference (`output_markup`).
    fn field_string(
        &mut self,
        vm: &mut Vm,
        field: &template::Field,
        depth: i32,
    ) -> PyResult<ObjId> {
        let mut value = self.field_object(vm, field.name)?;
        if let Some(conversion) = field.conversion {
            let converted = match char::from_u32(conversion) {
                Some('r') => vm.repr(value),
                Some('s') => vm.str(value),
                Some('a') => vm.ascii(value),
                _ => Err(raise_format_error(
                    vm,
                    template::unknown_conversion(conversion),
                )),
            };
            vm.decref(value);
            value = converted?;
        }
        let result = self.render(vm, value, field, depth);
        vm.decref(value);
        let shown = result?;
        // Numbers are written digit by digit, which finds the singletons of one character.
        let text = text_of(vm, shown);
        if vm.type_of(shown) == types::STR && text.len() != 1 {
            return Ok(shown);
        }
        let text = text.clone();
        vm.decref(shown);
        Ok(vm.new_text(text))
    }

    fn render(
        &mut self,
        vm: &mut Vm,
        value: ObjId,
        field: &template::Field,
        depth: i32,
    ) -> PyResult<ObjId> {
        let (start, end) = field.spec;
        let spec = if field.spec_needs_expanding {
            self.build(vm, start, end, depth - 1)?
        } else {
            self.template[start..end].to_vec()
        };
        let spec = vm.new_text(Text::from_code_points(&spec));
        let result = vm.format(value, spec);
        vm.decref(spec);
        result
    }

    /// The object that a field name leads to: a new reference (`get_field_object`).
    fn field_object(&mut self, vm: &mut Vm, (start, end): (usize, usize)) -> PyResult<ObjId> {
        let split = template::split_field_name(self.template, start, end);
        let (first, rest) = split.map_err(|error| raise_format_error(vm, error))?;
        let index = self.number(vm, &first)?;
        let mut object = match (index, &first) {
            (Some(index), _) => self.positional(vm, index)?,
            (None, FieldKey::Name(start, end)) => self.named(vm, *start, *end)?,
            (None, FieldKey::Auto | FieldKey::Index(_)) => unreachable!("numbered above"),
        };
        for step in FieldSteps::new(self.template, rest, end) {
            let next = match step {
                Ok(step) => self.follow(vm, object, &step),
                Err(error) => Err(raise_format_error(vm, error)),
            };
            vm.decref(object);
            object = next?;
        }
        Ok(object)
    }

    /// The position of the argument, for fields that have one (`autonumber_state_error`).
    fn number(&mut self, vm: &mut Vm, first: &FieldKey) -> PyResult<Option<usize>> {
        match (first, self.numbering) {
            (FieldKey::Name(..), _) => Ok(None),
            (FieldKey::Auto, Numbering::Manual) => Err(vm.value_error(
                "cannot switch from manual field specification to automatic field numbering",
            )),
            (FieldKey::Auto, Numbering::Automatic(next)) => {
                self.numbering = Numbering::Automatic(next + 1);
                Ok(Some(next))
            }
            (FieldKey::Auto, Numbering::Undecided) => {
                self.numbering = Numbering::Automatic(1);
                Ok(Some(0))
            }
            (FieldKey::Index(_), Numbering::Automatic(_)) => Err(vm.value_error(
                "cannot switch from automatic field numbering to manual field specification",
            )),
            (FieldKey::Index(index), Numbering::Undecided | Numbering::Manual) => {
                self.numbering = Numbering::Manual;
                Ok(Some(*index))
            }
        }
    }

    fn positional(&self, vm: &mut Vm, index: usize) -> PyResult<ObjId> {
        let Some(args) = self.args else {
            return Err(vm.value_error("Format string contains positional fields"));
        };
        match vm.tuple_items(args).get(index).copied() {
            Some(value) => Ok(vm.incref(value)),
            None => Err(vm.raise(
                types::INDEX_ERROR,
                format!("Replacement index {index} out of range for positional args tuple"),
            )),
        }
    }

    fn named(&self, vm: &mut Vm, start: usize, end: usize) -> PyResult<ObjId> {
        let key = vm.new_text(Text::from_code_points(&self.template[start..end]));
        let result = if self.kwargs.is_null() {
            Err(vm.raise_with(types::KEY_ERROR, key))
        } else {
            vm.getitem(self.kwargs, key)
        };
        vm.decref(key);
        result
    }

    fn follow(&self, vm: &mut Vm, object: ObjId, step: &FieldStep) -> PyResult<ObjId> {
        let (key, attribute) = match *step {
            FieldStep::Attribute(start, end) => (self.name(vm, start, end), true),
            FieldStep::Item(FieldKey::Index(index)) => (vm.new_int(index as i64), false),
            FieldStep::Item(FieldKey::Name(start, end)) => (self.name(vm, start, end), false),
            FieldStep::Item(FieldKey::Auto) => (EMPTY_STR, false),
        };
        let result = if attribute {
            vm.getattr(object, key)
        } else {
            vm.getitem(object, key)
        };
        vm.decref(key);
        result
    }

    fn name(&self, vm: &mut Vm, start: usize, end: usize) -> ObjId {
        vm.new_text(Text::from_code_points(&self.template[start..end]))
    }
}
