import _thread
import sys

sys.setswitchinterval(0.00005)
counts = {"a": 0, "b": 0}
finished = {}


def work(name):
    for _ in range(2000):
        counts[name] += 1
    finished[name].release()


for name in counts:
    finished[name] = _thread.allocate_lock()
    finished[name].acquire()
for name in counts:
    _thread.start_new_thread(work, (name,))
for lock in finished.values():
    lock.acquire()
print(counts)
