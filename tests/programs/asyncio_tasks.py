"""asyncio: gather, queues, cancellation in a hot loop."""
import asyncio
async def worker(q, out):
    while True:
        n = await q.get()
        if n is None: return
        out.append(n * n)
        if n % 10 == 0: await asyncio.sleep(0)
async def main():
    q = asyncio.Queue(); out = []; ts = [asyncio.create_task(worker(q, out)) for _ in range(3)]
    for i in range(200): await q.put(i)
    for _ in ts: await q.put(None)
    await asyncio.gather(*ts)
    async def forever():
        n = 0
        try:
            while True: n += 1; await asyncio.sleep(0)
        except asyncio.CancelledError: return n > 10
    t = asyncio.create_task(forever())
    for i in range(50): await asyncio.sleep(0)
    t.cancel()
    return sorted(out)[-1], len(out), await t
print(asyncio.run(main()))
