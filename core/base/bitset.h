/*  A set of small numbers, one bit each, in storage that the caller gives (an arena's, zeroed). */
#ifndef JITNEY_BASE_BITSET_H
#define JITNEY_BASE_BITSET_H

#include "base/arena.h"

typedef struct {
    uint64_t *words;
    size_t nbits;
} Bitset;

static inline Bitset bitset_new(Arena *arena, size_t nbits)
{
    return (Bitset){arena_alloc(arena, (nbits + 63) / 64 * sizeof(uint64_t)), nbits};
}

static inline bool bitset_has(Bitset s, size_t i)
{
    return i < s.nbits && (s.words[i / 64] >> (i % 64) & 1);
}

/* Says whether it was new. */
static inline bool bitset_add(Bitset s, size_t i)
{
    JN_ASSERT(i < s.nbits, "%zu is not in a set of %zu", i, s.nbits);
    uint64_t bit = (uint64_t)1 << (i % 64);
    bool is_new = !(s.words[i / 64] & bit);
    s.words[i / 64] |= bit;
    return is_new;
}

static inline void bitset_remove(Bitset s, size_t i)
{
    if (i < s.nbits) {
        s.words[i / 64] &= ~((uint64_t)1 << (i % 64));
    }
}

#endif
