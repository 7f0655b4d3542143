import gc, weakref, sys
log = []
class N:
    def __init__(s, n): s.n = n
    def __del__(s): log.append(("del", s.n))
    def __repr__(s): return f"N{s.n}"
def cb(ph, i): log.append((ph, i["generation"], i["collected"], i["uncollectable"]))
gc.disable(); gc.collect()
gc.callbacks.append(cb)
a, b = N(1), N(2); a.o = b; b.o = a
wa = weakref.ref(a, lambda r: log.append("wa")); wb = weakref.ref(b, lambda r: log.append("wb"))
a.w = weakref.ref(b, lambda r: log.append("inner"))
del a, b; gc.collect(0); print(log); log.clear()
class R:
    keep = []
    def __del__(s): R.keep.append(s); log.append("resurrect")
r = R(); r.me = r; w = weakref.ref(r, lambda _: log.append("cb"))
del r; print(gc.collect(), log, len(R.keep), w() is None, gc.is_finalized(R.keep[0])); log.clear()
R.keep.clear(); print(gc.collect(), log); log.clear()
x = []; x.append(x); del x
print(gc.collect(1), gc.get_stats()[1]["collected"] >= 1, gc.get_count())
gc.set_debug(gc.DEBUG_SAVEALL); x = []; x.append(x); del x; print(gc.collect(), gc.garbage); gc.set_debug(0); gc.garbage.clear()
gc.callbacks.remove(cb)
l = [1]; d = {"k": l}; t = (l,)
print(sorted(type(o).__name__ for o in gc.get_referrers(l)), gc.get_referents(t) == [l], gc.is_tracked(d), gc.is_tracked(t))
gc.collect(); print(gc.is_tracked((1, "a")), gc.is_tracked({"a": 1}), gc.is_tracked({"a": []}))
n = len(gc.get_objects()); gc.freeze(); print(gc.get_freeze_count() > 1000, len(gc.get_objects()) < 50); gc.unfreeze(); print(gc.get_freeze_count(), abs(len(gc.get_objects()) - n) < 10)
class P: pass
p = P(); i1 = id(p); del p; p = P(); print(id(p) == i1)
print(sys.getrefcount(p), sys.getrefcount(P) )
def f(*a, **k): return sys.getrefcount(p)
print(f(p), f(*[p]), f(x=p), f(**{"x": p}), (lambda q: sys.getrefcount(q))(p), [sys.getrefcount(q) for q in [p]], next(sys.getrefcount(q) for q in [p]), max([p], key=lambda q: (sys.getrefcount(q) and 0)) is p)
try: raise ValueError(p)
except ValueError as e: print(sys.getrefcount(p), sys.getrefcount(e), e.__traceback__.tb_frame.f_lineno > 0)
print(sys.getrefcount(p))
def gen():
    loc = N("g")
    try: yield 1
    finally: log.append("closed")
g = gen(); next(g); del g; print(log); log.clear()
def keeps():
    loc = N("frame"); raise KeyError
try: keeps()
except KeyError as e: err = e
print(log, err.__traceback__.tb_next.tb_frame.f_locals); err = None; print(log); log.clear()
print(weakref.getweakrefcount(P), len(weakref.getweakrefs(P)), P.__subclasses__())
class Q(P): pass
print(P.__subclasses__(), Q.__mro__[0] is Q); del Q; gc.collect(); print(P.__subclasses__())
s = "x" * 5; print(sys._is_interned(s), sys.intern(s) is s, sys._is_interned("abc"), sys._is_interned(str(12345678)))
fin = weakref.finalize(p, lambda: print("finalized")); print(fin.alive, fin.peek()[0] is p); del p; print(fin.alive)
atexit_obj = N("exit")
weakref.finalize(atexit_obj, print, "at exit")
