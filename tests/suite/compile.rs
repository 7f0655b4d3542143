//! Code objects and listings against CPython's, for the programs in `tests/corpus/compile`.
//!
//! `tests/regen_dis.py` writes the expectations.

use std::path::Path;

use ouroscope::bytecode::dis::{DisOptions, dis};
use ouroscope::compiler::{CompileOptions, compile, json};

fn corpus() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/compile")
}

/// Fails with the first line that differs.
fn check_lines(name: &str, expected: &str, found: &str) {
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{name}, line {}", number + 1);
    }
    assert_eq!(
        expected.lines().count(),
        found.lines().count(),
        "{name}: number of lines"
    );
}

fn check_listing(name: &str, suffix: &str, options: &DisOptions<'_>) {
    let source = std::fs::read(corpus().join(format!("{name}.py"))).unwrap();
    let options_of = CompileOptions::exec(format!("{name}.py"));
    let compiled = compile(&source, &options_of).unwrap();
    let mut found = String::new();
    dis(&mut found, &compiled.code, options).unwrap();
    let expected = std::fs::read_to_string(corpus().join(format!("{name}{suffix}"))).unwrap();
    check_lines(&format!("{name}{suffix}"), &expected, &found);
}

fn check_code(name: &str) {
    let source = std::fs::read(corpus().join(format!("{name}.py"))).unwrap();
    let compiled = compile(&source, &CompileOptions::exec(format!("{name}.py"))).unwrap();
    let mut found = Vec::new();
    json::write_code(&mut found, &compiled.code).unwrap();
    let found = String::from_utf8(found).unwrap();
    let expected = std::fs::read_to_string(corpus().join(format!("{name}.json"))).unwrap();
    assert_eq!(
        expected.lines().count(),
        found.lines().count(),
        "{name}: code objects"
    );
    for (expected, found) in expected.lines().zip(found.lines()) {
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        let found: serde_json::Value = serde_json::from_str(found).unwrap();
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(
                value, &found[field],
                "{name}: {field} of {}",
                expected["qualname"]
            );
        }
    }
}

const PROGRAMS: [&str; 9] = [
    "classes",
    "comprehensions",
    "control_flow",
    "coroutines",
    "expressions",
    "extended_arg",
    "folding",
    "patterns",
    "type_params",
];

#[test]
fn code_objects() {
    for name in PROGRAMS {
        check_code(name);
    }
}

#[test]
fn listings() {
    for name in PROGRAMS {
        check_listing(name, ".dis", &DisOptions::default());
    }
    let options = DisOptions {
        show_caches: true,
        show_offsets: true,
        ..DisOptions::default()
    };
    check_listing("expressions", ".caches.dis", &options);
}
