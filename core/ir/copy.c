/*  Copies into an arena of their own, for what outlives a compile. Fields and types are copied once, so that equal ones are still
    told by their addresses; arrays that neighbours have alike are shared. */
#include "ir/ir.h"

#include <string.h>

IrCopy ir_copy_start(Arena *to) { return (IrCopy){.to = to}; }

void ir_copy_end(IrCopy *c)
{
    map_free(&c->known);
    vec_free(&c->copies);
}

void *ir_copy_bytes(IrCopy *c, const void *from, size_t bytes)
{
    return bytes && from ? memcpy(arena_alloc(c->to, bytes), from, bytes) : NULL;
}

static void *known(const IrCopy *c, const void *from)
{
    uint32_t *at = map_get(&c->known, map_key(from));
    return at != NULL ? c->copies.data[*at] : NULL;
}

static void *remember(IrCopy *c, const void *from, void *copy)
{
    map_put(&c->known, map_key(from), (uint32_t)c->copies.len);
    vec_push(&c->copies, copy);
    return copy;
}

const IrField *ir_copy_field(IrCopy *c, const IrField *from)
{
    IrField *f = from != NULL ? known(c, from) : NULL;
    if (from == NULL || f != NULL) {
        return f;
    }
    f = ir_copy_bytes(c, from, sizeof *f);
    f->name = arena_strdup(c->to, from->name);
    return remember(c, from, f);
}

const IrKlass *ir_copy_klass(IrCopy *c, const IrKlass *from)
{
    IrKlass *k = from != NULL ? known(c, from) : NULL;
    if (from == NULL || k != NULL) {
        return k;
    }
    size_t n = (size_t)from->nfields;
    k = ir_copy_bytes(c, from, sizeof *k);
    k->name = arena_strdup(c->to, from->name);
    k->data = ir_copy_bytes(c, from->data, n * sizeof(void *));
    const IrField **fields = ir_copy_bytes(c, from->fields, n * sizeof *fields);
    for (size_t i = 0; fields != NULL && i < n; i++) {
        fields[i] = ir_copy_field(c, from->fields[i]);
    }
    k->fields = fields;
    return remember(c, from, k);
}

IrInsn ir_copy_insn(IrCopy *c, const IrInsn *from, bool with_args)
{
    IrInsn insn = *from;
    insn.args = with_args ? ir_copy_bytes(c, from->args, from->nargs * sizeof *from->args) : NULL;
    insn.nargs = with_args ? from->nargs : 0;
    switch (ir_op_info[from->op].imm) {
    case IR_IMM_FIELD:
        insn.imm.field = ir_copy_field(c, from->imm.field);
        break;
    case IR_IMM_TYPE:
    case IR_IMM_KLASS:
        insn.imm.klass = ir_copy_klass(c, from->imm.klass);
        break;
    default:
        break;
    }
    return insn;
}

void ir_copy_insns(IrCopy *c, IrTrace *to, const IrTrace *from, bool with_args)
{
    size_t n = from->insns.len;
    to->insns.data = arena_alloc(c->to, n * sizeof *to->insns.data);
    to->insns.len = to->insns.cap = n;
    for (size_t i = 1; i < n; i++) {
        to->insns.data[i] = ir_copy_insn(c, ir_at(from, (IrRef)i), with_args);
    }
}

/* ---- snapshots ------------------------------------------------------------------------------- */
static void *copy_or_share(IrCopy *c, const void *from, int n, void *last, int last_n, size_t size)
{
    size_t bytes = (size_t)n * size;
    if (n == last_n && n > 0 && memcmp(from, last, bytes) == 0) {
        return last;
    }
    return ir_copy_bytes(c, from, bytes);
}

static void copy_virtuals(IrCopy *c, IrSnapshot *to, const IrSnapshot *from)
{
    to->virtuals = ir_copy_bytes(c, from->virtuals, (size_t)from->nvirtuals * sizeof *from->virtuals);
    for (int i = 0; i < from->nvirtuals; i++) {
        IrVirtual *v = &to->virtuals[i];
        v->klass = ir_copy_klass(c, v->klass);
        v->values = ir_copy_bytes(c, from->virtuals[i].values, (size_t)v->nvalues * sizeof *v->values);
    }
}

void ir_copy_snaps(IrCopy *c, IrTrace *to, const IrTrace *from)
{
    size_t n = from->snaps.len;
    to->snaps.data = arena_alloc(c->to, (n + 1) * sizeof *to->snaps.data);
    to->snaps.len = to->snaps.cap = n;
    IrSnapshot last = {0};
    for (size_t i = 0; i < n; i++) {
        const IrSnapshot *s = &from->snaps.data[i];
        IrSnapshot copy = *s;
        copy.frames = copy_or_share(c, s->frames, s->nframes, last.frames, last.nframes, sizeof *s->frames);
        copy.slots = copy_or_share(c, s->slots, s->nslots, last.slots, last.nslots, sizeof *s->slots);
        copy.drops = copy_or_share(c, s->drops, s->ndrops, last.drops, last.ndrops, sizeof *s->drops);
        copy_virtuals(c, &copy, s);
        to->snaps.data[i] = last = copy;
    }
}

IrTrace *ir_copy_exits(IrCopy *c, const IrTrace *from)
{
    IrTrace *t = arena_alloc(c->to, sizeof *t);
    *t = (IrTrace){.arena = c->to, .name = arena_strdup(c->to, from->name), .nexit_args = from->nexit_args, .names = from->names};
    ir_copy_snaps(c, t, from);
    return t;
}
