/*  Generators that are not made: how they end.

    Field 0 of such a klass is the state. One that has returned gives what its frame held away and goes on as a mere shell. One that is
    suspended inside a try has to be made when its last reference goes: its handlers run then. */
#include "opt/cx.h"

/* Such a one is made of its function, and lets go of it. */
bool may_have_ended(OptContext *cx, const OptVirtual *o) {
    int64_t state;
    return (o->klass->flags & IR_TYPE_GENERATOR)
        && !(const_i64(cx, o->values[0], &state) && state != cx->options->generator_cleared);
}

static bool closes_quietly(OptContext *cx, const OptVirtual *o) {
    OptVal place = resolve(cx, o->values[1]);
    return cx->options->closes_quietly && ir_is_const(cx->out, place)
        && cx->options->closes_quietly(o->klass, ir_at(cx->out, place)->imm.p);
}

bool has_to_close(OptContext *cx, const OptVirtual *o) {
    int64_t state;
    if (!(o->klass->flags & IR_TYPE_GENERATOR)) {
        return false;
    }
    return !const_i64(cx, o->values[0], &state) || (state == cx->options->generator_suspended && !closes_quietly(cx, o));
}

/* What its frame held, in the order in which the interpreter clears it; not the function, which says what it was. */
void drop_frame_of_generator(OptContext *cx, OptVirtual *o) {
    for (int k = 0; k < o->n - 1; k++) {
        int i = cx->options->clears_backwards ? k : o->n - 2 - k; /* The last is released first. */
        OptVal child = resolve(cx, o->values[i]);
        if (ir_holds_ref(o->klass->fields[i]->width) && child != IR_NONE) {
            LIST_PUSH(cx, cx->dying, child);
            o->values[i] = IR_NONE;
        }
    }
}

/* The state behind the call is that of the release of its result, which the recorder puts there. */
static uint32_t snapshot_behind(OptContext *cx) {
    for (IrRef r = cx->now_ref + 1; r < NINSNS(cx->raw); r++) {
        const IrInsn *in = ir_at(cx->raw, r);
        if (in->op == IR_decref && in->args[0] == cx->now_ref) {
            return in->snap;
        }
    }
    return 0;
}

bool finish_virtual_generator(OptContext *cx) {
    const IrInsn *in = cx->now;
    OptVal v = in->op == IR_call && in->imm.i == IR_CALL_generator_finish ? operand(cx, 0) : IR_NONE;
    uint32_t snap = snapshot_behind(cx);
    if (!is_virtual(v) || is_box(cx, v) || !(virt(cx, v)->klass->flags & IR_TYPE_GENERATOR) || !snap) {
        return false;
    }
    OptVirtual *o = virt(cx, v);
    uint32_t before = cx->dying.n;
    o->values[0] = ir_const_i64(cx->out, cx->options->generator_cleared);
    drop_frame_of_generator(cx, o);
    cx->map[cx->now_ref] = new_box(cx, VIRT_BOOL, ir_const_bool(cx->out, true), 1); /* nothing that is left to die */
    while (cx->dying.n > before) {
        count_down(cx, cx->dying.data[--cx->dying.n], snap);
    }
    return true;
}
