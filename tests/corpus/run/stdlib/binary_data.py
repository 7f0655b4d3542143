# Modules of binary data: array, struct, binascii, base64, zlib, hashlib, memoryview over them.
import array, base64, binascii, hashlib, struct, zlib

def show(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)

print(struct.pack('<bHiq', -1, 65535, 7, -9), struct.calcsize('@bhiq?'), struct.unpack('>3s2p?e', b'abc\x01x\x01\x3e\x00'))
for code, value in [('b', 200), ('H', -1), ('i', 2**40), ('Q', -1), ('c', b'ab'), ('s', 'x'), ('f', 'x'), ('<f', 1e300), ('e', 1e9), ('i', 1.5)]:
    show(lambda: struct.pack(code, value))
for f in ('z', '3', '2147483648i', '<n'):
    show(lambda: struct.calcsize(f))
show(lambda: struct.unpack('i', b'abc'))
show(lambda: struct.unpack_from('<i', b'abcdef', 3))
show(lambda: list(struct.iter_unpack('<H', b'abcdef')))
buffer = bytearray(8)
struct.pack_into('<hh', buffer, 2, 1, -2)
print(buffer, struct.Struct('<hh'), struct.Struct('<hh').size)

a = array.array('i', [3, 1, 2])
a.extend([5, 4]); a.insert(1, 9); a.remove(2)
print(a, a[1:3], a[::-1], a.pop(), a.index(9), a.count(3), a.tobytes(), a.itemsize, a.typecode)
for f in (lambda: array.array('b', [200]), lambda: array.array('x'), lambda: a.append('x'), lambda: a + [1], lambda: a.frombytes(b'abc')):
    show(f)
a[1:2] = array.array('i', [7, 8]); a *= 2; a.reverse()
print(a.tolist(), a == array.array('q', a.tolist()), a < array.array('i', [100]), array.array('d', [1.5, 2]), array.array('w', 'äx'))
view = memoryview(a)
print(view.format, view.itemsize, view.shape, view[0], view.tobytes()[:4])
show(lambda: a.append(1))
view[0] = 42
view.release()
a.append(1)
print(a[0], len(a))

data = bytes(range(0, 250, 7))
print(base64.b64encode(data), base64.b64decode(base64.b64encode(data)) == data, base64.b32encode(b'hello'), base64.b85encode(b'hello'), base64.a85encode(b'hello'))
print(binascii.hexlify(b'hello', '-', 2), binascii.unhexlify('6869'), binascii.crc32(b'hello'), binascii.crc_hqx(b'hello', 0), binascii.b2a_uu(b'hello'), binascii.a2b_uu(b'%:&5L;&\\\n'))
print(binascii.b2a_qp(b'a=b \n\xff.\n'), binascii.a2b_qp(b'a=3Db=20\n=FF'))
for text in (b'abc', b'ab=c', b'a', b'YQ', b'YWI=', '\xe9'):
    show(lambda: binascii.a2b_base64(text))
show(lambda: binascii.unhexlify('abc'))
show(lambda: binascii.unhexlify('zz'))

text = b'so much of this text, so much of this text, is the same text ' * 20
for level in (0, 1, 6, 9):
    for wbits in (15, -15, 31):
        assert zlib.decompress(zlib.compress(text, level, wbits=wbits), wbits=wbits) == text
stream = zlib.decompressobj()
packed = zlib.compress(text) + b'rest'
out = b''.join(stream.decompress(packed[i:i + 10]) for i in range(0, len(packed), 10))
print(out == text, stream.unused_data, stream.eof, zlib.crc32(text), zlib.adler32(text))
show(lambda: zlib.decompress(b'nonsense'))
show(lambda: zlib.decompress(zlib.compress(text)[:-2]))

for name in ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3_256', 'blake2b', 'blake2s'):
    h = hashlib.new(name, b'hello')
    h.update(b' world')
    print(h.name, h.digest_size, h.block_size, h.hexdigest())
print(hashlib.shake_128(b'x').hexdigest(8), hashlib.blake2b(b'x', digest_size=8, key=b'k', salt=b's', person=b'p').hexdigest())
show(lambda: hashlib.md5('text'))
