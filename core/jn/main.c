/*  jn: Jitney's middle without Python, over traces as text. See test.h for what a file holds.

    Built by meson, or by one line:
      gcc -std=gnu11 -g -O1 -DJN_DEBUG_CHECKS=1 -Icore -o build/jn $(find core/base core/ir core/opt core/codegen core/jn -name '*.c') -lm */
#include "jn/test.h"

#include <string.h>

static const char usage[] =
    "usage: jn COMMAND FILE...\n"
    "  print   the trace, parsed and printed\n"
    "  verify  what is wrong with it, if anything\n"
    "  opt     the trace after the passes of its test line; jn opt PASS... FILE names them\n"
    "  run     the results of its run lines in all executors\n"
    "  code    its machine code, in hexadecimal\n"
    "  exits   where machine code leaves the values that its exits need\n"
    "  test    check what the files expect; says what differs\n"
    "  bless   write into the files what they should expect\n";

static int fail(const char *message)
{
    fprintf(stderr, "jn: %s\n", message);
    return 1;
}

static int show_trace(const Test *t, bool optimise)
{
    World *w = test_world(t);
    Text error = {0}, out = {0};
    IrTrace *trace = test_parse(t, w, &error);
    const char *why = error.data;
    if (trace && optimise) {
        trace = test_optimise(t, w, trace, &why);
    }
    if (trace) {
        ir_print(trace, &out);
        fputs(out.data, stdout);
    }
    int status = trace ? 0 : fail(why ? why : "nothing came out");
    text_free(&error);
    text_free(&out);
    world_free(w);
    return status;
}

static int show_fault(const Test *t)
{
    World *w = test_world(t);
    Text error = {0};
    IrTrace *trace = test_parse(t, w, &error);
    const char *fault = trace ? ir_verify(trace, test_is_raw(t, trace)) : error.data;
    if (fault) {
        printf("%s\n", fault);
    }
    text_free(&error);
    world_free(w);
    return fault != NULL;
}

static int show_runs(const Test *t)
{
    for (size_t i = 0; i < t->runs.len; i++) {
        for (int how = RUN_INPUT; how <= RUN_MACHINE; how++) {
            Text out = {0};
            if (test_execute(t, &t->runs.data[i], (Executor)how, &out)) {
                printf("run %s -> %s  # %s\n", t->runs.data[i].input, out.data, executor_names[how]);
            }
            text_free(&out);
        }
    }
    return 0;
}

static int show_code(const Test *t, bool exits)
{
    Text out = {0};
    test_show_code(t, &out, exits);
    fputs(out.data ? out.data : "", stdout);
    text_free(&out);
    return 0;
}

static int check(const Test *t, bool bless)
{
    Text out = {0};
    bool ok = test_check(t, bless, &out);
    fputs(out.data ? out.data : "", stdout);
    text_free(&out);
    return !ok;
}

static int do_command(const char *command, Test *t)
{
    if (strcmp(command, "print") == 0) {
        return show_trace(t, false);
    }
    if (strcmp(command, "verify") == 0) {
        return show_fault(t);
    }
    if (strcmp(command, "opt") == 0) {
        t->kind = "opt";
        return show_trace(t, true);
    }
    if (strcmp(command, "run") == 0) {
        return show_runs(t);
    }
    if (strcmp(command, "code") == 0 || strcmp(command, "exits") == 0) {
        return show_code(t, command[0] == 'e');
    }
    if (strcmp(command, "test") == 0 || strcmp(command, "bless") == 0) {
        return check(t, command[0] == 'b');
    }
    return fail("there is no such command");
}

static int do_file(const char *command, const char *path, const char *passes)
{
    Text error = {0};
    Test *t = test_read(path, &error);
    int status;
    if (t == NULL) {
        status = fail(error.data);
    } else {
        if (passes) {
            t->args = arena_strdup(t->arena, passes);
        }
        status = do_command(command, t);
        test_free(t);
    }
    text_free(&error);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs(usage, stderr);
        return 2;
    }
    int status = 0, first = 2;
    Text passes = {0};
    if (strcmp(argv[1], "opt") == 0) {
        for (; first < argc - 1; first++) {
            text_add(&passes, "%s ", argv[first]);
        }
    }
    for (int i = first; i < argc; i++) {
        status |= do_file(argv[1], argv[i], passes.data);
    }
    text_free(&passes);
    return status;
}
