"""print with its arguments, in order with writes to stdout."""
import sys
def f():
    for i in range(300):
        if i % 37 == 0:
            print(i, i / 2, sep="-", end=";\n")
            sys.stdout.write("w\n")
            print("err", i, file=sys.stderr)
f()
