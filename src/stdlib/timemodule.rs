//! The module `time`, on the virtual clock: every run starts at the same instant, each
//! instruction takes a fixed time, sleeping advances the clock.
//!
//! Mirrors `Modules/timemodule.c`; the time zone is UTC.

use std::fmt::Write as _;

use crate::base::ObjId;
use crate::interpreter::threads;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, types};
use crate::struct_field;
use crate::threads::clock::Nanos;

use super::{ModuleDef, structseq};

/// The instant at which every run starts: 7 October 2024, 12:00 UTC, the day of `CPython` 3.13.0.
const EPOCH_SECONDS: i64 = 1_728_302_400;
const NANOS: i64 = 1_000_000_000;

pub static MODULE: ModuleDef = ModuleDef {
    name: "time",
    functions: &[
        MethodDef::new(
            "time",
            MethodImpl::NoArgs(|vm, _| {
                let t = wall(vm);
                Ok(seconds(vm, t))
            }),
            "",
        ),
        MethodDef::new(
            "time_ns",
            MethodImpl::NoArgs(|vm, _| {
                let t = wall(vm);
                Ok(vm.new_int(t))
            }),
            "",
        ),
        MethodDef::new(
            "monotonic",
            MethodImpl::NoArgs(|vm, _| {
                let t = elapsed(vm);
                Ok(seconds(vm, t))
            }),
            "",
        ),
        MethodDef::new(
            "monotonic_ns",
            MethodImpl::NoArgs(|vm, _| {
                let t = elapsed(vm);
                Ok(vm.new_int(t))
            }),
            "",
        ),
        MethodDef::new(
            "perf_counter",
            MethodImpl::NoArgs(|vm, _| {
                let t = elapsed(vm);
                Ok(seconds(vm, t))
            }),
            "",
        ),
        MethodDef::new(
            "perf_counter_ns",
            MethodImpl::NoArgs(|vm, _| {
                let t = elapsed(vm);
                Ok(vm.new_int(t))
            }),
            "",
        ),
        MethodDef::new(
            "process_time",
            MethodImpl::NoArgs(|vm, _| {
                let t = worked(vm);
                Ok(seconds(vm, t))
            }),
            "",
        ),
        MethodDef::new(
            "process_time_ns",
            MethodImpl::NoArgs(|vm, _| {
                let t = worked(vm);
                Ok(vm.new_int(t))
            }),
            "",
        ),
        MethodDef::new(
            "thread_time",
            MethodImpl::NoArgs(|vm, _| {
                let t = worked(vm);
                Ok(seconds(vm, t))
            }),
            "",
        ),
        MethodDef::new(
            "thread_time_ns",
            MethodImpl::NoArgs(|vm, _| {
                let t = worked(vm);
                Ok(vm.new_int(t))
            }),
            "",
        ),
        MethodDef::new("sleep", MethodImpl::O(sleep), "($module, object, /)"),
        MethodDef::new(
            "gmtime",
            MethodImpl::Fast(|vm, _, a| broken_down(vm, "gmtime", a)),
            "",
        ),
        MethodDef::new(
            "localtime",
            MethodImpl::Fast(|vm, _, a| broken_down(vm, "localtime", a)),
            "",
        ),
        MethodDef::new("mktime", MethodImpl::O(mktime), ""),
        MethodDef::new("strftime", MethodImpl::Fast(strftime), ""),
        MethodDef::new("asctime", MethodImpl::Fast(|vm, _, a| asctime(vm, a)), ""),
        MethodDef::new("ctime", MethodImpl::Fast(ctime), ""),
        MethodDef::new("tzset", MethodImpl::NoArgs(|_, _| Ok(NONE)), ""),
    ],
    exec: |vm, module| {
        for name in ["timezone", "altzone", "daylight"] {
            let zero = vm.new_int(0);
            vm.module_add(module, name, zero);
        }
        let names = vec![vm.new_str("UTC"), vm.new_str("UTC")];
        let names = vm.new_tuple(names);
        vm.module_add(module, "tzname", names);
        let ty = vm.native_type(&STRUCT_TIME);
        vm.incref(ty);
        vm.module_add(module, "struct_time", ty);
        Ok(())
    },
    doc: "This module provides various functions to manipulate time values.",
};

