/*  Rules for 64-bit integers. */
#include "opt/cx.h"

#define RULE(name, meaning)

static int64_t floordiv(int64_t a, int64_t b) {
    int64_t q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static bool shift_left(int64_t a, int64_t n, int64_t *out) {
    if (n < 0 || n > 63) {
        return false;
    }
    *out = (int64_t)((uint64_t)a << n);
    return *out >> n == a;
}

/* False when the operation has no value (it would leave) or is no arithmetic on two constants. */
static bool compute(IrOp op, int64_t a, int64_t b, int64_t *out) {
    bool divides = b != 0 && !(b == -1 && a == INT64_MIN);
    switch ((int)op) {
    case IR_add_i64: *out = (int64_t)((uint64_t)a + (uint64_t)b); return true;
    case IR_sub_i64: *out = (int64_t)((uint64_t)a - (uint64_t)b); return true;
    case IR_mul_i64: *out = (int64_t)((uint64_t)a * (uint64_t)b); return true;
    case IR_add_i64_ov: return !__builtin_add_overflow(a, b, out);
    case IR_sub_i64_ov: return !__builtin_sub_overflow(a, b, out);
    case IR_mul_i64_ov: return !__builtin_mul_overflow(a, b, out);
    case IR_floordiv_i64: *out = divides ? floordiv(a, b) : 0; return divides;
    case IR_mod_i64: *out = divides ? a - floordiv(a, b) * b : 0; return divides;
    case IR_and_i64: *out = a & b; return true;
    case IR_or_i64: *out = a | b; return true;
    case IR_xor_i64: *out = a ^ b; return true;
    case IR_shl_i64_ov: return shift_left(a, b, out);
    case IR_sar_i64: *out = b > 63 ? a >> 63 : b < 0 ? 0 : a >> b; return b >= 0;
    case IR_shr_u64: *out = (int64_t)((uint64_t)a >> (b & 63)); return b >= 0 && b <= 63;
    }
    return false;
}

static int compare(IrOp op, int64_t a, int64_t b) {
    switch ((int)op) {
    case IR_eq_i64: return a == b;
    case IR_ne_i64: return a != b;
    case IR_lt_i64: return a < b;
    case IR_le_i64: return a <= b;
    case IR_gt_i64: return a > b;
    case IR_ge_i64: return a >= b;
    case IR_lt_u64: return (uint64_t)a < (uint64_t)b;
    }
    return -1;
}

static IrRef fold_unary(OptContext *cx, IrOp op, IrRef a) {
    int64_t x;
    RULE("int-const", "arithmetic on constants -> constant")
    if (!const_i64(cx, a, &x)) {
        RULE("not-not-int", "not_i64 (not_i64 x) -> x")
        const IrInsn *in = ir_at(cx->out, a);
        return op == IR_not_i64 && in->op == IR_not_i64 ? in->args[0] : IR_NONE;
    }
    if (op == IR_not_i64) {
        return ir_const_i64(cx->out, ~x);
    }
    return x != INT64_MIN ? ir_const_i64(cx->out, -x) : IR_NONE;
}

/* Both operands are the same value. */
static IrRef fold_self(OptContext *cx, IrOp op, IrRef a) {
    switch ((int)op) {
    RULE("sub-self", "x - x -> 0")
    case IR_sub_i64:
    case IR_sub_i64_ov:
    RULE("xor-self", "x ^ x -> 0")
    case IR_xor_i64: return ir_const_i64(cx->out, 0);
    RULE("and-self", "x & x, x | x -> x")
    case IR_and_i64:
    case IR_or_i64: return a;
    RULE("eq-self", "x == x, x <= x, x >= x -> true; x != x, x < x, x > x -> false")
    case IR_eq_i64:
    case IR_le_i64:
    case IR_ge_i64: return ir_const_bool(cx->out, true);
    case IR_ne_i64:
    case IR_lt_i64:
    case IR_gt_i64:
    case IR_lt_u64: return ir_const_bool(cx->out, false);
    }
    return IR_NONE;
}

static IrRef fold_power(OptContext *cx, IrOp op, IrRef a, int64_t k) {
    if (k <= 0 || (k & (k - 1)) != 0) {
        return IR_NONE;
    }
    RULE("mod-power", "x % 2**n -> x & (2**n - 1)")
    if (op == IR_mod_i64) {
        IrRef args[] = { a, ir_const_i64(cx->out, k - 1) };
        return emit_pure(cx, IR_and_i64, args, 2, NULL, 0);
    }
    RULE("floordiv-power", "x // 2**n -> x >> n")
    IrRef args[] = { a, ir_const_i64(cx->out, __builtin_ctzll((uint64_t)k)) };
    return emit_pure(cx, IR_sar_i64, args, 2, NULL, cx->now->snap);
}

/* The second operand is the constant k. */
static IrRef fold_with(OptContext *cx, IrOp op, IrRef a, int64_t k) {
    const IrInsn *in = ir_at(cx->out, a);
    switch ((int)op) {
    RULE("add-zero", "x + 0, x - 0, x | 0, x ^ 0, x << 0, x >> 0 -> x")
    case IR_add_i64:
    case IR_add_i64_ov:
    case IR_sub_i64:
    case IR_sub_i64_ov:
    case IR_or_i64:
    case IR_xor_i64:
    case IR_shl_i64_ov:
    case IR_sar_i64:
    case IR_shr_u64: return k == 0 ? a : IR_NONE;
    RULE("mul-one", "x * 1 -> x; x * 0 -> 0")
    case IR_mul_i64:
    case IR_mul_i64_ov: return k == 1 ? a : k == 0 ? ir_const_i64(cx->out, 0) : IR_NONE;
    RULE("and-const", "x & 0 -> 0; x & -1 -> x")
    case IR_and_i64: return k == 0 ? ir_const_i64(cx->out, 0) : k == -1 ? a : IR_NONE;
    RULE("div-one", "x // 1 -> x; x % 1 -> 0")
    case IR_floordiv_i64: return k == 1 ? a : fold_power(cx, op, a, k);
    case IR_mod_i64: return k == 1 ? ir_const_i64(cx->out, 0) : fold_power(cx, op, a, k);
    RULE("eq-bool", "bool_to_i64 b != 0, == 1 -> b; == 0, != 1 -> not b")
    case IR_eq_i64:
    case IR_ne_i64:
        if (in->op == IR_bool_to_i64 && (k == 0 || k == 1)) {
            bool same = (op == IR_eq_i64) == (k == 1);
            return same ? in->args[0] : emit_pure(cx, IR_not_bool, in->args, 1, NULL, 0);
        }
    }
    return IR_NONE;
}

IrRef fold_int(OptContext *cx, IrOp op, const IrRef *a) {
    if (op == IR_not_i64 || op == IR_neg_i64_ov) {
        return fold_unary(cx, op, a[0]);
    }
    int64_t x, y, value;
    bool known = const_i64(cx, a[1], &y);
    if (known && const_i64(cx, a[0], &x)) {
        if (compare(op, x, y) >= 0) {
            return ir_const_bool(cx->out, compare(op, x, y));
        }
        return compute(op, x, y, &value) ? ir_const_i64(cx->out, value) : IR_NONE;
    }
    if (a[0] == a[1]) {
        return fold_self(cx, op, a[0]);
    }
    return known ? fold_with(cx, op, a[0], y) : IR_NONE;
}
