"""Writes `database.bin`: what the module `unicodedata` knows beside `tables.bin`, as CPython 3.13 has it.

Run with CPython 3.13: python3.13 generate_database.py

Layout, little-endian: the header's four u32 counts (pages, leaves, decompositions, points), then
- pages: one u16 per 128 code points, naming a leaf
- leaves: 128 bytes each: bidirectional class in the low five bits, East Asian width in the high three
- decompositions of 8 bytes, sorted: code point u32, tag u8 (bit 7: composes again), length u8,
  index of the first point u16
- points: u32 each
"""
import struct
import unicodedata

assert unicodedata.unidata_version == "15.1.0", unicodedata.unidata_version

BIDI = " L R AL EN ES ET AN CS NSM BN B S WS ON LRE LRO RLE RLO PDF LRI RLI FSI PDI".split(" ")
WIDTH = "N A H W F Na".split()
TAGS = " <compat> <font> <noBreak> <initial> <medial> <final> <isolated> <circle> <super> <sub> <vertical> <wide> <narrow> <small> <square> <fraction>".split(" ")

leaves, ids, pages, decompositions, points = [], {}, [], [], []
for start in range(0, 0x110000, 128):
    leaf = bytes(
        BIDI.index(unicodedata.bidirectional(chr(c))) | WIDTH.index(unicodedata.east_asian_width(chr(c))) << 5
        for c in range(start, start + 128))
    if leaf not in ids:
        ids[leaf] = len(leaves)
        leaves.append(leaf)
    pages.append(ids[leaf])
for c in range(0x110000):
    text = unicodedata.decomposition(chr(c))
    if not text or 0xAC00 <= c < 0xD7A4:
        continue
    parts = text.split()
    tag = TAGS.index(parts.pop(0)) if parts[0].startswith("<") else 0
    composes = tag == 0 and len(parts) == 2 and unicodedata.normalize("NFC", chr(c)) == chr(c)
    decompositions.append(struct.pack("<IBBH", c, tag | composes << 7, len(parts), len(points)))
    points += [int(part, 16) for part in parts]
with open("database.bin", "wb") as file:
    file.write(struct.pack("<4I", len(pages), len(leaves), len(decompositions), len(points)))
    file.write(struct.pack(f"<{len(pages)}H", *pages))
    for part in leaves + decompositions:
        file.write(part)
    file.write(struct.pack(f"<{len(points)}I", *points))
