/*  Reading test files. */
#include "jn/test.h"

#include <ctype.h>
#include <string.h>

static char *read_file(Arena *arena, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return NULL;
    }
    Text text = {0};
    char buffer[4096];
    size_t n;
    text_add(&text, "%s", "");
    while ((n = fread(buffer, 1, sizeof buffer, f)) > 0) {
        text_add_bytes(&text, buffer, n);
    }
    fclose(f);
    char *copy = arena_strdup(arena, text.data ? text.data : "");
    text_free(&text);
    return copy;
}

static void split_lines(Test *t)
{
    const char *at = t->source;
    while (*at) {
        size_t n = strcspn(at, "\n");
        char *line = arena_alloc(t->arena, n + 1);
        memcpy(line, at, n);
        vec_push(&t->lines, line);
        at += n + (at[n] == '\n');
    }
}

/* What follows the first word when that is `word`, else NULL. */
static char *after(char *line, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(line, word, n) != 0 || (line[n] != '\0' && !isspace((unsigned char)line[n]))) {
        return NULL;
    }
    line += n;
    return line + strspn(line, " \t");
}

static char *trimmed(Arena *arena, const char *start, size_t n)
{
    while (n && isspace((unsigned char)start[n - 1])) {
        n--;
    }
    char *s = arena_alloc(arena, n + 1);
    memcpy(s, start, n);
    return s;
}

/* The trace that begins at a line, up to its "}" line; *i is left on that. */
static char *take_trace(Test *t, size_t *i)
{
    Text text = {0};
    for (; *i < t->lines.len; ++*i) {
        text_add(&text, "%s\n", t->lines.data[*i]);
        if (strcmp(t->lines.data[*i], "}") == 0) {
            break;
        }
    }
    char *copy = arena_strdup(t->arena, text.data ? text.data : "");
    text_free(&text);
    return copy;
}

static void take_run(Test *t, char *rest, int line)
{
    char *arrow = strstr(rest, "->");
    TestRun run = {.line = line, .expected = arena_strdup(t->arena, "")};
    run.input = trimmed(t->arena, rest, arrow ? (size_t)(arrow - rest) : strlen(rest));
    if (arrow) {
        arrow += 2;
        arrow += strspn(arrow, " ");
        run.expected = trimmed(t->arena, arrow, strlen(arrow));
    }
    vec_push(&t->runs, run);
}

static void note_errors(Test *t)
{
    for (size_t i = 0; i < t->lines.len; i++) {
        char *words = strstr(t->lines.data[i], "# error: ");
        if (words) {
            TestError e = {trimmed(t->arena, words + 9, strlen(words + 9)), (int)i + 1};
            vec_push(&t->errors, e);
        }
    }
}

static bool take_directive(Test *t, char *line, int number)
{
    char *rest;
    if (line[0] == '#' || line[strspn(line, " \t")] == '\0') {
        return true;
    }
    if ((rest = after(line, "test"))) {
        size_t n = strcspn(rest, " ");
        t->kind = trimmed(t->arena, rest, n);
        rest += n + strspn(rest + n, " ");
        t->args = trimmed(t->arena, rest, strcspn(rest, "#"));
    } else if (after(line, "type") || after(line, "object")) {
        vec_push(&t->setup, line);
    } else if ((rest = after(line, "stack"))) {
        if (sscanf(rest, "%d depth %d", &t->first_stack_slot, &t->depth) < 1) {
            return false;
        }
    } else if ((rest = after(line, "no"))) {
        t->no_peel = true;
    } else if ((rest = after(line, "run"))) {
        take_run(t, rest, number);
    } else {
        return false;
    }
    return true;
}

static bool take_line(Test *t, size_t *i, bool *after_gives)
{
    char *line = t->lines.data[*i], *rest;
    if (after(line, "trace")) {
        int first = (int)*i + 1;
        char *trace = take_trace(t, i);
        if (*after_gives) {
            t->gives = trace;
        } else if (t->trace == NULL) {
            t->trace = trace;
            t->trace_line = first;
        }
        return true;
    }
    if ((rest = after(line, "gives"))) {
        *after_gives = true;
        t->gives = *rest ? rest : t->gives;
        return true;
    }
    return take_directive(t, line, (int)*i + 1);
}

Test *test_read(const char *path, Text *error)
{
    Arena *arena = arena_new();
    Test *t = arena_alloc(arena, sizeof *t);
    *t = (Test){.arena = arena, .path = path, .first_stack_slot = MAX_SLOTS, .kind = "print", .args = ""};
    t->source = read_file(arena, path);
    if (t->source == NULL) {
        text_add(error, "%s: cannot be read", path);
        arena_free(arena);
        return NULL;
    }
    split_lines(t);
    note_errors(t);
    bool after_gives = false;
    for (size_t i = 0; i < t->lines.len; i++) {
        if (!take_line(t, &i, &after_gives)) {
            text_add(error, "%s:%zu: this line is not understood: %s", path, i + 1, t->lines.data[i]);
            test_free(t);
            return NULL;
        }
    }
    if (t->trace == NULL) {
        text_add(error, "%s: there is no trace", path);
        test_free(t);
        return NULL;
    }
    return t;
}

void test_free(Test *t)
{
    vec_free(&t->lines);
    vec_free(&t->setup);
    vec_free(&t->runs);
    vec_free(&t->errors);
    arena_free(t->arena);
}
