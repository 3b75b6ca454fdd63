/*  Running a test's trace: in the interpreter, optimised, and as machine code. Each run has a world of its own, into which
    the file's objects and its trace are read afresh. */
#include "codegen/codegen.h"
#include "jn/test.h"
#include "opt/opt.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

const char *const executor_names[3] = {"interpreter", "interpreter, optimised", "machine code"};
enum { MAX_STEPS = 1000000, CODE_ROOM = 1 << 20 };

/* ---- the world of a test --------------------------------------------------------------------------------- */
/* type point(x, y, n:i64) noisy */
static void declare_type(World *w, const char *line)
{
    char name[60], fields[300] = "", rest[60] = "";
    const char *names[32];
    IrWidth widths[32];
    int n = 0;
    if (sscanf(line, "type %59[a-zA-Z0-9_] (%299[^)])%59[^\n]", name, fields, rest) < 2 &&
        sscanf(line, "type %59[a-zA-Z0-9_]()%59[^\n]", name, rest) < 1 &&
        sscanf(line, "type %59[a-zA-Z0-9_](%299[^)])%59[^\n]", name, fields, rest) < 2) {
        world_fault(w, "not understood: %s", line);
        return;
    }
    for (char *f = strtok(fields, ", "); f && n < 32; f = strtok(NULL, ", ")) {
        char *colon = strchr(f, ':');
        widths[n] = colon == NULL ? IR_W_OBJ : strcmp(colon, ":f64") == 0 ? IR_W_F64 : IR_W_I64;
        f[colon ? colon - f : (ptrdiff_t)strlen(f)] = '\0';
        names[n++] = f;
    }
    world_add_type(w, name, strstr(rest, "noisy") != NULL, n, names, widths);
}

/* object @p = value */
static void declare_object(World *w, const char *line)
{
    char name[60];
    const char *value = strchr(line, '=');
    if (value == NULL || sscanf(line, "object @%59[a-zA-Z0-9_]", name) != 1) {
        world_fault(w, "not understood: %s", line);
        return;
    }
    value++;
    world_name(w, name, world_read_value(w, &value));
}

World *test_world(const Test *t)
{
    World *w = world_new();
    for (size_t i = 0; i < t->setup.len; i++) {
        if (t->setup.data[i][0] == 't') {
            declare_type(w, t->setup.data[i]);
        } else {
            declare_object(w, t->setup.data[i]);
        }
    }
    w->stack_base = t->first_stack_slot;
    w->mem_limit = t->first_stack_slot + t->depth;
    w->mem_limit = w->mem_limit < MAX_SLOTS ? w->mem_limit : MAX_SLOTS;
    return w;
}

IrTrace *test_parse(const Test *t, World *w, Text *error)
{
    return ir_parse(w->arena, t->trace, world_names(w), error);
}

bool test_is_raw(const Test *t, const IrTrace *trace)
{
    IrOp end = (IrOp)ir_at(trace, (IrRef)trace->insns.len - 1)->op;
    return strcmp(t->kind, "opt") == 0 || strcmp(t->args, "raw") == 0 || end == IR_raw_close || end == IR_raw_link;
}

/* ---- optimising --------------------------------------------------------------------------------------------- */
static unsigned optional_passes(void)
{
    unsigned optional = 0;
#define PASS(name, is_optional, doc) optional |= (is_optional) ? 1u << PASS_##name : 0;
#include "opt/passes.def"
#undef PASS
    return optional;
}

/* "fold cse": only these (and those that must run); "-fold": all but that. */
static bool choose_passes(const char *args, unsigned *disabled)
{
    bool minus = strchr(args, '-') != NULL;
    unsigned named = 0;
    while (*args) {
        args += strspn(args, " -");
        size_t n = strcspn(args, " ");
        int pass = -1;
        for (int p = 0; p < PASS__COUNT; p++) {
            pass = strlen(opt_pass_name[p]) == n && memcmp(opt_pass_name[p], args, n) == 0 ? p : pass;
        }
        if (pass < 0 && n) {
            return false;
        }
        named |= n ? 1u << pass : 0;
        args += n;
    }
    *disabled = named == 0 ? 0 : (minus ? named : ~named) & optional_passes();
    return true;
}

IrTrace *test_optimise(const Test *t, World *w, IrTrace *trace, const char **why)
{
    *why = NULL;
    if (strcmp(t->kind, "opt") != 0) {
        return trace;
    }
    OptOptions options = {.peel = !t->no_peel, .first_stack_slot = t->first_stack_slot, .entry_depth = t->depth,
                          .true_object = w->true_object, .false_object = w->false_object,
                          .generator_suspended = 1, .generator_cleared = 4};
    if (!choose_passes(t->args, &options.disabled)) {
        *why = "there is no such pass";
        return NULL;
    }
    IrTrace *out = opt_run(trace, trace->arena, &options, why);
    if (out) {
        out->names = trace->names;
    }
    return out;
}

