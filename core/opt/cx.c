/*  Memory and failure of one run. Everything lives in the arena of the run; growing leaves the old block behind, which it can bear. */
#include "opt/cx.h"

const char *const opt_pass_name[PASS__COUNT] = {
#define PASS(name, optional, doc) #name,
#include "opt/passes.def"
#undef PASS
};

void *opt_alloc(OptContext *cx, size_t bytes) {
    return arena_alloc(cx->arena, bytes ? bytes : 1);
}

void *opt_grow(OptContext *cx, void *data, uint32_t *room, size_t size) {
    uint32_t more = *room ? *room * 2 : 16;
    void *p = opt_alloc(cx, more * size);
    if (*room) {
        memcpy(p, data, *room * size);
    }
    *room = more;
    return p;
}

/* The first reason stays. */
void opt_fail(OptContext *cx, const char *why) {
    if (!cx->why) {
        cx->why = why;
    }
}

OptContext *opt_context(IrTrace *raw, Arena *arena, OptOptions *options, int nslots) {
    OptContext *cx = arena_alloc(arena, sizeof *cx);
    cx->arena = arena;
    cx->raw = raw;
    cx->options = options;
    cx->out = ir_trace_new(arena, raw->name);
    cx->out->max_insns = raw->max_insns * 4;
    cx->out->fields = raw->fields;
    cx->out->klasses = raw->klasses;
    cx->out->names = raw->names;
    cx->out->nexit_args = raw->nexit_args;
    cx->round = 1;
    cx->nslots = nslots;
    cx->mem_limit = options->first_stack_slot + options->entry_depth;
    cx->slots = opt_alloc(cx, (size_t)nslots * sizeof *cx->slots);
    cx->listed = opt_alloc(cx, (size_t)nslots * sizeof *cx->listed);
    for (int k = 0; k < nslots; k++) {
        OptVal start = k < cx->mem_limit ? SLOT_ENTRY : IR_NONE;
        cx->slots[k] = (OptSlot){ .cur = start, .mem = start };
    }
    return cx;
}
