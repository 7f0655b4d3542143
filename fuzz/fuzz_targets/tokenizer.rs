//! Any bytes: tokens in order, within the source, leaving out nothing but white space.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ouroscope::syntax::decode_source;
use ouroscope::syntax::lines::LineTable;
use ouroscope::syntax::token::TokenKind;
use ouroscope::syntax::tokenizer::{TokenMode, tokenize};

fuzz_target!(|data: &[u8]| {
    let Ok(source) = decode_source(data) else {
        return;
    };
    let lines = LineTable::new(&source);
    let all = tokenize(&source, &lines, TokenMode::All);
    let parser = tokenize(&source, &lines, TokenMode::Parser);
    assert_eq!(
        all.error.is_some(),
        parser.error.is_some(),
        "both modes accept the same sources"
    );
    for list in [&all, &parser] {
        let mut end = 0;
        for token in &list.tokens {
            assert!(token.start <= token.end && token.end as usize <= source.len());
            // An INDENT or DEDENT is told late, but never overlaps what came before it.
            assert!(token.start >= end, "{token:?} begins before {end}");
            assert!(source.is_char_boundary(token.start as usize));
            assert!(source.is_char_boundary(token.end as usize));
            end = token.end;
        }
        if list.error.is_none() {
            let last = list.tokens.last().expect("a list ends with ENDMARKER");
            assert_eq!(last.kind, TokenKind::EndMarker);
            let blocks = list.tokens.iter().map(|token| match token.kind {
                TokenKind::Indent => 1,
                TokenKind::Dedent => -1,
                _ => 0,
            });
            assert_eq!(blocks.sum::<i32>(), 0, "every block that opens closes");
        }
    }
    if all.error.is_none() {
        nothing_is_lost(&source, &all.tokens);
    }
});

/// Between two tokens there is only what Python calls white space, or a brace of `{{` and `}}`.
fn nothing_is_lost(source: &str, tokens: &[ouroscope::syntax::token::Token]) {
    let mut end = 0;
    for token in tokens {
        let between = &source[end..token.start as usize];
        assert!(
            between
                .bytes()
                .all(|byte| matches!(byte, b' ' | b'\t' | 0x0c | b'\\' | b'\n' | b'{' | b'}')),
            "{between:?} before {token:?} belongs to no token"
        );
        end = token.end as usize;
    }
}
