"""Writes `tables.bin`: the Unicode 15.1 properties of every code point, as CPython 3.13 has them.

Run with CPython 3.13: python3.13 generate.py

Layout, little-endian: the header's five u32 counts (pages, leaves, records, mappings, numbers), then
- pages: one u16 per 128 code points, naming a leaf
- leaves: 128 u16 each, naming a record
- records of 16 bytes: flags u16, category u8, decimal u8, digit u8, combining u8, 0 u16, and what
  to add for the lower and the upper case as i32
- mappings of 20 bytes, sorted: code point u32, kind u8 (0 lower, 1 upper, 2 title, 3 fold),
  length u8, 0 u16, three u32
- numbers of 12 bytes: code point u32, numeric value f64 (of those that are no digits)
"""
import struct
import sys
import unicodedata

assert unicodedata.unidata_version == "15.1.0", unicodedata.unidata_version

CATEGORIES = "Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So".split()


def flags(c):
    ch = chr(c)
    # A letter is `cased` when only it decides whether a final sigma follows; see `is_final_sigma`.
    cased = ("A" + ch + "\u03a3").lower()
    alone = (ch + "\u03a3").lower()
    bits = [
        ch.isalpha(), ch.isdecimal(), ch.isdigit(), ch.isnumeric(), ch.isspace(), ch.isprintable(),
        ch.isidentifier() , ("a" + ch).isidentifier(), ch.islower(), ch.isupper(), ch.istitle(),
        alone.endswith("\u03c2"),   # cased and not case-ignorable: a sigma after it is final
        cased.endswith("\u03c2") and not alone.endswith("\u03c2"),  # case-ignorable
        unicodedata.mirrored(ch) == 1,
        (ch + "x").splitlines() == ["", "x"],
    ]
    return sum(1 << i for i, b in enumerate(bits) if b)


records, record_ids, leaves, leaf_ids, pages, mappings = [], {}, [], {}, [], []
for start in range(0, 0x110000, 128):
    leaf = []
    for c in range(start, start + 128):
        ch = chr(c)
        deltas = []
        for kind, text in enumerate((ch.lower(), ch.upper(), ch.title(), ch.casefold())):
            if kind == 0 and c == 0x3A3:
                text = "\u03c3"
            if kind < 2 and len(text) == 1:
                deltas.append(ord(text) - c)
            elif kind < 2:
                deltas.append(0)
                mappings.append((c, kind, text))
            elif kind == 2 and text != ch.upper():
                mappings.append((c, kind, text))
            elif kind == 3 and text != ch.lower():
                mappings.append((c, kind, text))
        record = struct.pack(
            "<HBBBBHii", flags(c), CATEGORIES.index(unicodedata.category(ch)),
            unicodedata.decimal(ch, 255), unicodedata.digit(ch, 255), unicodedata.combining(ch), 0, *deltas)
        if record not in record_ids:
            record_ids[record] = len(records)
            records.append(record)
        leaf.append(record_ids[record])
    leaf = struct.pack("<128H", *leaf)
    if leaf not in leaf_ids:
        leaf_ids[leaf] = len(leaves)
        leaves.append(leaf)
    pages.append(leaf_ids[leaf])

numeric = []
for c in range(0x110000):
    value = unicodedata.numeric(chr(c), None)
    if value is not None and unicodedata.digit(chr(c), None) is None:
        numeric.append(struct.pack("<Id", c, value))

with open(sys.path[0] + "/tables.bin", "wb") as out:
    out.write(struct.pack("<5I", len(pages), len(leaves), len(records), len(mappings), len(numeric)))
    out.write(struct.pack(f"<{len(pages)}H", *pages))
    out.write(b"".join(leaves))
    out.write(b"".join(records))
    for c, kind, text in sorted(mappings):
        points = [ord(x) for x in text] + [0] * (3 - len(text))
        out.write(struct.pack("<IBBH3I", c, kind, len(text), 0, *points))
    out.write(b"".join(numeric))
print(len(pages), len(leaves), len(records), len(mappings), len(numeric))
