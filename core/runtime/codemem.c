/*  Memory for machine code: one private mapping, never writable and executable at once.

    Private, so that a fork's child has a copy of its own. It is handed out in blocks of 64 bytes kept in a list
    by address, free neighbours merged. A compile takes the largest free piece (its code's size is not known
    before) and gives back what it did not use. Protection is flipped for just the pages that are written, from
    rt_code_take to rt_code_keep, or from rt_code_open to rt_code_close; the GIL is held all the while, and
    machine code runs with the GIL only. A page behind it is data, for what machine code counts. */
#include "runtime/state.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { GRAIN = 64, PAGE = 4096, MAX_ROOM = 512 * 1024, MIN_ROOM = 4096 };

typedef struct Block {
    uint8_t *start;
    size_t size;
    bool used;
    struct Block *next; /* by address */
} Block;

static struct {
    uint8_t *base;
    size_t size;
    size_t used;
    Block *blocks;
    uint8_t *open_at; /* pages that are writable now */
    size_t open_size;
    unsigned ncounters; /* handed out */
} mem;

static void protect(uint8_t *at, size_t size, int how)
{
    if (mprotect(at, size, how) != 0) {
        Py_FatalError("jitney: the protection of code memory cannot be changed");
    }
}

void rt_code_open(const void *at, size_t size)
{
    uintptr_t first = (uintptr_t)at & ~(uintptr_t)(PAGE - 1);
    uintptr_t end = ((uintptr_t)at + size + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    mem.open_at = (uint8_t *)first;
    mem.open_size = end - first;
    protect(mem.open_at, mem.open_size, PROT_READ | PROT_WRITE);
}

void rt_code_close(void)
{
    if (mem.open_size > 0) {
        protect(mem.open_at, mem.open_size, PROT_READ | PROT_EXEC);
        mem.open_size = 0;
    }
}

int rt_codemem_start(size_t bytes)
{
    Block *all = calloc(1, sizeof *all);
    void *base = mmap(NULL, bytes + PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED || all == NULL) {
        free(all);
        PyErr_Format(PyExc_RuntimeError, "jitney: there is no executable memory: %s", strerror(errno));
        return -1;
    }
    *all = (Block){.start = base, .size = bytes};
    mem.base = base;
    mem.size = bytes;
    mem.used = 0;
    mem.blocks = all;
    protect(mem.base + bytes, PAGE, PROT_READ | PROT_WRITE);
    return 0;
}

uint64_t *rt_code_counter(void)
{
    uint64_t *counters = (uint64_t *)(mem.base + mem.size);
    return &counters[mem.ncounters++ % (PAGE / sizeof *counters)];
}

void rt_codemem_stop(void)
{
    while (mem.blocks != NULL) {
        Block *next = mem.blocks->next;
        free(mem.blocks);
        mem.blocks = next;
    }
    if (mem.base != NULL) {
        munmap(mem.base, mem.size + PAGE);
    }
    memset(&mem, 0, sizeof mem);
}

static Block *largest_free(void)
{
    Block *best = NULL;
    for (Block *b = mem.blocks; b != NULL; b = b->next) {
        if (!b->used && (best == NULL || b->size > best->size)) {
            best = b;
        }
        if (best != NULL && best->size >= MAX_ROOM) {
            break; /* The first that is large enough: code stays close together. */
        }
    }
    return best;
}

uint8_t *rt_code_take(size_t *room)
{
    Block *b = largest_free();
    if (b == NULL || b->size < MIN_ROOM) {
        return NULL;
    }
    *room = b->size < MAX_ROOM ? b->size : MAX_ROOM;
    rt_code_open(b->start, *room);
    return b->start;
}

static void merge_with_next(Block *b)
{
    Block *next = b->next;
    if (next != NULL && !next->used && !b->used) {
        b->size += next->size;
        b->next = next->next;
        free(next);
    }
}

void *rt_code_keep(uint8_t *code, size_t used)
{
    rt_code_close();
    Block *b = mem.blocks;
    while (b->start != code) {
        b = b->next;
    }
    size_t size = (used + GRAIN - 1) & ~(size_t)(GRAIN - 1);
    if (size == 0) {
        return NULL;
    }
    Block *rest = size < b->size ? malloc(sizeof *rest) : NULL;
    if (rest != NULL) {
        *rest = (Block){.start = b->start + size, .size = b->size - size, .next = b->next};
        b->size = size;
        b->next = rest;
    }
    b->used = true;
    mem.used += b->size;
    return b;
}

void rt_code_drop(void *block)
{
    Block *b = block, *before = NULL;
    if (b == NULL) {
        return;
    }
    b->used = false;
    mem.used -= b->size;
    for (Block *at = mem.blocks; at != b; at = at->next) {
        before = at;
    }
    merge_with_next(b);
    if (before != NULL) {
        merge_with_next(before);
    }
}

size_t rt_code_bytes(void)
{
    return mem.used;
}
