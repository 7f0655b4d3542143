# A subclass of float takes keywords only with an __init__ or __new__ of its own.
class Plain(float):
    pass


class WithInit(float):
    def __init__(self, value, extra=None):
        self.extra = extra


class WithNew(float):
    def __new__(cls, value, extra=None):
        self = super().__new__(cls, value)
        self.extra = extra
        return self


try:
    Plain(x=0)
except TypeError as error:
    print(error)
print(WithInit(2.5, extra=3).extra, WithNew(2.5, extra=4).extra, Plain(1.5), float(memoryview(b"2.5")), int(memoryview(b"25")))
