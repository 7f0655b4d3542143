import threading

counts = {"a": 0, "b": 0}


def work(name):
    for _ in range(2000):
        counts[name] += 1


threads = [threading.Thread(target=work, args=(name,), name=name) for name in counts]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(counts)
