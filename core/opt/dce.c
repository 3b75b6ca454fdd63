/*  Dead code: marks what is needed from the operations that must stay, through operands and snapshots (exits keep alive what they
    write), and closes the gaps. A guarded operation whose value nobody wants need not be done, nor fail,
    unless its failure may be an exception. */
#include "opt/cx.h"

typedef struct {
    OptContext *cx;
    bool *live, *snap_done;
    LIST(IrRef) work;
} Dce;

/* Division by zero, a negative count, an int of what is no number. */
static bool may_raise(const IrTrace *t, const IrInsn *in) {
    switch ((int)in->op) {
    case IR_floordiv_i64:
    case IR_mod_i64:
    case IR_shl_i64_ov:
    case IR_sar_i64: return !ir_is_const(t, in->args[1]);
    case IR_f64_to_i64: return true;
    default: return false;
    }
}

static bool must_stay(const IrTrace *t, const IrInsn *in) {
    if (in->op == IR_phi) {
        return false;
    }
    if (in->op == IR_call) {
        const IrCallInfo *info = &ir_call_info[in->imm.i];
        return !(info->flags & IRF_PURE);
    }
    unsigned flags = ir_op_info[in->op].flags;
    return may_raise(t, in) || !(flags & (IRF_PURE | IRF_READ | IRF_ALLOC));
}

static void need(Dce *d, IrRef r) {
    if (r != IR_NONE && !(r & IR_VIRTUAL) && !d->live[r]) {
        d->live[r] = true;
        LIST_PUSH(d->cx, d->work, r);
    }
}

static void need_snapshot(Dce *d, uint32_t snap) {
    if (!snap || d->snap_done[snap - 1]) {
        return;
    }
    d->snap_done[snap - 1] = true;
    const IrSnapshot *s = &d->cx->out->snaps.data[snap - 1];
    for (int i = 0; i < s->nslots; i++) {
        need(d, s->slots[i].value);
    }
    for (int v = 0; v < s->nvirtuals; v++) {
        for (int i = 0; i < s->virtuals[v].nvalues; i++) {
            need(d, s->virtuals[v].values[i]);
        }
    }
    for (int i = 0; i < s->ndrops; i++) {
        need(d, s->drops[i]);
    }
}

static void mark(Dce *d) {
    IrTrace *t = d->cx->out;
    bool all = !pass_on(d->cx, PASS_dce);
    for (IrRef r = 1; r < NINSNS(t); r++) {
        if (all || must_stay(t, ir_at(t, r))) {
            need(d, r);
        }
    }
    for (int i = 0; i < t->ncarried; i++) {
        need(d, t->carried[i]);
    }
    while (d->work.n) {
        const IrInsn *in = ir_at(t, d->work.data[--d->work.n]);
        for (int i = 0; i < in->nargs; i++) {
            need(d, in->args[i]);
        }
        need_snapshot(d, in->snap);
    }
}

static IrRef rename_one(const IrRef *names, IrRef r) {
    return r == IR_NONE || (r & IR_VIRTUAL) ? r : names[r];
}

static void rename_snapshot(IrSnapshot *s, const IrRef *names) {
    for (int i = 0; i < s->nslots; i++) {
        s->slots[i].value = rename_one(names, s->slots[i].value);
    }
    for (int v = 0; v < s->nvirtuals; v++) {
        for (int i = 0; i < s->virtuals[v].nvalues; i++) {
            s->virtuals[v].values[i] = rename_one(names, s->virtuals[v].values[i]);
        }
    }
    for (int i = 0; i < s->ndrops; i++) {
        s->drops[i] = rename_one(names, s->drops[i]);
    }
}

/* Index + 1 of each snapshot after the unused ones are gone. */
static uint32_t *close_snapshots(Dce *d, const IrRef *names) {
    IrTrace *t = d->cx->out;
    uint32_t *place = opt_alloc(d->cx, (NSNAPS(t) + 1) * sizeof *place);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < NSNAPS(t); i++) {
        if (d->snap_done[i]) {
            IrSnapshot s = t->snaps.data[i];
            rename_snapshot(&s, names);
            t->snaps.data[kept++] = s;
            place[i + 1] = kept;
        }
    }
    t->snaps.len = kept;
    return place;
}

IrRef *dce(OptContext *cx) {
    IrTrace *t = cx->out;
    Dce d = { .cx = cx };
    d.live = opt_alloc(cx, NINSNS(t) * sizeof *d.live);
    d.snap_done = opt_alloc(cx, NSNAPS(t) * sizeof *d.snap_done);
    mark(&d);
    IrRef *names = opt_alloc(cx, (NINSNS(t) + 1) * sizeof *names);
    IrRef kept = 1;
    for (IrRef r = 1; r < NINSNS(t); r++) {
        names[r] = d.live[r] ? kept++ : IR_NONE;
    }
    uint32_t *places = close_snapshots(&d, names);
    for (IrRef r = 1; r < NINSNS(t); r++) {
        if (!d.live[r]) {
            continue;
        }
        IrInsn in = *ir_at(t, r);
        for (int i = 0; i < in.nargs; i++) {
            in.args[i] = names[in.args[i]];
        }
        in.snap = places[in.snap];
        *ir_at(t, names[r]) = in;
    }
    for (int i = 0; i < t->ncarried; i++) {
        t->carried[i] = names[t->carried[i]];
    }
    t->insns.len = kept;
    return names;
}
