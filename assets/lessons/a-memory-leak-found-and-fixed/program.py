import weakref


class Bus:
    def __init__(self):
        self.handlers = []

    def subscribe(self, handler):
        self.handlers.append(handler)


class WeakBus(Bus):
    def subscribe(self, handler):
        self.handlers.append(weakref.WeakMethod(handler))


class Page:
    def __init__(self, bus, number):
        self.number = number
        self.rows = [f"row {n} of page {number}" for n in range(30)]
        bus.subscribe(self.refresh)

    def refresh(self):
        return len(self.rows)


def visit(bus, watch):
    for number in range(12):
        page = Page(bus, number)
        watch.append(weakref.ref(page))
    page = None
    return sum(ref() is not None for ref in watch)


leaky = Bus()
print("pages that nobody looks at any more:", visit(leaky, []))
leaky.handlers.clear()

fixed = WeakBus()
print("and with weak handlers:", visit(fixed, []))
print("handlers left behind:", len(fixed.handlers))
