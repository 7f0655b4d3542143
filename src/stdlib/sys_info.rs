//! The constants of `sys` that describe the interpreter.

use crate::base::ObjId;
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::Vm;
use crate::objects::wellknown::{FALSE, TRUE, types};
use crate::struct_field;

use super::structseq;

static VERSION_INFO: TypeSpec = TypeSpec {
    tp_name: "sys.version_info",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| structseq::repr(vm, this, &VERSION_INFO)),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("major", 0),
        struct_field!("minor", 1),
        struct_field!("micro", 2),
        struct_field!("releaselevel", 3),
        struct_field!("serial", 4),
    ],
    ..TypeSpec::EMPTY
};

static FLAGS: TypeSpec = TypeSpec {
    tp_name: "sys.flags",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| structseq::repr(vm, this, &FLAGS)),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("debug", 0),
        struct_field!("inspect", 1),
        struct_field!("interactive", 2),
        struct_field!("optimize", 3),
        struct_field!("dont_write_bytecode", 4),
        struct_field!("no_user_site", 5),
        struct_field!("no_site", 6),
        struct_field!("ignore_environment", 7),
        struct_field!("verbose", 8),
        struct_field!("bytes_warning", 9),
        struct_field!("quiet", 10),
        struct_field!("hash_randomization", 11),
        struct_field!("isolated", 12),
        struct_field!("dev_mode", 13),
        struct_field!("utf8_mode", 14),
        struct_field!("warn_default_encoding", 15),
        struct_field!("safe_path", 16),
        struct_field!("int_max_str_digits", 17),
    ],
    ..TypeSpec::EMPTY
};

static FLOAT_INFO: TypeSpec = TypeSpec {
    tp_name: "sys.float_info",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| structseq::repr(vm, this, &FLOAT_INFO)),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("max", 0),
        struct_field!("max_exp", 1),
        struct_field!("max_10_exp", 2),
        struct_field!("min", 3),
        struct_field!("min_exp", 4),
        struct_field!("min_10_exp", 5),
        struct_field!("dig", 6),
        struct_field!("mant_dig", 7),
        struct_field!("epsilon", 8),
        struct_field!("radix", 9),
        struct_field!("rounds", 10),
    ],
    ..TypeSpec::EMPTY
};

static INT_INFO: TypeSpec = TypeSpec {
    tp_name: "sys.int_info",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| structseq::repr(vm, this, &INT_INFO)),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("bits_per_digit", 0),
        struct_field!("sizeof_digit", 1),
        struct_field!("default_max_str_digits", 2),
        struct_field!("str_digits_check_threshold", 3),
    ],
    ..TypeSpec::EMPTY
};

static HASH_INFO: TypeSpec = TypeSpec {
    tp_name: "sys.hash_info",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| structseq::repr(vm, this, &HASH_INFO)),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("width", 0),
        struct_field!("modulus", 1),
        struct_field!("inf", 2),
        struct_field!("nan", 3),
        struct_field!("imag", 4),
        struct_field!("algorithm", 5),
        struct_field!("hash_bits", 6),
        struct_field!("seed_bits", 7),
        struct_field!("cutoff", 8),
    ],
    ..TypeSpec::EMPTY
};

static THREAD_INFO: TypeSpec = TypeSpec {
    tp_name: "sys.thread_info",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC.with(TypeFlags::DISALLOW_INSTANTIATION),
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| structseq::repr(vm, this, &THREAD_INFO)),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("name", 0),
        struct_field!("lock", 1),
        struct_field!("version", 2),
    ],
    ..TypeSpec::EMPTY
};

fn ints(vm: &mut Vm, values: &[i64]) -> Vec<ObjId> {
    values.iter().map(|&v| vm.new_int(v)).collect()
}

fn version_info(vm: &mut Vm) -> ObjId {
    let mut items = ints(vm, &[3, 13, 0]);
    items.push(vm.new_str("final"));
    items.push(vm.new_int(0));
    structseq::new(vm, &VERSION_INFO, items)
}

