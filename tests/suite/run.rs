//! Runs each program of `tests/corpus/run` and compares what it prints with what CPython printed.
//!
//! `tests/regen_run.py` writes the expectations with the real CPython 3.13.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn programs_print_what_cpython_prints() {
    compare(&[], |_| true);
}

/// A reference that is not counted would let a living object go.
#[test]
fn a_collection_at_every_allocation_changes_nothing() {
    // A library takes minutes this way, and what watches the collector sees more passes.
    let is_apart = |source: &str| {
        let imports = |line: &str| line.starts_with("import ") || line.starts_with("from ");
        let mut lines = source.lines().map(str::trim);
        lines.any(|line| imports(line) && line != "import sys")
            || ["allocatedblocks", "__del__"]
                .iter()
                .any(|word| source.contains(word))
    };
    compare(&["--gc-stress"], |source| !is_apart(source));
}

/// Runs every wanted program with `options`; its output must be what CPython printed.
fn compare(options: &[&str], wanted: impl Fn(&str) -> bool) {
    let mut programs = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/run"),
        &mut programs,
    );
    programs.sort();
    assert!(!programs.is_empty(), "there are programs to run");
    let mut failures = Vec::new();
    for program in programs {
        if !wanted(&std::fs::read_to_string(&program).unwrap()) {
            continue;
        }
        let expected = std::fs::read(program.with_extension("out")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_ouroscope"))
            .arg("run")
            .args(options)
            .arg(&program)
            .env_remove("OUROSCOPE_STDLIB")
            .output()
            .unwrap();
        if output.stdout != expected {
            failures.push(format!(
                "{}: {}",
                program.display(),
                String::from_utf8_lossy(&output.stderr)
                    .lines()
                    .last()
                    .unwrap_or("other output")
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// All programs below a directory that have an expectation beside them.
fn collect(directory: &Path, programs: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, programs);
        } else if path.extension().is_some_and(|e| e == "py")
            && path.with_extension("out").is_file()
        {
            programs.push(path);
        }
    }
}
