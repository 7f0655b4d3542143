//! How typed words find things: every word must occur, in any order, in any case.

/// Whether `text` contains all words of `query`; an empty query finds everything.
pub fn matches(text: &str, query: &str) -> bool {
    let text = text.to_lowercase();
    query
        .split_whitespace()
        .all(|word| text.contains(&word.to_lowercase()))
}

/// Whether every word of `query` begins a word of `text`: a better find than one in the middle.
pub fn begins_words(text: &str, query: &str) -> bool {
    let text = text.to_lowercase();
    query.split_whitespace().all(|word| {
        let word = word.to_lowercase();
        text.split_whitespace().any(|own| own.starts_with(&word))
    })
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

    #[test]
    fn a_word_begins_where_it_begins() {
        let cases = [
            ("Theme Light", "light", true),
            ("View Spotlight on or off", "light", false),
            ("View Spotlight on or off", "off spot", true),
        ];
        for (text, query, expected) in cases {
            assert_eq!(begins_words(text, query), expected, "{query:?} in {text:?}");
        }
    }
}
