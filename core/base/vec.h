/*  Typed growable arrays: VEC(T) is {T *data; size_t len, cap}. vec_push grows with realloc; vec_push_in grows in
    an arena (old storage stays until the arena goes). Running out of memory aborts: a compile is bounded. */
#ifndef JITNEY_BASE_VEC_H
#define JITNEY_BASE_VEC_H

#include "base/arena.h"

#define VEC(T)           \
    struct {             \
        T *data;         \
        size_t len, cap; \
    }

void *vec_grow(void *data, size_t *cap, size_t item);
void *vec_grow_in(Arena *arena, void *data, size_t len, size_t *cap, size_t item);

#define vec_push(v, x)                                                             \
    do {                                                                           \
        if ((v)->len == (v)->cap) {                                                \
            (v)->data = vec_grow((v)->data, &(v)->cap, sizeof *(v)->data);         \
        }                                                                          \
        (v)->data[(v)->len++] = (x);                                               \
    } while (0)

#define vec_push_in(arena, v, x)                                                          \
    do {                                                                                  \
        if ((v)->len == (v)->cap) {                                                       \
            (v)->data = vec_grow_in(arena, (v)->data, (v)->len, &(v)->cap, sizeof *(v)->data); \
        }                                                                                 \
        (v)->data[(v)->len++] = (x);                                                      \
    } while (0)

#define vec_free(v)           \
    do {                      \
        free((v)->data);      \
        (v)->data = NULL;     \
        (v)->len = (v)->cap = 0; \
    } while (0)

#endif
