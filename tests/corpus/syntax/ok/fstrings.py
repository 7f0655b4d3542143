f''
f'a{b}c'
f"{a!r}{b!s:>10}{c:{w}.{p}}{d=}{e = !r:^5}{f=:x}"
f'{{}}{a}}}{{' '{b}' rf'\d{c}\n' F"""{
    d
    # comment
    + 1}
"""
f"{x:{y:{z}}}"
f'{a["b"]}' f"{'nested' f'{"deep" f"{'er'}"}'}"
f'{lambda_:1}' f'{(lambda x: x)(1)}'
f'{a,b}' f'{*a,}' f'{yield_}' f'{(yield_)}' f'{a if b else c}' f'{ {1: 2}[1] }' f'{a:=5}' f'{(a:=5)}'
f'\N{BULLET} {x} \x41 \
end'
'plain' f'{a}' u'k' "tail"
u'k' f'{a}' 'b'
f'{a:%Y-%m-%d}' f'{a!r:\x41{b}\n}'
f'{x:a{y}b{z!r}c}'
f'{f"{f'{1}'}"}' rf'{x:\d}'
f'{x=}' f'{ x = }' f'{x = :>{y}}' f'{x.y["z"] = }'
f'''{a:
}'''
