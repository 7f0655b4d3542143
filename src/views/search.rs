//! How typed words find things: every word must occur, in any order, in any case.

/// Whether `text` contains all words of `query`; an empty query finds everything.
pub fn matches(text: &str, query: &str) -> bool {
    let text = text.to_lowercase();
    query
        .split_whitespace()
        .all(|word| text.contains(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order() {
        let cases = [
            ("Time Step forward", "forw step", true),
            ("Time Step forward", "", true),
            ("Time Step forward", "back", false),
        ];
        for (text, query, expected) in cases {
            assert_eq!(matches(text, query), expected, "{query:?} in {text:?}");
        }
    }
}
