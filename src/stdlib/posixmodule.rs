//! The module `posix`: what `os` needs of the system, and the sandbox's refusal of the rest.
//!
//! Mirrors the parts of `Modules/posixmodule.c` that touch nothing outside the program.

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::slots::Slots;
use crate::objects::typeobject::{TypeFlags, TypeSpec};
use crate::objects::vm::{PyResult, Raised, Vm};
use crate::objects::wellknown::{NONE, names, types};

use crate::struct_field;

use super::ModuleDef;

/// Functions of the host that the sandbox names and refuses.
macro_rules! refused { ($($name:literal),* $(,)?) => { &[$(
    MethodDef::new($name, MethodImpl::FastKeywords(|vm, _, _, _| {
        Err(vm.raise(types::PERMISSION_ERROR, concat!("the sandbox forbids os.", $name, "()")))
    }), ""),
)*] } }

static REFUSED: &[MethodDef] = refused! {
    "access", "chdir", "chmod", "chown", "close", "closerange", "dup", "dup2", "execv", "execve", "fchdir", "fork",
    "fstat", "fsync", "ftruncate", "getgrouplist", "getpgid", "kill", "killpg", "link", "lseek",
    "mkdir", "mkfifo", "open", "pipe", "posix_spawn", "pread", "putenv", "pwrite", "read", "readlink", "remove",
    "rename", "replace", "rmdir", "scandir", "sendfile", "setsid", "symlink", "system", "truncate", "umask", "unlink",
    "unsetenv", "utime", "wait", "waitpid", "write",
};

pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    functions: &[
        MethodDef::new("fspath", MethodImpl::O(fspath), "($module, /, path)"),
        MethodDef::new(
            "getcwd",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_str("/"))),
            "($module, /)",
        ),
        MethodDef::new(
            "getcwdb",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_bytes(b"/"))),
            "($module, /)",
        ),
        MethodDef::new(
            "getpid",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1000))),
            "($module, /)",
        ),
        MethodDef::new(
            "getppid",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1))),
            "($module, /)",
        ),
        MethodDef::new(
            "getuid",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1000))),
            "($module, /)",
        ),
        MethodDef::new(
            "geteuid",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1000))),
            "($module, /)",
        ),
        MethodDef::new(
            "getgid",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1000))),
            "($module, /)",
        ),
        MethodDef::new(
            "getegid",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1000))),
            "($module, /)",
        ),
        MethodDef::new(
            "cpu_count",
            MethodImpl::NoArgs(|vm, _| Ok(vm.new_int(1))),
            "($module, /)",
        ),
        MethodDef::new(
            "isatty",
            MethodImpl::O(|_, _, _| Ok(crate::objects::wellknown::FALSE)),
            "($module, fd, /)",
        ),
        MethodDef::new(
            "stat",
            MethodImpl::FastKeywords(stat),
            "($module, /, path, *, dir_fd=None, follow_symlinks=True)",
        ),
        MethodDef::new(
            "lstat",
            MethodImpl::FastKeywords(stat),
            "($module, /, path, *, dir_fd=None)",
        ),
        MethodDef::new(
            "listdir",
            MethodImpl::Fast(listdir),
            "($module, /, path=None)",
        ),
        MethodDef::new("strerror", MethodImpl::O(strerror), "($module, code, /)"),
        MethodDef::new("urandom", MethodImpl::O(urandom), "($module, size, /)"),
        MethodDef::new(
            "get_terminal_size",
            MethodImpl::Fast(|vm, _, _| {
                Err(vm.raise(types::OS_ERROR, "the sandbox has no terminal"))
            }),
            "",
        ),
        MethodDef::new(
            "register_at_fork",
            MethodImpl::FastKeywords(|_, _, _, _| Ok(NONE)),
            "",
        ),
        MethodDef::new(
            "_exit",
            MethodImpl::FastKeywords(exit_now),
            "($module, /, status)",
        ),
        MethodDef::new(
            "_path_normpath",
            MethodImpl::O(path_normpath),
            "($module, /, path)",
        ),
    ],
    exec: |vm, module| {
        vm.module_add_functions(module, REFUSED);
        // The sandbox has no environment.
        let environ = vm.new_dict();
        vm.module_add(module, "environ", environ);
        for (name, value) in [
            ("F_OK", 0),
            ("R_OK", 4),
            ("W_OK", 2),
            ("X_OK", 1),
            ("O_RDONLY", 0),
            ("O_WRONLY", 1),
            ("O_RDWR", 2),
            ("O_CREAT", 64),
            ("O_EXCL", 128),
            ("O_TRUNC", 512),
            ("O_APPEND", 1024),
            ("O_NONBLOCK", 2048),
            ("O_CLOEXEC", 524288),
            ("EX_OK", 0),
            ("P_WAIT", 0),
            ("P_NOWAIT", 1),
            ("WNOHANG", 1),
            ("SEEK_DATA", 3),
            ("SEEK_HOLE", 4),
        ] {
            let number = vm.new_int(value);
            vm.module_add(module, name, number);
        }
        let have = vm.new_list(Vec::new());
        vm.module_add(module, "_have_functions", have);
        vm.incref(types::OS_ERROR);
        vm.module_add(module, "error", types::OS_ERROR);
        let stat_result = vm.native_type(&STAT_RESULT);
        vm.incref(stat_result);
        vm.module_add(module, "stat_result", stat_result);
        for name in [
            "terminal_size",
            "DirEntry",
            "times_result",
            "uname_result",
            "statvfs_result",
            "sched_param",
            "waitid_result",
        ] {
            let class = vm.new_class(name, types::TUPLE, "os")?;
            vm.module_add(module, name, class);
        }
        Ok(())
    },
    doc: "This module provides access to operating system functionality; the sandbox refuses what leaves the program.",
};

