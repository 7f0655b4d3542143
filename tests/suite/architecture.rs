//! Holds the source to the few hard rules: who may use whom, where egui and colors may stand,
//! no `unsafe`, and a first line that says what a file is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file below `src/`.
struct Source {
    /// Its path from `src/`, with slashes.
    path: String,
    /// The whole text.
    text: String,
    /// The code: comments, and the contents of strings and characters, are blanks.
    code: String,
}

impl Source {
    /// The layer it belongs to; `None` for `lib.rs` and the command line.
    fn layer(&self) -> Option<&str> {
        self.path.split_once('/').map(|(layer, _)| layer)
    }
}

#[test]
fn a_file_uses_only_the_layers_of_its_row() {
    let layers = layers();
    let mut wrong = String::new();
    for source in sources() {
        let Some(layer) = source.layer() else {
            continue;
        };
        let Some(allowed) = layers.get(layer) else {
            writeln!(wrong, "{}: {layer} has no row", source.path).unwrap();
            continue;
        };
        for used in used_modules(&source.code) {
            let known = layers.contains_key(&used);
            if known && used != layer && !allowed.contains(&used) {
                writeln!(wrong, "{}: {layer} may not use {used}", source.path).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "the table in src/lib.rs says:\n{wrong}");
}

#[test]
fn a_row_names_only_rows_above_it() {
    let mut above = BTreeSet::new();
    for (layer, used) in rows() {
        for name in used {
            assert!(
                above.contains(&name),
                "{layer} names {name}, which is not above it"
            );
        }
        above.insert(layer);
    }
}

#[test]
fn every_directory_has_a_row() {
    let layers = layers();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            let name = entry.file_name().into_string().unwrap();
            assert!(layers.contains_key(&name), "src/{name} has no row");
        }
    }
}

#[test]
fn egui_appears_only_in_the_window() {
    check_code("names egui", |source, line| {
        source.layer() != Some("app")
            && ["egui", "eframe", "rfd"]
                .iter()
                .any(|name| words(line).any(|word| word.starts_with(name)))
    });
}

#[test]
fn raw_colors_stand_only_in_the_theme() {
    check_code("makes a color of its own", |source, line| {
        source.path != "app/ui/theme.rs"
            && [
                "Color32::from_",
                "Color32::BLACK",
                "Color32::WHITE",
                "Color32::RED",
                "Color32::GREEN",
                "Color32::BLUE",
                "Color32::YELLOW",
                "Color32::GRAY",
                "Rgba::from_",
                "hex_color!",
            ]
            .iter()
            .any(|maker| line.contains(maker))
    });
}

#[test]
fn nothing_is_unsafe() {
    check_code("is unsafe", |_, line| {
        words(line).any(|word| word == "unsafe")
    });
}

#[test]
fn below_the_window_nothing_asks_the_system() {
    check_code("asks the system", |source, line| {
        !matches!(source.layer(), None | Some("app" | "session"))
            && [
                "SystemTime",
                "Instant::now",
                "std::env::",
                "std::fs::",
                "std::net::",
                "std::process::",
            ]
            .iter()
            .any(|name| line.contains(name))
            && !source.path.starts_with("trace/file_")
    });
}

#[test]
fn every_file_opens_with_its_job() {
    let mut wrong = String::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            writeln!(wrong, "{}", source.path).unwrap();
        }
    }
    assert!(wrong.is_empty(), "these do not open with `//! `:\n{wrong}");
}

