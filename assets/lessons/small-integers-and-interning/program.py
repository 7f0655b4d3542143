import sys

small = 256
print("256 is one object:", small is int("256"))
large = 257
print("257 is one object:", large is int("257"))

word = "tree_house"
part = "tree_"
built = part + "house"
print("equal:", built == word, "same object:", built is word)
built = sys.intern(built)
print("after intern:", built is word)
