/*  What a loop's body takes from before the loop, established anew at the end of another trace.

    Of the operations before the head those count that give the same whenever the head is reached: reads of slots and of memory that
    the loop does not write, pure operations on such values, and guards on them. They are appended to the trace's own raw operations and
    replayed like those, with the state before the jump for exits; what they give are the label's parameters. Guards on
    what a round found on its way are not among them: the body has its own. */
#include "opt/cx.h"

typedef struct {
    OptContext *cx;
    const OptHead *head;
    const IrLabel *label;
    OptWrites writes;
    IrTrace *more;   /* the raw trace with what is appended */
    IrRef *appended; /* by operation of the loop's trace; 0: not among them */
    IrRef first;     /* appended */
    uint32_t raw_snap;
} Before;

static bool is_varying_slot(const Before *b, int k) {
    for (int i = 0; i < b->head->nslots; i++) {
        if (b->head->slots[i].slot == k) {
            return true;
        }
    }
    return false;
}

static IrRef loop_of(const IrTrace *t) {
    IrRef r = 1;
    while (ir_at(t, r)->op != IR_loop) {
        r++;
    }
    return r;
}

static bool has_all_operands(const Before *b, const IrInsn *in) {
    for (int i = 0; i < in->nargs; i++) {
        if (!b->appended[in->args[i]]) {
            return false;
        }
    }
    return true;
}

/* Can the slot be asked for here? */
static bool is_at_hand(const Before *b, int k) {
    OptContext *cx = b->cx;
    if (k >= cx->nslots || k >= cx->mem_limit || cx->slots[k].tagged || cx->slots[k].entry_int) {
        return false;
    }
    return slot_value(cx, k) < SLOT_JUNK;
}

static bool may_write_shape(const OptWrites *w) {
    bool writes = w->runs || (w->classes >> MEMID_shape & 1);
    for (uint32_t i = 0; i < w->fields.n; i++) {
        writes = writes || w->fields.data[i]->mem == MEMID_shape;
    }
    return writes;
}

/* What made a load safe has to last as well: where attributes are; and where a generator stands says which of its slots are in use. */
static bool is_lasting_field(const Before *b, const IrField *f) {
    return !may_write(&b->writes, f) && !f->owner && f->mem != MEMID_slot && f->mem != MEMID_other
        && (f->mem != MEMID_attr || !may_write_shape(&b->writes));
}

static bool is_lasting(const Before *b, const IrInsn *in) {
    unsigned flags = ir_op_info[in->op].flags;
    if (!has_all_operands(b, in)) {
        return false;
    }
    switch ((int)in->op) {
    case IR_load_slot: return !is_varying_slot(b, (int)in->imm.i) && is_at_hand(b, (int)in->imm.i);
    case IR_load:
    case IR_load_elem: return is_lasting_field(b, in->imm.field);
    case IR_unbox_f64: return true;
    case IR_call: return ir_call_info[in->imm.i].flags & IRF_PURE;
    case IR_exit_arg:
    case IR_guard_valid:
    case IR_guard_breaker:
    case IR_guard_slot_int:
    case IR_guard_ok: return false;
    }
    return flags & (IRF_PURE | IRF_GUARD);
}

static void append(Before *b, IrRef r) {
    const IrInsn *in = ir_at(b->head->out, r);
    IrRef args[8] = { 0 };
    if (in->nargs > (int)ARRAY_LEN(args)) {
        return;
    }
    for (int i = 0; i < in->nargs; i++) {
        args[i] = b->appended[in->args[i]];
    }
    IrRef copy = ir_append_imm(b->more, (IrOp)in->op, args, in->nargs, *in);
    if (ir_op_info[in->op].flags & (IRF_GUARD | IRF_SNAP)) {
        ir_set_snap(b->more, copy, b->raw_snap);
    }
    b->appended[r] = copy;
}

