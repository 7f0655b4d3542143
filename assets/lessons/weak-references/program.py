import weakref


class Picture:
    def __init__(self, name):
        self.name = name


def gone(reference):
    print("called back, and the picture is", reference())


picture = Picture("tree")
watcher = weakref.ref(picture, gone)
print("alive:", watcher().name)

other = picture
del picture
print("still alive:", watcher() is other)

del other
print("dead:", watcher())

cache = weakref.WeakValueDictionary()
kept = Picture("river")
cache["river"] = kept
cache["cloud"] = Picture("cloud")
print("in the cache:", sorted(cache))
