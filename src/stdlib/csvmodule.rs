//! The module `_csv`: reading and writing rows of text.
//!
//! Mirrors `Modules/_csv.c`.

use crate::base::textops::search::to_points;
use crate::base::{ObjId, Text};
use crate::objects::methodobject::{GetSetDef, MethodDef, MethodImpl};
use crate::objects::object::{NativePayload, Place, Visit};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{EMPTY_TUPLE, NONE, bool_obj, names, types};

use super::{ModuleDef, module_exception};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_csv",
    functions: &[
        MethodDef::new("reader", MethodImpl::VarArgsKeywords(reader), ""),
        MethodDef::new("writer", MethodImpl::VarArgsKeywords(writer), ""),
        MethodDef::new(
            "list_dialects",
            MethodImpl::NoArgs(list_dialects),
            "($module, /)",
        ),
        MethodDef::new(
            "register_dialect",
            MethodImpl::VarArgsKeywords(register_dialect),
            "",
        ),
        MethodDef::new(
            "unregister_dialect",
            MethodImpl::O(unregister_dialect),
            "($module, /, name)",
        ),
        MethodDef::new(
            "get_dialect",
            MethodImpl::O(get_dialect),
            "($module, /, name)",
        ),
        MethodDef::new(
            "field_size_limit",
            MethodImpl::Fast(field_size_limit),
            "($module, /, new_limit=<unrepresentable>)",
        ),
    ],
    exec: |vm, module| {
        for (name, value) in [
            ("QUOTE_MINIMAL", QUOTE_MINIMAL),
            ("QUOTE_ALL", QUOTE_ALL),
            ("QUOTE_NONNUMERIC", QUOTE_NONNUMERIC),
            ("QUOTE_NONE", QUOTE_NONE),
            ("QUOTE_STRINGS", QUOTE_STRINGS),
            ("QUOTE_NOTNULL", QUOTE_NOTNULL),
        ] {
            let value = vm.new_int(value);
            vm.module_add(module, name, value);
        }
        for (name, spec) in [
            ("Dialect", &DIALECT),
            ("Reader", &READER),
            ("Writer", &WRITER),
        ] {
            let ty = vm.native_type(spec);
            vm.incref(ty);
            vm.module_add(module, name, ty);
        }
        let class = error_class(vm)?;
        vm.incref(class);
        vm.module_add(module, "Error", class);
        let registry = dialects(vm);
        vm.incref(registry);
        vm.module_add(module, "_dialects", registry);
        let version = vm.new_str("1.0");
        vm.module_add(module, "__version__", version);
        Ok(())
    },
    doc: "CSV parsing and writing.\n",
};

const QUOTE_MINIMAL: i64 = 0;
const QUOTE_ALL: i64 = 1;
const QUOTE_NONNUMERIC: i64 = 2;
const QUOTE_NONE: i64 = 3;
const QUOTE_STRINGS: i64 = 4;
const QUOTE_NOTNULL: i64 = 5;

/// Where the registry of dialects is kept.
const REGISTRY: &str = "_csv dialects";
/// Where the limit of a field's length is kept.
const LIMIT: &str = "_csv field limit";

const NEWLINE: u32 = 0x0a;
const RETURN: u32 = 0x0d;
const SPACE: u32 = 0x20;

fn error_class(vm: &mut Vm) -> PyResult<ObjId> {
    module_exception(vm, "_csv", "Error", types::EXCEPTION)
}

#[cold]
fn error(vm: &mut Vm, message: impl Into<String>) -> Raised {
    match error_class(vm) {
        Ok(class) => vm.raise(class, message),
        Err(raised) => raised,
    }
}

/// The dict of registered dialects; borrowed.
fn dialects(vm: &mut Vm) -> ObjId {
    if let Some(state) = vm.interp.module_state.get(REGISTRY) {
        return state[0];
    }
    let registry = vm.new_dict();
    vm.interp.module_state.insert(REGISTRY, vec![registry]);
    registry
}

