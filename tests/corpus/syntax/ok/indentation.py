if a:
	if b:
	    x
	y
z
# c
    # indented comment
w