static void append_all(Before *b) {
    OptContext *cx = b->cx;
    b->more = opt_alloc(cx, sizeof *b->more);
    *b->more = *cx->raw;
    b->more->arena = cx->arena;
    b->more->insns = (IrInsns){ 0 };
    for (IrRef r = 0; r < NINSNS(cx->raw); r++) {
        vec_push_in(cx->arena, &b->more->insns, *ir_at(cx->raw, r));
    }
    b->first = NINSNS(b->more);
    for (IrRef r = 1; r < NINSNS(b->head->out); r++) { /* They stand anywhere. */
        if (ir_is_const(b->head->out, r)) {
            append(b, r);
        }
    }
    for (IrRef r = 1; r < NINSNS(b->head->out) && ir_at(b->head->out, r)->op != IR_loop; r++) {
        if (!b->appended[r] && is_lasting(b, ir_at(b->head->out, r))) {
            append(b, r);
        }
    }
}

static bool has_parameters(const Before *b) {
    for (int i = b->label->nphis; i < b->label->nparams; i++) {
        if (!b->appended[b->label->params[i]]) {
            return false;
        }
    }
    for (int i = 0; i < b->head->nfields; i++) {
        const OptHeadField *f = &b->head->fields[i];
        if (!f->base || !b->appended[f->base]) {
            return false;
        }
    }
    return !b->more->failed;
}

static bool are_constants(OptContext *cx, OptVal a, OptVal b) { return is_real_const(cx, a) && is_real_const(cx, b); }
static bool are_same_constant(OptContext *cx, IrRef a, IrRef b) { return ir_at(cx->out, a)->imm.p == ir_at(cx->out, b)->imm.p; }

/* The loop was compiled for something else than what is here: nothing that is tried would get there. */
static bool contradicts(OptContext *cx) {
    const IrInsn *in = cx->now;
    OptVal a = in->nargs ? operand(cx, 0) : IR_NONE;
    switch ((int)in->op) {
    case IR_guard_type: return is_of_type(cx, a, in->imm.klass) == 0 || is_nonnull(cx, a) == 0;
    case IR_guard_not_type: return is_of_type(cx, a, in->imm.klass) == 1;
    case IR_guard_nonnull: return is_nonnull(cx, a) == 0;
    case IR_guard_null: return is_nonnull(cx, a) == 1;
    case IR_guard_true: return known_bool(cx, a) == 0;
    case IR_guard_false: return known_bool(cx, a) == 1;
    case IR_guard_is: return are_constants(cx, a, operand(cx, 1)) && !are_same_constant(cx, a, operand(cx, 1));
    case IR_guard_is_not: return a == operand(cx, 1);
    }
    return false;
}

static void replay(Before *b) {
    OptContext *cx = b->cx;
    OptVal *map = opt_alloc(cx, NINSNS(b->more) * sizeof *map);
    memcpy(map, cx->map, NINSNS(cx->raw) * sizeof *map);
    cx->map = map;
    cx->raw = b->more;
    cx->round = 3;
    for (IrRef r = b->first; r < NINSNS(b->more) && !cx->why; r++) {
        cx->now = ir_at(b->more, r);
        cx->now_ref = r;
        if (contradicts(cx)) {
            opt_fail(cx, "link: the loop is of other objects");
            return;
        }
        replay_op(cx, r);
    }
}

OptVal *before_loop(OptContext *cx, const IrLabel *label, uint32_t raw_snap) {
    const OptHead *head = label->opt;
    Before b = { .cx = cx, .head = head, .label = label, .raw_snap = raw_snap };
    find_writes(cx, head->out, loop_of(head->out), &b.writes);
    b.appended = opt_alloc(cx, NINSNS(head->out) * sizeof *b.appended);
    append_all(&b);
    if (!has_parameters(&b)) {
        return NULL;
    }
    IrRef end = NINSNS(cx->raw) - 1;
    replay(&b);
    cx->now = ir_at(cx->raw, end);
    cx->now_ref = IR_NONE;
    OptVal *values = opt_alloc(cx, NINSNS(head->out) * sizeof *values);
    for (IrRef r = 1; r < NINSNS(head->out) && !cx->why; r++) {
        if (b.appended[r]) {
            values[r] = resolve(cx, cx->map[b.appended[r]]);
        }
    }
    return values;
}
