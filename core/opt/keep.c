/*  What is kept of a finished loop, for the traces that will jump to its head: the label, what the optimiser assumed there, and the
    raw trace, which is replayed by those that do not come with all that the head needs. */
#include "opt/cx.h"

static void keep_rep(IrCopy *c, OptRep *rep) {
    rep->klass = ir_copy_klass(c, rep->klass);
    rep->parts = ir_copy_bytes(c, rep->parts, (size_t)rep->n * sizeof *rep->parts);
    for (int i = 0; i < rep->n; i++) {
        keep_rep(c, &rep->parts[i]);
    }
}

static OptHeadSlot *keep_slots(IrCopy *c, const OptHead *head) {
    OptHeadSlot *slots = ir_copy_bytes(c, head->slots, (size_t)head->nslots * sizeof *slots);
    for (int i = 0; i < head->nslots; i++) {
        keep_rep(c, &slots[i].rep);
    }
    return slots;
}

static OptHeadField *keep_fields(IrCopy *c, const OptHead *head) {
    OptHeadField *fields = ir_copy_bytes(c, head->fields, (size_t)head->nfields * sizeof *fields);
    for (int i = 0; i < head->nfields; i++) {
        fields[i].field = ir_copy_field(c, fields[i].field);
    }
    return fields;
}

static OptCached *keep_trusted(IrCopy *c, const OptHead *head) {
    OptCached *trusted = ir_copy_bytes(c, head->trusted, (size_t)head->ntrusted * sizeof *trusted);
    for (int i = 0; i < head->ntrusted; i++) {
        trusted[i].field = ir_copy_field(c, trusted[i].field);
    }
    return trusted;
}

static OptKnown *keep_known(IrCopy *c, const OptHead *head, const IrLabel *label) {
    OptKnown *known = ir_copy_bytes(c, head->known, (size_t)label->nparams * sizeof *known);
    for (int i = label->nphis; i < label->nparams; i++) {
        known[i].klass = ir_copy_klass(c, known[i].klass);
    }
    return known;
}

static IrTrace *keep_raw(IrCopy *c, const IrTrace *from) {
    IrTrace *raw = ir_copy_exits(c, from);
    ir_copy_insns(c, raw, from, true);
    for (size_t i = 0; i < from->klasses.len; i++) {
        vec_push_in(c->to, &raw->klasses, ir_copy_klass(c, from->klasses.data[i]));
    }
    return raw;
}

static OptHead *keep_head(IrCopy *c, const OptHead *from, const IrLabel *label, IrTrace *out) {
    OptHead *head = ir_copy_bytes(c, from, sizeof *head);
    head->slots = keep_slots(c, from);
    head->fields = keep_fields(c, from);
    head->trusted = keep_trusted(c, from);
    head->known = keep_known(c, from, label);
    head->origin = ir_copy_bytes(c, from->origin, (size_t)label->nparams * sizeof *head->origin);
    head->raw = keep_raw(c, from->raw);
    head->out = out;
    return head;
}

IrTrace *opt_keep(IrTrace *t, Arena *arena) {
    IrCopy c = ir_copy_start(arena);
    IrTrace *kept = ir_copy_exits(&c, t);
    if (t->label) {
        IrLabel *label = ir_copy_bytes(&c, t->label, sizeof *label);
        label->name = kept->name;
        label->params = ir_copy_bytes(&c, t->label->params, (size_t)label->nparams * sizeof *label->params);
        ir_copy_insns(&c, kept, t, true);
        label->opt = keep_head(&c, t->label->opt, label, kept);
        kept->label = label;
    }
    for (IrRef r = 1; r < NINSNS(t); r++) {
        IrInsn *in = ir_at(t, r);
        if (in->op == IR_new) { /* Machine code mentions it. */
            in->imm.klass = ir_copy_klass(&c, in->imm.klass);
        }
    }
    ir_copy_end(&c);
    return kept;
}
