//! The standard library inside the binary: pure-Python modules, and our own in front of them
//! where CPython 3.13's differ.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Modules of our own that stand in front of the packed ones.
const OVERLAY: &[(&str, &str)] = &[
    ("dis.py", include_str!("../../assets/overlay/dis.py")),
    ("opcode.py", include_str!("../../assets/overlay/opcode.py")),
];

/// Where a packed module of a newer Python leans on what 3.13 has not: file, its text, ours.
const ADAPTED: &[(&str, &str, &str)] = &[
    ("threading.py", "import _contextvars\n", ""),
    ("threading.py", "if self._context is None:\n", "if False:\n"),
    ("threading.py", "self._context.run(self.run)", "self.run()"),
    (
        "_py_warnings.py",
        "sys.flags.context_aware_warnings",
        "False",
    ),
];

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pylib.zst"));

/// The source of a file of the library, by its path with slashes (`"collections/__init__.py"`).
pub fn file(path: &str) -> Option<Vec<u8>> {
    if let Some((_, text)) = OVERLAY.iter().find(|(name, _)| *name == path) {
        return Some(text.as_bytes().to_vec());
    }
    let packed = table().get(path)?;
    let adaptations = ADAPTED.iter().filter(|(name, _, _)| *name == path);
    let mut text = None;
    for (_, theirs, ours) in adaptations {
        let current = text.get_or_insert_with(|| String::from_utf8_lossy(packed).into_owned());
        *current = current.replace(theirs, ours);
    }
    Some(text.map_or_else(|| packed.clone(), String::into_bytes))
}

/// Unpacked once, on the first import of a library module.
fn table() -> &'static HashMap<String, Vec<u8>> {
    static TABLE: OnceLock<HashMap<String, Vec<u8>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let bytes = zstd::decode_all(PACKED).expect("the build packed it");
        let mut files = HashMap::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let name = take(&mut rest);
            let content = take(&mut rest);
            files.insert(String::from_utf8_lossy(name).into_owned(), content.to_vec());
        }
        files
    })
}

fn take<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (length, tail) = rest.split_at(4);
    let length = u32::from_le_bytes(length.try_into().expect("four bytes were split off")) as usize;
    let (part, tail) = tail.split_at(length);
    *rest = tail;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_adaptation_finds_its_text() {
        for (name, theirs, _) in ADAPTED {
            let packed = table().get(*name).expect("the file is packed");
            assert!(
                String::from_utf8_lossy(packed).contains(theirs),
                "{name}: {theirs}"
            );
        }
    }
}
