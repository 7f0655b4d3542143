import weakref


class Big:
    pass


def load():
    big = Big()
    watchers.append(weakref.ref(big))
    raise ValueError("broken file")


watchers = []
kept = None
try:
    load()
except ValueError as error:
    kept = error

print("load has ended, Big is alive:", watchers[0]() is not None)
frame = kept.__traceback__.tb_next.tb_frame
print("held by the frame of:", frame.f_code.co_name)
del frame

kept = kept.with_traceback(None)
print("without the traceback:", watchers[0]())