fn field_limit(vm: &Vm) -> i64 {
    let state = vm.interp.native_state.get(LIMIT);
    state
        .and_then(|s| s.downcast_ref())
        .copied()
        .unwrap_or(131_072)
}

// ---- dialects

/// `DialectObj`.
#[derive(Clone, Debug)]
struct Dialect {
    delimiter: u32,
    doublequote: bool,
    escapechar: Option<u32>,
    lineterminator: Vec<u32>,
    quotechar: Option<u32>,
    quoting: i64,
    skipinitialspace: bool,
    strict: bool,
}

impl NativePayload for Dialect {
    fn traverse(&self, _visit: Visit<'_>) {}
    fn clear(&mut self, _dropped: &mut Vec<ObjId>) {}
    crate::native_payload_any!();
}

const FIELDS: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

/// One attribute of a dialect, as its objects show it.
macro_rules! attribute {
    ($name:ident, $vm:ident, $dialect:ident => $value:expr) => {
        GetSetDef {
            name: stringify!($name),
            get: |$vm, this| {
                let $dialect = $vm.native::<Dialect>(this).clone();
                Ok($value)
            },
            set: None,
        }
    };
}

static DIALECT: TypeSpec = TypeSpec {
    tp_name: "_csv.Dialect",
    tp_basicsize: 56,
    tp_flags: TypeFlags::BASETYPE.with(TypeFlags::HAVE_GC),
    slots: Slots {
        tp_new: Some(dialect_new),
        ..Slots::EMPTY
    },
    methods: &[
        MethodDef::new("__reduce__", MethodImpl::NoArgs(no_pickle), ""),
        MethodDef::new(
            "__reduce_ex__",
            MethodImpl::Fast(|vm, this, _| no_pickle(vm, this)),
            "",
        ),
    ],
    getset: &[
        attribute!(delimiter, vm, d => character(vm, Some(d.delimiter))),
        attribute!(doublequote, vm, d => { let _ = vm; bool_obj(d.doublequote) }),
        attribute!(escapechar, vm, d => character(vm, d.escapechar)),
        attribute!(lineterminator, vm, d => vm.new_text(Text::from_code_points(&d.lineterminator))),
        attribute!(quotechar, vm, d => character(vm, d.quotechar)),
        attribute!(quoting, vm, d => vm.new_int(d.quoting)),
        attribute!(skipinitialspace, vm, d => { let _ = vm; bool_obj(d.skipinitialspace) }),
        attribute!(strict, vm, d => { let _ = vm; bool_obj(d.strict) }),
    ],
    tp_doc: "CSV dialect\n\nThe Dialect type records CSV dialect options.\n",
    ..TypeSpec::EMPTY
};

fn no_pickle(vm: &mut Vm, this: ObjId) -> PyResult<ObjId> {
    let kind = vm.type_name_of(this);
    Err(vm.type_error(format!("cannot pickle '{kind}' instances")))
}

fn character(vm: &mut Vm, c: Option<u32>) -> ObjId {
    match c {
        Some(c) => vm.new_text(Text::from_code_points(&[c])),
        None => NONE,
    }
}

/// The options that were given: from keywords, else from the dialect object.
struct Options {
    /// In the order of [`FIELDS`]; owned, NULL: not given.
    values: [ObjId; 8],
}

fn dialect_new(vm: &mut Vm, ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let args = vm.tuple_items(args).to_vec();
    if args.len() > 9 {
        let given = args.len();
        return Err(vm.type_error(format!(
            "this function takes at most 9 arguments ({given} given)"
        )));
    }
    let mut given = [ObjId::NULL; 9];
    given[..args.len()].copy_from_slice(&args);
    if !kwargs.is_null() {
        for (key, value) in vm.dict_entries(kwargs) {
            let name = vm.str_lossy(key);
            let all = std::iter::once("dialect").chain(FIELDS);
            let Some(at) = all.into_iter().position(|field| field == name) else {
                return Err(vm.type_error(format!(
                    "this function got an unexpected keyword argument '{name}'"
                )));
            };
            given[at] = value;
        }
    }
    let mut dialect = given[0];
    if dialect == NONE {
        dialect = ObjId::NULL;
    }
    if !dialect.is_null() {
        if vm.isinstance(dialect, types::STR) {
            dialect = registered(vm, dialect)?;
        }
        let plain = vm.native_type(&DIALECT);
        let own = given[1..].iter().all(|value| value.is_null());
        if vm.isinstance(dialect, plain) && own && ty == plain {
            return Ok(vm.incref(dialect));
        }
    }
    let options = options_from(vm, dialect, &given[1..])?;
    let built = build_dialect(vm, &options);
    vm.decref_all(&options.values);
    let built = built?;
    Ok(vm.generic_alloc(ty, crate::objects::object::Payload::Native(Box::new(built))))
}

fn options_from(vm: &mut Vm, dialect: ObjId, given: &[ObjId]) -> PyResult<Options> {
    let mut values = [ObjId::NULL; 8];
    for (i, value) in values.iter_mut().enumerate() {
        *value = if !given[i].is_null() {
            vm.incref(given[i])
        } else if dialect.is_null() {
            ObjId::NULL
        } else {
            vm.getattr_name_opt(dialect, FIELDS[i])?.unwrap_or_default()
        };
    }
    Ok(Options { values })
}

fn build_dialect(vm: &mut Vm, options: &Options) -> PyResult<Dialect> {
    let [
        delimiter,
        doublequote,
        escapechar,
        lineterminator,
        quotechar,
        quoting,
        skip,
        strict,
    ] = options.values;
    let truth = |vm: &mut Vm, value: ObjId, default: bool| {
        if value.is_null() {
            Ok(default)
        } else {
            vm.is_true(value)
        }
    };
    let Some(separator) = one_char(vm, "delimiter", delimiter, Some(u32::from(',')), false)? else {
        return Err(vm.type_error("\"delimiter\" must be a 1-character string"));
    };
    let doublequote = truth(vm, doublequote, true)?;
    let escape = one_char(vm, "escapechar", escapechar, None, true)?;
    let terminator = if lineterminator.is_null() {
        vec![RETURN, NEWLINE]
    } else {
        match vm.text(lineterminator) {
            Some(text) => to_points(text),
            None if lineterminator == NONE => Vec::new(),
            None => return Err(vm.type_error("\"lineterminator\" must be a string")),
        }
    };
    let quote = one_char(vm, "quotechar", quotechar, Some(u32::from('"')), true)?;
    let style = if !quoting.is_null() {
        if vm.type_of(quoting) != types::INT {
            return Err(vm.type_error("\"quoting\" must be an integer"));
        }
        vm.int_as_i64(quoting).unwrap_or(-1)
    } else if quotechar == NONE {
        QUOTE_NONE
    } else {
        QUOTE_MINIMAL
    };
    let skipinitialspace = truth(vm, skip, false)?;
    let strict = truth(vm, strict, false)?;
    if !(QUOTE_MINIMAL..=QUOTE_NOTNULL).contains(&style) {
        return Err(vm.type_error("bad \"quoting\" value"));
    }
    if style != QUOTE_NONE && quote.is_none() {
        return Err(vm.type_error("quotechar must be set if quoting enabled"));
    }
    if lineterminator == NONE {
        return Err(vm.type_error("lineterminator must be set"));
    }
    let dialect = Dialect {
        delimiter: separator,
        doublequote,
        escapechar: escape,
        lineterminator: terminator,
        quotechar: quote,
        quoting: style,
        skipinitialspace,
        strict,
    };
    match clash(&dialect) {
        Some(what) => Err(vm.value_error(format!("bad {what} value"))),
        None => Ok(dialect),
    }
}

/// Which characters of a dialect get in each other's way.
fn clash(d: &Dialect) -> Option<String> {
    let chars = [
        ("delimiter", Some(d.delimiter)),
        ("escapechar", d.escapechar),
        ("quotechar", d.quotechar),
    ];
    for (name, c) in chars {
        let Some(c) = c else { continue };
        let blank = c == SPACE && d.skipinitialspace && name != "delimiter";
        if c == NEWLINE || c == RETURN || blank {
            return Some(name.to_owned());
        }
        if d.lineterminator.contains(&c) {
            return Some(format!("{name} or lineterminator"));
        }
    }
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
        if chars[first].1.is_some() && chars[first].1 == chars[second].1 {
            return Some(format!("{} or {}", chars[first].0, chars[second].0));
        }
    }
    None
}

