/*  Reference counts, as late as can be.

    An incref in the raw trace is only counted (pending). Most are followed by their decref and cost nothing; the others
    are emitted when what keeps the object alive could go away: is_kept says what does. While an incref is pending, exits
    take the reference themselves (snapshots.c writes the entry as not owned). */
#include "opt/cx.h"

void set_pending(OptContext *cx, IrRef v, int n) {
    OptFact *f = fact(cx, v);
    if (!f->pending && n > 0) {
        LIST_PUSH(cx, cx->pendings, v);
    }
    f->pending = n > 0 ? n : 0;
}

static bool in_root_slot(OptContext *cx, IrRef v, int except) {
    for (int k = 0; k < cx->nslots && k < cx->mem_limit; k++) {
        if (k != except && slot_memory(cx, k) == v) {
            return true;
        }
    }
    return false;
}

/* Notes that v was loaded from, or stored to, that field of the base, and so lives as long as it is there. */
void set_anchor(OptContext *cx, IrRef v, IrRef base, const IrField *field) {
    OptFact *f = fact(cx, v);
    if (!f->anchor_field) {
        LIST_PUSH(cx, cx->anchored, v);
    }
    f->anchor = base;
    f->anchor_field = field;
}

static bool may_overwrite(const OptEffect *e, const IrField *field) {
    return field->mem != MEMID_none && (e->writes >> field->mem & 1)
        && (!e->field || may_overlap(field, e->field, true));
}

/* What is there now may be something else. That concerns also what nothing is pending for now: its slot's reference may go later. */
static void forget_anchors(OptContext *cx, const OptEffect *e) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cx->anchored.n; i++) {
        IrRef v = cx->anchored.data[i];
        OptFact *f = fact(cx, v);
        if (f->anchor_field && may_overwrite(e, f->anchor_field)) {
            f->anchor_field = NULL;
        }
        if (f->anchor_field) {
            cx->anchored.data[kept++] = v;
        }
    }
    cx->anchored.n = kept;
}

/* Objects may hold each other: what is not decided after a few steps is not kept. */
enum { MAX_ANCHORS = 8 };

static bool is_kept_within(OptContext *cx, IrRef v, const OptEffect *e, bool by_others, int steps) {
    OptFact *f = fact(cx, v);
    if (ir_is_const(cx->out, v) || (f->held > 0 && !by_others)) {
        return true;
    }
    if (e->runs) {
        return false;
    }
    if (in_root_slot(cx, v, e->slot)) {
        return true;
    }
    const IrField *from = f->anchor_field;
    if (!from || may_overwrite(e, from)) {
        return false;
    }
    return !(e->releases || e->slot >= 0) || (steps > 0 && is_kept_within(cx, f->anchor, e, false, steps - 1));
}

/* Does the object live through the effect though the pending increfs are not emitted? by_others: without the trace's own references. */
bool is_kept(OptContext *cx, IrRef v, const OptEffect *e, bool by_others) {
    return is_kept_within(cx, v, e, by_others, MAX_ANCHORS);
}

void flush_pending(OptContext *cx, const OptEffect *e) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cx->pendings.n; i++) {
        IrRef v = cx->pendings.data[i];
        OptFact *f = fact(cx, v);
        if (f->pending > 0 && !is_kept(cx, v, e, false)) {
            for (; f->pending > 0; f->pending--) {
                emit1(cx, IR_incref, v);
                f->held++;
            }
        }
        if (f->pending > 0) {
            cx->pendings.data[kept++] = v;
        }
    }
    cx->pendings.n = kept;
    if (e->writes) {
        forget_anchors(cx, e);
    }
}

static bool is_anchored_at(OptContext *cx, IrRef v, IrRef at) {
    for (int steps = 0; steps < MAX_ANCHORS && fact(cx, v)->anchor_field; steps++) {
        v = fact(cx, v)->anchor;
        if (v == at) {
            return true;
        }
    }
    return false;
}

