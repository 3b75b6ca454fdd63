"""__del__ that changes the container that is being iterated or indexed."""
class N:
    def __del__(self): l.append(len(l)); d[len(d)] = 1
l = []; d = {}
def f():
    t = 0
    for i in range(100):
        n = N(); n = None
        t += l[-1] + len(d)
        x = [N(), N()]; x[0] = x[1]; t += len(l)
    return t, len(l), len(d)
print(f())
