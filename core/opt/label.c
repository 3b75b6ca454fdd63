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

/* By old numbers: which raw operation has exactly this value in the first round? */
static IrRef *find_origins(OptContext *cx, const IrLabel *label, const IrRef *renamed, IrRef old_count) {
    IrRef *origin = opt_alloc(cx, (size_t)(label->nparams + 1) * sizeof *origin);
    IrRef *old = opt_alloc(cx, (NINSNS(cx->out) + 1) * sizeof *old);
    for (IrRef r = 1; r < old_count; r++) {
        old[renamed[r]] = r;
    }
    for (int i = label->nphis; i < label->nparams; i++) {
        IrRef from = fact(cx, old[label->params[i]])->origin;
        bool exact = from && resolve(cx, cx->first_map[from]) == old[label->params[i]];
        origin[i] = exact ? from : IR_NONE;
    }
    return origin;
}

static void rename_rep(OptRep *rep, const IrRef *renamed) {
    for (int i = 0; i < rep->n; i++) {
        rename_rep(&rep->parts[i], renamed);
    }
    rep->phi = rep->phi ? renamed[rep->phi] : IR_NONE;
}

static void rename_head(OptHead *head, const IrRef *renamed) {
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
    head->origin = find_origins(cx, label, renamed, old_count);
    rename_head(head, renamed);
    label->opt = head;
    t->label = label;
}