/// Adds them to the module.
pub fn add(vm: &mut Vm, module: ObjId) {
    let version = version_info(vm);
    vm.incref(version);
    vm.module_add(module, "version_info", version);
    let hexversion = vm.new_int(0x030d_00f0);
    vm.incref(hexversion);
    vm.module_add(module, "hexversion", hexversion);
    let name = vm.new_str("cpython");
    let tag = vm.new_str("cpython-313");
    let multiarch = vm.new_str("x86_64-linux-gnu");
    let implementation = vm
        .call(types::SIMPLE_NAMESPACE, &[])
        .expect("a namespace needs no arguments");
    for (key, value) in [
        ("name", name),
        ("cache_tag", tag),
        ("version", version),
        ("hexversion", hexversion),
        ("_multiarch", multiarch),
    ] {
        let key = vm.intern(key);
        vm.setattr(implementation, key, value)
            .expect("a namespace takes any attribute");
        vm.decref(value);
    }
    vm.module_add(module, "implementation", implementation);
    let optimize = i64::from(vm.interp.optimize);
    let mut items = ints(vm, &[0, 0, 0, optimize, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    items.extend([FALSE, vm.new_int(0), vm.new_int(0), FALSE, vm.new_int(4300)]);
    let flags = structseq::new(vm, &FLAGS, items);
    vm.module_add(module, "flags", flags);
    let items = vec![
        vm.new_float(f64::MAX),
        vm.new_int(1024),
        vm.new_int(308),
        vm.new_float(f64::MIN_POSITIVE),
        vm.new_int(-1021),
        vm.new_int(-307),
        vm.new_int(15),
        vm.new_int(53),
        vm.new_float(f64::EPSILON),
        vm.new_int(2),
        vm.new_int(1),
    ];
    let float_info = structseq::new(vm, &FLOAT_INFO, items);
    vm.module_add(module, "float_info", float_info);
    let items = ints(vm, &[30, 4, 4300, 640]);
    let int_info = structseq::new(vm, &INT_INFO, items);
    vm.module_add(module, "int_info", int_info);
    let mut items = ints(vm, &[64, (1 << 61) - 1, 314_159, 0, 1_000_003]);
    items.push(vm.new_str("siphash13"));
    items.extend(ints(vm, &[64, 128, 0]));
    let hash_info = structseq::new(vm, &HASH_INFO, items);
    vm.module_add(module, "hash_info", hash_info);
    let items = vec![
        vm.new_str("pthread"),
        vm.new_str("semaphore"),
        vm.new_str("NPTL 2.36"),
    ];
    let thread_info = structseq::new(vm, &THREAD_INFO, items);
    vm.module_add(module, "thread_info", thread_info);
    add_texts(vm, module);
}

fn add_texts(vm: &mut Vm, module: ObjId) {
    for (name, text) in [
        ("executable", "/usr/local/bin/python3.13"),
        ("prefix", "/usr/local"),
        ("exec_prefix", "/usr/local"),
        ("base_prefix", "/usr/local"),
        ("base_exec_prefix", "/usr/local"),
        ("platlibdir", "lib"),
        ("float_repr_style", "short"),
        ("abiflags", ""),
        ("copyright", ""),
        ("_framework", ""),
    ] {
        let value = vm.new_str(text);
        vm.module_add(module, name, value);
    }
    let unicode = vm.new_int(0x10_ffff);
    vm.module_add(module, "maxunicode", unicode);
    let api = vm.new_int(1013);
    vm.module_add(module, "api_version", api);
    vm.module_add(module, "dont_write_bytecode", TRUE);
    let list = vm.new_list(Vec::new());
    vm.module_add(module, "warnoptions", list);
    let dict = vm.new_dict();
    vm.module_add(module, "_xoptions", dict);
    let mut natives: Vec<&str> = super::MODULES.iter().map(|m| m.name).collect();
    natives.sort_unstable();
    let items = natives.iter().map(|name| vm.new_str(name)).collect();
    let tuple = vm.new_tuple(items);
    vm.module_add(module, "builtin_module_names", tuple);
    let items = super::traceback_print::STDLIB_MODULE_NAMES
        .iter()
        .map(|name| vm.new_str(name))
        .collect();
    let tuple = vm.new_tuple(items);
    let set = vm
        .call(types::FROZENSET, &[tuple])
        .expect("strings are hashable");
    vm.decref(tuple);
    vm.module_add(module, "stdlib_module_names", set);
}
