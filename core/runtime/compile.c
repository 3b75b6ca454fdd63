/*  The pipeline: a raw trace -> optimised -> machine code -> installed. */
#include "runtime/state.h"

#include "base/text.h"

#include <string.h>
#include <time.h>


static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void log_optimised(const IrTrace *t)
{
    if (rt_logs(RT_LOG_opt)) {
        Text text = {0};
        ir_print(t, &text);
        rt_log_text(RT_LOG_opt, "optimised", text.data);
        text_free(&text);
    }
}

static void set_parent(OptOptions *options, const CgExit *from)
{
    const RtTrace *parent = from->trace->runtime;
    if (from->carries && parent->carries != NULL) {
        options->parent_label = parent->carries;
        options->first_param_arg = from->nlocs - parent->carries->nphis;
    }
}

static bool closes_quietly(const IrKlass *klass, const void *place)
{
    return cpy_closes_quietly(((PyCodeObject *const *)klass->data)[0], place);
}

static IrTrace *optimise(Recorder *rec, Arena *scratch, RtTree *tree, const CgExit *from, OptOptions *options, const char **why)
{
    *options = (OptOptions){
        .peel = true, .first_stack_slot = rec->first_stack_slot, .entry_depth = rec->entry_depth,
        .true_object = Py_True, .false_object = Py_False,
        .clears_backwards = cpy_frame_clears_backwards, .closes_quietly = closes_quietly,
        .generator_suspended = cpy_generator_suspended, .generator_cleared = cpy_generator_cleared,
    };
    if (from != NULL) {
        set_parent(options, from);
    }
    IrTrace *t = opt_run(rec->raw, scratch, options, why);
    if (t != NULL) {
        if (options->note != NULL) {
            rt_log(RT_LOG_compile, "note", rt.recording.code, rt.recording.at, "%s", options->note);
        }
        log_optimised(t);
        if (t->label != NULL) {
            t->label->host = tree;
        }
    }
    return t;
}

/* Code memory that is full is emptied: what is hot comes back. */
static uint8_t *take_code(size_t *room)
{
    uint8_t *code = rt_code_take(room);
    if (code == NULL) {
        rt_kill_all();
        rt_sweep();
        code = rt_code_take(room);
    }
    return code;
}

static CgTrace *generate(IrTrace *t, RtTree *tree, CgExit *from, void **memory, const char **why)
{
    size_t room = 0;
    CgConfig config = rt.config;
    config.valid_flag = &tree->valid;
    config.rounds = tree->rounds;
    uint64_t mask;
    config.breaker = tree->breaker = cpy_eval_breaker(rt.recording.ts, &mask);
    if (from != NULL) {
        config.exit_args = from->locs;
        config.exit_consts = from->trace->consts;
        config.nexit_args = from->nlocs + from->ncarried;
    }
    uint8_t *code = take_code(&room);
    if (code == NULL || tree->dead) {
        if (code != NULL) {
            rt_code_keep(code, 0);
        }
        *why = "code memory is full";
        return NULL;
    }
    CgTrace *cg = cg_compile(t, &config, code, room, why);
    *memory = rt_code_keep(code, cg != NULL ? cg->size : 0);
    return cg;
}

/* What exits have room for. */
static bool fits(const IrTrace *t, const char **why)
{
    for (size_t i = 0; i < t->snaps.len; i++) {
        const IrSnapshot *s = &t->snaps.data[i];
        if (s->nframes > RT_MAX_FRAMES || s->nvirtuals > RT_MAX_VIRTUALS ||
            ir_snapshot_leaves(s, NULL, 0) > RT_MAX_LEAVES) {
            *why = "a snapshot is too large";
            return false;
        }
    }
    return true;
}

static RtTree *linked_tree(const IrTrace *t)
{
    const IrInsn *end = &t->insns.data[t->insns.len - 1];
    return end->op == IR_end_link || end->op == IR_end_start ? end->imm.label->host : NULL;
}

static bool has_op(const IrTrace *t, IrOp op)
{
    for (size_t i = 1; i < t->insns.len; i++) {
        if (t->insns.data[i].op == op) {
            return true;
        }
    }
    return false;
}

