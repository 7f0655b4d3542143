import sys


class Book:
    def __init__(self, title):
        self.title = title


book = Book("Dune")
print("one name:", sys.getrefcount(book))

shelf = [book]
print("name and list:", sys.getrefcount(book))

loan = {"ann": book}
print("name, list and dict:", sys.getrefcount(book))

del book
shelf.clear()
loan.clear()
print("nobody left")