/// A character option; `None` is allowed where `nullable`.
fn one_char(
    vm: &mut Vm,
    name: &str,
    value: ObjId,
    default: Option<u32>,
    nullable: bool,
) -> PyResult<Option<u32>> {
    if value.is_null() {
        return Ok(default);
    }
    if value == NONE && nullable {
        return Ok(None);
    }
    match vm.text(value) {
        Some(text) if text.len() == 1 => Ok(Some(text.at(0))),
        Some(_) => Err(vm.type_error(format!("\"{name}\" must be a 1-character string"))),
        None => {
            let kind = vm.type_name_of(value);
            let or_none = if nullable { " or None" } else { "" };
            Err(vm.type_error(format!("\"{name}\" must be string{or_none}, not {kind}")))
        }
    }
}

/// A registered dialect, borrowed, or `Error`.
fn registered(vm: &mut Vm, name: ObjId) -> PyResult<ObjId> {
    let registry = dialects(vm);
    match vm.dict_get(registry, name)? {
        Some(found) => Ok(found),
        None => Err(error(vm, "unknown dialect")),
    }
}

/// The dialect of a call that names one: `reader(lines, dialect, **options)`. A new reference.
fn dialect_from_call(vm: &mut Vm, dialect: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let plain = vm.native_type(&DIALECT);
    let args = if dialect.is_null() {
        EMPTY_TUPLE
    } else {
        vm.new_tuple_from(&[dialect])
    };
    let result = vm.call_tuple_dict(plain, args, kwargs);
    vm.decref(args);
    result
}

