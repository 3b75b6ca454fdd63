#include "base/arena.h"

#include <string.h>

typedef struct Chunk {
    struct Chunk *next;
    size_t used, size;
    _Alignas(16) char bytes[];
} Chunk;

struct Arena {
    Chunk *chunks;
    size_t total;
};

enum { LEAST_CHUNK = 2 * 1024, MOST_CHUNK = 64 * 1024 };

static void *or_abort(void *p)
{
    if (p == NULL) {
        fputs("jitney: out of memory\n", stderr);
        abort();
    }
    return p;
}

Arena *arena_new(void)
{
    return or_abort(calloc(1, sizeof(Arena)));
}

/* Chunks grow with the arena, so that a small one wastes little. */
static size_t chunk_bytes(const Arena *a, size_t at_least)
{
    size_t size = a->total / 4;
    size = size < LEAST_CHUNK ? LEAST_CHUNK : size > MOST_CHUNK ? MOST_CHUNK : size;
    return at_least > size ? at_least : size;
}

static Chunk *add_chunk(Arena *a, size_t at_least)
{
    size_t size = chunk_bytes(a, at_least);
    Chunk *c = or_abort(malloc(sizeof(Chunk) + size));
    c->next = a->chunks;
    c->used = 0;
    c->size = size;
    a->chunks = c;
    a->total += size;
    return c;
}

void *arena_alloc(Arena *a, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    Chunk *c = a->chunks;
    if (c == NULL || c->size - c->used < size) {
        c = add_chunk(a, size);
    }
    void *p = c->bytes + c->used;
    c->used += size;
    return memset(p, 0, size);
}

char *arena_strdup(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_alloc(a, n), s, n);
}

size_t arena_bytes(const Arena *a)
{
    return a->total;
}

void arena_free(Arena *a)
{
    if (a == NULL) {
        return;
    }
    for (Chunk *c = a->chunks; c;) {
        Chunk *next = c->next;
        free(c);
        c = next;
    }
    free(a);
}
