//! The stages of compiling one by one, and the compiler's errors and warnings, against CPython's.
//!
//! `tests/regen_codegen.py` writes the expectations.

use std::fmt::Write;
use std::path::PathBuf;

use ouroscope::compiler::codegen::UnitStages;
use ouroscope::compiler::instruction_sequence::Label;
use ouroscope::compiler::symtable::{Scope, ScopeId, SymbolTable};
use ouroscope::compiler::{CompileOptions, compile_str, compile_with_stages, symbol_table};
use serde_json::{Value, json};

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

fn corpus(file: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/compile");
    std::fs::read_to_string(folder.join(file)).unwrap()
}

/// Fails with the first line that differs.
fn check(name: &str, expected: &str, found: &str) {
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{name}, line {}", number + 1);
    }
    assert_eq!(expected.lines().count(), found.lines().count(), "{name}");
}

fn write_scope(out: &mut String, table: &SymbolTable, id: ScopeId, depth: usize) {
    let ste = table.entry(id);
    let indent = "  ".repeat(depth);
    let (kind, name, line) = (ste.ste_type.name(), &ste.ste_name, ste.ste_loc.lineno);
    write!(out, "{indent}{kind} {name} {line}:").unwrap();
    let mut passed_through = Vec::new();
    for (name, symbol) in ste.ste_symbols.iter() {
        let scope = symbol.scope.map_or(0, Scope::number);
        let text = format!(" {name}:{:x}:{scope}", symbol.flags);
        if symbol.flags == 0 {
            passed_through.push(text);
        } else {
            out.push_str(&text);
        }
    }
    passed_through.sort();
    out.push_str(&passed_through.concat());
    out.push('\n');
    for &child in &ste.ste_children {
        write_scope(out, table, child, depth + 1);
    }
}

fn write_unit(out: &mut String, unit: &UnitStages) {
    out.push_str("scope\n");
    for instr in unit.sequence.instrs() {
        let oparg = if instr.opcode.has_target() {
            let place = unit.sequence.label_place(Label(instr.oparg));
            place.unwrap().to_string()
        } else if instr.opcode.has_arg() {
            instr.oparg.to_string()
        } else {
            "-".to_owned()
        };
        let loc = instr.loc;
        writeln!(
            out,
            "  {} {oparg} {} {} {} {}",
            instr.opcode.name(),
            loc.lineno,
            loc.end_lineno,
            loc.col_offset,
            loc.end_col_offset
        )
        .unwrap();
    }
}

#[test]
fn symbol_tables() {
    for name in PROGRAMS {
        let source = corpus(&format!("{name}.py"));
        let table = symbol_table(&source, &CompileOptions::exec(name)).unwrap();
        let mut found = String::new();
        write_scope(&mut found, &table, SymbolTable::TOP, 0);
        check(name, &corpus(&format!("{name}.symtable")), &found);
    }
}

#[test]
fn instructions_after_code_generation() {
    for name in PROGRAMS {
        let source = corpus(&format!("{name}.py"));
        let stages = compile_with_stages(source.as_bytes(), &CompileOptions::exec(name)).unwrap();
        let mut found = String::new();
        for unit in &stages.units {
            write_unit(&mut found, unit);
        }
        check(name, &corpus(&format!("{name}.codegen")), &found);
    }
}

fn outcome(source: &str) -> Value {
    match compile_str(source, &CompileOptions::exec("<test>")) {
        Ok(compiled) => {
            let warnings: Vec<Value> = compiled
                .warnings
                .iter()
                .map(|w| json!([w.category, w.msg, w.lineno]))
                .collect();
            json!({"warnings": warnings})
        }
        Err(e) => json!({
            "error": [e.kind.name(), e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset]
        }),
    }
}

#[test]
fn errors_and_warnings() {
    for line in corpus("errors.jsonl").lines() {
        let mut expected: Value = serde_json::from_str(line).unwrap();
        let source = expected["source"].take();
        let source = source.as_str().unwrap();
        let mut found = outcome(source);
        found["source"] = Value::Null;
        assert_eq!(expected, found, "{source}");
    }
}
