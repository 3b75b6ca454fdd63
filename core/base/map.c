/*  Open addressing with linear probing, at most three quarters full. Nothing is ever removed from a map: those
    that need it have not come up, and without it there are no tombstones. */
#include "base/map.h"

static uint64_t mix(uint64_t key)
{
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdu;
    return key ^ key >> 33;
}

/* The entry of the key, or the free one where it belongs. Needs: room. */
static MapEntry *find(const Map *m, uint64_t key)
{
    size_t mask = m->cap - 1;
    for (size_t i = (size_t)mix(key) & mask;; i = (i + 1) & mask) {
        MapEntry *e = &m->entries[i];
        if (!e->used || e->key == key) {
            return e;
        }
    }
}

uint32_t *map_get(const Map *m, uint64_t key)
{
    if (m->cap == 0) {
        return NULL;
    }
    MapEntry *e = find(m, key);
    return e->used ? &e->value : NULL;
}

static void grow(Map *m)
{
    Map old = *m;
    m->cap = old.cap ? old.cap * 2 : 16;
    m->entries = calloc(m->cap, sizeof *m->entries);
    if (m->entries == NULL) {
        fputs("jitney: out of memory\n", stderr);
        abort();
    }
    for (size_t i = 0; i < old.cap; i++) {
        if (old.entries[i].used) {
            *find(m, old.entries[i].key) = old.entries[i];
        }
    }
    free(old.entries);
}

void map_put(Map *m, uint64_t key, uint32_t value)
{
    if (m->len * 4 >= m->cap * 3) {
        grow(m);
    }
    MapEntry *e = find(m, key);
    m->len += !e->used;
    *e = (MapEntry){key, value, true};
}

void map_free(Map *m)
{
    free(m->entries);
    *m = (Map){0};
}
