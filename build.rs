//! Packs the pure-Python standard library of the crate `rustpython-pylib` into one table of
//! compressed files, which the library includes: users need no Python of their own. Each file is
//! compressed alone, so that an import unpacks no more than it needs.

use std::io::Write;
use std::path::{Path, PathBuf};

/// Packages and modules that a sandboxed program cannot use: tests, tools, other systems.
const LEFT_OUT: &[&str] = &[
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "turtle.py",
    "ensurepip",
    "lib2to3",
    "pydoc_data",
    "pydoc.py",
    "venv",
    "msilib",
    "multiprocessing",
    "sqlite3",
    "dbm",
    "curses",
    "xmlrpc",
    "wsgiref",
    "__pycache__",
    "site-packages",
    "_pyrepl",
    "smtplib.py",
    "imaplib.py",
    "ftplib.py",
    "poplib.py",
    "mailbox.py",
    "antigravity.py",
    "ctypes",
    "compression",
    "pathlib",
    "zipfile",
    "unittest/test",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(rustpython_pylib::LIB_PATH);
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    files.sort();
    let mut table = Vec::new();
    for (name, path) in files {
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let packed = zstd::encode_all(&bytes[..], 19).expect("memory does not fail");
        for part in [name.as_bytes(), &packed[..]] {
            table.extend_from_slice(&(part.len() as u32).to_le_bytes());
            table.extend_from_slice(part);
        }
    }
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let out = PathBuf::from(out).join("pylib.table");
    let mut file = std::fs::File::create(&out).unwrap_or_else(|e| panic!("{}: {e}", out.display()));
    file.write_all(&table)
        .unwrap_or_else(|e| panic!("{}: {e}", out.display()));
}

/// All `.py` files below `directory`, by their path from `root` with slashes.
fn collect(root: &Path, directory: &Path, files: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let relative = path
            .strip_prefix(root)
            .expect("below the root")
            .to_string_lossy()
            .replace('\\', "/");
        let first = relative.split('/').next().unwrap_or_default();
        if LEFT_OUT.contains(&first) || LEFT_OUT.contains(&relative.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "py") {
            files.push((relative, path));
        }
    }
}