static bool has_inlined(const IrTrace *t, const PyCodeObject *code)
{
    for (size_t i = 0; i < t->snaps.len; i++) {
        const IrSnapshot *s = &t->snaps.data[i];
        for (int k = 1; k < s->nframes; k++) {
            if (s->frames[k].code == code) {
                return true;
            }
        }
    }
    return false;
}

/* From here on the trace has what is kept of it in place of the whole. */
static RtTrace *install(RtTree *tree, CgTrace *cg, IrTrace *kept, void *memory, CgExit *from, const OptOptions *options)
{
    RtTrace *trace = calloc(1, sizeof *trace);
    if (trace == NULL) {
        return NULL;
    }
    *trace = (RtTrace){.cg = cg, .arena = kept->arena, .memory = memory, .from = from, .link = linked_tree(cg->ir),
                       .carries = kept->label != NULL ? kept->label : options->parent_label};
    trace->kept = sizeof *trace + arena_bytes(kept->arena) + cg->bytes;
    rt.kept += trace->kept;
    tree->looks_at_frame |= has_op(cg->ir, IR_guard_valid);
    tree->inlines_itself |= has_inlined(cg->ir, tree->code);
    if (kept->label != NULL) {
        kept->label->code = cg->label;
    }
    cg->ir = kept;
    cg->runtime = trace;
    rt_tree_add(tree, trace);
    RtCode *c = rt_code(tree->code, true);
    if (c != NULL) {
        c->ntraces++;
    }
    return trace;
}

static RtTrace *compile(Recorder *rec, Arena *scratch, RtTree *tree, CgExit *from, const char **why, RecAbort *abort)
{
    void *memory = NULL;
    OptOptions options;
    *abort = ABORT_optimiser;
    IrTrace *t = optimise(rec, scratch, tree, from, &options, why);
    if (t == NULL) {
        return NULL;
    }
    *abort = ABORT_backend;
    if (from == NULL) {
        tree->first_stack_slot = rec->first_stack_slot;
        tree->entry_depth = rec->entry_depth;
    }
    if (!fits(t, why)) {
        return NULL;
    }
    IrTrace *kept = opt_keep(t, arena_new());
    CgTrace *cg = generate(t, tree, from, &memory, why);
    if (cg == NULL) {
        arena_free(kept->arena);
        return NULL;
    }
    RtTrace *trace = install(tree, cg, kept, memory, from, &options);
    if (trace == NULL) {
        rt_code_drop(memory);
        cg_free(cg);
        arena_free(kept->arena);
        *abort = ABORT_out_of_memory;
    }
    return trace;
}

/* What checks in debug builds say lies in scratch memory. */
static const char *keep_words(const char *why)
{
    static char words[200];
    return why != NULL ? strncpy(words, why, sizeof words - 1) : NULL;
}

static void count(const RtTree *tree, RtTrace *trace, uint64_t took)
{
    static const char *const kinds[] = {[REC_LOOP] = "loop", [REC_FUNCTION] = "function", [REC_SIDE] = "side"};
    const CgTrace *cg = trace->cg;
    rt.stats.compile_ns += took;
    trace->cost = took;
    *(trace->from != NULL ? &rt.stats.side_traces : &rt.stats.traces) += 1;
    rt_log(RT_LOG_compile, "compiled", rt.recording.code, rt.recording.at, "%s exits=%d bytes=%zu kept=%zu ms=%.3f%s",
           kinds[trace->from != NULL ? REC_SIDE : tree->kind], cg->nexits, cg->size, trace->kept, (double)took / 1e6,
           trace->link != NULL ? " linked" : "");
    rt_log(RT_LOG_code, "code", rt.recording.code, rt.recording.at, "at=%p bytes=%zu", (void *)cg->code, cg->size);
}

RtTrace *rt_compile(Recorder *rec, RtTree *tree, CgExit *from, const char **why, RecAbort *abort)
{
    uint64_t start = now_ns();
    if (rt.stats.traces + rt.stats.side_traces >= (uint64_t)rt.params.max_traces) {
        *abort = ABORT_optimiser;
        *why = "as many traces as allowed are compiled";
        return NULL;
    }
    Arena *scratch = arena_new();
    RtTrace *trace = compile(rec, scratch, tree, from, why, abort);
    *why = trace == NULL ? keep_words(*why) : NULL;
    arena_free(scratch);
    if (trace != NULL) {
        count(tree, trace, now_ns() - start);
    }
    return trace;
}
