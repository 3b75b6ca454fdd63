/*  Snapshots: adding them to a trace, and listing what they need. */
#include "ir/ir.h"

#include <string.h>

static void *copy(IrTrace *t, const void *from, size_t bytes)
{
    return bytes ? memcpy(arena_alloc(t->arena, bytes), from, bytes) : NULL;
}

static bool same_bytes(const void *a, const void *b, size_t n)
{
    return n == 0 || memcmp(a, b, n) == 0;
}

static bool same(const IrSnapshot *a, const IrSnapshot *b)
{
    return a->kind == b->kind && a->nframes == b->nframes && a->nslots == b->nslots && a->nvirtuals == 0 &&
           b->nvirtuals == 0 && a->ndrops == b->ndrops &&
           same_bytes(a->frames, b->frames, (size_t)a->nframes * sizeof *a->frames) &&
           same_bytes(a->slots, b->slots, (size_t)a->nslots * sizeof *a->slots) &&
           same_bytes(a->drops, b->drops, (size_t)a->ndrops * sizeof *a->drops);
}

uint32_t ir_add_snap(IrTrace *t, const IrSnapshot *s)
{
    if (t->snaps.len && same(&t->snaps.data[t->snaps.len - 1], s)) {
        return (uint32_t)t->snaps.len;
    }
    IrSnapshot c = *s;
    c.frames = copy(t, s->frames, (size_t)s->nframes * sizeof *s->frames);
    c.slots = copy(t, s->slots, (size_t)s->nslots * sizeof *s->slots);
    c.drops = copy(t, s->drops, (size_t)s->ndrops * sizeof *s->drops);
    c.virtuals = copy(t, s->virtuals, (size_t)s->nvirtuals * sizeof *s->virtuals);
    for (int i = 0; i < c.nvirtuals; i++) {
        c.virtuals[i].values = copy(t, s->virtuals[i].values, (size_t)s->virtuals[i].nvalues * sizeof(IrRef));
    }
    vec_push_in(t->arena, &t->snaps, c);
    return (uint32_t)t->snaps.len;
}

static int add_leaf(IrRef value, IrRef *out, int n, int max)
{
    if (value == IR_NONE || (value & IR_VIRTUAL)) {
        return n;
    }
    if (n < max) {
        out[n] = value;
    }
    return n + 1;
}

int ir_snapshot_leaves(const IrSnapshot *snap, IrRef *out, int max)
{
    int n = 0;
    for (int i = 0; i < snap->nslots; i++) {
        n = add_leaf(snap->slots[i].value, out, n, max);
    }
    for (int v = 0; v < snap->nvirtuals; v++) {
        for (int i = 0; i < snap->virtuals[v].nvalues; i++) {
            n = add_leaf(snap->virtuals[v].values[i], out, n, max);
        }
    }
    for (int i = 0; i < snap->ndrops; i++) {
        n = add_leaf(snap->drops[i], out, n, max);
    }
    return n;
}
