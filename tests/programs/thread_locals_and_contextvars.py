"""threading.local and contextvars in hot loops of several threads."""
import threading, contextvars
loc = threading.local(); cv = contextvars.ContextVar("cv", default=0)
def work(k, out):
    loc.n = k; t = 0
    for i in range(500):
        loc.n += 1; cv.set(cv.get() + k); t += loc.n
    out.append((k, t, cv.get()))
out = []
ts = [threading.Thread(target=work, args=(k, out)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
work(9, out); print(sorted(out), hasattr(loc, "m"))
