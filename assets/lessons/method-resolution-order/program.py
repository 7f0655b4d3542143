class Base:
    def hello(self):
        return ["Base"]


class Left(Base):
    def hello(self):
        return ["Left"] + super().hello()


class Right(Base):
    def hello(self):
        return ["Right"] + super().hello()


class Both(Left, Right):
    pass


print([cls.__name__ for cls in Both.__mro__])
print(Both().hello())

try:
    type("Wrong", (Base, Left), {})
except TypeError as error:
    print(str(error).splitlines()[0])
