#include "base/vec.h"

#include <string.h>

void *vec_grow(void *data, size_t *cap, size_t item)
{
    *cap = *cap ? *cap * 2 : 16;
    data = realloc(data, *cap * item);
    if (data == NULL) {
        fputs("jitney: out of memory\n", stderr);
        abort();
    }
    return data;
}

void *vec_grow_in(Arena *arena, void *data, size_t len, size_t *cap, size_t item)
{
    *cap = *cap ? *cap * 2 : 16;
    void *grown = arena_alloc(arena, *cap * item);
    if (len) {
        memcpy(grown, data, len * item);
    }
    return grown;
}