/* What was loaded from a plain object goes with it. And who keeps what a parent's exit lent is not known here: it may be this very object. */
static bool may_go_with(OptContext *cx, IrRef v, IrRef dying) {
    OptFact *f = fact(cx, v);
    if (v == dying || f->held > 0 || in_root_slot(cx, v, -1)) {
        return false;
    }
    if (f->anchor_field) {
        return is_anchored_at(cx, v, dying);
    }
    const IrKlass *k = f->klass, *other = fact(cx, dying)->klass;
    return ir_at(cx->out, v)->op == IR_exit_arg && !fact(cx, dying)->fresh && !(k && other && k->ptr != other->ptr);
}

static void flush_going_with(OptContext *cx, IrRef dying) {
    for (uint32_t i = 0; i < cx->pendings.n; i++) {
        IrRef v = cx->pendings.data[i];
        OptFact *f = fact(cx, v);
        for (; f->pending > 0 && may_go_with(cx, v, dying); f->pending--) {
            emit1(cx, IR_incref, v);
            f->held++;
        }
    }
}

void count_up(OptContext *cx, OptVal v) {
    v = resolve(cx, v);
    if (is_virtual(v)) {
        virt(cx, v)->refs++;
        return;
    }
    if (type_flags(cx, v) & IR_TYPE_BOOL) {
        return;
    }
    if (!pass_on(cx, PASS_refcount)) {
        emit1(cx, IR_incref, v);
        fact(cx, v)->held++;
        return;
    }
    set_pending(cx, v, fact(cx, v)->pending + 1);
}

/* One reference less, of an object that is not NULL. The raw snapshot is the state behind it. */
void count_down(OptContext *cx, OptVal v, uint32_t raw_snap) {
    v = resolve(cx, v);
    if (is_virtual(v)) {
        virtual_release(cx, v, raw_snap);
        return;
    }
    OptFact *f = fact(cx, v);
    if (f->pending > 0) {
        f->pending--;
        forget_box(cx, v);
        return;
    }
    if (type_flags(cx, v) & IR_TYPE_BOOL) {
        return;
    }
    OptEffect e = { .releases = true, .slot = -1 };
    bool lives = is_kept(cx, v, &e, true);
    if (f->held > 0) {
        f->held--;
    }
    if (is_plain(cx, v) || lives || !raw_snap) {
        if (!lives) {
            flush_going_with(cx, v);
        }
        emit1(cx, IR_decref_plain, v);
        forget_box(cx, v);
        return;
    }
    flush_pending(cx, &e);
    uint32_t snap = snapshot(cx, raw_snap);
    emit(cx, IR_decref, &v, 1, NULL, snap);
}

/* The next operation steals a reference to v: what the trace holds goes first, else an incref that was pending is due. */
void give_away(OptContext *cx, IrRef v) {
    OptFact *f = fact(cx, v);
    if (is_nonnull(cx, v) == 0 || type_flags(cx, v) & IR_TYPE_BOOL) {
        return;
    }
    if (f->held > 0) {
        f->held--;
    } else if (f->pending > 0) {
        emit1(cx, IR_incref, v);
        f->pending--;
    }
    forget_box(cx, v);
}

static void replay_maybe_null(OptContext *cx, OptVal v, bool up) {
    int nonnull = is_nonnull(cx, v);
    if (nonnull == 0) {
        return;
    }
    if (nonnull == 1) {
        up ? count_up(cx, v) : count_down(cx, v, cx->now->snap);
        return;
    }
    if (up) {
        emit1(cx, IR_xincref, v);
        return;
    }
    flush_pending(cx, &(OptEffect){ .releases = true, .slot = -1 });
    uint32_t snap = snapshot(cx, cx->now->snap);
    emit(cx, IR_xdecref, &v, 1, NULL, snap);
}

bool replay_refcount(OptContext *cx) {
    switch ((int)cx->now->op) {
    case IR_incref: {
        OptVal v = operand(cx, 0);
        if (!is_virtual(v)) {
            fact(cx, v)->nonnull = true;
        }
        count_up(cx, v);
        return true;
    }
    case IR_decref:
    case IR_decref_plain: count_down(cx, operand(cx, 0), cx->now->snap); return true;
    case IR_xincref: replay_maybe_null(cx, operand(cx, 0), true); return true;
    case IR_xdecref: replay_maybe_null(cx, operand(cx, 0), false); return true;
    }
    return false;
}
