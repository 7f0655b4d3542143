//! The passes and the assembler against what CPython made of the same instructions.
//!
//! `tests/regen_flowgraph.py` writes the expectations. `OUROSCOPE_FLOWGRAPH` names a larger file
//! made by it, to be read instead.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use serde_json::Value;

use super::cfg::Cfg;
use super::{except, layout, optimize_code_unit, optimized_cfg_to_instruction_sequence};
use crate::base::SourceLocation;
use crate::bytecode::{Constant, Opcode};
use crate::compiler::assemble::make_code_object;
use crate::compiler::instruction_sequence::{
    CompilationUnitMetadata, InstructionSequence, Numbered,
};

type Row = [i64; 6];

/// The placeholders of the script: a few values of either truth, then numbers.
fn placeholder(index: i64) -> Constant {
    match index {
        0 => Constant::None,
        _ if index % 4 != 0 || index >= 20 => Constant::int(index * 1000),
        4 => Constant::Float(0.0),
        8 => Constant::str(""),
        12 => Constant::Bytes([].into()),
        _ => Constant::Bool(false),
    }
}

fn sequence(rows: &Value) -> InstructionSequence {
    let rows: Vec<Row> = serde_json::from_value(rows.clone()).unwrap();
    let mut seq = InstructionSequence::new();
    let labels: Vec<_> = rows.iter().map(|_| seq.new_label()).collect();
    for (label, [op, arg, line, end_line, column, end_column]) in labels.into_iter().zip(rows) {
        seq.use_label(label);
        let loc = [line, column, end_line, end_column].map(|n| n as i32);
        seq.addop(
            Opcode::from_number(op as u16).unwrap(),
            arg as u32,
            SourceLocation::new(loc[0], loc[1], loc[2], loc[3]),
        );
    }
    seq
}

fn rows_of(seq: &InstructionSequence) -> Vec<Row> {
    let row = |instr: &crate::compiler::instruction_sequence::Instruction| {
        let loc = instr.loc;
        let numbers = [
            loc.lineno,
            loc.end_lineno,
            loc.col_offset,
            loc.end_col_offset,
        ];
        let [a, b, c, d] = numbers.map(i64::from);
        [instr.opcode as i64, i64::from(instr.oparg), a, b, c, d]
    };
    seq.instrs().iter().map(row).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digits = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(digits[digit as usize]))
        .collect()
}

fn names(prefix: &str, count: &Value) -> Numbered<Arc<str>> {
    (0..count.as_u64().unwrap())
        .map(|i| format!("{prefix}{i}").into())
        .collect()
}

fn list(rows: &[Row]) -> String {
    let line = |(i, row): (usize, &Row)| {
        let name = Opcode::from_number(row[0] as u16).unwrap().name();
        format!("{i:4} {name} {} {:?}\n", row[1], &row[2..])
    };
    rows.iter().enumerate().map(line).collect()
}

fn check(number: usize, expected: &Value) -> Result<(), String> {
    let mut cfg = Cfg::from_instruction_sequence(sequence(&expected["before"]));
    let count = expected["nconsts"].as_i64().unwrap();
    let nlocals = expected["nlocals"].as_u64().unwrap() as usize;
    let consts: Numbered<Constant> = (0..count.max(1)).map(placeholder).collect();
    let consts = optimize_code_unit(&mut cfg, consts, nlocals, 0, None);
    let optimized = rows_of(&layout::to_instruction_sequence(&cfg));
    let after: Vec<Row> = serde_json::from_value(expected["after"].clone()).unwrap();
    if optimized != after {
        return Err(format!(
            "sequence {number}: optimized code differs\n--- expected\n{}--- found\n{}--- before\n{}",
            list(&after),
            list(&optimized),
            list(&serde_json::from_value::<Vec<Row>>(expected["before"].clone()).unwrap()),
        ));
    }
    let umd = CompilationUnitMetadata {
        u_varnames: names("v", &expected["nlocals"]),
        u_cellvars: names("c", &expected["ncells"]),
        u_firstlineno: 1,
        ..CompilationUnitMetadata::default()
    };
    let expected_consts = expected["consts"].as_array().unwrap().len();
    if consts.len() != expected_consts {
        return Err(format!(
            "sequence {number}: {} consts, not {expected_consts}",
            consts.len()
        ));
    }
    // The oracle starts again from the optimized sequence, where no block is popped any more.
    let mut cfg = Cfg::from_instruction_sequence(sequence(&expected["after"]));
    except::mark_except_handlers(&mut cfg);
    except::label_exception_targets(&mut cfg);
    let (instrs, depth) = optimized_cfg_to_instruction_sequence(&mut cfg, &umd, &consts, 0, None);
    let code = make_code_object(instrs, &umd, consts, depth, 0, &"f".into());
    let found = [
        ("code", hex(&code.co_code_bytes())),
        ("linetable", hex(&code.co_linetable)),
        ("exceptiontable", hex(&code.co_exceptiontable)),
        ("stacksize", code.co_stacksize.to_string()),
    ];
    for (field, found) in found {
        let wanted = match &expected[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if wanted != found {
            return Err(format!(
                "sequence {number}: {field}\nexpected {wanted}\nfound    {found}\n{}",
                list(&after)
            ));
        }
    }
    Ok(())
}

#[test]
fn as_cpython() {
    let text = match std::env::var_os("OUROSCOPE_FLOWGRAPH") {
        Some(path) => std::fs::read_to_string(path).unwrap(),
        None => include_str!("../../../tests/corpus/flowgraph.jsonl").to_owned(),
    };
    let failures: Vec<String> = text
        .lines()
        .enumerate()
        .filter_map(|(number, line)| check(number, &serde_json::from_str(line).unwrap()).err())
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} differ, first:\n{}",
        failures.len(),
        text.lines().count(),
        failures[0]
    );
}
