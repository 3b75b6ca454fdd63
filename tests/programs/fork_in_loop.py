"""fork while code is hot: parent and child both go on."""
import os, sys
def f(n):
    t = 0
    for i in range(n):
        t += i & 3
    return t
print(f(3000)); sys.stdout.flush()
pid = os.fork()
if pid == 0:
    def g(n):
        t = 0
        for i in range(n): t += i % 5
        return t
    print("child", f(5000), g(4000)); sys.stdout.flush(); os._exit(0)
os.waitpid(pid, 0)
print("parent", f(5000))
