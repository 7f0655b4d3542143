//! The module `posix`: what `os` needs of the system, and the sandbox's refusal of the rest.
//!
//! Mirrors the parts of `Modules/posixmodule.c` that touch nothing outside the program.

use crate::base::ObjId;
use crate::objects::methodobject::{MethodDef, MethodImpl};
use crate::objects::object::Payload;
use crate::objects::vm::{PyResult, Vm};
use crate::objects::wellknown::{NONE, names, types};

use super::ModuleDef;

/// Functions of the host that the sandbox names and refuses.
macro_rules! refused { ($($name:literal),* $(,)?) => { &[$(
    MethodDef::new($name, MethodImpl::FastKeywords(|vm, _, _, _| {
        Err(vm.raise(types::PERMISSION_ERROR, concat!("the sandbox forbids os.", $name, "()")))
    }), ""),
)*] } }

static REFUSED: &[MethodDef] = refused! {
    "access", "chdir", "chmod", "chown", "close", "closerange", "dup", "dup2", "execv", "execve", "fchdir", "fork",
    "fstat", "fsync", "ftruncate", "getgrouplist", "getpgid", "kill", "killpg", "link", "listdir", "lseek",
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
        for name in [
            "stat_result",
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
fn stat(vm: &mut Vm, _module: ObjId, args: &[ObjId], _kwnames: ObjId) -> PyResult<ObjId> {
    let number = vm.new_int(2);
    let text = vm.new_str("No such file or directory");
    let mut items = vec![number, text];
    if let Some(&path) = args.first() {
        items.push(vm.incref(path));
    }
    let info = vm.new_tuple(items);
    let raised = vm.raise_with(types::OS_ERROR, info);
    vm.decref(info);
    Err(raised)
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
