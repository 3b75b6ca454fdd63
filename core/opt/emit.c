/*  The end of the chain: append to the new trace, merging equal pure operations. */
#include "opt/cx.h"

static bool has_imm(IrOp op) { return ir_op_info[op].imm != IR_IMM_NONE; }

IrRef emit(OptContext *cx, IrOp op, const IrRef *args, int n, const IrInsn *imm, uint32_t snap) {
    IrRef r;
    if (op == IR_phi || has_imm(op)) {
        r = ir_append_imm(cx->out, op, args, n, *imm);
    } else {
        r = ir_append(cx->out, op, args, n);
    }
    if (snap) {
        ir_set_snap(cx->out, r, snap);
    }
    OptFact *f = fact(cx, r);
    f->epoch = cx->epoch;
    f->origin = cx->round == 1 ? cx->now_ref : IR_NONE;
    if (cx->out->failed) {
        opt_fail(cx, cx->out->failed);
    }
    return r;
}

IrRef emit1(OptContext *cx, IrOp op, IrRef a) {
    return emit(cx, op, &a, 1, NULL, 0);
}

static uint32_t hash_of(IrOp op, const IrRef *args, int n, int64_t imm) {
    uint64_t h = (uint64_t)op * 0x9e3779b97f4a7c15u ^ (uint64_t)imm;
    for (int i = 0; i < n; i++) {
        h = (h ^ args[i]) * 0xff51afd7ed558ccdu;
        h ^= h >> 29;
    }
    return (uint32_t)(h >> 32) % ARRAY_LEN(((OptContext *)0)->cse);
}

/* A type test of an instance does not outlive arbitrary code. */
static bool is_stale(OptContext *cx, const IrInsn *in, IrRef r) {
    return in->op == IR_has_type && !(in->imm.klass->flags & IR_TYPE_FIXED)
        && fact(cx, r)->epoch != cx->epoch;
}

static IrRef find_equal(OptContext *cx, uint32_t bucket, IrOp op, const IrRef *args, int n, int64_t imm) {
    for (IrRef r = cx->cse[bucket]; r; r = fact(cx, r)->cse_next) {
        const IrInsn *in = ir_at(cx->out, r);
        if (in->op == op && in->nargs == n && in->imm.i == imm
            && !memcmp(in->args, args, (size_t)n * sizeof *args) && !is_stale(cx, in, r)) {
            return r;
        }
    }
    return IR_NONE;
}

/* raw_snap is used when the operation is a guard too. */
IrRef emit_pure(OptContext *cx, IrOp op, const IrRef *args, int n, const IrInsn *imm, uint32_t raw_snap) {
    IrRef order[2];
    if (n == 2 && (ir_op_info[op].flags & IRF_COMM)
        && (ir_is_const(cx->out, args[0]) && !ir_is_const(cx->out, args[1]))) {
        order[0] = args[1];
        order[1] = args[0];
        args = order;
    }
    IrRef r = pass_on(cx, PASS_fold) ? fold(cx, op, args, n, imm) : IR_NONE;
    if (r) {
        return r;
    }
    int64_t bits = has_imm(op) ? imm->imm.i : 0;
    uint32_t bucket = hash_of(op, args, n, bits);
    r = pass_on(cx, PASS_cse) ? find_equal(cx, bucket, op, args, n, bits) : IR_NONE;
    if (r) {
        return r;
    }
    uint32_t snap = ir_op_info[op].flags & (IRF_GUARD | IRF_SNAP) ? snapshot(cx, raw_snap) : 0;
    r = emit(cx, op, args, n, imm, snap);
    fact(cx, r)->cse_next = cx->cse[bucket];
    cx->cse[bucket] = r;
    return r;
}
