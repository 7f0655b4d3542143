"""Threads that wait for each other, for a recording."""
import _thread

lock = _thread.allocate_lock()
done = _thread.allocate_lock()
done.acquire()
numbers = []


def work(name, rounds):
    for turn in range(rounds):
        with lock:
            numbers.append((name, turn))
    if name == "b":
        done.release()


_thread.start_new_thread(work, ("a", 300))
_thread.start_new_thread(work, ("b", 900))
done.acquire()
print(len([n for n in numbers if n[0] == "b"]))
