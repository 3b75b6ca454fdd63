/*  Objects that are not made.

    box_i64, box_f64, box_bool and new become virtuals: values in a table, with a count of the references the raw code holds.
    An operation that needs the object itself has it made (as_real). A box that is needed but that nobody owns (a copy
    of a number that sits in a field, or a local's number passed to a call) is made for that one operation and
    dropped behind it; what it stands for stays virtual. Numbers are values: one int or float may become several objects. */
#include "opt/cx.h"

OptVal new_virtual(OptContext *cx, OptVirtKind kind, const IrKlass *klass, int n) {
    OptVirtual *o = opt_alloc(cx, sizeof *o);
    *o = (OptVirtual){ .kind = kind, .klass = klass, .n = n, .refs = 1, .origin = cx->now_ref };
    o->values = opt_alloc(cx, (size_t)n * sizeof *o->values);
    LIST_PUSH(cx, cx->virtuals, o);
    return (cx->virtuals.n - 1) | IR_VIRTUAL;
}

OptVal new_box(OptContext *cx, OptVirtKind kind, IrRef number, int refs) {
    OptVal v = new_virtual(cx, kind, NULL, 1);
    virt(cx, v)->values[0] = number;
    virt(cx, v)->refs = refs;
    return v;
}

bool is_box(OptContext *cx, OptVal v) {
    return is_virtual(v) && virt(cx, v)->kind != VIRT_NEW;
}

IrRef number_in(OptContext *cx, OptVal v) {
    if (is_virtual(v)) {
        return is_box(cx, v) ? virt(cx, v)->values[0] : IR_NONE;
    }
    return v && v < SLOT_JUNK ? fact(cx, v)->unboxed : IR_NONE;
}

int virtual_field(OptContext *cx, OptVal v, const IrField *field) {
    const IrKlass *k = virt(cx, v)->klass;
    for (int i = 0; k && i < k->nfields; i++) {
        if (same_field(k->fields[i], field)) {
            return i;
        }
    }
    return -1;
}

/* Can `to` be found in the fields of `from`? */
bool reaches(OptContext *cx, OptVal from, OptVal to) {
    from = resolve(cx, from);
    if (from == to) {
        return true;
    }
    if (!is_virtual(from) || is_box(cx, from)) {
        return false;
    }
    OptVirtual *o = virt(cx, from);
    for (int i = 0; i < o->n; i++) {
        if (reaches(cx, o->values[i], to)) {
            return true;
        }
    }
    return false;
}

static IrRef emit_box(OptContext *cx, OptVirtual *o) {
    static const IrOp ops[] = { IR_box_i64, IR_box_f64, IR_box_bool };
    static const unsigned flags[] = { IR_TYPE_INT, IR_TYPE_FLOAT, IR_TYPE_BOOL };
    IrRef number = o->values[0];
    IrRef r = o->kind == VIRT_BOOL ? emit_pure(cx, IR_box_bool, &number, 1, NULL, 0)
                                   : emit1(cx, ops[o->kind], number);
    OptFact *f = fact(cx, r);
    f->flags = flags[o->kind] | IR_TYPE_PLAIN | IR_TYPE_FIXED;
    f->nonnull = true;
    f->unboxed = number;
    return r;
}

/* Slots that hold the box keep a virtual copy of the number, so that they need not be written. */
static void split_from_slots(OptContext *cx, OptVal v) {
    for (int k = 0; k < cx->nslots; k++) {
        OptSlot *s = &cx->slots[k];
        if (k < cx->mem_limit && s->cur == v) {
            OptVirtual *o = virt(cx, v);
            bool dirty = s->mem != v; /* else the reference is memory's already */
            OptVal copy = new_box(cx, o->kind, o->values[0], dirty);
            s->mem = dirty ? s->mem : copy;
            s->cur = copy;
            o->refs -= dirty;
        }
    }
}

