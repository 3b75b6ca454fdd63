/*  Test files: one trace, what is to be done with it, and what must come out.

        # Subtracting a value from itself gives zero.
        test opt fold               print | verify | run | opt [PASSES or -PASSES...]
        type point(x, y, n:i64)     instances of a Python class; `noisy`: their death is seen, and leaves the trace
        object @p = point(1, 2.5)
        stack 3 depth 1             root frame: first slot of the operand stack, entries in memory at entry
        no peel
        trace loop { ... }
        gives
        trace loop { ... }          or: gives nothing: why
        run 7, [1, 2] -> f@12 [8, [1, 2]]

    A `run` line's inputs are the root frame's slots; it is executed over the trace, over what became of it, and as machine
    code, each in a world of its own. In `test verify`, `# error: words` is what the message must contain; parse errors
    are reported for the line that has the comment. */
#ifndef JITNEY_JN_TEST_H
#define JITNEY_JN_TEST_H

#include "base/text.h"
#include "base/vec.h"
#include "jn/world.h"

typedef struct {
    char *input, *expected;
    int line;
} TestRun;

typedef struct {
    char *words;
    int line;
} TestError;

typedef struct {
    Arena *arena;
    const char *path;
    char *source;
    VEC(char *) lines;     /* of the source */
    VEC(char *) setup;     /* type and object lines */
    char *kind, *args;     /* of the `test` line */
    char *trace;           /* text */
    int trace_line;        /* of its first line, from 1 */
    char *gives;           /* text, or NULL; "nothing: why" */
    int first_stack_slot, depth;
    bool no_peel;
    VEC(TestRun) runs;
    VEC(TestError) errors;
} Test;

Test *test_read(const char *path, Text *error); /* NULL and a message when it cannot be read */
void test_free(Test *t);

typedef enum { RUN_INPUT, RUN_OUTPUT, RUN_MACHINE } Executor;
extern const char *const executor_names[3];

World *test_world(const Test *t); /* with the file's types and objects */
IrTrace *test_parse(const Test *t, World *w, Text *error);
bool test_is_raw(const Test *t, const IrTrace *trace);
/* What the test's passes make of the trace; itself when it is no `test opt`. NULL and why. */
IrTrace *test_optimise(const Test *t, World *w, IrTrace *trace, const char **why);
/* One run; false when that executor does not apply (a raw trace as machine code). */
bool test_execute(const Test *t, const TestRun *run, Executor how, Text *out);
/* Machine code of the trace as bytes, and where its exits find their values. */
void test_show_code(const Test *t, Text *out, bool exits);

/* The whole check: true when it passes, else `out` says what is wrong. With bless, the file is rewritten. */
bool test_check(const Test *t, bool bless, Text *out);

#endif
