/*  A hash map from 64-bit keys (numbers or addresses) to 32-bit numbers. A zeroed Map is empty. */
#ifndef JITNEY_BASE_MAP_H
#define JITNEY_BASE_MAP_H

#include "base/base.h"

typedef struct {
    uint64_t key;
    uint32_t value;
    bool used;
} MapEntry;

typedef struct {
    MapEntry *entries;
    size_t len, cap; /* cap is 0 or a power of two */
} Map;

static inline uint64_t map_key(const void *p) { return (uint64_t)(uintptr_t)p; }

/* Where the key's value is, or NULL. Good until the next map_put. */
uint32_t *map_get(const Map *m, uint64_t key);
void map_put(Map *m, uint64_t key, uint32_t value); /* adds or replaces */
void map_free(Map *m);

#endif
