"""Threads that run the same hot function at once."""
import threading
def work(n, out, k):
    t = 0
    for i in range(n):
        t += i * k % 7
        if i % 1000 == 0: out.append(k)
    out.append(("t", k, t))
out = []
ts = [threading.Thread(target=work, args=(20000, out, k)) for k in range(6)]
for t in ts: t.start()
work(20000, out, 6)
for t in ts: t.join()
print(sorted(x for x in out if isinstance(x, tuple)), len(out))