/* ---- entering ------------------------------------------------------------------------------------------------- */
static void see_slot(World *w, int64_t slot)
{
    if (slot >= w->nslots && slot < MAX_SLOTS) {
        w->nslots = (int)slot + 1;
    }
}

static void count_slots(World *w, const IrTrace *t)
{
    for (IrRef r = 1; r < t->insns.len; r++) {
        if (ir_op_info[ir_at(t, r)->op].imm == IR_IMM_SLOT) {
            see_slot(w, ir_at(t, r)->imm.i);
        }
    }
    for (size_t i = 0; i < t->snaps.len; i++) {
        for (int j = 0; j < t->snaps.data[i].nslots; j++) {
            if (t->snaps.data[i].slots[j].frame == 0 && !(t->snaps.data[i].slots[j].flags & IR_SNAP_FUNC)) {
                see_slot(w, t->snaps.data[i].slots[j].slot);
            }
        }
    }
}

static void fill_slots(World *w, const char *at)
{
    int slot = 0;
    for (at += strspn(at, " ,"); *at && slot < MAX_SLOTS && w->fault.len == 0; at += strspn(at, " ,"), slot++) {
        see_slot(w, slot);
        if (strncmp(at, "tagged ", 7) == 0) {
            char *end;
            world_set_slot_int(w, slot, strtoll(at + 7, &end, 10));
            at = end;
        } else {
            world_set_slot(w, slot, world_read_value(w, &at));
        }
    }
}

/* ---- the interpreter --------------------------------------------------------------------------------------------- */
/* A raw trace that came back to its head starts over: its exits are the loop's. */
static void interpret(World *w, const IrTrace *t)
{
    enum { MAX_ROUNDS = 100000 };
    IrHost host = world_host(w);
    bool again = true;
    for (int round = 0; again && w->fault.len == 0; round++) {
        IrLeft left = ir_interp(t, &host, NULL, MAX_STEPS);
        if (left.fault || round > MAX_ROUNDS) {
            world_fault(w, "%s", left.fault ? left.fault : "the loop does not end");
        } else {
            world_leave(w, t, left.snap, left.leaves);
        }
        again = left.snap && ir_at(t, left.insn)->op == IR_raw_close;
        free(left.leaves);
    }
}

/* ---- machine code -------------------------------------------------------------------------------------------------- */
static int64_t missing_helper(void)
{
    world_fault(world_now, "machine code called a helper that the toy world has not");
    return 0;
}

static void *helper(IrCall which)
{
    int64_t (*missing)(void) = missing_helper;
    void *p = world_helper(which);
    if (p == NULL) {
        memcpy(&p, &missing, sizeof p);
    }
    return p;
}

static IrWord *exit_words(World *w, const CgRun *run, const CgExit *exit)
{
    IrWord *words = arena_alloc(w->arena, ((size_t)exit->nlocs + 1) * sizeof *words);
    for (int i = 0; i < exit->nlocs; i++) {
        CgLoc loc = exit->locs[i];
        switch ((CgLocKind)loc.kind) {
        case CG_GPR: words[i].i = (int64_t)run->gpr[loc.index]; break;
        case CG_XMM: words[i].f = run->xmm[loc.index]; break;
        case CG_SPILL: words[i].i = (int64_t)run->spill[loc.index]; break;
        case CG_CONST: words[i].i = (int64_t)exit->trace->consts[loc.index]; break;
        case CG_NOWHERE: world_fault(w, "value %d of exit %u is nowhere", i, exit->number); break;
        }
        if (loc.type == IR_BOOL) {
            words[i].i &= 0xff;
        }
    }
    return words;
}

static void sync(CgRun *run, CgExit *exit)
{
    World *w = run->runtime;
    const IrTrace *t = exit->trace->ir;
    world_sync(w, t, &t->snaps.data[exit->snap], exit_words(w, run, exit));
}

static void unsync(CgRun *run)
{
    world_unsync(run->runtime);
}

static int dealloc(CgRun *run, CgExit *exit, void *obj)
{
    World *w = run->runtime;
    (void)exit;
    world_die(w, obj);
    bool must = w->must_leave;
    w->must_leave = false;
    return must;
}

static void dealloc_plain(void *obj)
{
    world_die(world_now, obj);
}

