"""Mutual recursion whose argument types change with depth."""
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
def mix(n, x): return x if n == 0 else mix(n - 1, x + (1 if n % 3 else 0.5 if n % 2 else True))
def tree(n): return (n, None, None) if n < 1 else (n, tree(n - 1), tree(n - 2))
def depth(t): return 0 if t is None else 1 + max(depth(t[1]), depth(t[2]))
def perms(l): return [[]] if not l else [[x] + p for i, x in enumerate(l) for p in perms(l[:i] + l[i + 1:])]
for k in range(30): a = even(k), odd(k), mix(k, 0)
print(a, depth(tree(12)), len(perms(list("abcde"))), mix(100, 1 << 62), mix(50, 0.0))
