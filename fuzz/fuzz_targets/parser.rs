//! Any text, in each mode: a tree or an error, with places that lie within the source.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ouroscope::syntax::{Mode, ast_dump, decode_source, parse, parse_str};

fuzz_target!(|data: &[u8]| {
    let Ok(source) = decode_source(data) else {
        return;
    };
    let count = source.split('\n').count() as i32 + 1;
    let parsed = parse(data, Mode::Exec);
    let others = [Mode::Exec, Mode::Eval, Mode::Single].map(|mode| parse_str(&source, mode));
    for result in std::iter::once(&parsed).chain(&others) {
        match result {
            Ok((tree, warnings)) => {
                let dump = ast_dump(tree);
                for (at, _) in dump.match_indices("lineno=") {
                    let digits = dump[at + 7..].split(|c: char| !c.is_ascii_digit()).next();
                    let line = digits.and_then(|digits| digits.parse::<i32>().ok());
                    assert!(line.is_some_and(|line| line <= count), "a place outside");
                }
                assert!(warnings.iter().all(|warning| warning.lineno <= count));
            }
            Err(error) => {
                assert!(!error.msg.is_empty());
                assert!(
                    !error.msg.contains("not supported by the parser"),
                    "what CPython accepts must have a tree"
                );
                assert!(error.lineno.is_none_or(|line| line <= count));
            }
        }
    }
    assert_eq!(
        parsed.is_ok(),
        others[0].is_ok(),
        "a file and its text are parsed alike"
    );
});