fn list_dialects(vm: &mut Vm, _module: ObjId) -> PyResult<ObjId> {
    let registry = dialects(vm);
    let keys: Vec<ObjId> = vm
        .dict_entries(registry)
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    Ok(vm.new_list_from(&keys))
}

fn register_dialect(vm: &mut Vm, _module: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("register_dialect", args.len(), 1, 2)?;
    if !vm.isinstance(args[0], types::STR) {
        return Err(vm.type_error("dialect name must be a string"));
    }
    let dialect = args.get(1).copied().unwrap_or_default();
    let dialect = dialect_from_call(vm, dialect, kwargs)?;
    let registry = dialects(vm);
    let result = vm.dict_set(registry, args[0], dialect);
    vm.decref(dialect);
    result.map(|()| NONE)
}

fn unregister_dialect(vm: &mut Vm, _module: ObjId, name: ObjId) -> PyResult<ObjId> {
    let registry = dialects(vm);
    if vm.dict_delete(registry, name)? {
        return Ok(NONE);
    }
    Err(error(vm, "unknown dialect"))
}

fn get_dialect(vm: &mut Vm, _module: ObjId, name: ObjId) -> PyResult<ObjId> {
    let found = registered(vm, name)?;
    Ok(vm.incref(found))
}

fn field_size_limit(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("field_size_limit", args.len(), 0, 1)?;
    let old = field_limit(vm);
    if let Some(&limit) = args.first() {
        if vm.type_of(limit) != types::INT {
            return Err(vm.type_error("limit must be an integer"));
        }
        let limit = crate::objects::scalar_new::ssize_arg(vm, limit)?;
        vm.interp.native_state.insert(LIMIT, Box::new(limit));
    }
    Ok(vm.new_int(old))
}

// ---- reading

