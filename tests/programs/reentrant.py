"""A hot loop whose body runs the same loop again, from __eq__, __del__ and sort."""
depth = 0
class A:
    def __init__(self, v): self.v = v
    def __eq__(self, o):
        global depth
        if depth < 2:
            depth += 1
            try: return f(30) > 0 and self.v == o.v
            finally: depth -= 1
        return self.v == o.v
def f(n):
    t = 0; a = A(3)
    for i in range(n):
        t += 1
        if i % 10 == 0 and a == A(i % 5): t += 2
    return t
print(f(400), f(100))
