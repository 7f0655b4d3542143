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
    ("threading.py", "        self.locked = lock.locked\n", ""),
    ("threading.py", "if self._context is None:\n", "if False:\n"),
    ("threading.py", "self._context.run(self.run)", "self.run()"),
    (
        "_py_warnings.py",
        "sys.flags.context_aware_warnings",
        "False",
    ),
    // Annotations that 3.14 leaves alone until they are asked for.
    (
        "_colorize.py",
        "import os\nimport sys\n",
        "from __future__ import annotations; import os\nimport sys\n",
    ),
    (
        "annotationlib.py",
        "_Template = type(t\"\")",
        "class _Template:\n    pass",
    ),
    ("typing.py", "-> IO[AnyStr]:", "-> \"IO[AnyStr]\":"),
    ("typing.py", "-> BinaryIO:", "-> \"BinaryIO\":"),
    ("typing.py", "-> TextIO:", "-> \"TextIO\":"),
];

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pylib.table"));

/// The source of a file of the library, by its path with slashes (`"collections/__init__.py"`).
pub fn file(path: &str) -> Option<Vec<u8>> {
    if let Some((_, text)) = OVERLAY.iter().find(|(name, _)| *name == path) {
        return Some(text.as_bytes().to_vec());
    }
    let unpacked = unpacked(path)?;
    let adaptations = ADAPTED.iter().filter(|(name, _, _)| *name == path);
    let mut text = None;
    for (_, theirs, ours) in adaptations {
        let current = text.get_or_insert_with(|| String::from_utf8_lossy(&unpacked).into_owned());
        *current = current.replace(theirs, ours);
    }
    Some(text.map_or(unpacked, String::into_bytes))
}

/// The names in a directory of the library, sorted; `None` if there is no such directory.
pub fn directory(path: &str) -> Option<Vec<String>> {
    let prefix = if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    };
    let overlay = OVERLAY.iter().map(|(name, _)| *name);
    let packed = table().keys().copied();
    let mut names: Vec<String> = packed
        .chain(overlay)
        .filter_map(|name| name.strip_prefix(&prefix))
        .map(|rest| rest.split('/').next().unwrap_or(rest).to_owned())
        .collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then_some(names)
}

/// A packed file, without what is adapted in it.
fn unpacked(path: &str) -> Option<Vec<u8>> {
    let packed = table().get(path)?;
    Some(zstd::decode_all(*packed).expect("the build packed it"))
}

/// The packed files by their path, found on the first import of a library module.
fn table() -> &'static HashMap<&'static str, &'static [u8]> {
    static TABLE: OnceLock<HashMap<&'static str, &'static [u8]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut files = HashMap::new();
        let mut rest = PACKED;
        while !rest.is_empty() {
            let name = std::str::from_utf8(take(&mut rest)).expect("the build packed text");
            files.insert(name, take(&mut rest));
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
            let unpacked = unpacked(name).expect("the file is packed");
            assert!(
                String::from_utf8_lossy(&unpacked).contains(theirs),
                "{name}: {theirs}"
            );
        }
    }
}