/// `ParserState`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    StartRecord,
    StartField,
    EscapedChar,
    InField,
    InQuotedField,
    EscapeInQuotedField,
    QuoteInQuotedField,
    EatCrnl,
    AfterEscapedCrnl,
}

/// A field of a row that is being read.
#[derive(Clone, Debug)]
enum Value {
    Text(Vec<u32>),
    Number(Vec<u32>),
    None,
}

/// `ReaderObj`.
#[derive(Debug)]
struct Reader {
    input: ObjId,
    dialect: ObjId,
    line_num: i64,
}

impl NativePayload for Reader {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [("dialect", self.dialect), ("input_iter", self.input)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        for id in [&mut self.dialect, &mut self.input] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }
    crate::native_payload_any!();
}

static READER: TypeSpec = TypeSpec {
    tp_name: "_csv.reader",
    tp_basicsize: 88,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots {
        tp_iter: Some(|vm, this| Ok(vm.incref(this))),
        tp_iternext: Some(reader_next),
        ..Slots::EMPTY
    },
    getset: &[
        GetSetDef {
            name: "dialect",
            get: |vm, this| {
                let dialect = vm.native::<Reader>(this).dialect;
                Ok(vm.incref(dialect))
            },
            set: None,
        },
        GetSetDef {
            name: "line_num",
            get: |vm, this| {
                let number = vm.native::<Reader>(this).line_num;
                Ok(vm.new_int(number))
            },
            set: None,
        },
    ],
    tp_doc: "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n",
    ..TypeSpec::EMPTY
};

/// The positional arguments of `reader` and `writer`.
fn stream_arguments(vm: &mut Vm, args: ObjId) -> PyResult<(ObjId, ObjId)> {
    let args = vm.tuple_items(args).to_vec();
    vm.check_positional("", args.len(), 1, 2)?;
    Ok((args[0], args.get(1).copied().unwrap_or_default()))
}

fn reader(vm: &mut Vm, _module: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let (lines, dialect) = stream_arguments(vm, args)?;
    let input = vm.iter(lines)?;
    let dialect = match dialect_from_call(vm, dialect, kwargs) {
        Ok(dialect) => dialect,
        Err(raised) => {
            vm.decref(input);
            return Err(raised);
        }
    };
    let ty = vm.native_type(&READER);
    Ok(vm.new_native(
        ty,
        Reader {
            input,
            dialect,
            line_num: 0,
        },
    ))
}

/// A row while it is read.
struct Row<'a> {
    dialect: &'a Dialect,
    state: State,
    fields: Vec<Value>,
    field: Vec<u32>,
    unquoted: bool,
    limit: i64,
}

