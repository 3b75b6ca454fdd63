/*  Guards: dropped when known to hold; what a guard that stays proves is a fact behind it.

    A guard that is known to fail (the recording was of a path that the facts rule out, which only stale facts can bring about) stays
    as it is: the trace leaves there. */
#include "opt/cx.h"

static void keep(OptContext *cx, const IrRef *args, int n) {
    uint32_t snap = snapshot(cx, cx->now->snap);
    emit(cx, (IrOp)cx->now->op, args, n, cx->now, snap);
}

static void guard_bool(OptContext *cx, IrRef b, bool want) {
    while (ir_at(cx->out, b)->op == IR_not_bool) {
        b = ir_at(cx->out, b)->args[0];
        want = !want;
    }
    if (known_bool(cx, b) == want) {
        return;
    }
    uint32_t snap = snapshot(cx, cx->now->snap);
    emit(cx, want ? IR_guard_true : IR_guard_false, &b, 1, NULL, snap);
    if (known_bool(cx, b) < 0) {
        learn_bool(cx, b, want);
    }
}

static void guard_type(OptContext *cx, OptVal v) {
    const IrKlass *k = cx->now->imm.klass;
    int holds = is_of_type(cx, v, k);
    if (holds == 1) {
        if (!is_virtual(v) && !fact(cx, v)->klass) {
            learn_type(cx, v, k);
        }
        return;
    }
    IrRef r = as_real(cx, v);
    keep(cx, &r, 1);
    if (holds < 0) {
        learn_type(cx, r, k);
    }
}

static void guard_not_type(OptContext *cx, OptVal v) {
    if (is_of_type(cx, v, cx->now->imm.klass) == 0) {
        return;
    }
    IrRef r = as_real(cx, v);
    keep(cx, &r, 1);
    fact(cx, r)->nonnull = true;
}

/* Are two values the same object? 1, 0, -1 unknown. Numbers have no identity that could be relied on, but bools. */
static int are_same(OptContext *cx, OptVal a, OptVal b) {
    if (a == b) {
        return 1;
    }
    if (is_virtual(a) || is_virtual(b)) {
        return is_box(cx, a) || is_box(cx, b) ? -1 : 0;
    }
    const IrInsn *ia = ir_at(cx->out, a), *ib = ir_at(cx->out, b);
    if (ia->op == IR_const_obj && ib->op == IR_const_obj) {
        return ia->imm.p == ib->imm.p;
    }
    int na = is_nonnull(cx, a), nb = is_nonnull(cx, b);
    return (na == 0 && nb == 1) || (na == 1 && nb == 0) ? 0 : -1;
}

/* box_bool b compared to True or False is a guard on b. */
static bool guard_bool_object(OptContext *cx, OptVal a, OptVal b, bool equal) {
    int truth = as_bool_object(cx, b);
    if (truth < 0) {
        return false;
    }
    IrRef number = number_in(cx, a);
    if (!number || ir_at(cx->out, number)->type != IR_BOOL) {
        return false;
    }
    guard_bool(cx, number, equal ? truth : !truth);
    return true;
}

static void guard_same(OptContext *cx, bool equal) {
    OptVal a = operand(cx, 0), b = operand(cx, 1);
    if (are_same(cx, a, b) == equal || guard_bool_object(cx, a, b, equal)
        || guard_bool_object(cx, b, a, equal)) {
        return;
    }
    IrRef args[] = { as_real(cx, a), as_real(cx, b) };
    keep(cx, args, 2);
    if (equal && ir_is_const(cx->out, args[1]) && !ir_is_const(cx->out, args[0])) {
        learn_same(cx, args[0], args[1]);
    } else if (equal && ir_is_const(cx->out, args[0]) && !ir_is_const(cx->out, args[1])) {
        learn_same(cx, args[1], args[0]);
    }
}

static void guard_null(OptContext *cx, OptVal v, bool want_null) {
    int nonnull = is_nonnull(cx, v);
    if (nonnull == !want_null) {
        return;
    }
    IrRef r = as_real(cx, v);
    keep(cx, &r, 1);
    if (!want_null) {
        fact(cx, r)->nonnull = true;
    } else if (nonnull < 0 && ir_at(cx->out, r)->type == IR_OBJ) {
        learn_same(cx, r, ir_const_obj(cx->out, NULL));
    }
}

static void guard_ok(OptContext *cx, OptVal v) {
    int64_t number;
    if (const_i64(cx, v, &number) && number >= 0) {
        return;
    }
    if (is_virtual(v) || (ir_at(cx->out, v)->type != IR_I64 && is_nonnull(cx, v) == 1)) {
        return;
    }
    keep(cx, &v, 1);
    fact(cx, v)->nonnull = true;
}

/* With the pass off guards stay, but for those on virtuals, which there is no object to test of. */
static bool is_off(OptContext *cx) {
    if (pass_on(cx, PASS_guards)) {
        return false;
    }
    IrRef args[2];
    for (int i = 0; i < cx->now->nargs; i++) {
        OptVal v = operand(cx, i);
        args[i] = is_virtual(v) ? as_real(cx, v) : v;
    }
    keep(cx, args, cx->now->nargs);
    return true;
}

bool replay_guard(OptContext *cx) {
    IrOp op = (IrOp)cx->now->op;
    if (op == IR_known_type) {
        OptVal v = operand(cx, 0);
        if (!is_virtual(v) && !is_off(cx)) {
            learn_type(cx, v, cx->now->imm.klass);
        }
        return true;
    }
    if (op < IR_guard_true || op > IR_guard_breaker) {
        return false;
    }
    if (op == IR_guard_valid || op == IR_guard_breaker) {
        keep(cx, NULL, 0);
        return true;
    }
    if (is_off(cx)) {
        return true;
    }
    switch ((int)op) {
    case IR_guard_true: guard_bool(cx, operand(cx, 0), true); break;
    case IR_guard_false: guard_bool(cx, operand(cx, 0), false); break;
    case IR_guard_type: guard_type(cx, operand(cx, 0)); break;
    case IR_guard_not_type: guard_not_type(cx, operand(cx, 0)); break;
    case IR_guard_is: guard_same(cx, true); break;
    case IR_guard_is_not: guard_same(cx, false); break;
    case IR_guard_nonnull: guard_null(cx, operand(cx, 0), false); break;
    case IR_guard_null: guard_null(cx, operand(cx, 0), true); break;
    case IR_guard_ok: guard_ok(cx, operand(cx, 0)); break;
    default: opt_fail(cx, "a guard that the optimiser does not know"); break;
    }
    return true;
}
