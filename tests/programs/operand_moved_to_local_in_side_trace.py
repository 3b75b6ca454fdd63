"""A comprehension's list goes from the stack into its local in a side trace that then jumps to a loop with the list on its stack again."""
from itertools import combinations_with_replacement, groupby


def same(a, b):
    pass


def main():
    for n in range(7):
        values = [x for x in range(n)]
        for r in range(n + 2):
            result = list(combinations_with_replacement(values, r))
            for c in result:
                noruns = [k for k, v in groupby(c)]
                same(noruns, [e for e in values if 1])
    print(noruns, result[-1])


for _ in range(3):
    main()
