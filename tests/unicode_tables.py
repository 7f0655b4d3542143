"""Writes src/syntax/unicode_tables.rs from the Unicode database of the CPython that runs it."""
import sys, unicodedata, pathlib

def ranges(test):
    out = []
    for c in range(0x80, 0x110000):
        if test(c):
            if out and out[-1][1] == c - 1:
                out[-1][1] = c
            else:
                out.append([c, c])
    return out

def table(name, doc, rows):
    text = f"/// {doc}\n#[rustfmt::skip]\npub const {name}: &[(u32, u32)] = &[\n"
    line = "   "
    for a, b in rows:
        item = f" (0x{a:X}, 0x{b:X}),"
        if len(line) + len(item) > 99:
            text += line + "\n"
            line = "   "
        line += item
    return text + line + "\n];\n"

out = f"""//! Which code points may be in names and which can be shown, as ranges of Unicode {unicodedata.unidata_version}.
//!
//! Written by `tests/unicode_tables.py` from CPython's own database (`Objects/unicodetype_db.h`).

"""
out += table("XID_START", "May begin a name (beyond ASCII).", ranges(lambda c: chr(c).isidentifier())) + "\n"
out += table("XID_CONTINUE", "May continue a name (beyond ASCII).", ranges(lambda c: ("a" + chr(c)).isidentifier())) + "\n"
out += table("NOT_PRINTABLE", "Shown escaped by `repr` (beyond ASCII).", ranges(lambda c: not chr(c).isprintable()))
pathlib.Path(__file__).parent.parent.joinpath("src/syntax/unicode_tables.rs").write_text(out)
