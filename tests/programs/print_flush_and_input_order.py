"""Output to stdout and stderr from hot code keeps its order in each stream."""
import sys
def f():
    for i in range(60):
        print(i, end=" " if i % 10 else "\n")
        sys.stdout.write("w" if i % 3 else "")
        if i % 20 == 0: print("err", i, file=sys.stderr)
f(); print()
