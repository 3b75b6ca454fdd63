"""await, async for, async with, gather."""
import asyncio
async def one(i): return i
async def agen(n):
    for i in range(n):
        if i % 50 == 0: await asyncio.sleep(0)
        yield i
class C:
    async def __aenter__(self): return 1
    async def __aexit__(self, *a): return False
async def main():
    t = 0
    for i in range(400): t += await one(i)
    async for x in agen(300): t += x
    async with C() as c: t += c
    t += sum(await asyncio.gather(*[one(i) for i in range(50)]))
    return t, [x async for x in agen(3)]
print(asyncio.run(main()))
