import threading, queue, time, sys
out = []
def w(n, lock, k=3):
    for i in range(k):
        with lock: out.append((n, i)); time.sleep(0.01)
lock = threading.Lock()
ts = [threading.Thread(target=w, args=(n, lock)) for n in "ab"]
[t.start() for t in ts]; [t.join() for t in ts]; print(sorted(out)); out.clear()
q = queue.Queue(2)
def prod():
    for i in range(5): q.put(i)
    q.put(None)
t = threading.Thread(target=prod); t.start(); print(list(iter(q.get, None))); t.join()
b = threading.Barrier(3); res = []
def bw(i): b.wait(); res.append(i)
ts = [threading.Thread(target=bw, args=(i,)) for i in range(3)]; [t.start() for t in ts]; [t.join() for t in ts]; print(sorted(res), b.n_waiting, b.broken)
s = threading.Semaphore(2); active = 0; mx = 0; m = threading.Lock()
def sw():
    global active, mx
    with s:
        with m: active += 1; mx = max(mx, active)
        time.sleep(0.01)
        with m: active -= 1
ts = [threading.Thread(target=sw) for _ in range(5)]; [t.start() for t in ts]; [t.join() for t in ts]; print(mx, active)
c = threading.Condition(); items = []
def cons():
    with c:
        print("wait_for", c.wait_for(lambda: items, timeout=1)); print(items.pop())
t = threading.Thread(target=cons); t.start(); time.sleep(0.01)
with c: items.append(7); c.notify()
t.join()
e = threading.Event(); tm = threading.Timer(0.02, e.set); tm.start(); print(e.wait(1), e.is_set()); tm2 = threading.Timer(5, print); tm2.start(); tm2.cancel(); tm2.join(); print(tm2.is_alive())
r = threading.RLock()
with r:
    with r: print(r._is_owned(), r._recursion_count())
try: lock.release()
except RuntimeError as x: print(x)
print(lock.acquire(timeout=0.01), lock.acquire(False), lock.acquire(timeout=0.01), lock.locked()); lock.release()
def bad(): 1 / 0
def hook(a): print("hook", a.exc_type.__name__, a.thread.name)
threading.excepthook = hook; t = threading.Thread(target=bad, name="bad"); t.start(); t.join()
l = threading.local(); l.x = 1
def lw(): print(hasattr(l, "x")); l.x = 2
t = threading.Thread(target=lw); t.start(); t.join(); print(l.x, threading.active_count(), threading.current_thread().name, threading.main_thread() is threading.current_thread())
t = threading.Thread(target=time.sleep, args=(0.05,)); t.start(); t.join(0.01); print(t.is_alive()); t.join(); print(t.is_alive(), t.daemon, t.ident is not None)
try: t.start()
except RuntimeError as x: print(x)
try: threading.Thread().join()
except RuntimeError as x: print(x)
lq = queue.LifoQueue(); [lq.put(i) for i in range(3)]; print(lq.get(), lq.qsize()); pq = queue.PriorityQueue(); [pq.put(i) for i in (3, 1, 2)]; print(pq.get(), pq.get())
try: q.get(timeout=0.01)
except queue.Empty: print("empty")
print(sys.getswitchinterval()); sys.setswitchinterval(0.001); print(sys.getswitchinterval())
def late(): time.sleep(0.05); print("late thread ends after main")
threading.Thread(target=late).start(); print("main ends")
