class Celsius:
    def __get__(self, instance, owner):
        return instance.kelvin - 273

    def __set__(self, instance, value):
        instance.kelvin = value + 273


class Label:
    def __get__(self, instance, owner):
        return "from the class"


class Room:
    celsius = Celsius()
    label = Label()

    def __getattr__(self, name):
        return "nothing called " + name


room = Room()
room.celsius = 20
print(room.__dict__)

room.__dict__["celsius"] = "hidden"
print(room.celsius)

print(room.label)
room.__dict__["label"] = "from the instance"
print(room.label)

print(room.window)