fn fspath(vm: &mut Vm, _module: ObjId, path: ObjId) -> PyResult<ObjId> {
    if vm.isinstance(path, types::STR) || vm.isinstance(path, types::BYTES) {
        return Ok(vm.incref(path));
    }
    let Some(method) = vm.lookup_special(path, names::FSPATH)? else {
        let name = vm.type_name_of(path);
        return Err(vm.type_error(format!(
            "expected str, bytes or os.PathLike object, not {name}"
        )));
    };
    let result = vm.call(method, &[]);
    vm.decref(method);
    let result = result?;
    if vm.isinstance(result, types::STR) || vm.isinstance(result, types::BYTES) {
        return Ok(result);
    }
    let (own, got) = (vm.type_name_of(path), vm.type_name_of(result));
    vm.decref(result);
    Err(vm.type_error(format!(
        "expected {own}.__fspath__() to return str or bytes, not {got}"
    )))
}

/// No file is visible: asking for one says that it does not exist.
/// What `os.stat` knows of a file that imports may read: its kind and its size.
static STAT_RESULT: TypeSpec = TypeSpec {
    tp_name: "os.stat_result",
    tp_basicsize: 24,
    tp_itemsize: 8,
    tp_flags: TypeFlags::HAVE_GC,
    tp_base: types::TUPLE,
    slots: Slots {
        tp_repr: Some(|vm, this| super::structseq::repr(vm, this, &STAT_RESULT)),
        ..Slots::EMPTY
    },
    members: &[
        struct_field!("st_mode", 0),
        struct_field!("st_ino", 1),
        struct_field!("st_dev", 2),
        struct_field!("st_nlink", 3),
        struct_field!("st_uid", 4),
        struct_field!("st_gid", 5),
        struct_field!("st_size", 6),
        struct_field!("st_atime", 7),
        struct_field!("st_mtime", 8),
        struct_field!("st_ctime", 9),
    ],
    ..TypeSpec::EMPTY
};

/// Files and directories that imports may look into are there; nothing else is.
fn stat(vm: &mut Vm, _module: ObjId, args: &[ObjId], _kwnames: ObjId) -> PyResult<ObjId> {
    const REGULAR: i64 = 0o100_644;
    const DIRECTORY: i64 = 0o040_755;
    let path = args.first().copied().unwrap_or(NONE);
    let text = path_text(vm, path)?;
    let (mode, size) = match super::import::read(vm, &text) {
        Some(content) => (REGULAR, content.len() as i64),
        None if super::import::list(vm, &text).is_some() => (DIRECTORY, 0),
        None => return Err(no_such_file(vm, path)),
    };
    let items = [mode, 0, 0, 1, 1000, 1000, size, 0, 0, 0]
        .map(|number| vm.new_int(number))
        .to_vec();
    Ok(super::structseq::new(vm, &STAT_RESULT, items))
}

