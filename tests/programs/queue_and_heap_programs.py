"""heapq, deque and bisect in an event loop of small tuples."""
import heapq
from collections import deque
from bisect import insort
def f():
    h = [(0, 0, "start")]; q = deque(maxlen=20); out = []; l = []; n = 0
    while h and n < 600:
        t, k, what = heapq.heappop(h); n += 1; q.append(t); out.append(t)
        if len(h) < 30: heapq.heappush(h, (t + n * 7 % 5 + 1, n, "a")); heapq.heappush(h, (t + 0.5, -n, "b"))
        insort(l, t)
        if len(l) > 50: del l[:25]
        if n % 9 == 0: q.rotate(2); q.appendleft(q.pop())
    return sum(out), list(q)[:4], l[:3], len(h)
print(f())
