# codecs, encodings, unicodedata, string, csv, json, textwrap, difflib, reprlib.
import codecs, csv, difflib, io, json, reprlib, string, textwrap, unicodedata

def show(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)

text = 'aé€😀'
for name in ('utf-8', 'utf-16', 'utf-16-be', 'utf-32-le', 'utf-7', 'utf-8-sig', 'unicode_escape', 'raw_unicode_escape'):
    print(name, text.encode(name), text.encode(name).decode(name) == text)
for name in ('latin-1', 'ascii', 'cp1252', 'cp437', 'koi8-r', 'mac-roman'):
    for errors in ('strict', 'ignore', 'replace', 'backslashreplace', 'xmlcharrefreplace', 'namereplace'):
        show(lambda: (name, errors, text.encode(name, errors)))
for errors in ('strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape', 'surrogatepass'):
    show(lambda: ascii(b'a\xff\xed\xb2\x80z'.decode('utf-8', errors)))
codecs.register_error('stars', lambda e: ('*' * (e.end - e.start), e.end))
print('aé€z'.encode('ascii', 'stars'), b'a\xffz'.decode('utf-8', 'stars'), codecs.lookup('UTF 8').name, codecs.lookup_error('strict').__name__)
for f in (lambda: 'x'.encode('nope'), lambda: b'x'.decode('hex'), lambda: 'x'.encode('ascii', 'nope'), lambda: codecs.lookup_error('nope')):
    show(f)
print(codecs.encode(b'hello', 'hex'), codecs.decode(b'aGVsbG8=', 'base64'), codecs.encode('Hello', 'rot13'))
decoder = codecs.getincrementaldecoder('utf-8')()
print([decoder.decode(bytes([b])) for b in '€é'.encode()], decoder.decode(b'', True))
decoder = codecs.getincrementaldecoder('utf-16')()
print([decoder.decode(bytes([b])) for b in 'a😀'.encode('utf-16')])
print(codecs.unicode_escape_decode(rb'\x41\u0042\U00000043\N{DIGIT ONE}\n\101'), codecs.escape_decode(rb'\x41\n\''), codecs.charmap_encode('ab', 'strict', {97: 1, 98: b'xy'}))
show(lambda: rb'\x4'.decode('unicode_escape'))
show(lambda: rb'\N{NO SUCH NAME}'.decode('unicode_escape'))

for c in 'aÅ½٣ǅ一가\u0301\U0001F600':
    print(ascii(c), unicodedata.name(c, None), unicodedata.category(c), unicodedata.bidirectional(c), unicodedata.combining(c), unicodedata.east_asian_width(c), unicodedata.mirrored(c), unicodedata.decomposition(c), unicodedata.numeric(c, None), unicodedata.digit(c, None), unicodedata.decimal(c, None))
for form in ('NFC', 'NFD', 'NFKC', 'NFKD'):
    print(form, [ascii(unicodedata.normalize(form, s)) for s in ('Å', 'e\u0301', 'ﬁ', '가각', '\u1100\u1161\u11a8', 'q\u0307\u0323', '½')], unicodedata.is_normalized(form, 'é'))
print(unicodedata.lookup('greek small letter alpha'), unicodedata.unidata_version)
for f in (lambda: unicodedata.name('\0'), lambda: unicodedata.lookup('x'), lambda: unicodedata.name('ab'), lambda: unicodedata.decimal('x')):
    show(f)

print(string.Template('$a ${b} $$').substitute(a=1, b=2), string.Formatter().format('{0!r:>5} {x.real} {1[0]}', 'a', [7], x=3), string.capwords('a bc  d'))
print(list(string.Formatter().parse('a{b!r:c}{{d}}')))
out = io.StringIO()
writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
writer.writerows([[1, 'a,b', None], ['q"', 'l\n', '']])
print(repr(out.getvalue()), list(csv.reader(['a,"b ""c""",d', '"x', 'y",z'])))
print(list(csv.DictReader(['h1;h2', '1;2'], delimiter=';')), csv.list_dialects(), csv.Sniffer().sniff('a;b\n1;2\n').delimiter)
for f in (lambda: csv.reader([], delimiter='ab'), lambda: list(csv.reader(['"a"b'], strict=True)), lambda: csv.writer(3), lambda: csv.get_dialect('x')):
    show(f)
print(json.dumps({'a': [1, 2.5, None, True, 'é"\n'], 'b': {}}, indent=1, sort_keys=True), json.loads('{"x": [1, -2e3, "\\u00e9", null]}'))
show(lambda: json.loads('{"a" 1}'))
show(lambda: json.loads('[1,]'))
print(textwrap.fill('the quick brown fox jumps over the lazy dog', 20), textwrap.dedent('  a\n   b\n'), textwrap.shorten('one two three four', 12), sep='\n')
print('\n'.join(difflib.unified_diff(['a', 'b', 'c'], ['a', 'x', 'c'], lineterm='')), difflib.get_close_matches('appel', ['ape', 'apple', 'peach']))
print(reprlib.repr(list(range(100))), reprlib.repr('x' * 100))