static IrRef make_box(OptContext *cx, OptVal v) {
    OptVirtual *o = virt(cx, v);
    if (o->kind == VIRT_BOOL) {
        return emit_box(cx, o);
    }
    split_from_slots(cx, v);
    IrRef r = emit_box(cx, o);
    fact(cx, r)->held = 1;
    fact(cx, r)->fresh = true;
    if (o->refs <= 0) {
        LIST_PUSH(cx, cx->temps, r);
        return r;
    }
    o->forced = r;
    fact(cx, r)->was = v;
    set_pending(cx, r, o->refs - 1);
    return r;
}

/* The raw code may go on to use the number, borrowed from a local: to it the object still is that local's, here it is only a number
   again. */
void forget_box(OptContext *cx, IrRef r) {
    OptFact *f = fact(cx, r);
    if (f->was && f->held <= 0 && f->pending <= 0) {
        virt(cx, f->was)->forced = IR_NONE;
        virt(cx, f->was)->refs = 0;
        f->was = IR_NONE;
    }
}

static IrRef make_object(OptContext *cx, OptVal v) {
    OptVirtual *o = virt(cx, v);
    if (o->forcing) {
        opt_fail(cx, "an object that contains itself");
        return ir_const_obj(cx->out, NULL);
    }
    if (o->klass->flags & IR_TYPE_UNMADE) {
        opt_fail(cx, "an exception or its traceback would have to be made");
        return ir_const_obj(cx->out, NULL);
    }
    o->forcing = true;
    IrRef *args = opt_alloc(cx, (size_t)o->n * sizeof *args);
    for (int i = 0; i < o->n; i++) {
        bool is_obj = ir_holds_ref(o->klass->fields[i]->width);
        OptVal child = resolve(cx, o->values[i]);
        args[i] = !is_obj ? child : child == IR_NONE ? ir_const_obj(cx->out, NULL) : as_owned(cx, child);
        o->values[i] = args[i];
    }
    bool keeps = !(o->klass->flags & IR_TYPE_LATE) && !may_have_ended(cx, o); /* what it is made of; not what it is a copy of */
    if (!keeps) {
        flush_pending(cx, &(OptEffect){ .releases = true, .slot = -1 });
    }
    IrRef r = emit(cx, IR_new, args, o->n, &(IrInsn){ .imm.klass = o->klass }, 0);
    learn_type(cx, r, o->klass);
    fact(cx, r)->held = 1;
    fact(cx, r)->fresh = true;
    o->forced = r;
    set_pending(cx, r, o->refs - 1);
    for (int i = 0; i < o->n && keeps; i++) {
        if (ir_width_type(o->klass->fields[i]->width) == ir_at(cx->out, args[i])->type) {
            remember(cx, r, o->klass->fields[i], IR_NONE, 0, args[i]);
        }
    }
    return r;
}

IrRef as_real(OptContext *cx, OptVal v) {
    v = resolve(cx, v);
    if (v == IR_NONE) {
        return ir_const_obj(cx->out, NULL);
    }
    if (!is_virtual(v)) {
        return v;
    }
    return is_box(cx, v) ? make_box(cx, v) : make_object(cx, v);
}

/* The operation about to be emitted steals the reference. */
IrRef as_owned(OptContext *cx, OptVal v) {
    v = resolve(cx, v);
    if (is_box(cx, v) && virt(cx, v)->kind != VIRT_BOOL) {
        OptVirtual *o = virt(cx, v); /* a box of its own: the others keep theirs */
        IrRef r = emit_box(cx, o);
        fact(cx, r)->fresh = true;
        o->refs--;
        return r;
    }
    bool counts = !is_box(cx, v);
    IrRef r = as_real(cx, v);
    if (counts) {
        give_away(cx, r);
    }
    return r;
}

/* Behind the operation: boxes made just for it. */
void end_temps(OptContext *cx) {
    while (cx->temps.n) {
        IrRef r = cx->temps.data[--cx->temps.n];
        fact(cx, r)->held = 0;
        emit1(cx, IR_decref_plain, r);
    }
}