impl Row<'_> {
    fn save(&mut self) {
        let field = std::mem::take(&mut self.field);
        let unquoted = std::mem::replace(&mut self.unquoted, true);
        let style = self.dialect.quoting;
        self.fields.push(
            if unquoted && field.is_empty() && matches!(style, QUOTE_NOTNULL | QUOTE_STRINGS) {
                Value::None
            } else if unquoted
                && !field.is_empty()
                && matches!(style, QUOTE_NONNUMERIC | QUOTE_STRINGS)
            {
                Value::Number(field)
            } else {
                Value::Text(field)
            },
        );
    }

    fn add(&mut self, c: u32) -> Result<(), String> {
        if self.field.len() as i64 >= self.limit {
            let limit = self.limit;
            return Err(format!("field larger than field limit ({limit})"));
        }
        self.field.push(c);
        Ok(())
    }

    /// Ends the field, and the line with it.
    fn end_line(&mut self, c: Option<u32>) {
        self.save();
        self.state = if c.is_none() {
            State::StartRecord
        } else {
            State::EatCrnl
        };
    }

    /// Takes a character; `None` is the end of the line's text.
    fn take(&mut self, c: Option<u32>) -> Result<(), String> {
        let d = self.dialect;
        let quoting = d.quoting != QUOTE_NONE;
        let line_end = matches!(c, None | Some(NEWLINE | RETURN));
        let is_quote = quoting && c.is_some() && c == d.quotechar;
        let is_escape = c.is_some() && c == d.escapechar;
        let is_delimiter = c == Some(d.delimiter);
        match self.state {
            State::StartRecord if c.is_none() => {}
            State::StartRecord if line_end => self.state = State::EatCrnl,
            State::StartRecord | State::StartField => {
                if line_end {
                    self.end_line(c);
                } else if is_quote {
                    self.unquoted = false;
                    self.state = State::InQuotedField;
                } else if is_escape {
                    self.state = State::EscapedChar;
                } else if c == Some(SPACE) && d.skipinitialspace {
                    self.state = State::StartField;
                } else if is_delimiter {
                    self.save();
                    self.state = State::StartField;
                } else if let Some(c) = c {
                    self.add(c)?;
                    self.state = State::InField;
                }
            }
            State::EscapedChar => {
                self.add(c.unwrap_or(NEWLINE))?;
                self.state = if c.is_some() && line_end {
                    State::AfterEscapedCrnl
                } else {
                    State::InField
                };
            }
            State::AfterEscapedCrnl if c.is_none() => {}
            State::AfterEscapedCrnl | State::InField => {
                if line_end {
                    self.end_line(c);
                } else if is_escape {
                    self.state = State::EscapedChar;
                } else if is_delimiter {
                    self.save();
                    self.state = State::StartField;
                } else if let Some(c) = c {
                    self.add(c)?;
                    self.state = State::InField;
                }
            }
            State::InQuotedField => {
                if is_escape {
                    self.state = State::EscapeInQuotedField;
                } else if is_quote {
                    self.state = if d.doublequote {
                        State::QuoteInQuotedField
                    } else {
                        State::InField
                    };
                } else if let Some(c) = c {
                    self.add(c)?;
                }
            }
            State::EscapeInQuotedField => {
                self.add(c.unwrap_or(NEWLINE))?;
                self.state = State::InQuotedField;
            }
            State::QuoteInQuotedField => {
                if let Some(c) = c.filter(|_| is_quote) {
                    self.add(c)?;
                    self.state = State::InQuotedField;
                } else if is_delimiter {
                    self.save();
                    self.state = State::StartField;
                } else if line_end {
                    self.end_line(c);
                } else if let Some(c) = c.filter(|_| !d.strict) {
                    self.add(c)?;
                    self.state = State::InField;
                } else {
                    let shown = |c: u32| char::from_u32(c).unwrap_or('\u{fffd}');
                    let (delimiter, quote) = (shown(d.delimiter), shown(d.quotechar.unwrap_or(0)));
                    return Err(format!("'{delimiter}' expected after '{quote}'"));
                }
            }
            State::EatCrnl => match c {
                Some(NEWLINE | RETURN) => {}
                None => self.state = State::StartRecord,
                Some(_) => {
                    return Err("new-line character seen in unquoted field - do you need to open the file with newline=''?".to_owned());
                }
            },
        }
        Ok(())
    }
}

fn reader_next(vm: &mut Vm, this: ObjId) -> PyResult<Option<ObjId>> {
    let (input, dialect) = {
        let r: &Reader = vm.native(this);
        (r.input, r.dialect)
    };
    let dialect = vm.native::<Dialect>(dialect).clone();
    let mut row = Row {
        dialect: &dialect,
        state: State::StartRecord,
        fields: Vec::new(),
        field: Vec::new(),
        unquoted: true,
        limit: field_limit(vm),
    };
    loop {
        let Some(line) = vm.iter_next(input)? else {
            if !row.field.is_empty() || row.state == State::InQuotedField {
                if dialect.strict {
                    return Err(error(vm, "unexpected end of data"));
                }
                row.save();
                break;
            }
            return Ok(None);
        };
        let Some(points) = vm.text(line).map(to_points) else {
            let kind = vm.type_name_of(line);
            vm.decref(line);
            return Err(error(
                vm,
                format!(
                    "iterator should return strings, not {kind} (the file should be opened in text mode)"
                ),
            ));
        };
        vm.decref(line);
        vm.native_mut::<Reader>(this).line_num += 1;
        for c in points.into_iter().map(Some).chain([None]) {
            row.take(c).map_err(|message| error(vm, message))?;
        }
        if row.state == State::StartRecord {
            break;
        }
    }
    let fields = row.fields;
    let list = vm.new_list(Vec::new());
    for field in fields {
        let value = match field {
            Value::None => NONE,
            Value::Text(points) => vm.new_text(Text::from_code_points(&points)),
            Value::Number(points) => {
                let text = vm.new_text(Text::from_code_points(&points));
                let number = crate::objects::floatobject::number_float(vm, text);
                vm.decref(text);
                match number {
                    Ok(number) => number,
                    Err(raised) => {
                        vm.decref(list);
                        return Err(raised);
                    }
                }
            }
        };
        vm.list_append_steal(list, value);
    }
    Ok(Some(list))
}

