/*  What is known of each emitted value. Facts only grow, but for types of instances, which arbitrary code can change. */
#include "opt/cx.h"

OptFact *fact(OptContext *cx, IrRef r) {
    OptFact **chunk = &cx->fact_chunks[r / OPT_CHUNK % OPT_CHUNKS];
    if (!*chunk) {
        *chunk = opt_alloc(cx, OPT_CHUNK * sizeof **chunk);
    }
    return &(*chunk)[r % OPT_CHUNK];
}

OptVal resolve(OptContext *cx, OptVal v) {
    if (v >= SLOT_JUNK || v == IR_NONE) {
        return v;
    }
    if (is_virtual(v)) {
        OptVirtual *o = virt(cx, v);
        if (!o->forced) {
            return v;
        }
        v = o->forced;
    }
    IrRef same = fact(cx, v)->same;
    return same ? same : v;
}

OptVal operand(OptContext *cx, int i) {
    return resolve(cx, cx->map[cx->now->args[i]]);
}

static const IrInsn *insn_of(OptContext *cx, OptVal v) {
    return is_virtual(v) || v == IR_NONE || v >= SLOT_JUNK ? NULL : ir_at(cx->out, v);
}

unsigned type_flags(OptContext *cx, OptVal v) {
    if (is_virtual(v)) {
        static const unsigned of_box[] = { IR_TYPE_INT, IR_TYPE_FLOAT, IR_TYPE_BOOL };
        OptVirtual *o = virt(cx, v);
        return o->kind == VIRT_NEW ? o->klass->flags : of_box[o->kind] | IR_TYPE_PLAIN | IR_TYPE_FIXED;
    }
    return insn_of(cx, v) ? fact(cx, v)->flags : 0;
}

const IrKlass *klass_of(OptContext *cx, OptVal v) {
    if (is_virtual(v)) {
        return virt(cx, v)->klass;
    }
    return insn_of(cx, v) ? fact(cx, v)->klass : NULL;
}

bool same_type(const IrKlass *a, const IrKlass *b) {
    if (a == b) {
        return true;
    }
    return a->ptr || b->ptr ? a->ptr == b->ptr : !strcmp(a->name, b->name);
}

bool same_klass(const IrKlass *a, const IrKlass *b) {
    if (a == b) {
        return true;
    }
    if (!a || !b || !same_type(a, b) || a->kind != b->kind || a->nfields != b->nfields) {
        return false;
    }
    for (int i = 0; i < a->nfields; i++) {
        if (!same_field(a->fields[i], b->fields[i]) || strcmp(a->fields[i]->name, b->fields[i]->name) != 0) {
            return false;
        }
    }
    return true;
}

int is_of_type(OptContext *cx, OptVal v, const IrKlass *k) {
    const unsigned numbers = IR_TYPE_INT | IR_TYPE_FLOAT | IR_TYPE_BOOL;
    const IrKlass *known = klass_of(cx, v);
    if (known) {
        return same_type(known, k);
    }
    unsigned flags = type_flags(cx, v) & numbers;
    return flags ? (k->flags & numbers) == flags : -1;
}

int is_nonnull(OptContext *cx, OptVal v) {
    if (is_virtual(v)) {
        return 1;
    }
    const IrInsn *in = insn_of(cx, v);
    if (!in) {
        return v == IR_NONE ? 0 : -1;
    }
    if (in->op == IR_const_obj || in->op == IR_const_ptr) {
        return in->imm.p != NULL;
    }
    return fact(cx, v)->nonnull ? 1 : -1;
}

bool is_plain(OptContext *cx, OptVal v) {
    return is_nonnull(cx, v) == 0 || (type_flags(cx, v) & IR_TYPE_PLAIN);
}

bool is_real_const(OptContext *cx, OptVal v) {
    return insn_of(cx, v) && ir_is_const(cx->out, v);
}

bool const_i64(OptContext *cx, OptVal v, int64_t *out) {
    const IrInsn *in = insn_of(cx, v);
    if (!in || in->op != IR_const_i64) {
        return false;
    }
    *out = in->imm.i;
    return true;
}

bool const_f64(OptContext *cx, OptVal v, double *out) {
    const IrInsn *in = insn_of(cx, v);
    if (!in || in->op != IR_const_f64) {
        return false;
    }
    *out = in->imm.f;
    return true;
}

int known_bool(OptContext *cx, IrRef b) {
    const IrInsn *in = ir_at(cx->out, b);
    if (in->op == IR_const_bool) {
        return in->imm.i != 0;
    }
    OptFact *f = fact(cx, b);
    return f->truth_known ? f->truth : -1;
}

void learn_type(OptContext *cx, OptVal v, const IrKlass *k) {
    if (is_virtual(v)) {
        return;
    }
    OptFact *f = fact(cx, v);
    f->klass = k;
    f->flags = k->flags;
    f->nonnull = true;
}

/* From here on the constant stands for the value; references counted on the value are the constant's now. */
void learn_same(OptContext *cx, IrRef v, IrRef constant) {
    OptFact *c = fact(cx, constant), *f = fact(cx, v);
    c->held += f->held;
    int pending = f->pending;
    if (!c->klass) {
        c->klass = f->klass;
        c->flags = f->flags;
        c->unboxed = f->unboxed;
    }
    c->nonnull = is_nonnull(cx, constant) == 1;
    f->held = f->pending = 0;
    f->same = constant;
    set_pending(cx, constant, c->pending + pending);
}

void learn_bool(OptContext *cx, IrRef b, bool value) {
    OptFact *f = fact(cx, b);
    f->truth_known = true;
    f->truth = value;
    if (ir_at(cx->out, b)->op == IR_not_bool) {
        learn_bool(cx, ir_at(cx->out, b)->args[0], !value);
    }
}

/* Arbitrary code ran: __class__ of an instance may have been set. */
void forget_loose_types(OptContext *cx) {
    for (IrRef r = 1; r < NINSNS(cx->out); r++) {
        OptFact *f = fact(cx, r);
        if (!(f->flags & IR_TYPE_FIXED)) {
            f->klass = NULL;
            f->flags = 0;
        }
    }
}

int as_bool_object(OptContext *cx, OptVal v) {
    const IrInsn *in = insn_of(cx, v);
    if (!in || in->op != IR_const_obj || !in->imm.p) {
        return -1;
    }
    return in->imm.p == cx->options->true_object ? 1 : in->imm.p == cx->options->false_object ? 0 : -1;
}
