"""Patterns, matches, scanners and replacements of `re`, with their messages."""
import re


def show(label, function):
    try:
        print(label, "->", function())
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


print(re.findall(r"(\w+)=(\d+)", "a=1 b=22"), re.findall(r"\d+", "1 22 x3"), re.findall("(a)|b", "ab"))
print(re.sub(r"x+", lambda m: str(len(m[0])), "axxbx"), re.subn("a", "b", "banana", count=2))
print(re.sub(r"(\w)(\d)", r"\2\g<1>", "a1 b2"), re.sub("x*", "-", "abxd"), re.sub("q", "z", "abc"))
print(re.split(r"(,)\s*", "a, b,c"), re.split("x*", "axbc"), re.split(",", "a,b,c", maxsplit=1))
print([m.span() for m in re.finditer("a*", "baac")], [m[0] for m in re.finditer(r"\b\w", "héllo wörld")])
print(re.compile("a|b"), re.compile(b"x", re.I | re.S), re.compile("é" * 3, re.A | re.M))
print(re.match("(?P<n>a)", "ab"), re.match("a" * 60, "a" * 60), re.search("b", "a"))

p = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)(-(?P<day>\d\d))?")
m = p.search("on 2024-05.")
print(m.group(), m.group(1, "month"), m.groups(), m.groups("?"), m.groupdict("-"))
print(m.start("year"), m.end(2), m.span(3), m.span("day"), m.regs, m.lastindex, m.lastgroup)
print(m.pos, m.endpos, m.string, m.re is p, m["year"], m.expand(r"\g<month>/\1"))
print(dict(p.groupindex), type(p.groupindex).__name__, p.groups, p.flags, p.pattern)
print(p == re.compile(p.pattern), p != re.compile("x"), hash(p) == hash(re.compile(p.pattern)))
print(p.__copy__() is p, p.__deepcopy__(None) is p, m.__copy__() is m, bool(m), re.Pattern[str])

s = re.compile("a(b)?").scanner("abaab")
print([s.match(), s.match(), s.search(), s.search(), s.search()], s.pattern)
print(re.match(b"(a)(x)?", b"aab").groups(), re.findall(rb"\w", b"a\xe9b"), re.split(b",", bytearray(b"a,b")))
print(re.sub(b"a", rb"<\g<0>>", bytearray(b"banana")), re.match(b"a", memoryview(b"aaa")).group())

for pattern, text in [
    ("(?i)straße", "STRAßE"), ("(?i)[à-ü]+", "ÀÉÜ"), ("(?a)\\w+", "aé"), ("(?s).+", "a\nb"),
    ("(?m)^b$", "a\nb\nc"), ("(?<=a)b", "ab"), ("(?<!a)b", "ab"), ("a(?=b)", "ab"), ("a(?!b)", "ab"),
    ("(a)(?(1)b|c)", "ab"), ("(.)\\1", "abba"), ("(?>a+)a", "aaa"), ("a++b", "aaab"), ("a{2,3}?", "aaaa"),
    ("(?:a|ab)(?:c|bcd)(d*)", "abcd"), ("[^\\d\\s]+", "12 ab"), ("\\Aab\\Z", "ab"), ("\\Bb", "ab"),
    ("(?x) a  b # note", "ab"), ("\ud800.", "\ud800x"), ("[\U0001f600-\U0001f64f]", "a\U0001f601"),
    ("(a*)*", "aa"), ("(a|b)*?c", "abac"), ("(?:(a)|b)*", "ab"), ("x*", "axx"),
]:
    found = re.search(pattern, text)
    print(ascii(pattern), ascii(found), found and ascii(found.groups()))

a = re.compile("a")
one = a.match("a")
for text in (
    "a.match(1)", "a.match(b'a')", "re.compile(b'a').match('a')", "one.group(1)", "one['x']", "one.group(1.5)",
    "a.sub(1, 'a')", "a.match()", "a.match('a', 'b')", "a.match('a', foo=1)", "a.sub('b')", "a.sub('a', 1)",
    "one.start(1, 2)", "one.groupdict(1, 2)", "one[[]]", "a.split('bab', 1, 2)", "type(a)()", "type(one)()",
    "a < a", "a.x", "a.match('a', 10**30)", "a.match('xa', -5)", "a.fullmatch('xa', 1)", "a.search('xa', 0, 1)",
    "re.sub('a', lambda m: 1, 'a')", "re.sub(b'a', lambda m: 'x', b'a')", "a.sub(b'x', 'a')",
    "re.compile('(')", "re.compile('a**')", "re.compile('[z-a]')", "re.compile('(?P<n>a)(?P<n>b)')",
    "re.sub('a', r'\\1', 'a')", "re.sub('a', r'\\g<x>', 'a')", "one.expand(1)", "re.escape('a.b*c')",
):
    show(text, lambda: eval(text))
print(a.__sizeof__(), one.__sizeof__(), re.match("(a)(b)", "ab").__sizeof__())
