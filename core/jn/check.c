/*  Checking a test file, and writing its expectations anew. */
#include "jn/test.h"

#include <stdarg.h>
#include <string.h>

typedef struct {
    const Test *t;
    Text *out;
    bool ok, bless;
    Text gives;       /* what the trace became */
    bool has_gives;
    Text *runs;       /* results, one per run line */
} Check;

__attribute__((format(printf, 3, 4))) static void complain(Check *c, int line, const char *format, ...)
{
    char buffer[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    text_add(c->out, "%s:%d: %s\n", c->t->path, line, buffer);
    c->ok = false;
}

/* ---- differences -------------------------------------------------------------------------------------- */
static const char *line_end(const char *s)
{
    s += strcspn(s, "\n");
    return s + (*s == '\n');
}

static void add_marked(Text *out, char mark, const char *from, const char *to)
{
    while (from < to) {
        const char *end = line_end(from);
        text_add(out, "%c %.*s%s", mark, (int)(end - from), from, end[-1] == '\n' ? "" : "\n");
        from = end;
    }
}

/* What is the same at both ends is context; between stands all that was expected, then all that came. */
static void show_difference(Text *out, const char *expected, const char *got)
{
    const char *e = expected, *g = got, *ee = e + strlen(e), *ge = g + strlen(g);
    while (*e && *g) {
        size_t n = (size_t)(line_end(e) - e);
        if (strncmp(e, g, n) != 0 || (size_t)(line_end(g) - g) != n) {
            break;
        }
        e += n;
        g += n;
    }
    while (ee > e && ge > g && ee[-1] == ge[-1]) {
        ee--;
        ge--;
    }
    ee = ee > e ? line_end(ee - 1) : e;
    ge = ge > g ? line_end(ge - 1) : g;
    add_marked(out, ' ', expected, e);
    add_marked(out, '-', e, ee);
    add_marked(out, '+', g, ge);
    add_marked(out, ' ', ee, expected + strlen(expected));
}

/* ---- errors --------------------------------------------------------------------------------------------- */
/* "line 3: words": the line counts from the trace's first. */
static int line_of(const Test *t, const char *message)
{
    int line = 0;
    return sscanf(message, "line %d:", &line) == 1 ? line + t->trace_line - 1 : 0;
}

static void check_errors(Check *c)
{
    const Test *t = c->t;
    World *w = test_world(t);
    Text parse_error = {0};
    IrTrace *trace = test_parse(t, w, &parse_error);
    const char *message = trace ? ir_verify(trace, test_is_raw(t, trace)) : parse_error.data;
    const TestError *e = t->errors.len ? &t->errors.data[0] : NULL;
    if (e == NULL && message) {
        complain(c, t->trace_line, "%s", message);
    } else if (e && message == NULL) {
        complain(c, e->line, "there is no error, expected: %s", e->words);
    } else if (e && strstr(message, e->words) == NULL) {
        complain(c, e->line, "the error is: %s\n  expected: %s", message, e->words);
    } else if (e && trace == NULL && line_of(t, message) != e->line) {
        complain(c, e->line, "the error is reported for line %d: %s", line_of(t, message), message);
    }
    text_free(&parse_error);
    world_free(w);
}

/* ---- what the trace becomes ------------------------------------------------------------------------------- */
/* A printed trace must read back to one that prints the same. */
static void check_round_trip(Check *c, World *w, const char *text)
{
    Text error = {0}, again = {0};
    IrTrace *t = ir_parse(w->arena, text, world_names(w), &error);
    if (t) {
        ir_print(t, &again);
    }
    if (t == NULL || strcmp(again.data, text) != 0) {
        complain(c, c->t->trace_line, "what is printed does not read back: %s\n%s", t ? "" : error.data, text);
    }
    text_free(&error);
    text_free(&again);
}

static void check_output(Check *c)
{
    const Test *t = c->t;
    World *w = test_world(t);
    Text error = {0};
    const char *why = NULL;
    IrTrace *trace = test_parse(t, w, &error);
    if (trace == NULL) {
        complain(c, line_of(t, error.data), "%s", error.data);
    } else if ((why = ir_verify(trace, test_is_raw(t, trace)))) {
        complain(c, t->trace_line, "%s", why);
    } else {
        bool optimised = strcmp(t->kind, "opt") == 0;
        trace = test_optimise(t, w, trace, &why);
        if (trace == NULL) {
            text_add(&c->gives, "nothing: %s", why);
        } else {
            ir_print(trace, &c->gives);
            why = optimised ? ir_verify(trace, false) : NULL;
            check_round_trip(c, w, c->gives.data);
        }
        if (trace && why) {
            complain(c, t->trace_line, "after the passes: %s\n%s", why, c->gives.data);
        }
        c->has_gives = true;
    }
    text_free(&error);
    world_free(w);
}

static void compare_output(Check *c)
{
    const Test *t = c->t;
    const char *expected = t->gives;
    if (expected == NULL && strcmp(t->kind, "print") == 0) {
        expected = t->trace;
    }
    if (c->has_gives && expected && strcmp(expected, c->gives.data) != 0) {
        complain(c, t->trace_line, "the trace becomes another one (- expected, + is)");
        show_difference(c->out, expected, c->gives.data);
    }
}

/* ---- runs ------------------------------------------------------------------------------------------------------ */
static void check_run(Check *c, size_t i)
{
    const TestRun *run = &c->t->runs.data[i];
    for (int how = RUN_INPUT; how <= RUN_MACHINE; how++) {
        Text got = {0};
        text_add(&got, "%s", "");
        if (!test_execute(c->t, run, (Executor)how, &got)) {
            text_free(&got);
            continue;
        }
        const char *expected = c->bless && how > 0 ? c->runs[i].data : run->expected;
        bool is_new_fault = strncmp(got.data, "FAULT", 5) == 0 && strcmp(got.data, run->expected) != 0;
        bool differs = !(c->bless && how == 0) && strcmp(got.data, expected) != 0;
        if (differs || is_new_fault) {
            complain(c, run->line, "run %s, %s:\n- %s\n+ %s", run->input, executor_names[how], expected, got.data);
        }
        if (how == RUN_INPUT) {
            text_add(&c->runs[i], "%s", got.data);
        }
        text_free(&got);
    }
}

/* ---- writing expectations ----------------------------------------------------------------------------------------- */
static void write_gives(Check *c, Text *file)
{
    bool nothing = strncmp(c->gives.data, "nothing", 7) == 0;
    text_add(file, nothing ? "gives %s\n" : "gives\n%s", c->gives.data);
}

static bool is_word(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* The file with what is expected replaced by what is; all other lines stay. */
static void write_blessed(Check *c, Text *file)
{
    const Test *t = c->t;
    bool is_opt = strcmp(t->kind, "opt") == 0, wants_gives = is_opt || t->gives, in_gives = false;
    size_t run = 0;
    for (size_t i = 0; i < t->lines.len; i++) {
        const char *line = t->lines.data[i];
        bool ends_trace = strcmp(line, "}") == 0;
        if (is_word(line, "gives")) {
            in_gives = strcmp(line, "gives") == 0;
            continue;
        }
        if (in_gives) {
            in_gives = !ends_trace;
            continue;
        }
        if (is_word(line, "run ") && run < t->runs.len) {
            text_add(file, "run %s -> %s\n", t->runs.data[run].input, c->runs[run].data);
            run++;
            continue;
        }
        text_add(file, "%s\n", line);
        if (ends_trace && wants_gives && c->has_gives) {
            write_gives(c, file);
        }
    }
}

static void bless(Check *c)
{
    Text file = {0};
    write_blessed(c, &file);
    FILE *f = fopen(c->t->path, "wb");
    if (f == NULL) {
        complain(c, 1, "cannot be written");
    } else {
        fwrite(file.data, 1, file.len, f);
        fclose(f);
    }
    text_free(&file);
}

bool test_check(const Test *t, bool blessing, Text *out)
{
    Check c = {.t = t, .out = out, .ok = true, .bless = blessing};
    c.runs = arena_alloc(t->arena, (t->runs.len + 1) * sizeof *c.runs);
    if (strcmp(t->kind, "verify") == 0) {
        check_errors(&c);
        return c.ok;
    }
    check_output(&c);
    for (size_t i = 0; i < t->runs.len && c.ok; i++) {
        check_run(&c, i);
    }
    if (blessing && c.ok) {
        bless(&c);
    } else {
        compare_output(&c);
    }
    for (size_t i = 0; i < t->runs.len; i++) {
        text_free(&c.runs[i]);
    }
    text_free(&c.gives);
    return c.ok;
}