fn listdir(vm: &mut Vm, _module: ObjId, args: &[ObjId]) -> PyResult<ObjId> {
    vm.check_positional("listdir", args.len(), 0, 1)?;
    let path = args.first().copied().unwrap_or(NONE);
    let text = if path == NONE {
        ".".to_owned()
    } else {
        path_text(vm, path)?
    };
    let Some(entries) = super::import::list(vm, &text) else {
        return Err(no_such_file(vm, path));
    };
    let items = entries.iter().map(|name| vm.new_str(name)).collect();
    Ok(vm.new_list(items))
}

fn path_text(vm: &mut Vm, path: ObjId) -> PyResult<String> {
    let path = fspath(vm, ObjId::NULL, path)?;
    let text = match vm.heap.payload(path) {
        Payload::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => vm.str_lossy(path),
    };
    vm.decref(path);
    Ok(text)
}

fn no_such_file(vm: &mut Vm, path: ObjId) -> Raised {
    let number = vm.new_int(2);
    let text = vm.new_str("No such file or directory");
    vm.incref(path);
    let info = vm.new_tuple(vec![number, text, path]);
    let raised = vm.raise_with(types::OS_ERROR, info);
    vm.decref(info);
    raised
}

fn strerror(vm: &mut Vm, _module: ObjId, code: ObjId) -> PyResult<ObjId> {
    let code = vm.index_as_ssize(code, Some(types::OVERFLOW_ERROR))?;
    let text = match code {
        1 => "Operation not permitted",
        2 => "No such file or directory",
        4 => "Interrupted system call",
        5 => "Input/output error",
        9 => "Bad file descriptor",
        10 => "No child processes",
        11 => "Resource temporarily unavailable",
        12 => "Cannot allocate memory",
        13 => "Permission denied",
        17 => "File exists",
        20 => "Not a directory",
        21 => "Is a directory",
        22 => "Invalid argument",
        28 => "No space left on device",
        32 => "Broken pipe",
        _ => return Ok(vm.new_string(format!("Unknown error {code}"))),
    };
    Ok(vm.new_str(text))
}

/// The same bytes in every run: nothing in the sandbox is random.
fn urandom(vm: &mut Vm, _module: ObjId, size: ObjId) -> PyResult<ObjId> {
    let size = vm.index_as_ssize(size, Some(types::OVERFLOW_ERROR))?;
    let Ok(size) = usize::try_from(size) else {
        return Err(vm.value_error("negative argument not allowed"));
    };
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let bytes: Vec<u8> = (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect();
    Ok(vm.new_bytes(&bytes))
}

fn exit_now(vm: &mut Vm, _module: ObjId, args: &[ObjId], _kwnames: ObjId) -> PyResult<ObjId> {
    let status = args.first().copied().unwrap_or(NONE);
    Err(vm.raise_with(types::SYSTEM_EXIT, status))
}

/// Collapses `.`, `..` and repeated slashes (`_Py_normpath`).
fn path_normpath(vm: &mut Vm, _module: ObjId, path: ObjId) -> PyResult<ObjId> {
    let (text, is_bytes) = match vm.heap.payload(path) {
        Payload::Str(s) => (s.text.to_lossy(), false),
        Payload::Bytes(b) => (String::from_utf8_lossy(b).into_owned(), true),
        _ => {
            let name = vm.type_name_of(path);
            return Err(vm.type_error(format!(
                "expected str, bytes or os.PathLike object, not {name}"
            )));
        }
    };
    let slashes = text.len() - text.trim_start_matches('/').len();
    let root = match slashes {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/').filter(|p| !p.is_empty() && *p != ".") {
        if part == ".." && parts.last().is_some_and(|p| *p != "..") {
            parts.pop();
        } else if part != ".." || root.is_empty() {
            parts.push(part);
        }
    }
    let joined = format!("{root}{}", parts.join("/"));
    let joined = if joined.is_empty() {
        ".".to_owned()
    } else {
        joined
    };
    Ok(if is_bytes {
        vm.new_bytes(joined.as_bytes())
    } else {
        vm.new_string(joined)
    })
}
