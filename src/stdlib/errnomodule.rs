//! The module `errno`: the system's error numbers, as on 64-bit Linux.
//!
//! Mirrors `Modules/errnomodule.c`.

use super::ModuleDef;

/// Name and number, in the order of the numbers.
const CODES: &[(&str, i64)] = &[
    ("EPERM", 1),
    ("ENOENT", 2),
    ("ESRCH", 3),
    ("EINTR", 4),
    ("EIO", 5),
    ("ENXIO", 6),
    ("E2BIG", 7),
    ("ENOEXEC", 8),
    ("EBADF", 9),
    ("ECHILD", 10),
    ("EAGAIN", 11),
    ("ENOMEM", 12),
    ("EACCES", 13),
    ("EFAULT", 14),
    ("ENOTBLK", 15),
    ("EBUSY", 16),
    ("EEXIST", 17),
    ("EXDEV", 18),
    ("ENODEV", 19),
    ("ENOTDIR", 20),
    ("EISDIR", 21),
    ("EINVAL", 22),
    ("ENFILE", 23),
    ("EMFILE", 24),
    ("ENOTTY", 25),
    ("ETXTBSY", 26),
    ("EFBIG", 27),
    ("ENOSPC", 28),
    ("ESPIPE", 29),
    ("EROFS", 30),
    ("EMLINK", 31),
    ("EPIPE", 32),
    ("EDOM", 33),
    ("ERANGE", 34),
    ("EDEADLK", 35),
    ("ENAMETOOLONG", 36),
    ("ENOLCK", 37),
    ("ENOSYS", 38),
    ("ENOTEMPTY", 39),
    ("ELOOP", 40),
    ("EALREADY", 114),
    ("EINPROGRESS", 115),
    ("ETIMEDOUT", 110),
    ("ECONNREFUSED", 111),
    ("ECONNRESET", 104),
    ("ECONNABORTED", 103),
    ("EISCONN", 106),
    ("ENOTCONN", 107),
    ("EADDRINUSE", 98),
    ("EADDRNOTAVAIL", 99),
    ("ENETUNREACH", 101),
    ("EHOSTUNREACH", 113),
    ("ENOTSUP", 95),
    ("EOPNOTSUPP", 95),
    ("EOVERFLOW", 75),
    ("ECANCELED", 125),
    ("EPROTO", 71),
    ("ESHUTDOWN", 108),
    ("EWOULDBLOCK", 11),
    ("EDEADLOCK", 35),
    ("ENOTSOCK", 88),
    ("EMSGSIZE", 90),
    ("ESTALE", 116),
    ("EDQUOT", 122),
];

pub static MODULE: ModuleDef = ModuleDef {
    name: "errno",
    functions: &[],
    exec: |vm, module| {
        let errorcode = vm.new_dict();
        for &(name, number) in CODES {
            let value = vm.new_int(number);
            let text = vm.new_str(name);
            if vm.dict_get(errorcode, value)?.is_none() {
                vm.dict_set(errorcode, value, text)?;
            }
            vm.decref(text);
            vm.module_add(module, name, value);
        }
        vm.module_add(module, "errorcode", errorcode);
        Ok(())
    },
    doc: "This module makes available standard errno system symbols.",
};
