# -*- coding: euc_kr -*-
x = '한글'
