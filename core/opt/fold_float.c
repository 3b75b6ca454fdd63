/*  Rules for doubles: only what is right for nan, infinities and -0.0 too. */
#include "opt/cx.h"

#include <math.h>

#define RULE(name, meaning)

static bool same_bits(double a, double b) { return !memcmp(&a, &b, sizeof a); }

static IrRef compute(OptContext *cx, IrOp op, double a, double b) {
    switch ((int)op) {
    RULE("float-const", "arithmetic on constants -> constant")
    case IR_add_f64: return ir_const_f64(cx->out, a + b);
    case IR_sub_f64: return ir_const_f64(cx->out, a - b);
    case IR_mul_f64: return ir_const_f64(cx->out, a * b);
    case IR_div_f64: return b != 0 ? ir_const_f64(cx->out, a / b) : IR_NONE;
    case IR_eq_f64: return ir_const_bool(cx->out, a == b);
    case IR_ne_f64: return ir_const_bool(cx->out, a != b);
    case IR_lt_f64: return ir_const_bool(cx->out, a < b);
    case IR_le_f64: return ir_const_bool(cx->out, a <= b);
    case IR_gt_f64: return ir_const_bool(cx->out, a > b);
    case IR_ge_f64: return ir_const_bool(cx->out, a >= b);
    }
    return IR_NONE;
}

static IrRef fold_unary(OptContext *cx, IrOp op, IrRef a) {
    const IrInsn *in = ir_at(cx->out, a);
    double x = in->op == IR_const_f64 ? in->imm.f : 0;
    bool known = in->op == IR_const_f64;
    int64_t i;
    switch ((int)op) {
    RULE("int-to-float-const", "i64_to_f64 of a constant -> constant")
    case IR_i64_to_f64: return const_i64(cx, a, &i) ? ir_const_f64(cx->out, (double)i) : IR_NONE;
    RULE("neg-neg-float", "-(-x) -> x")
    case IR_neg_f64:
        return known ? ir_const_f64(cx->out, -x) : in->op == IR_neg_f64 ? in->args[0] : IR_NONE;
    RULE("abs-abs", "abs (abs x), abs (-x) -> abs x")
    case IR_abs_f64:
        if (in->op == IR_neg_f64) {
            return emit_pure(cx, IR_abs_f64, in->args, 1, NULL, 0);
        }
        return known ? ir_const_f64(cx->out, fabs(x)) : in->op == IR_abs_f64 ? a : IR_NONE;
    RULE("sqrt-const", "sqrt of a constant -> constant")
    case IR_sqrt_f64: return known && x >= 0 ? ir_const_f64(cx->out, sqrt(x)) : IR_NONE;
    RULE("float-to-int-const", "f64_to_i64 of a constant in range -> constant")
    case IR_f64_to_i64:
        return known && fabs(x) < 9e18 ? ir_const_i64(cx->out, (int64_t)x) : IR_NONE;
    }
    return IR_NONE;
}

/* The second operand is the constant k. */
static IrRef fold_with(OptContext *cx, IrOp op, IrRef a, double k) {
    int exponent;
    switch ((int)op) {
    RULE("add-minus-zero", "x + -0.0 -> x")
    case IR_add_f64: return same_bits(k, -0.0) ? a : IR_NONE;
    RULE("sub-zero-float", "x - 0.0 -> x")
    case IR_sub_f64: return same_bits(k, 0.0) ? a : IR_NONE;
    RULE("mul-one-float", "x * 1.0 -> x")
    RULE("mul-two-float", "x * 2.0 -> x + x, which is ready earlier")
    case IR_mul_f64:
        if (k == 2.0) {
            IrRef twice[] = { a, a };
            return emit_pure(cx, IR_add_f64, twice, 2, NULL, 0);
        }
        return k == 1.0 ? a : IR_NONE;
    RULE("div-power", "x / 2.0**n -> x * 2.0**-n, exact while the inverse is normal")
    case IR_div_f64:
        if (k == 1.0) {
            return a;
        }
        if (fabs(frexp(k, &exponent)) == 0.5 && exponent > -1000 && exponent < 1000) {
            IrRef args[] = { a, ir_const_f64(cx->out, 1.0 / k) };
            return emit_pure(cx, IR_mul_f64, args, 2, NULL, 0);
        }
    }
    return IR_NONE;
}

IrRef fold_float(OptContext *cx, IrOp op, const IrRef *a) {
    if (ir_op_info[op].operands[1] == '\0') {
        return fold_unary(cx, op, a[0]);
    }
    double x, y;
    if (!const_f64(cx, a[1], &y)) {
        return IR_NONE;
    }
    return const_f64(cx, a[0], &x) ? compute(cx, op, x, y) : fold_with(cx, op, a[0], y);
}
