# Frame objects that loops leave behind: what was put into them stays, whether or not somebody holds them.
import sys


class Loud:
    def __del__(self):
        print("dead")


def extra(n):
    total = 0
    for i in range(n):
        if i == 50:
            sys._getframe().f_locals["extra"] = 7
        try:
            total += {}[i]
        except KeyError:
            total += len(str(i))
        if i % 100 == 99:
            total += sys._getframe().f_locals.get("extra", 0) * 1000
    return total


def overwritten(n):
    x = Loud()
    total = 0
    for i in range(n):
        if i == 60:
            print("overwriting")
            sys._getframe().f_locals["x"] = 5
            print("done")
        total += isinstance(x, int)
        try:
            int("?" if i % 3 else "1")
        except ValueError:
            total += 1
    print("end")
    return total


def flags(n):
    total = 0
    for i in range(n):
        if i == 40:
            sys._getframe().f_trace_lines = False
        total += len(repr(i))
        try:
            [][i]
        except IndexError:
            total += 1
    return total, sys._getframe().f_trace_lines


def held(n):
    frames = []
    x = 0
    for i in range(n):
        try:
            if i % 40 == 7:
                raise ValueError(i)
            x += len(repr(i))
        except ValueError as e:
            frames.append(e.__traceback__.tb_frame)
        if len(frames) == 3:
            frames[0].f_locals["x"] = 0
            frames.append(None)
    return x, len({id(f) for f in frames})


for function in (extra, overwritten, flags, held):
    print(function.__name__, function(400))