pub static STRUCT_TIME: TypeSpec = TypeSpec {
    tp_name: "time.struct_time",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC,
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| structseq::repr(vm, this, &STRUCT_TIME)),
        tp_new: Some(struct_time_new),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("tm_year", 0),
        struct_field!("tm_mon", 1),
        struct_field!("tm_mday", 2),
        struct_field!("tm_hour", 3),
        struct_field!("tm_min", 4),
        struct_field!("tm_sec", 5),
        struct_field!("tm_wday", 6),
        struct_field!("tm_yday", 7),
        struct_field!("tm_isdst", 8),
        crate::objects::methodobject::MemberDef {
            name: "tm_zone",
            get: |vm, _| Ok(vm.new_str("UTC")),
            set: None,
        },
        crate::objects::methodobject::MemberDef {
            name: "tm_gmtoff",
            get: |vm, _| Ok(vm.new_int(0)),
            set: None,
        },
    ],
    ..TypeSpec::EMPTY
};

/// Nanoseconds since the start of the run.
fn elapsed(vm: &Vm) -> i64 {
    vm.now().0 as i64
}

/// Nanoseconds spent in instructions, sleeps left out.
fn worked(vm: &Vm) -> i64 {
    elapsed(vm) - vm.interp.clock_nanos as i64
}

/// Nanoseconds since 1970.
fn wall(vm: &Vm) -> i64 {
    EPOCH_SECONDS * NANOS + elapsed(vm)
}

fn seconds(vm: &mut Vm, nanos: i64) -> ObjId {
    vm.new_float(nanos as f64 / NANOS as f64)
}

fn sleep(vm: &mut Vm, _module: ObjId, duration: ObjId) -> PyResult<ObjId> {
    let span = super::mathmodule::float_arg(vm, duration)?;
    if span.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    if span < 0.0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    threads::sleep(vm, Nanos::from_secs_ceil(span))?;
    Ok(NONE)
}

fn struct_time_new(vm: &mut Vm, _ty: ObjId, args: ObjId, kwargs: ObjId) -> PyResult<ObjId> {
    vm.no_keywords("struct_time", kwargs)?;
    let outer = vm.tuple_items(args).to_vec();
    vm.check_positional("struct_time", outer.len(), 1, 2)?;
    let items = vm.collect_iterable(outer[0])?;
    if items.len() < 9 {
        let n = items.len();
        vm.decref_all(&items);
        return Err(vm.type_error(format!(
            "time.struct_time() takes an at least 9-sequence ({n}-sequence given)"
        )));
    }
    let (kept, rest) = items.split_at(9);
    vm.decref_all(rest);
    Ok(structseq::new(vm, &STRUCT_TIME, kept.to_vec()))
}

