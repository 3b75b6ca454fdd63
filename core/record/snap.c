/*  Snapshots: what the interpreter must see if the trace is left here. */
#include "record/state.h"

static void add_slot(RecState *st, IrSnapshot *s, int frame, int slot, IrRef value, uint32_t flags)
{
    if (s->nslots == st->sslots_cap) {
        st->sslots_cap = st->sslots_cap ? st->sslots_cap * 2 : 128;
        st->sslots = PyMem_RawRealloc(st->sslots, (size_t)st->sslots_cap * sizeof(IrSnapSlot));
    }
    st->sslots[s->nslots++] = (IrSnapSlot){.frame = (uint8_t)frame, .flags = (uint8_t)flags, .slot = (uint16_t)slot, .value = value};
}

static void add_frame_slots(RecState *st, IrSnapshot *s, int n)
{
    RecFrame *f = &st->frames[n];
    if (n == 0 && st->handled != IR_NONE) {
        add_slot(st, s, n, 0xffff, st->handled, IR_SNAP_FUNC | IR_SNAP_OWNED);
    }
    if (n > 0 && f->func_ref != IR_NONE) {
        add_slot(st, s, n, 0xffff, f->func_ref, IR_SNAP_FUNC | (f->owns_func ? IR_SNAP_OWNED : 0u));
    }
    for (int i = 0; i < f->base + f->depth; i++) {
        RecVal *v = &f->slots[i];
        /* Above what memory has of the stack lies nothing, or in a generator's frame anything. */
        bool above = i >= f->base + f->mem_depth;
        bool listed = f->modified ? f->modified[i] || above : v->ref != IR_NONE;
        if (listed) {
            add_slot(st, s, n, i, v->ref, (v->owned ? IR_SNAP_OWNED : 0u) | (v->is_int ? IR_SNAP_INT : 0u));
        }
    }
}

static void build(Recorder *r, IrSnapshot *s, int place, int drop_from, IrExitKind kind)
{
    RecState *st = r->state;
    *s = (IrSnapshot){.kind = kind, .nframes = st->nframes, .frames = st->sframes, .drops = st->sdrops};
    for (int n = 0; n < st->nframes; n++) {
        RecFrame *f = &st->frames[n];
        bool last = n == st->nframes - 1;
        st->sframes[n] = (IrSnapFrame){.code = f->code, .func = f->func, .name = PyUnicode_AsUTF8(f->code->co_name),
                                       .place = last ? place : f->place, .from = f->place, .depth = f->depth,
                                       .how = n == 0 ? REC_HOW_ROOT : f->how};
        add_frame_slots(st, s, n);
    }
    s->slots = st->sslots;
    for (int i = drop_from; i < st->ndrops; i++) {
        st->sdrops[s->ndrops++] = st->drops[i].ref;
    }
}

uint32_t rec_snap_at(Recorder *r, int place, int drop_from, IrExitKind kind)
{
    IrSnapshot s;
    build(r, &s, place, drop_from, kind);
    return ir_add_snap(r->raw, &s);
}

/* rec_step takes it before the handler runs, so handlers may pop and guard in any order as long as nothing that can be
   seen has happened. */
uint32_t rec_snap_before(Recorder *r)
{
    return r->state->before;
}

uint32_t rec_snap_raise(Recorder *r)
{
    RecState *st = r->state;
    IrSnapshot s = r->raw->snaps.data[st->before - 1];
    s.kind = IR_EXIT_RAISE;
    return ir_add_snap(r->raw, &s);
}
