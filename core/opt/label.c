/*  The label of a finished loop: what a jump into it must bring. */
#include "opt/cx.h"

typedef struct {
    OptContext *cx;
    IrRef loop;
    bool *seen;
} Scan;

static void see(Scan *s, IrRef r) {
    if (r != IR_NONE && !(r & IR_VIRTUAL) && r < s->loop && !ir_is_const(s->cx->out, r)) {
        s->seen[r] = true;
    }
}

static void see_snapshot(Scan *s, uint32_t snap) {
    const IrSnapshot *shot = &s->cx->out->snaps.data[snap - 1];
    for (int i = 0; i < shot->nslots; i++) {
        see(s, shot->slots[i].value);
    }
    for (int v = 0; v < shot->nvirtuals; v++) {
        for (int i = 0; i < shot->virtuals[v].nvalues; i++) {
            see(s, shot->virtuals[v].values[i]);
        }
    }
    for (int i = 0; i < shot->ndrops; i++) {
        see(s, shot->drops[i]);
    }
}

static void scan_body(Scan *s) {
    IrTrace *t = s->cx->out;
    for (IrRef r = s->loop + 1; r < NINSNS(t); r++) {
        const IrInsn *in = ir_at(t, r);
        for (int i = in->op == IR_phi ? 1 : 0; i < in->nargs; i++) {
            see(s, in->args[i]);
        }
        if (in->snap) {
            see_snapshot(s, in->snap);
        }
    }
}

static void rename_rep(OptRep *rep, const IrRef *renamed) {
    for (int i = 0; i < rep->n; i++) {
        rename_rep(&rep->parts[i], renamed);
    }
    rep->phi = rep->phi ? renamed[rep->phi] : IR_NONE;
}

/* Trusted memory whose parts nobody mentions any more is of no use to anyone. */
static void rename_trusted(OptContext *cx, OptHead *head, const IrRef *renamed) {
    int kept = 0;
    for (int i = 0; i < head->ntrusted; i++) {
        OptCached e = head->trusted[i];
        e.base = renamed[e.base];
        e.index = e.index ? renamed[e.index] : IR_NONE;
        e.value = e.value && !is_virtual(e.value) ? renamed[resolve(cx, e.value)] : IR_NONE;
        head->trusted[kept++] = e;
    }
}

static void rename_known(OptContext *cx, OptHead *head, const IrLabel *label, const IrRef *old) {
    OptKnown *known = opt_alloc(cx, (size_t)(label->nparams + 1) * sizeof *known);
    for (int i = label->nphis; i < label->nparams; i++) {
        known[i] = head->known[old[label->params[i]]];
    }
    head->known = known;
}

static IrRef exact_origin(OptContext *cx, IrRef old) {
    IrRef from = fact(cx, old)->origin;
    return from && resolve(cx, cx->first_map[from]) == old ? from : IR_NONE;
}

static void rename_head(OptContext *cx, OptHead *head, const IrRef *renamed) {
    for (int i = 0; i < head->nslots; i++) {
        rename_rep(&head->slots[i].rep, renamed);
    }
    for (int i = 0; i < head->nfields; i++) {
        OptHeadField *f = &head->fields[i];
        f->base = renamed[f->base];
        f->index = f->index ? renamed[f->index] : IR_NONE;
        f->phi = renamed[f->phi];
    }
}

/* Which raw operation has exactly this value in the first round? */
static void find_origins(OptContext *cx, OptHead *head, const IrLabel *label, const IrRef *old) {
    head->origin = opt_alloc(cx, (size_t)(label->nparams + 1) * sizeof *head->origin);
    for (int i = label->nphis; i < label->nparams; i++) {
        head->origin[i] = exact_origin(cx, old[label->params[i]]);
    }
}

static IrRef find_loop(const IrTrace *t) {
    for (IrRef r = 1; r < NINSNS(t); r++) {
        if (ir_at(t, r)->op == IR_loop) {
            return r;
        }
    }
    return IR_NONE;
}

/* A constant slot value that nobody mentions any more is looked up again by its object when linking. */
void make_label(OptContext *cx, OptHead *head, const IrRef *renamed, IrRef old_count) {
    IrTrace *t = cx->out;
    Scan s = { .cx = cx, .loop = find_loop(t) };
    s.seen = opt_alloc(cx, NINSNS(t) * sizeof *s.seen);
    scan_body(&s);
    IrLabel *label = opt_alloc(cx, sizeof *label);
    label->params = opt_alloc(cx, NINSNS(t) * sizeof *label->params);
    label->name = t->name;
    for (IrRef r = s.loop + 1; ir_at(t, r)->op == IR_phi; r++) {
        label->params[label->nparams++] = r;
    }
    label->nphis = label->nparams;
    for (IrRef r = 1; r < s.loop; r++) {
        if (s.seen[r]) {
            label->params[label->nparams++] = r;
        }
    }
    IrRef *old = opt_alloc(cx, (NINSNS(t) + 1) * sizeof *old);
    for (IrRef r = 1; r < old_count; r++) {
        old[renamed[r]] = r;
    }
    find_origins(cx, head, label, old);
    rename_known(cx, head, label, old);
    rename_trusted(cx, head, renamed);
    rename_head(cx, head, renamed);
    label->opt = head;
    t->label = label;
    t->carries = true;
    t->carried = label->params + label->nphis;
    t->ncarried = label->nparams - label->nphis;
    t->carried_from = s.loop;
}
