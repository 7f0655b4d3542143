"""Writes src/base/charsets.jsonl: what each byte sequence means in the encodings of CPython.

usage: python3.13 tests/regen_charsets.py

A line for each codec: its names, `single` (the characters of the 256 bytes), `double` (for each
prefix of one or two bytes in hexadecimal, the first last byte and the characters from there on) and
`ranges` (for four-byte sequences by their linear number: start, count, first character).
U+FFFD stands for "nothing".
"""
import codecs
import encodings
import encodings.aliases
import json
import pathlib
import pkgutil

OWN = {"ascii", "latin_1", "utf_8", "utf_8_sig", "iso8859_1"}
MULTI = ("big5", "cp950", "gb2312", "gbk", "gb18030", "euc_kr", "cp949", "johab", "shift_jis", "cp932", "euc_jp")
NOTHING = "\ufffd"


def char(codec, data):
    try:
        text = codecs.decode(data, codec)
    except (UnicodeDecodeError, ValueError):
        return NOTHING
    return text if len(text) == 1 else NOTHING


def names(codec):
    return [codec] + sorted(alias for alias, target in encodings.aliases.aliases.items() if target == codec)


def is_charmap(codec):
    module = __import__(f"encodings.{codec}", fromlist=["*"])
    return hasattr(module, "decoding_table") or hasattr(module, "decoding_map")


def trails(codec, prefix):
    row = "".join(char(codec, prefix + bytes([last])) for last in range(256))
    if row.strip(NOTHING) == "":
        return None
    start = len(row) - len(row.lstrip(NOTHING))
    return [start, row.strip(NOTHING)]


def four_bytes(codec):
    """The runs of consecutive characters among the four-byte sequences of GB 18030."""
    runs = []
    for linear in range(39420):
        rest, d = divmod(linear, 10)
        rest, c = divmod(rest, 126)
        a, b = divmod(rest, 10)
        text = char(codec, bytes([0x81 + a, 0x30 + b, 0x81 + c, 0x30 + d]))
        if text == NOTHING:
            continue
        point = ord(text)
        if runs and runs[-1][0] + runs[-1][1] == linear and runs[-1][2] + runs[-1][1] == point:
            runs[-1][1] += 1
        else:
            runs.append([linear, 1, point])
    # All beyond the BMP follow one another from 0x90308130 on.
    runs.append([(0x90 - 0x81) * 12600, 0x100000, 0x10000])
    return runs


def main():
    lines = []
    codecs_known = sorted(module.name for module in pkgutil.iter_modules(encodings.__path__))
    for codec in codecs_known:
        if codec in OWN or codec in MULTI:
            continue
        if codec in ("mbcs", "oem", "aliases", "undefined") or not is_charmap(codec):
            continue
        lines.append({"names": names(codec), "single": "".join(char(codec, bytes([b])) for b in range(256))})
    for codec in MULTI:
        line = {"names": names(codec), "single": "".join(char(codec, bytes([b])) for b in range(256)), "double": {}}
        for lead in range(0x80, 256):
            row = trails(codec, bytes([lead]))
            if row:
                line["double"][f"{lead:02x}"] = row
        if codec == "euc_jp":
            for second in range(0xA1, 0xFF):
                row = trails(codec, bytes([0x8F, second]))
                if row:
                    line["double"][f"8f{second:02x}"] = row
        if codec == "gb18030":
            line["ranges"] = four_bytes(codec)
        lines.append(line)
    path = pathlib.Path(__file__).resolve().parent.parent / "src" / "base" / "charsets.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            print(json.dumps(line, ensure_ascii=False, separators=(",", ":")), file=file)


if __name__ == "__main__":
    main()