/* A reference to a virtual goes; with the last one those of its fields. */
void virtual_release(OptContext *cx, OptVal v, uint32_t raw_snap) {
    OptVirtual *o = virt(cx, v);
    if (o->refs == 1 && !is_box(cx, v) && has_to_close(cx, o)) {
        count_down(cx, as_real(cx, v), raw_snap);
        return;
    }
    if (--o->refs != 0 || is_box(cx, v)) {
        return;
    }
    uint32_t before = cx->dying.n;
    bool generator = o->klass->flags & IR_TYPE_GENERATOR;
    for (int i = o->n - 1; i >= (generator ? o->n - 1 : 0); i--) {
        OptVal child = resolve(cx, o->values[i]);
        if (ir_holds_ref(o->klass->fields[i]->width) && child != IR_NONE) {
            LIST_PUSH(cx, cx->dying, child);
        }
    }
    if (generator) {
        drop_frame_of_generator(cx, o);
    }
    while (cx->dying.n > before) {
        OptVal child = cx->dying.data[--cx->dying.n];
        count_down(cx, child, raw_snap);
    }
}

/* ---- the operations ---------------------------------------------------------------------- */
static void replay_box(OptContext *cx, OptVirtKind kind) {
    IrRef number = operand(cx, 0);
    OptVal v = new_box(cx, kind, number, 1);
    cx->map[cx->now_ref] = v;
    if (!pass_on(cx, PASS_virtual)) {
        as_real(cx, v);
    }
}

static void replay_new(OptContext *cx) {
    const IrInsn *in = cx->now;
    OptVal v = new_virtual(cx, VIRT_NEW, in->imm.klass, in->nargs);
    for (int i = 0; i < in->nargs; i++) {
        OptVal value = operand(cx, i);
        bool unset = i < in->imm.klass->nfields && ir_holds_ref(in->imm.klass->fields[i]->width)
            && is_nonnull(cx, value) == 0;
        virt(cx, v)->values[i] = unset ? IR_NONE : value;
    }
    cx->map[cx->now_ref] = v;
    if (!pass_on(cx, PASS_virtual) || in->imm.klass->nfields != in->nargs || in->nargs > 32) {
        as_real(cx, v);
    } else if (in->imm.klass->flags & IR_TYPE_LATE) {
        LIST_PUSH(cx, cx->late, v);
    }
}

/* ---- late copies ---------------------------------------------------------------------------- */
OptVirtual *late_copy(OptContext *cx, OptVal v) {
    v = resolve(cx, v);
    bool late = is_virtual(v) && !is_box(cx, v) && virt(cx, v)->klass->flags & IR_TYPE_LATE;
    return late ? virt(cx, v) : NULL;
}

void make_late(OptContext *cx, OptVal but) {
    for (uint32_t i = 0; i < cx->late.n; i++) {
        OptVirtual *o = late_copy(cx, cx->late.data[i]);
        if (o && o->refs > 0 && cx->late.data[i] != but) {
            as_real(cx, cx->late.data[i]);
        }
    }
    cx->late.n = 0;
}

static void replay_unbox(OptContext *cx) {
    OptVal v = operand(cx, 0);
    IrRef number = number_in(cx, v);
    IrType type = ir_op_info[cx->now->op].result;
    if (number && ir_at(cx->out, number)->type == type) {
        cx->map[cx->now_ref] = number;
        return;
    }
    IrRef o = as_real(cx, v);
    IrRef r;
    if (cx->now->op == IR_unbox_f64) {
        r = emit1(cx, IR_unbox_f64, o);
    } else {
        r = emit_pure(cx, (IrOp)cx->now->op, &o, 1, NULL, cx->now->snap);
    }
    fact(cx, o)->unboxed = r;
    cx->map[cx->now_ref] = r;
}

bool replay_virtual(OptContext *cx) {
    switch ((int)cx->now->op) {
    case IR_box_i64: replay_box(cx, VIRT_I64); return true;
    case IR_box_f64: replay_box(cx, VIRT_F64); return true;
    case IR_box_bool: replay_box(cx, VIRT_BOOL); return true;
    case IR_new: replay_new(cx); return true;
    case IR_unbox_i64:
    case IR_unbox_f64:
    case IR_unbox_bool: replay_unbox(cx); return true;
    }
    return false;
}