/// Fails with every line of code that breaks the rule. Tests are exempt: files `tests.rs`, and
/// what follows `mod tests` at the end of a file.
fn check_code(what: &str, breaks: impl Fn(&Source, &str) -> bool) {
    let mut wrong = String::new();
    for source in sources() {
        if source.path.ends_with("/tests.rs") {
            continue;
        }
        for (number, line) in (1..).zip(source.code.lines()) {
            if line.trim() == "mod tests {" {
                break;
            }
            if breaks(&source, line) {
                writeln!(wrong, "src/{}:{number} {what}", source.path).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The rows of the block in `src/lib.rs`, in its order.
fn rows() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows: Vec<_> = text
        .lines()
        .skip_while(|line| line.trim() != "//! ```layers")
        .skip(1)
        .take_while(|line| line.trim() != "//! ```")
        .map(|line| {
            let row = line.strip_prefix("//! ").unwrap();
            let (layer, used) = row.split_once("->").unwrap();
            (
                layer.trim().to_owned(),
                used.split_whitespace().map(str::to_owned).collect(),
            )
        })
        .collect();
    assert!(!rows.is_empty(), "src/lib.rs has no block of layers");
    rows
}

fn layers() -> BTreeMap<String, BTreeSet<String>> {
    rows().into_iter().collect()
}

/// The modules of the crate's root that the code names through `crate::`.
fn used_modules(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c == '_' || c == '$' || c.is_alphanumeric()) {
            continue;
        }
        let rest = code[at + "crate::".len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => used.extend(heads_of_group(group)),
            None => used.extend(words(rest).next().map(str::to_owned)),
        }
    }
    used
}

/// The first word of each item in `a::b, c::{d, e}, f}…`.
fn heads_of_group(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut expects_head = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects_head = true,
            c if depth == 0 && expects_head && (c == '_' || c.is_alphabetic()) => {
                heads.extend(words(&group[at..]).next().map(str::to_owned));
                expects_head = false;
            }
            _ => {}
        }
    }
    heads
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c != '_' && !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    collect(&root().join("src"), "", &mut sources);
    sources
}

fn collect(directory: &Path, prefix: &str, sources: &mut Vec<Source>) {
    let mut entries: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), sources);
        } else if Path::new(&name).extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(entry.path()).unwrap();
            let code = code_alone(&text);
            sources.push(Source { path, text, code });
        }
    }
}

/// The text with comments, and what is inside strings and characters, made blank; line ends stay.
fn code_alone(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1).copied()) {
            ('/', Some('/')) => until(&chars, at, |rest| rest[0] == '\n'),
            ('/', Some('*')) => block_comment_end(&chars, at),
            ('"', _) => string_end(&chars, at),
            ('r', Some('"' | '#')) if starts_word(&chars, at) => raw_string_end(&chars, at),
            ('b', Some('r')) if starts_word(&chars, at) => raw_string_end(&chars, at + 1),
            ('\'', Some('\\')) => until(&chars, at + 3, |rest| rest[0] == '\'') + 1,
            ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => at + 3,
            _ => at,
        };
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            let blank = |&c: &char| if c == '\n' { '\n' } else { ' ' };
            let end = end.min(chars.len());
            code.extend(chars[at..end].iter().map(blank));
            at = end;
        }
    }
    code
}

fn starts_word(chars: &[char], at: usize) -> bool {
    at == 0 || !(chars[at - 1] == '_' || chars[at - 1].is_alphanumeric())
}

/// The first place from `at` on where `stops` holds, or the end.
fn until(chars: &[char], at: usize, stops: impl Fn(&[char]) -> bool) -> usize {
    (at..chars.len())
        .find(|&place| stops(&chars[place..]))
        .unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') if depth == 1 => return at + 2,
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    chars.len()
}

fn string_end(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of `r#"…"#` whose `r` is at `start`; `start` itself when this is no raw string.
fn raw_string_end(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    let quote = start + 1 + hashes;
    if chars.get(quote) != Some(&'"') {
        return start;
    }
    let closes = |rest: &[char]| {
        rest[0] == '"' && rest.len() > hashes && rest[1..=hashes].iter().all(|c| *c == '#')
    };
    until(chars, quote + 1, closes) + 1 + hashes
}

#[test]
fn the_reader_of_code_sees_code_only() {
    let cases = [
        ("a // unsafe\nb", "a          \nb"),
        (r#"x("crate::gc \" y") z"#, "x(                ) z"),
        ("'a' + '\\'' + x", "    +      + x"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("/* a /* b */ c */ d", "                  d"),
        ("r#\"a\"b\"# c", "         c"),
    ];
    for (text, wanted) in cases {
        assert_eq!(code_alone(text).trim_end(), wanted, "{text}");
    }
    let used = used_modules("use crate::{base::{Moment, ObjId}, gc}; crate::memory::x; $crate::y");
    assert_eq!(
        used.into_iter().collect::<Vec<_>>(),
        ["base", "gc", "memory"]
    );
}