/// Days since 1970 to (year, month, day): the proleptic Gregorian calendar.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil_from_days`].
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The nine fields of `struct_time` for seconds since 1970.
fn fields(total: i64) -> [i64; 9] {
    let (days, rest) = (total.div_euclid(86_400), total.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let yday = days - days_from_civil(year, 1, 1) + 1;
    [
        year,
        month,
        day,
        rest / 3600,
        rest / 60 % 60,
        rest % 60,
        (days + 3).rem_euclid(7),
        yday,
        0,
    ]
}

fn broken_down(vm: &mut Vm, name: &str, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional(name, args.len(), 0, 1)?;
    let total = match args.first() {
        Some(&t) if t != NONE => super::mathmodule::float_arg(vm, t)?.floor() as i64,
        _ => wall(vm).div_euclid(NANOS),
    };
    let items = fields(total).iter().map(|&f| vm.new_int(f)).collect();
    Ok(structseq::new(vm, &STRUCT_TIME, items))
}

/// The fields of an argument that is a `struct_time` or a tuple of nine.
fn time_tuple(vm: &mut Vm, arg: Option<ObjId>) -> PyResult<[i64; 9]> {
    let Some(arg) = arg else {
        return Ok(fields(wall(vm).div_euclid(NANOS)));
    };
    if !vm.isinstance(arg, types::TUPLE) {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    }
    let items = vm.tuple_items(arg).to_vec();
    if items.len() != 9 {
        return Err(vm.type_error("time tuple must have exactly 9 items"));
    }
    let mut values = [0; 9];
    for (value, item) in values.iter_mut().zip(items) {
        *value = vm.index_as_ssize(item, Some(types::OVERFLOW_ERROR))?;
    }
    Ok(values)
}

fn mktime(vm: &mut Vm, _module: ObjId, tuple: ObjId) -> PyResult<ObjId> {
    let f = time_tuple(vm, Some(tuple))?;
    let total = days_from_civil(f[0], f[1], f[2]) * 86_400 + f[3] * 3600 + f[4] * 60 + f[5];
    Ok(vm.new_float(total as f64))
}

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn asctime_text(f: &[i64; 9]) -> String {
    let (day, month) = (
        &DAYS[f[6] as usize % 7][..3],
        &MONTHS[(f[1] - 1) as usize % 12][..3],
    );
    format!(
        "{day} {month} {:2} {:02}:{:02}:{:02} {}",
        f[2], f[3], f[4], f[5], f[0]
    )
}

fn asctime(vm: &mut Vm, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("asctime", args.len(), 0, 1)?;
    let f = time_tuple(vm, args.first().copied())?;
    Ok(vm.new_string(asctime_text(&f)))
}

fn ctime(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("ctime", args.len(), 0, 1)?;
    let total = match args.first() {
        Some(&t) if t != NONE => super::mathmodule::float_arg(vm, t)?.floor() as i64,
        _ => wall(vm).div_euclid(NANOS),
    };
    Ok(vm.new_string(asctime_text(&fields(total))))
}

fn strftime(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("strftime", args.len(), 1, 2)?;
    if !vm.isinstance(args[0], types::STR) {
        let name = vm.type_name_of(args[0]);
        return Err(vm.type_error(format!("strftime() argument 1 must be str, not {name}")));
    }
    let format = vm.str_lossy(args[0]);
    let f = time_tuple(vm, args.get(1).copied())?;
    Ok(vm.new_string(format_time(&format, &f)))
}

/// The directives of C's `strftime` in the C locale.
fn format_time(format: &str, f: &[i64; 9]) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    let (weekday, month) = (f[6] as usize % 7, (f[1] - 1) as usize % 12);
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let hour12 = if f[3] % 12 == 0 { 12 } else { f[3] % 12 };
        match chars.next() {
            Some('Y') => out.push_str(&f[0].to_string()),
            Some('y') => {
                write!(out, "{:02}", f[0].rem_euclid(100)).expect("a String takes any text");
            }
            Some('C') => {
                write!(out, "{:02}", f[0].div_euclid(100)).expect("a String takes any text");
            }
            Some('m') => write!(out, "{:02}", f[1]).expect("a String takes any text"),
            Some('d') => write!(out, "{:02}", f[2]).expect("a String takes any text"),
            Some('e') => write!(out, "{:2}", f[2]).expect("a String takes any text"),
            Some('H') => write!(out, "{:02}", f[3]).expect("a String takes any text"),
            Some('I') => write!(out, "{hour12:02}").expect("a String takes any text"),
            Some('M') => write!(out, "{:02}", f[4]).expect("a String takes any text"),
            Some('S') => write!(out, "{:02}", f[5]).expect("a String takes any text"),
            Some('p') => out.push_str(if f[3] < 12 { "AM" } else { "PM" }),
            Some('a') => out.push_str(&DAYS[weekday][..3]),
            Some('A') => out.push_str(DAYS[weekday]),
            Some('b' | 'h') => out.push_str(&MONTHS[month][..3]),
            Some('B') => out.push_str(MONTHS[month]),
            Some('j') => write!(out, "{:03}", f[7]).expect("a String takes any text"),
            Some('w') => out.push_str(&((f[6] + 1) % 7).to_string()),
            Some('u') => out.push_str(&(f[6] + 1).to_string()),
            Some('U') => write!(out, "{:02}", (f[7] + 6 - (f[6] + 1) % 7) / 7)
                .expect("a String takes any text"),
            Some('W') => {
                write!(out, "{:02}", (f[7] + 6 - f[6]) / 7).expect("a String takes any text");
            }
            Some('Z') => out.push_str("UTC"),
            Some('z') => out.push_str("+0000"),
            Some('c') => out.push_str(&asctime_text(f)),
            Some('x' | 'D') => write!(out, "{:02}/{:02}/{:02}", f[1], f[2], f[0].rem_euclid(100))
                .expect("a String takes any text"),
            Some('X' | 'T') => {
                write!(out, "{:02}:{:02}:{:02}", f[3], f[4], f[5])
                    .expect("a String takes any text");
            }
            Some('R') => write!(out, "{:02}:{:02}", f[3], f[4]).expect("a String takes any text"),
            Some('F') => {
                write!(out, "{}-{:02}-{:02}", f[0], f[1], f[2]).expect("a String takes any text");
            }
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('%') => out.push('%'),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
            None => out.push('%'),
        }
    }
    out
}
