/*  Folding: an operation whose value is known, or has a simpler form.

    Rules are lines RULE("name", "before -> after"); a rule returns a value that is emitted already (or a constant), the chain starts
    over for what it emits itself. tests/opt/fold has a file for each name. */
#include "opt/cx.h"

#define RULE(name, meaning)

static IrRef fold_bool(OptContext *cx, IrOp op, const IrRef *a) {
    int known = known_bool(cx, a[0]);
    const IrInsn *in = ir_at(cx->out, a[0]);
    if (op == IR_not_bool) {
        RULE("not-known", "not_bool of a known bool -> constant")
        if (known >= 0) {
            return ir_const_bool(cx->out, !known);
        }
        RULE("not-not", "not_bool (not_bool b) -> b")
        return in->op == IR_not_bool ? in->args[0] : IR_NONE;
    }
    RULE("bool-to-int-known", "bool_to_i64 of a known bool -> constant")
    return known >= 0 ? ir_const_i64(cx->out, known) : IR_NONE;
}

IrRef fold_object(OptContext *cx, IrOp op, const IrRef *a, const IrInsn *imm) {
    if (op == IR_has_type) {
        RULE("has-type-known", "has_type of a value of known type -> constant")
        int known = is_of_type(cx, a[0], imm->imm.klass);
        return known >= 0 ? ir_const_bool(cx->out, known) : IR_NONE;
    }
    RULE("eq-ptr-self", "eq_ptr x, x -> true")
    if (a[0] == a[1]) {
        return ir_const_bool(cx->out, true);
    }
    RULE("eq-ptr-const", "eq_ptr of two constants -> constant")
    if (is_real_const(cx, a[0]) && is_real_const(cx, a[1])) {
        return ir_const_bool(cx->out, ir_at(cx->out, a[0])->imm.p == ir_at(cx->out, a[1])->imm.p);
    }
    RULE("eq-ptr-null", "eq_ptr of a value that is not NULL, NULL -> false")
    int na = is_nonnull(cx, a[0]), nb = is_nonnull(cx, a[1]);
    if ((na == 0 && nb == 1) || (na == 1 && nb == 0)) {
        return ir_const_bool(cx->out, false);
    }
    RULE("eq-ptr-bool", "eq_ptr (box_bool b), True -> b; False -> not_bool b")
    for (int i = 0; i < 2; i++) {
        const IrInsn *in = ir_at(cx->out, a[i]);
        int truth = as_bool_object(cx, a[1 - i]);
        if (in->op == IR_box_bool && truth >= 0) {
            return truth ? in->args[0] : emit_pure(cx, IR_not_bool, in->args, 1, NULL, 0);
        }
    }
    return IR_NONE;
}

IrRef fold(OptContext *cx, IrOp op, const IrRef *args, int n, const IrInsn *imm) {
    (void)n;
    if (op >= IR_add_i64 && op <= IR_lt_u64) {
        return fold_int(cx, op, args);
    }
    if (op >= IR_add_f64 && op <= IR_f64_to_i64) {
        return fold_float(cx, op, args);
    }
    if (op == IR_not_bool || op == IR_bool_to_i64) {
        return fold_bool(cx, op, args);
    }
    if (op == IR_has_type || op == IR_eq_ptr) {
        return fold_object(cx, op, args, imm);
    }
    if (op == IR_add_ptr) {
        int64_t by;
        RULE("add-ptr-zero", "add_ptr p, 0 -> p")
        if (const_i64(cx, args[1], &by) && by == 0 && ir_at(cx->out, args[0])->type == IR_PTR) {
            return args[0];
        }
    }
    if (op == IR_box_bool) {
        RULE("box-bool-const", "box_bool of a constant -> True or False")
        int known = known_bool(cx, args[0]);
        const void *p = known ? cx->options->true_object : cx->options->false_object;
        return known >= 0 && p ? ir_const_obj(cx->out, (void *)p) : IR_NONE;
    }
    return IR_NONE;
}
