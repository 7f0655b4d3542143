"""Exceptions, context managers and coroutines, nested in each other."""
from __future__ import annotations


def unwinding(items):
    for item in items:
        while item:
            try:
                with item as (a, b), item.c:
                    if a:
                        break
                    elif b:
                        continue
                    return a + b
            except (TypeError, ValueError) as error:
                del error
                return 1
            except OSError:
                raise
            else:
                return
            finally:
                print("finally")
        else:
            yield item
    return None


def groups():
    try:
        risky()
    except* ValueError as group:
        handle(group)
    except* (TypeError, OSError):
        pass
    else:
        done()
    finally:
        cleanup()


async def asynchronous(a: int | None, *b: Some[thing], c: lambda x, /, y=1, *z, k: 1 = {**d}) -> f"{a!r:>{w}}":
    async with a as b.c, d[0]:
        async for x, *y in aiter(a):
            await x
            if y:
                return
        else:
            yield x
    try:
        return
    finally:
        await cleanup()


def debugging(x):
    assert x, "message"
    assert __debug__
    if __debug__:
        print("debug")
    global counter
    counter += 1

    def inner():
        nonlocal x
        x -= 1
        del x
    return inner


lambda a, /, b=1, *c, d, e=2, **f: (a, (yield), [*c, d], {**f, "e": e})
