/*  An arena: memory of one compile, freed as a whole. Nothing in it is freed alone. */
#ifndef JITNEY_BASE_ARENA_H
#define JITNEY_BASE_ARENA_H

#include "base/base.h"

typedef struct Arena Arena;

Arena *arena_new(void);
void *arena_alloc(Arena *a, size_t size); /* zeroed, aligned to 16; aborts when memory runs out */
char *arena_strdup(Arena *a, const char *s);
size_t arena_bytes(const Arena *a);
void arena_free(Arena *a);

#endif
