//! Any source file: code whose tables can be read back, the same each time.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use ouroscope::bytecode::dis::{DisOptions, dis};
use ouroscope::bytecode::{CodeObject, exception_table, locations};
use ouroscope::compiler::{CompileOptions, compile, compile_with_stages, json};

fuzz_target!(|data: &[u8]| {
    for optimize in [0, 2] {
        let options = CompileOptions {
            optimize,
            ..CompileOptions::exec("fuzz.py")
        };
        let first = compile(data, &options);
        let staged = compile_with_stages(data, &options);
        match (&first, &staged) {
            (Ok(first), Ok(staged)) => {
                assert!(
                    as_json(&first.code) == as_json(&staged.compiled.code),
                    "keeping stages changes nothing"
                );
                check(&first.code);
                let mut text = String::new();
                let options = DisOptions {
                    show_caches: true,
                    show_offsets: true,
                    address_of: &|_| 0,
                };
                dis(&mut text, &first.code, &options).expect("writing to a string");
            }
            (Err(first), Err(staged)) => assert_eq!(first, staged),
            _ => panic!("keeping the stages decides over success"),
        }
    }
});

fn as_json(code: &CodeObject) -> Vec<u8> {
    let mut out = Vec::new();
    json::write_code(&mut out, code).expect("writing to a vector");
    out
}

fn check(code: &Arc<CodeObject>) {
    let units = code.co_code_bytes().len() / 2;
    let positions = locations::co_positions(&code.co_linetable, code.co_firstlineno);
    assert_eq!(positions.len(), units, "every unit has a place");
    for entry in exception_table::entries(&code.co_exceptiontable) {
        assert!(entry.start < entry.end && entry.end as usize <= units);
        assert!((entry.target as usize) < units);
        assert!(entry.depth < code.co_stacksize, "a handler needs room for its exception");
    }
    for nested in code.nested() {
        check(nested);
    }
}
