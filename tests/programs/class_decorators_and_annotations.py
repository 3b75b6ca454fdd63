"""Annotations, decorators and generics built in a loop."""
from typing import Generic, TypeVar
T = TypeVar("T")
class G(Generic[T]):
    def __init__(self, x): self.x = x
def count(c): c.n = count.k = getattr(count, "k", 0) + 1; return c
def f():
    t = 0
    for i in range(60):
        @count
        class A(G[int]):
            y: int = i
            def m(self, a: "int" = i) -> int: return self.x + a
        def g[S](x: S) -> S: return x
        t += A(1).m() + A.n + len(A.__annotations__) + g(i)
    return t
print(f())
