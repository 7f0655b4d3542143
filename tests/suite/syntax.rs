//! Tokens, trees and errors against CPython's, for the sources in `tests/corpus/syntax`.
//!
//! `tests/regen_syntax.py` writes the expectations.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ouroscope::compiler::{CompileOptions, compile_str};
use ouroscope::syntax::lines::LineTable;
use ouroscope::syntax::token::TokenKind;
use ouroscope::syntax::tokenizer::{TokenMode, tokenize};
use ouroscope::syntax::{ErrorKind, Mode, SyntaxError, ast_dump, decode_source, parse, parse_str};

fn corpus(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/syntax")
        .join(folder)
}

/// The `.py` files of a folder, in order.
fn programs(folder: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(corpus(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    paths.sort();
    paths
}

/// Fails at the first character that differs, with what is around it.
fn check_text(name: &str, expected: &str, found: &str) {
    if expected == found {
        return;
    }
    let same = expected
        .chars()
        .zip(found.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let near = |text: &str| -> String {
        text.chars()
            .skip(same.saturating_sub(60))
            .take(160)
            .collect()
    };
    panic!(
        "{name}\nexpected … {}\nfound    … {}",
        near(expected),
        near(found)
    );
}

#[test]
fn trees_equal_those_of_ast_dump() {
    for path in programs("ok") {
        let name = path.display().to_string();
        let source = std::fs::read(&path).unwrap();
        let (tree, _) =
            parse(&source, Mode::Exec).unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = std::fs::read_to_string(path.with_extension("ast")).unwrap();
        check_text(&name, expected.trim_end(), &ast_dump(&tree));
    }
}

#[test]
fn tokens_equal_those_of_tokenize() {
    for path in programs("ok") {
        let name = path.display().to_string();
        let source = std::fs::read(&path).unwrap();
        let text = decode_source(&source).unwrap();
        let lines = LineTable::new(&text);
        let list = tokenize(&text, &lines, TokenMode::All);
        assert!(list.error.is_none(), "{name}");
        let place = |offset: u32| {
            let (line, _) = lines.line_and_column(offset);
            let start = lines.start_of(line) as usize;
            (line, text[start..offset as usize].chars().count())
        };
        let mut found = String::new();
        for token in &list.tokens {
            let (line, column) = place(token.start);
            // A line's end belongs to the line that it ends.
            let (end_line, end_column) = match token.kind {
                TokenKind::Newline | TokenKind::Nl => (line, column + 1),
                _ => place(token.end),
            };
            let kind = token.kind.name();
            writeln!(found, "{kind} {line},{column}-{end_line},{end_column}").unwrap();
        }
        let expected = std::fs::read_to_string(path.with_extension("tokens")).unwrap();
        check_text(&name, &expected, &found);
    }
}

fn error_line(error: &SyntaxError) -> String {
    let shown = |n: Option<i32>| n.map_or("None".to_owned(), |n| n.to_string());
    format!(
        "{} {},{}-{},{} {}",
        error.kind.name(),
        shown(error.lineno),
        shown(error.offset),
        shown(error.end_lineno),
        shown(error.end_offset),
        error.msg
    )
}

#[test]
fn errors_equal_those_of_compile() {
    let mut wrong = Vec::new();
    for path in programs("err") {
        let source = std::fs::read_to_string(&path).unwrap();
        let expected = std::fs::read_to_string(path.with_extension("err")).unwrap();
        let cases: Vec<&str> = source.split("#---\n").collect();
        assert_eq!(cases.len(), expected.lines().count(), "{}", path.display());
        for (case, expected) in cases.into_iter().zip(expected.lines()) {
            let found = match parse_str(case, Mode::Exec) {
                Ok(_) => "ok".to_owned(),
                Err(error) => error_line(&error),
            };
            if found != expected {
                wrong.push(format!("{case}expected {expected}\nfound    {found}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn deep_sources_end_in_an_error_not_in_a_crash() {
    let check = |source: String, kind: ErrorKind| {
        let error = parse_str(&source, Mode::Exec).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    };
    check("(".repeat(1000), ErrorKind::SyntaxError);
    check(format!("{}1", "-".repeat(50_000)), ErrorKind::MemoryError);
    check(
        format!("{}1", "not ".repeat(50_000)),
        ErrorKind::MemoryError,
    );
    check(
        format!("{}0", "lambda:".repeat(50_000)),
        ErrorKind::MemoryError,
    );
    check(
        format!("a{}", "+a".repeat(50_000)),
        ErrorKind::RecursionError,
    );
    check(
        format!("a{}", ".b".repeat(50_000)),
        ErrorKind::RecursionError,
    );
}

#[test]
fn sources_within_the_limits_compile() {
    let check = |source: String| {
        let compiled = compile_str(&source, &CompileOptions::exec("f.py"));
        assert!(compiled.is_ok(), "{source:.40}: {compiled:?}");
    };
    check(format!("a{}", "**a".repeat(2_980)));
    check(format!("{}a", "not ".repeat(5_900)));
    check(format!("a{}", ".b".repeat(9_990)));
    check(format!("a{}", "+a".repeat(9_990)));
    // The items of a large set are compared with those of the same hash alone.
    let items: Vec<String> = (0..200_000).map(|n| format!("'{n}',")).collect();
    let items = items.concat();
    check(format!("x in {{{items}}}"));
}

/// The checksum of `zlib.crc32`.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// Needs the library of CPython 3.13.0: `OUROSCOPE_STDLIB` names it.
#[test]
fn trees_of_the_library_equal_cpythons() {
    let Some(library) = std::env::var_os("OUROSCOPE_STDLIB").map(PathBuf::from) else {
        return;
    };
    let list = std::fs::read_to_string(corpus("stdlib.crc")).unwrap();
    for line in list.lines() {
        let (crc, name) = line.split_once(' ').unwrap();
        let source = std::fs::read(library.join(name)).unwrap();
        let (tree, _) =
            parse(&source, Mode::Exec).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = crc32(ast_dump(&tree).as_bytes());
        assert_eq!(crc, format!("{found:08x}"), "{name}");
    }
}
