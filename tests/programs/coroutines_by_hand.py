"""await, async for, async with and asynchronous generators driven by hand."""
class Wait:
    def __await__(self): r = yield "wait"; return r
class CM:
    async def __aenter__(self): return await Wait()
    async def __aexit__(self, *a): log.append(a[0] and a[0].__name__); return True
async def agen(n):
    for i in range(n): yield i; await Wait()
log = []
async def main(n):
    t = 0
    async for x in agen(n): t += x
    async with CM() as v: t += v; 1 // (n % 3)
    return t + sum([x async for x in agen(3)])
def f():
    out = []
    for n in range(40):
        c = main(n); send = None; steps = 0
        try:
            while True: c.send(send); send = 1; steps += 1
        except StopIteration as e: out.append((e.value, steps))
    return out[:5], out[-1], log[:4]
print(f())
