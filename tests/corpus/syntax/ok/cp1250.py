# -*- coding: cp1250 -*-
žluť = 'kůň €'