// ---- writing

/// `WriterObj`.
#[derive(Debug)]
struct Writer {
    write: ObjId,
    dialect: ObjId,
}

impl NativePayload for Writer {
    fn traverse(&self, visit: Visit<'_>) {
        for (name, id) in [("dialect", self.dialect), ("write", self.write)] {
            if !id.is_null() {
                visit(Place::Member(name), id);
            }
        }
    }
    fn clear(&mut self, dropped: &mut Vec<ObjId>) {
        for id in [&mut self.dialect, &mut self.write] {
            if !id.is_null() {
                dropped.push(std::mem::take(id));
            }
        }
    }
    crate::native_payload_any!();
}

static WRITER: TypeSpec = TypeSpec {
    tp_name: "_csv.writer",
    tp_basicsize: 72,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    slots: Slots::EMPTY,
    methods: &[
        MethodDef::new("writerow", MethodImpl::O(writerow), "($self, row, /)"),
        MethodDef::new("writerows", MethodImpl::O(writerows), "($self, rows, /)"),
    ],
    getset: &[GetSetDef {
        name: "dialect",
        get: |vm, this| {
            let dialect = vm.native::<Writer>(this).dialect;
            Ok(vm.incref(dialect))
        },
        set: None,
    }],
    tp_doc: "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.\n",
    ..TypeSpec::EMPTY
};

fn writer(vm: &mut Vm, _module: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    let (file, dialect) = stream_arguments(vm, args)?;
    let dialect = dialect_from_call(vm, dialect, kwargs)?;
    let write = match vm.getattr_opt(file, names::WRITE) {
        Ok(Some(write)) if vm.is_callable(write) => write,
        Ok(other) => {
            vm.xdecref(other.unwrap_or_default());
            vm.decref(dialect);
            return Err(vm.type_error("argument 1 must have a \"write\" method"));
        }
        Err(raised) => {
            vm.decref(dialect);
            return Err(raised);
        }
    };
    let ty = vm.native_type(&WRITER);
    Ok(vm.new_native(ty, Writer { write, dialect }))
}

fn writerows(vm: &mut Vm, this: ObjId, rows: ObjId) -> PyResult<ObjId> {
    let iterator = vm.iter(rows)?;
    let result = loop {
        let row = match vm.iter_next(iterator) {
            Ok(Some(row)) => row,
            Ok(None) => break Ok(NONE),
            Err(raised) => break Err(raised),
        };
        let written = writerow(vm, this, row);
        vm.decref(row);
        match written {
            Ok(result) => vm.decref(result),
            Err(raised) => break Err(raised),
        }
    };
    vm.decref(iterator);
    result
}

fn writerow(vm: &mut Vm, this: ObjId, row: ObjId) -> PyResult<ObjId> {
    let (write, dialect) = {
        let w: &Writer = vm.native(this);
        (w.write, w.dialect)
    };
    let dialect = vm.native::<Dialect>(dialect).clone();
    let iterator = match vm.iter(row) {
        Ok(iterator) => iterator,
        Err(raised) => {
            if !vm.raised_matches(types::TYPE_ERROR) {
                return Err(raised);
            }
            vm.clear_raised();
            let kind = vm.type_name_of(row);
            return Err(error(vm, format!("iterable expected, not {kind}")));
        }
    };
    let record = record_of(vm, &dialect, iterator);
    vm.decref(iterator);
    let record = vm.new_text(Text::from_code_points(&record?));
    let result = vm.call(write, &[record]);
    vm.decref(record);
    result
}

