"""settrace in one thread while another runs the same hot code."""
import sys, threading
lines = 0
def hot(n):
    t = 0
    for i in range(n): t += i * 2
    return t
def traced():
    def tr(f, e, a):
        global lines
        if f.f_code is hot.__code__ and e == "line": lines += 1
        return tr
    sys.settrace(tr); r = hot(200); sys.settrace(None); out.append(r)
out = []
hot(500); t = threading.Thread(target=traced); t.start(); r = hot(5000); t.join()
print(r, out, lines, hot(100))
