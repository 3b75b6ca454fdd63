"""Recursive functions, plain, mutual, and deep enough to fail."""
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
def ack(m, n):
    if m == 0: return n + 1
    if n == 0: return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))
print(fib(18), even(400), ack(2, 6))
def down(n): return down(n + 1)
for _ in range(20):
    try: down(0)
    except RecursionError as e: m = str(e)
print(m)
def depth(n):
    try: return depth(n + 1)
    except RecursionError: return n
print(depth(0) == depth(0), depth(0))