/// A row as text, with its line end.
fn record_of(vm: &mut Vm, dialect: &Dialect, iterator: ObjId) -> PyResult<Vec<u32>> {
    let mut record = Vec::new();
    let mut count = 0;
    let mut null_field = false;
    while let Some(field) = vm.iter_next(iterator)? {
        let quoted = match dialect.quoting {
            QUOTE_NONNUMERIC => !is_number(vm, field),
            QUOTE_ALL => true,
            QUOTE_STRINGS => vm.isinstance(field, types::STR),
            QUOTE_NOTNULL => field != NONE,
            _ => false,
        };
        null_field = field == NONE;
        let points = if null_field {
            Ok(Vec::new())
        } else {
            vm.str(field).map(|text| {
                let points = vm.text(text).map(to_points).unwrap_or_default();
                vm.decref(text);
                points
            })
        };
        vm.decref(field);
        let points = points?;
        if count > 0 {
            record.push(dialect.delimiter);
        }
        count += 1;
        append_field(dialect, &points, null_field, quoted, &mut record)
            .map_err(|message| error(vm, message))?;
    }
    if count > 0 && record.is_empty() {
        if must_stay_bare(dialect, null_field) {
            return Err(error(vm, "single empty field record must be quoted"));
        }
        append_field(dialect, &[], null_field, true, &mut record)
            .map_err(|message| error(vm, message))?;
    }
    record.extend(&dialect.lineterminator);
    Ok(record)
}

/// Whether an empty field must not be quoted.
const fn must_stay_bare(dialect: &Dialect, null_field: bool) -> bool {
    matches!(
        (dialect.quoting, null_field),
        (QUOTE_NONE, _) | (QUOTE_STRINGS | QUOTE_NOTNULL, true)
    )
}

/// `PyNumber_Check`.
fn is_number(vm: &Vm, x: ObjId) -> bool {
    let slots = vm.slots_of(x);
    slots.nb_index.is_some()
        || slots.nb_int.is_some()
        || slots.nb_float.is_some()
        || vm.complex_value(x).is_some()
}

fn append_field(
    dialect: &Dialect,
    field: &[u32],
    null_field: bool,
    mut quoted: bool,
    record: &mut Vec<u32>,
) -> Result<(), String> {
    if field.is_empty() && dialect.delimiter == SPACE && dialect.skipinitialspace {
        if must_stay_bare(dialect, null_field) {
            return Err(
                "empty field must be quoted if delimiter is a space and skipinitialspace is true"
                    .to_owned(),
            );
        }
        quoted = true;
    }
    let mut body = Vec::with_capacity(field.len());
    for &c in field {
        let special = c == dialect.delimiter
            || Some(c) == dialect.escapechar
            || Some(c) == dialect.quotechar
            || c == NEWLINE
            || c == RETURN
            || dialect.lineterminator.contains(&c);
        if special {
            let mut escape = false;
            if dialect.quoting == QUOTE_NONE {
                escape = true;
            } else if Some(c) == dialect.quotechar {
                if dialect.doublequote {
                    body.push(c);
                } else {
                    escape = true;
                }
            } else if Some(c) == dialect.escapechar {
                escape = true;
            }
            if escape {
                match dialect.escapechar {
                    Some(mark) => body.push(mark),
                    None => return Err("need to escape, but no escapechar set".to_owned()),
                }
            } else {
                quoted = true;
            }
        }
        body.push(c);
    }
    let quote = dialect.quotechar.filter(|_| quoted);
    record.extend(quote);
    record.extend(body);
    record.extend(quote);
    Ok(())
}
