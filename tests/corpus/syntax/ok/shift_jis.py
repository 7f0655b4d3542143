# -*- coding: shift_jis -*-
x = '日本語 ｱ'
名前 = 1