static CgConfig config_of(World *w)
{
    return (CgConfig){
        .helper = helper, .sync = sync, .unsync = unsync, .dealloc = dealloc, .dealloc_plain = dealloc_plain,
        .true_object = w->true_object, .false_object = w->false_object,
        .small_ints = w->small_ints - SMALL_MIN, .small_int_size = (int)sizeof(IntObj),
        .small_int_min = SMALL_MIN, .small_int_max = SMALL_MAX,
        .off_refcnt = offsetof(Obj, count), .off_type = offsetof(Obj, type),
        .off_float_value = offsetof(FloatObj, value), .off_long_tag = offsetof(IntObj, tag),
        .off_long_digit = offsetof(IntObj, digit), .float_type = w->float_type, .int_type = w->int_type,
        .slot_offset = offsetof(RootFrame, slots), .slot_mask = ~(int64_t)SLOT_TAGS, .slot_null = SLOT_NULL,
        .slot_int_tag = SLOT_TAGS, .frame_object_offset = offsetof(RootFrame, frame_object),
        .breaker = &w->root.breaker, .breaker_mask = ~(uint64_t)0, .valid_flag = &w->valid,
    };
}

static uint8_t *map_code(void)
{
    void *p = mmap(NULL, CODE_ROOM, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static void run_machine_code(World *w, IrTrace *t)
{
    CgConfig config = config_of(w);
    const char *why = NULL;
    CgEnterFn enter;
    uint8_t *code = map_code();
    size_t used = code ? cg_write_thunks(&config, code, CODE_ROOM, &enter) : 0;
    IrTrace *kept = opt_keep(t, w->arena);
    CgTrace *compiled = used ? cg_compile(t, &config, code + used, CODE_ROOM - used, &why) : NULL;
    if (compiled == NULL) {
        world_fault(w, "no machine code: %s", why ? why : "no memory for it");
    } else {
        CgRun *run = arena_alloc(w->arena, sizeof *run);
        run->frame = &w->root;
        run->runtime = w;
        CgExit *exit = enter(compiled->code, run);
        world_leave(w, t, &kept->snaps.data[exit->snap], exit_words(w, run, exit));
        cg_free(compiled);
    }
    munmap(code, CODE_ROOM);
}

void test_show_code(const Test *t, Text *out, bool exits)
{
    World *w = test_world(t);
    CgConfig config = config_of(w);
    const char *why = NULL;
    uint8_t *code = map_code();
    Text error = {0};
    IrTrace *trace = test_parse(t, w, &error);
    trace = trace ? test_optimise(t, w, trace, &why) : NULL;
    CgTrace *compiled = trace && code ? cg_compile(trace, &config, code, CODE_ROOM, &why) : NULL;
    if (compiled == NULL) {
        text_add(out, "no machine code: %s\n", error.len ? error.data : why ? why : "no memory for it");
    } else {
        for (size_t i = 0; i < compiled->size && !exits; i++) {
            text_add(out, "%02x%s", compiled->code[i], i % 16 == 15 || i + 1 == compiled->size ? "\n" : " ");
        }
        for (int i = 0; i < compiled->nexits && exits; i++) {
            const CgExit *exit = &compiled->exits[i];
            text_add(out, "exit %u, snapshot %u:", exit->number, exit->snap);
            for (int j = 0; j < exit->nlocs; j++) {
                text_add(out, " %s", cg_loc_name(exit->locs[j]));
            }
            text_add(out, "\n");
        }
        cg_free(compiled);
    }
    text_free(&error);
    munmap(code, CODE_ROOM);
    world_free(w);
}

/* ---- one run ---------------------------------------------------------------------------------------------------------- */
static void execute_in(World *w, const Test *t, IrTrace *trace, Executor how)
{
    w->raw = test_is_raw(t, trace);
    if (how != RUN_INPUT && w->raw) {
        const char *why;
        trace = test_optimise(t, w, trace, &why);
        if (trace == NULL) {
            world_fault(w, "not optimised: %s", why);
            return;
        }
        w->raw = false;
    }
    if (how == RUN_MACHINE) {
        run_machine_code(w, trace);
    } else {
        interpret(w, trace);
    }
}

bool test_execute(const Test *t, const TestRun *run, Executor how, Text *out)
{
    bool is_opt = strcmp(t->kind, "opt") == 0, gave_up = t->gives && strncmp(t->gives, "nothing", 7) == 0;
    if (how != RUN_INPUT && (gave_up || (how == RUN_OUTPUT && !is_opt))) {
        return false;
    }
    World *w = test_world(t);
    Text error = {0};
    IrTrace *trace = test_parse(t, w, &error);
    bool applies = trace && !(how == RUN_MACHINE && !is_opt && test_is_raw(t, trace));
    if (trace == NULL) {
        world_fault(w, "%s", error.data);
    } else if (applies) {
        count_slots(w, trace);
        fill_slots(w, run->input);
        if (w->fault.len == 0) {
            execute_in(w, t, trace, how);
        }
    }
    world_report(w, out);
    text_free(&error);
    world_free(w);
    return applies || trace == NULL;
}
