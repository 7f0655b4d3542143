# Whether results of one character or byte are the singletons.
A=chr(65); a=chr(97)
tests = {
"upper":lambda:"a".upper() is A,"lower":lambda:"A".lower() is a,"title":lambda:"a".title() is A,"capitalize":lambda:"a".capitalize() is A,"swapcase":lambda:"A".swapcase() is a,"casefold":lambda:"A".casefold() is a,
"upper_l1":lambda:"é".upper() is "É","lower_l1":lambda:"É".lower() is "é",
"replace_del":lambda:"ab".replace("b","") is a,"replace_1":lambda:"b".replace("b","a") is a,"replace_long":lambda:"bcd".replace("bcd","a") is a,"replace_empty":lambda:"".replace("","a") is a,"replace_none":lambda:"a".replace("b","c") is a,"replace_toempty":lambda:"b".replace("b","") is "",
"join2":lambda:"".join(["","a"]) is a,"join1":lambda:"".join(["a"]) is a,"concat":lambda:("" + "a") is a,"mul":lambda:"a"*1 is a,
"translate":lambda:"b".translate({98:97}) is a,"translate_del":lambda:"ab".translate({98:None}) is a,"translate_l1":lambda:"é".translate({233:97}) is a,"translate_empty":lambda:"b".translate({98:None}) is "",
"percent":lambda:"%s"%"a" is a,"percent_c":lambda:"%c"%97 is a,"percent_d":lambda:"%d"%5 is "5","percent_x":lambda:"%x"%10 is a,"percent_r":lambda:"%s"%5 is "5",
"format":lambda:"{}".format("a") is a,"format5":lambda:"{}".format(5) is "5","fstr":lambda:f"{5}" is "5","str5":lambda:str(5) is "5","repr5":lambda:repr(5) is "5","format_c":lambda:format(97,"c") is a,"format_s":lambda:format("ab",".1") is a,"format_d":lambda:format(5,"d") is "5",
"decode":lambda:b"a".decode() is a,"decode_l1":lambda:b"\xe9".decode("latin-1") is "é","decode_ascii":lambda:b"a".decode("ascii") is a,"decode_utf8":lambda:"é".encode().decode() is "é","decode16":lambda:b"a\0".decode("utf-16-le") is a,
"hex":lambda:hex(5)[2:] is "5","strip":lambda:" a ".strip() is a,"split":lambda:"a b".split()[0] is a,"part":lambda:"a-b".partition("-")[0] is a,"slice2":lambda:"abc"[::3] is a,"slicerev":lambda:"ab"[1::-2] is "b","iter":lambda:next(iter("a")) is a,"iter_l1":lambda:next(iter("é中")) is "é",
"center":lambda:"".center(1,"a") is a,"zfill":lambda:"".zfill(1) is "0","expand":lambda:"\t".expandtabs(1) is " ","ljust":lambda:"".ljust(1,"a") is a,
"input":lambda:chr(97) is a,"ascii":lambda:ascii(5) is "5","repr":lambda:repr("")[0] is "'","getitem":lambda:"abc".__getitem__(0) is a,"removeprefix":lambda:"ba".removeprefix("b") is a,"splitlines":lambda:"a\nb".splitlines()[0] is a,"fmt_obj":lambda:"{0[0]}".format("abc") is a,"oct":lambda:"%o"%5 is "5","str_sub":lambda:str(b"a","ascii") is a,"floatrepr":lambda:format(5.0,".0f") is "5","format_spec_pct":lambda:"%.1s"%"ab" is a, "maxmin":lambda:max("ab") is "b",
"bupper":lambda:b"a".upper() is b"A","breplace":lambda:b"ab".replace(b"b",b"") is b"a","breplace1":lambda:b"b".replace(b"b",b"a") is b"a","btranslate":lambda:b"b".translate(bytes(97 if i==98 else i for i in range(256))) is b"a","bjoin":lambda:b"".join([b"",b"a"]) is b"a","bpct":lambda:b"%c"%97 is b"a","bslice":lambda:b"ab"[::2] is b"a","bcenter":lambda:b"".center(1,b"a") is b"a","bexpand":lambda:b"\t".expandtabs(1) is b" ","bencode":lambda:"a".encode() is b"a","bencode_l1":lambda:"é".encode("latin-1") is b"\xe9","bytes1":lambda:bytes([97]) is b"a","fromhex":lambda:bytes.fromhex("61") is b"a","tobytes":lambda:(97).to_bytes() is b"a","btranslate_del":lambda:b"ab".translate(None,b"b") is b"a","bstrip":lambda:b" a ".strip() is b"a","bytes_z":lambda:bytes(1) is b"\0","bmul":lambda:b"a"*1 is b"a","bempty":lambda:b"b".replace(b"b",b"") is b"","bs0":lambda:b"a"*0 is b"","bbytearray":lambda:bytes(bytearray(b"a")) is b"a","mv":lambda:memoryview(b"a").tobytes() is b"a","bconcat":lambda:b""+bytearray(b"a") is b"a","bdecode":lambda:b"".decode() is "",
}
for k,f in tests.items(): print(k,f())
for f in [lambda:"%5%"%(1,),lambda:b"%5%"%(),lambda:b"%5%"%(1,),lambda:"%-%"%(),lambda:"%(a)%"%{"a":1},lambda:"%%"%(),lambda:"% %"%()]:
    try: print(repr(f()))
    except Exception as e: print(type(e).__name__,e)
