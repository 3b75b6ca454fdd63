/*  What every folder may use: small helpers and asserts. Pure C. */
#ifndef JITNEY_BASE_BASE_H
#define JITNEY_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* JN_ASSERT(condition, "printf text", values...): on in checking builds (-Ddebug_checks=true), gone in release. */
#ifdef JN_DEBUG_CHECKS
#define JN_ASSERT(cond, ...)                                                         \
    do {                                                                             \
        if (!(cond)) {                                                               \
            fprintf(stderr, "jitney: assertion failed at %s:%d: ", __FILE__, __LINE__); \
            fprintf(stderr, __VA_ARGS__);                                            \
            fputc('\n', stderr);                                                     \
            abort();                                                                 \
        }                                                                            \
    } while (0)
#else
#define JN_ASSERT(cond, ...) ((void)sizeof(cond))
#endif

#endif
