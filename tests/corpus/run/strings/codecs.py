# encode and decode with every native encoding and error handler.
def attempt(f, *args, **kwargs):
    try:
        return ascii(f(*args, **kwargs))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


ENCODINGS = ["utf-8", "UTF8", "utf_8", "U8", "latin-1", "iso-8859-1", "L1", "ascii", "us-ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
HANDLERS = ["strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogateescape", "surrogatepass"]
for text in ["", "abc", "é", "中文", "😀", "a\ud800b", "\udc80", "mix é中😀"]:
    for encoding in ENCODINGS:
        for errors in HANDLERS:
            print(encoding, errors, ascii(text), attempt(text.encode, encoding, errors))
for data in [b"", b"abc", b"\xc3\xa9", b"\xff", b"\xc3", b"a\xe2\x82z", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xff\xfea\x00", b"\xfe\xff\x00a", b"a\x00b", b"\x00\xd8", b"\x00\xdc\x61\x00"]:
    for encoding in ENCODINGS:
        for errors in HANDLERS:
            if errors != "xmlcharrefreplace":
                print(encoding, errors, data, attempt(data.decode, encoding, errors))
try:
    "aé中".encode("ascii")
except UnicodeEncodeError as error:
    print(error.encoding, error.object, error.start, error.end, error.reason, error.args)
try:
    b"a\xff\xfe".decode()
except UnicodeDecodeError as error:
    print(error.encoding, error.object, error.start, error.end, error.reason, error.args)
print(attempt("a".encode, "no-such"), attempt(b"a".decode, "no-such"), attempt("é".encode, "ascii", "no-such"), "é".encode(), "é".encode(encoding="latin-1"), b"\xe9".decode("latin-1"), bytearray(b"\xc3\xa9").decode(), attempt("a".encode, errors=5))
