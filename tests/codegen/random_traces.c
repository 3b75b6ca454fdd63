/*  Random traces, run as machine code and by a simple evaluator, must leave through the same exit
    with the same values. Side traces are hung on exits, take over the parent's registers and spill
    slots, and link back into the parent's loop.

    A trace is made together with its values in the first round, so that its guards hold at least
    that long.

    usage: random_traces FIRST_SEED COUNT */
#include "harness.h"

#include <math.h>
#include <stdio.h>

enum { MAX_VALUES = 4000, MAX_INPUTS = 40, MEMORY_WORDS = 16 };

typedef union {
    int64_t i;
    double f;
    uint64_t bits;
} Value;

static uint64_t seed;
static uint32_t rnd(uint32_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 11) % below);
}

static int64_t memory[MEMORY_WORDS], memory_copy[MEMORY_WORDS];
static double float_memory[MEMORY_WORDS], float_memory_copy[MEMORY_WORDS];

static int64_t interesting_int(void) {
    static const int64_t special[] = {0, 1, -1, 2, 3, 7, 10, 63, 64, 100, -5, 256, 1 << 20, INT32_MAX,
                                      INT32_MIN, INT64_MAX, INT64_MIN, (int64_t)1 << 40, 1000003};
    if (rnd(3) == 0) {
        return special[rnd(sizeof special / sizeof *special)];
    }
    return (int64_t)rnd(2000) - 1000;
}

static double interesting_float(void) {
    static const double special[] = {0.0, -0.0, 1.0, 0.5, -2.5, 1e300, -1e300, 3.0, 1e-310};
    uint32_t pick = rnd(12);
    if (pick < 9) {
        return special[pick];
    }
    return pick == 9 ? NAN : pick == 10 ? INFINITY : rnd(1000) / 7.0;
}

/* ---- the evaluator --------------------------------------------------------------------------- */
typedef struct {
    Value v[MAX_VALUES];
    int leaving; /* the operation that left, or 0 */
} Eval;

static int64_t floordiv(int64_t a, int64_t b) {
    int64_t q = a / b;
    return q - (a % b != 0 && ((a % b < 0) != (b < 0)));
}
static int64_t modulo(int64_t a, int64_t b) {
    int64_t r = a % b;
    return r != 0 && ((r < 0) != (b < 0)) ? r + b : r;
}

/* The result; *leaves when its guard does not hold. */
static Value evaluate(const IrTrace *t, const IrInsn *n, const Value *v, bool *leaves) {
    Value a = n->nargs > 0 ? v[n->args[0]] : (Value){0}, b = n->nargs > 1 ? v[n->args[1]] : (Value){0};
    Value r = {0};
    uint64_t ua = a.bits, ub = b.bits;
    switch ((IrOp)n->op) {
    case IR_const_i64: case IR_const_f64: case IR_const_bool: case IR_const_ptr: case IR_const_obj:
        r.i = n->imm.i;
        break;
    case IR_add_i64: r.bits = ua + ub; break;
    case IR_sub_i64: r.bits = ua - ub; break;
    case IR_mul_i64: r.bits = ua * ub; break;
    case IR_add_i64_ov: *leaves = __builtin_add_overflow(a.i, b.i, &r.i); break;
    case IR_sub_i64_ov: *leaves = __builtin_sub_overflow(a.i, b.i, &r.i); break;
    case IR_mul_i64_ov: *leaves = __builtin_mul_overflow(a.i, b.i, &r.i); break;
    case IR_neg_i64_ov: *leaves = __builtin_sub_overflow((int64_t)0, a.i, &r.i); break;
    case IR_floordiv_i64: case IR_mod_i64:
        *leaves = b.i == 0 || (b.i == -1 && a.i == INT64_MIN);
        if (!*leaves) {
            r.i = n->op == IR_mod_i64 ? modulo(a.i, b.i) : floordiv(a.i, b.i);
        }
        break;
    case IR_and_i64: r.i = a.i & b.i; break;
    case IR_or_i64: r.i = a.i | b.i; break;
    case IR_xor_i64: r.i = a.i ^ b.i; break;
    case IR_not_i64: r.i = ~a.i; break;
    case IR_shl_i64_ov:
        *leaves = ub > 63;
        if (!*leaves) {
            r.bits = ua << ub;
            *leaves = (r.i >> ub) != a.i;
        }
        break;
    case IR_sar_i64: *leaves = b.i < 0; r.i = a.i >> (ub > 63 ? 63 : ub); break;
    case IR_shr_u64: r.bits = ua >> (ub & 63); break;
    case IR_eq_i64: case IR_eq_ptr: r.i = a.i == b.i; break;
    case IR_ne_i64: r.i = a.i != b.i; break;
    case IR_lt_i64: r.i = a.i < b.i; break;
    case IR_le_i64: r.i = a.i <= b.i; break;
    case IR_gt_i64: r.i = a.i > b.i; break;
    case IR_ge_i64: r.i = a.i >= b.i; break;
    case IR_lt_u64: r.i = ua < ub; break;
    case IR_add_f64: r.f = a.f + b.f; break;
    case IR_sub_f64: r.f = a.f - b.f; break;
    case IR_mul_f64: r.f = a.f * b.f; break;
    case IR_div_f64: r.f = a.f / b.f; break;
    case IR_neg_f64: r.bits = ua ^ (uint64_t)1 << 63; break;
    case IR_abs_f64: r.bits = ua & ~((uint64_t)1 << 63); break;
    case IR_sqrt_f64: r.f = sqrt(a.f); break;
    case IR_eq_f64: r.i = a.f == b.f; break;
    case IR_ne_f64: r.i = a.f != b.f; break;
    case IR_lt_f64: r.i = a.f < b.f; break;
    case IR_le_f64: r.i = a.f <= b.f; break;
    case IR_gt_f64: r.i = a.f > b.f; break;
    case IR_ge_f64: r.i = a.f >= b.f; break;
    case IR_i64_to_f64: r.f = (double)a.i; break;
    case IR_f64_to_i64:
        *leaves = !(a.f > -9223372036854775808.0 && a.f < 9223372036854775808.0);
        r.i = *leaves ? 0 : (int64_t)a.f;
        break;
    case IR_not_bool: r.i = !a.i; break;
    case IR_bool_to_i64: r.i = a.i; break;
    case IR_guard_true: *leaves = !a.i; break;
    case IR_guard_false: *leaves = a.i; break;
    case IR_guard_ok: *leaves = a.i < 0; break;
    /* A box is as good as what is in it. */
    case IR_box_i64: case IR_box_f64: case IR_unbox_f64: r = a; break;
    case IR_unbox_i64: *leaves = a.i == INT64_MIN; r = a; break; /* the one number whose unboxing gives up */
    case IR_decref: break;
    case IR_load: case IR_load_elem: {
        const void *base = (const void *)(uintptr_t)a.bits;
        memcpy(&r, (const char *)base + (n->nargs > 1 ? 8 * b.i : 0) + n->imm.field->offset, 8);
        break;
    }
    case IR_store: case IR_store_elem: {
        void *base = (void *)(uintptr_t)a.bits;
        Value x = v[n->args[n->nargs - 1]];
        memcpy((char *)base + (n->nargs > 2 ? 8 * b.i : 0) + n->imm.field->offset, &x, 8);
        break;
    }
    case IR_call: r.f = pow(a.f, b.f); break;
    default:
        fprintf(stderr, "the evaluator lacks %s\n", ir_op_info[n->op].name);
        exit(1);
    }
    (void)t;
    return r;
}

/* ---- making traces --------------------------------------------------------------------------- */
typedef struct {
    Case *c;
    Eval now; /* values in the first round */
    IrRef pool[4][MAX_VALUES]; /* by type: I64, F64, BOOL, OBJ */
    int npool[4];
    IrRef memory, floats;
    const IrField *word, *word8, *number;
    bool loop_made;
} Gen;

static int pool_of(IrType type) {
    return type == IR_I64 ? 0 : type == IR_F64 ? 1 : type == IR_BOOL ? 2 : 3;
}

static void add_value(Gen *g, IrRef r, IrType type) {
    int pool = pool_of(type);
    g->pool[pool][g->npool[pool]++] = r;
}

/* Old values are as likely as new ones: that makes long live ranges. */
static IrRef pick(Gen *g, IrType type) {
    int pool = pool_of(type), n = g->npool[pool];
    if (pool < 2 && rnd(5) == 0) {
        IrRef r = type == IR_I64 ? i64(g->c, interesting_int()) : f64(g->c, interesting_float());
        g->now.v[r].i = ir_at(g->c->t, r)->imm.i;
        return r;
    }
    if (n > 6 && rnd(2)) {
        return g->pool[pool][n - 1 - rnd(6)];
    }
    return g->pool[pool][rnd((uint32_t)n)];
}

static int pick_leaves(Gen *g, IrRef *leaves) {
    int n = (int)rnd(6);
    for (int i = 0; i < n; i++) {
        IrType types[] = {IR_I64, IR_F64, IR_BOOL};
        leaves[i] = pick(g, types[rnd(3)]);
    }
    return n;
}

static void finish_insn(Gen *g, IrRef r) {
    const IrInsn *n = ir_at(g->c->t, r);
    IrRef leaves[16];
    if (ir_op_info[n->op].flags & (IRF_GUARD | IRF_SNAP)) {
        int count = pick_leaves(g, leaves);
        for (int i = 0; i < n->nargs && rnd(2); i++) { /* operands are often needed by the exit */
            if (n->type != IR_VOID && ir_at(g->c->t, n->args[i])->type != IR_OBJ) {
                leaves[count++] = n->args[i];
            }
        }
        snap(g->c, r, count, leaves);
    }
    if (n->type != IR_VOID) {
        add_value(g, r, (IrType)n->type);
    }
}

/* Appends; takes it back when it would leave in the first round (mostly). */
static bool append(Gen *g, IrOp op, int nargs, const IrRef *args, IrInsn imm) {
    IrTrace *t = g->c->t;
    size_t before = t->insns.len;
    IrRef r = ir_append_imm(t, op, args, nargs, imm);
    bool leaves = false;
    g->now.v[r] = evaluate(t, ir_at(t, r), g->now.v, &leaves);
    if (leaves && rnd(40)) {
        t->insns.len = before;
        return false;
    }
    finish_insn(g, r);
    return true;
}

static void append_guard(Gen *g) {
    IrRef b = pick(g, IR_BOOL);
    bool holds = g->now.v[b].i;
    append(g, holds ? IR_guard_true : IR_guard_false, 1, &b, (IrInsn){0});
}

static void append_compare(Gen *g) {
    static const IrOp ints[] = {IR_eq_i64, IR_ne_i64, IR_lt_i64, IR_le_i64, IR_gt_i64, IR_ge_i64, IR_lt_u64};
    static const IrOp floats[] = {IR_eq_f64, IR_ne_f64, IR_lt_f64, IR_le_f64, IR_gt_f64, IR_ge_f64};
    bool floating = rnd(2);
    IrType type = floating ? IR_F64 : IR_I64;
    IrRef args[] = {pick(g, type), pick(g, type)};
    if (append(g, floating ? floats[rnd(6)] : ints[rnd(7)], 2, args, (IrInsn){0}) && rnd(2)) {
        IrRef b = g->pool[2][g->npool[2] - 1];
        IrOp op = g->now.v[b].i ? IR_guard_true : IR_guard_false;
        append(g, op, 1, &b, (IrInsn){0});
    }
}

static void append_int(Gen *g) {
    static const IrOp two[] = {IR_add_i64, IR_sub_i64, IR_mul_i64, IR_add_i64_ov, IR_sub_i64_ov, IR_mul_i64_ov,
                               IR_floordiv_i64, IR_mod_i64, IR_and_i64, IR_or_i64, IR_xor_i64,
                               IR_shl_i64_ov, IR_sar_i64, IR_add_i64_ov, IR_sub_i64_ov};
    static const IrOp one[] = {IR_neg_i64_ov, IR_not_i64};
    IrRef args[] = {pick(g, IR_I64), pick(g, IR_I64)};
    if (rnd(8) == 0) {
        append(g, one[rnd(2)], 1, args, (IrInsn){0});
    } else if (rnd(12) == 0) {
        args[1] = i64(g->c, rnd(64));
        g->now.v[args[1]].i = ir_at(g->c->t, args[1])->imm.i;
        append(g, rnd(2) ? IR_shr_u64 : IR_shl_i64_ov, 2, args, (IrInsn){0});
    } else {
        append(g, two[rnd(sizeof two / sizeof *two)], 2, args, (IrInsn){0});
    }
}

static void append_float(Gen *g) {
    static const IrOp two[] = {IR_add_f64, IR_sub_f64, IR_mul_f64, IR_div_f64};
    static const IrOp one[] = {IR_neg_f64, IR_abs_f64, IR_sqrt_f64, IR_f64_to_i64};
    IrRef args[] = {pick(g, IR_F64), pick(g, IR_F64)};
    switch (rnd(8)) {
    case 0:
        append(g, one[rnd(4)], 1, args, (IrInsn){0});
        break;
    case 1:
        args[0] = pick(g, IR_I64);
        append(g, IR_i64_to_f64, 1, args, (IrInsn){0});
        break;
    default:
        append(g, two[rnd(4)], 2, args, (IrInsn){0});
        break;
    }
}

static void append_memory(Gen *g) {
    bool floating = rnd(2), store = rnd(2), element = rnd(2);
    IrRef index = i64(g->c, rnd(MEMORY_WORDS - 1));
    g->now.v[index].i = ir_at(g->c->t, index)->imm.i;
    if (element && rnd(2)) { /* a computed index */
        IrRef args[] = {pick(g, IR_I64), i64(g->c, 7)};
        g->now.v[args[1]].i = 7;
        append(g, IR_and_i64, 2, args, (IrInsn){0});
        index = g->pool[0][g->npool[0] - 1];
    }
    IrRef args[3] = {floating ? g->floats : g->memory};
    int n = 1;
    if (element) {
        args[n++] = index;
    }
    if (store) {
        args[n++] = pick(g, floating ? IR_F64 : IR_I64);
    }
    IrOp op = element ? (store ? IR_store_elem : IR_load_elem) : (store ? IR_store : IR_load);
    append(g, op, n, args, (IrInsn){.imm.field = floating ? g->number : rnd(2) ? g->word : g->word8});
}

static void append_box(Gen *g) {
    bool floating = rnd(2);
    IrRef v = pick(g, floating ? IR_F64 : IR_I64);
    append(g, floating ? IR_box_f64 : IR_box_i64, 1, &v, (IrInsn){0});
    IrRef box = g->pool[3][g->npool[3] - 1];
    if (!floating && g->now.v[v].i == INT64_MIN) {
        return;
    }
    append(g, floating ? IR_unbox_f64 : IR_unbox_i64, 1, &box, (IrInsn){0});
    append(g, IR_decref, 1, &box, (IrInsn){0});
}

static void append_some(Gen *g, int n, bool calls) {
    for (int i = 0; i < n; i++) {
        IrRef args[2];
        switch (rnd(16)) {
        case 0: case 1: case 2:
            append_compare(g);
            break;
        case 3:
            append_guard(g);
            break;
        case 4: case 5: case 6: case 7: case 8:
            append_int(g);
            break;
        case 9: case 10: case 11:
            append_float(g);
            break;
        case 12: case 13:
            append_memory(g);
            break;
        case 14:
            args[0] = pick(g, IR_BOOL);
            append(g, rnd(2) ? IR_not_bool : IR_bool_to_i64, 1, args, (IrInsn){0});
            break;
        default:
            args[0] = pick(g, IR_F64);
            args[1] = pick(g, IR_F64);
            if (calls && rnd(2)) {
                append(g, IR_call, 2, args, (IrInsn){.imm.i = IR_CALL_pow_f64});
            } else if (calls) {
                append_box(g);
            }
            break;
        }
    }
}

static void start(Gen *g, Case *c) {
    g->c = c;
    g->word = field_at(c, 0, IR_W_I64);
    g->word8 = field_at(c, 8, IR_W_I64);
    g->number = field_at(c, 0, IR_W_F64);
    g->memory = ir_const_ptr(c->t, memory);
    g->floats = ir_const_ptr(c->t, float_memory);
    g->now.v[g->memory].bits = (uintptr_t)memory;
    g->now.v[g->floats].bits = (uintptr_t)float_memory;
    IrRef b = ir_const_bool(c->t, true);
    g->now.v[b].i = 1;
    add_value(g, b, IR_BOOL);
}

/* Inputs of the first trace, as if a parent exit had left them in random places. */
static void make_inputs(Gen *g, CgLoc *locs, uint64_t *consts, CgRun *first, int n) {
    bool used[2][16] = {{[3] = true, [4] = true, [5] = true}, {[15] = true}};
    bool used_spill[64] = {0};
    for (int i = 0; i < n; i++) {
        bool floating = rnd(2);
        Value v = {.i = interesting_int()};
        if (floating) {
            v.f = interesting_float();
        }
        CgLoc loc = {.type = floating ? IR_F64 : IR_I64, .kind = CG_CONST, .index = (uint16_t)i};
        consts[i] = v.bits;
        int reg = (int)rnd(16);
        if (!used[floating][reg]) {
            used[floating][reg] = true;
            loc.kind = floating ? CG_XMM : CG_GPR;
            loc.index = (uint16_t)reg;
            if (floating) {
                first->xmm[reg] = v.f;
            } else {
                first->gpr[reg] = v.bits;
            }
        } else if (!used_spill[reg = (int)rnd(64)] && rnd(4)) {
            used_spill[reg] = true;
            loc.kind = CG_SPILL;
            loc.index = (uint16_t)reg;
            first->spill[reg] = v.bits;
        }
        locs[i] = loc;
        IrRef r = exit_arg(g->c, i, (IrType)loc.type);
        g->now.v[r] = v;
        add_value(g, r, (IrType)loc.type);
    }
}

static void mark_use(const IrTrace *t, IrRef r, IrRef loop, bool *used) {
    if (r && r < loop && !ir_is_const(t, r)) {
        used[r] = true;
    }
}

/* Parameters of the label: the phis, then all that the loop uses from before. */
static void make_label(Case *c, IrRef loop) {
    IrTrace *t = c->t;
    bool used[MAX_VALUES] = {false};
    IrLabel *label = arena_alloc(c->arena, sizeof *label);
    label->name = "head";
    label->params = arena_alloc(c->arena, MAX_VALUES * sizeof(IrRef));
    for (IrRef r = loop + 1; r < t->insns.len; r++) {
        const IrInsn *n = ir_at(t, r);
        IrRef leaves[64];
        if (n->op == IR_phi) {
            label->params[label->nparams++] = r;
            label->nphis++;
            mark_use(t, n->args[1], loop, used);
            continue;
        }
        for (int i = 0; i < n->nargs; i++) {
            mark_use(t, n->args[i], loop, used);
        }
        int count = n->snap ? ir_snapshot_leaves(&t->snaps.data[n->snap - 1], leaves, 64) : 0;
        for (int i = 0; i < count; i++) {
            mark_use(t, leaves[i], loop, used);
        }
    }
    for (IrRef r = 1; r < loop; r++) {
        if (used[r]) {
            label->params[label->nparams++] = r;
        }
    }
    t->label = label;
}

static IrRef pick_defined(Gen *g, IrType type) {
    int pool = pool_of(type);
    return g->pool[pool][g->npool[pool] - 1 - (int)rnd((uint32_t)(g->npool[pool] < 12 ? g->npool[pool] : 12))];
}

static void make_loop(Gen *g, int size, bool calls) {
    Case *c = g->c;
    IrRef limit = i64(c, 3 + rnd(60)), zero = i64(c, 0);
    g->now.v[limit].i = ir_at(c->t, limit)->imm.i;
    IrRef phis[64], entries[64];
    int n = (int)rnd(rnd(4) ? 6 : 30) + 1;
    for (int i = 0; i < n; i++) {
        entries[i] = i == 0 ? zero : pick(g, rnd(2) ? IR_I64 : IR_F64);
    }
    IrRef loop = op0(c, IR_loop);
    for (int i = 0; i < n; i++) {
        IrType type = (IrType)ir_at(c->t, entries[i])->type;
        phis[i] = phi(c, type, entries[i]);
        g->now.v[phis[i]] = g->now.v[entries[i]];
        add_value(g, phis[i], type);
    }
    IrRef args[] = {phis[0], limit};
    append(g, IR_lt_i64, 2, args, (IrInsn){0});
    IrRef again = g->pool[2][g->npool[2] - 1];
    append(g, IR_guard_true, 1, &again, (IrInsn){0});
    append_some(g, size, calls);
    IrRef step[] = {phis[0], i64(c, 1)};
    g->now.v[step[1]].i = 1;
    append(g, IR_add_i64, 2, step, (IrInsn){0});
    phi_next(c, phis[0], g->pool[0][g->npool[0] - 1]);
    for (int i = 1; i < n; i++) {
        IrType type = (IrType)ir_at(c->t, phis[i])->type;
        IrRef next = rnd(4) ? pick_defined(g, type) : phis[1 + rnd((uint32_t)n - 1)];
        if (ir_at(c->t, next)->type == type) {
            phi_next(c, phis[i], next);
        } else {
            phi_next(c, phis[i], phis[i]);
        }
    }
    op0(c, IR_end_loop);
    make_label(c, loop);
}

static void make_end(Gen *g) {
    IrRef leaves[64];
    int n = 0;
    for (int i = 0; i < 40; i++) {
        leaves[n++] = pick(g, i % 2 ? IR_I64 : IR_F64);
    }
    leave(g->c, n, leaves);
}

/* ---- running both ways ----------------------------------------------------------------------- */
typedef struct {
    Case *c;
    Value inputs[256];
    Value *v; /* values in the evaluator */
} Traced;

/* Evaluates until an exit, from the trace's start, or from its loop when `at_label`. Returns what
   left. */
static IrRef evaluate_trace(Traced *x, bool at_label) {
    IrTrace *t = x->c->t;
    Value *v = x->v;
    IrRef loop = 0, pc = 1;
    for (IrRef r = 1; r < t->insns.len; r++) {
        loop = ir_at(t, r)->op == IR_loop ? r : loop;
        if (ir_is_const(t, r)) { /* some stand behind the snapshot that wants them */
            v[r].i = ir_at(t, r)->imm.i;
        }
    }
    bool first = true;
    if (at_label) {
        pc = loop;
        first = false;
    }
    for (int steps = 0; steps < 30000; steps++) {
        const IrInsn *n = ir_at(t, pc);
        bool leaves = false;
        if (n->op == IR_exit_arg) {
            v[pc] = x->inputs[n->imm.i];
        } else if (n->op == IR_phi) {
            if (first) {
                v[pc] = v[n->args[0]];
            }
        } else if (n->op == IR_end_loop) {
            Value next[MAX_VALUES];
            for (IrRef r = loop + 1; ir_at(t, r)->op == IR_phi; r++) {
                next[r] = v[ir_at(t, r)->args[1]];
            }
            for (IrRef r = loop + 1; ir_at(t, r)->op == IR_phi; r++) {
                v[r] = next[r];
            }
            first = false;
            pc = loop;
        } else if (n->op == IR_leave || n->op == IR_end_link) {
            return pc;
        } else if (n->op != IR_loop) {
            v[pc] = evaluate(t, n, v, &leaves);
            if (leaves) {
                return pc;
            }
        }
        pc++;
    }
    return 0;
}

static bool same_value(uint64_t a, uint64_t b, IrType type) {
    double x, y;
    memcpy(&x, &a, 8);
    memcpy(&y, &b, 8);
    return a == b || (type == IR_F64 && isnan(x) && isnan(y));
}

static bool compare_exit(const Traced *x, const CgRun *run, const CgExit *exit, IrRef left) {
    IrTrace *t = x->c->t;
    bool same = exit->trace == x->c->code && exit->insn == left;
    IrRef leaves[256];
    int n = ir_snapshot_leaves(&t->snaps.data[exit->snap], leaves, 256);
    for (int i = 0; same && i < n; i++) {
        uint64_t got = loc_value(run, exit->trace->consts, exit->locs[i]);
        if (!same_value(got, x->v[leaves[i]].bits, (IrType)ir_at(t, leaves[i])->type)) {
            fprintf(stderr, "leaf %d, %%%u of exit at %%%u: got %#llx, wanted %#llx\n", i, leaves[i],
                    left, (unsigned long long)got, (unsigned long long)x->v[leaves[i]].bits);
            same = false;
        }
    }
    if (!same) {
        fprintf(stderr, "left at %%%u of %s, wanted %%%u of %s\n", exit->insn, exit->trace->ir->name, left,
                t->name);
    }
    return same;
}

static bool same_memory(void) {
    bool same = true;
    for (int i = 0; i < MEMORY_WORDS; i++) {
        if (memory[i] != memory_copy[i]) {
            fprintf(stderr, "word %d is %lld and %lld\n", i, (long long)memory_copy[i], (long long)memory[i]);
            same = false;
        }
        uint64_t a, b;
        memcpy(&a, &float_memory[i], 8);
        memcpy(&b, &float_memory_copy[i], 8);
        if (!same_value(a, b, IR_F64)) {
            fprintf(stderr, "double %d is %#llx and %#llx\n", i, (unsigned long long)b, (unsigned long long)a);
            same = false;
        }
    }
    if (!same) {
        fprintf(stderr, "memory differs\n");
    }
    return same;
}

static void reset_memory(void) {
    for (int i = 0; i < MEMORY_WORDS; i++) {
        memory[i] = i * 3 - 7;
        float_memory[i] = i * 0.75 - 2;
    }
}

/* A trace that hangs on `exit`: takes its leaves, does something, goes to the parent's label. */
static Traced *make_side(Traced *parent, CgExit *exit, const IrRef left) {
    IrTrace *t = parent->c->t;
    Traced *side = calloc(1, sizeof *side);
    side->c = case_new("side");
    side->v = calloc(MAX_VALUES, sizeof(Value));
    side->c->config.exit_args = exit->locs;
    side->c->config.exit_consts = exit->trace->consts;
    side->c->config.nexit_args = exit->nlocs;
    Gen *g = calloc(1, sizeof *g);
    start(g, side->c);
    IrRef leaves[256];
    ir_snapshot_leaves(&t->snaps.data[exit->snap], leaves, 256);
    for (int i = 0; i < exit->nlocs; i++) {
        IrType type = (IrType)ir_at(t, leaves[i])->type;
        IrRef r = exit_arg(side->c, i, type);
        g->now.v[r] = parent->v[leaves[i]];
        side->inputs[i] = parent->v[leaves[i]];
        add_value(g, r, type);
    }
    IrRef x = i64(side->c, 5), y = f64(side->c, 2.5);
    g->now.v[x].i = 5;
    g->now.v[y].f = 2.5;
    add_value(g, x, IR_I64);
    add_value(g, y, IR_F64);
    append_some(g, (int)rnd(60), rnd(2));
    if (t->label && rnd(4)) {
        IrRef args[256];
        int n = t->label->nparams;
        for (int i = 0; i < n && n < 256; i++) {
            args[i] = pick(g, (IrType)ir_at(t, t->label->params[i])->type);
        }
        /* The counter goes on, so that the loop ends. */
        args[0] = i64(side->c, 2 + rnd(40));
        if (n < 72) {
            ir_append_imm(side->c->t, IR_end_link, args, n, (IrInsn){.imm.label = t->label});
            free(g);
            (void)left;
            return side;
        }
    }
    make_end(g);
    free(g);
    return side;
}

/* Continues the evaluator from the side trace's link in the parent's loop. */
static void follow_link(Traced *parent, Traced *side, IrRef link) {
    const IrInsn *n = ir_at(side->c->t, link);
    Value values[256];
    for (int i = 0; i < n->nargs; i++) {
        values[i] = side->v[n->args[i]];
    }
    for (int i = 0; i < n->nargs; i++) {
        parent->v[parent->c->t->label->params[i]] = values[i];
    }
}

static void set_inputs_from_exit(Traced *parent, const CgExit *exit, Traced *side) {
    IrRef leaves[256];
    int n = ir_snapshot_leaves(&parent->c->t->snaps.data[exit->snap], leaves, 256);
    for (int i = 0; i < n; i++) {
        side->inputs[i] = parent->v[leaves[i]];
    }
}

static bool run_tree(Traced *root, Traced *side, CgExit *hung, const CgRun *first) {
    reset_memory();
    CgExit *exit = run_with(root->c, first);
    memcpy(memory_copy, memory, sizeof memory);
    memcpy(float_memory_copy, float_memory, sizeof float_memory);
    reset_memory();
    IrRef left = evaluate_trace(root, false);
    Traced *in = root;
    for (int hops = 0; side && in == root && left == hung->insn && hops < 1000; hops++) {
        set_inputs_from_exit(root, hung, side);
        left = evaluate_trace(side, false);
        in = side;
        if (left && ir_at(side->c->t, left)->op == IR_end_link) {
            follow_link(root, side, left);
            left = evaluate_trace(root, true);
            in = root;
        }
    }
    if (left == 0) {
        return true; /* runs too long to tell */
    }
    return compare_exit(in, &root->c->run, exit, left) && same_memory();
}

/* Side traces that send the loop round for ever are of no use. */
static bool ends(Traced *root, Traced *side, CgExit *hung) {
    IrRef left = evaluate_trace(root, false);
    for (int hops = 0; hops < 50; hops++) {
        if (left != hung->insn) {
            return left != 0;
        }
        set_inputs_from_exit(root, hung, side);
        left = evaluate_trace(side, false);
        if (left == 0 || ir_at(side->c->t, left)->op != IR_end_link) {
            return left != 0;
        }
        follow_link(root, side, left);
        left = evaluate_trace(root, true);
    }
    return false;
}

/* With the numbers as they are, which ir_print does not give, and the values evaluated last. */
static void print_raw(const IrTrace *t, const Value *v) {
    for (IrRef r = 1; r < t->insns.len; r++) {
        const IrInsn *n = ir_at(t, r);
        IrRef leaves[256];
        int count = n->snap ? ir_snapshot_leaves(&t->snaps.data[n->snap - 1], leaves, 256) : 0;
        fprintf(stderr, "%%%u = %s", r, ir_op_info[n->op].name);
        for (int i = 0; i < n->nargs; i++) {
            fprintf(stderr, " %%%u", n->args[i]);
        }
        fprintf(stderr, " imm %#llx is %#llx", (unsigned long long)n->imm.i, (unsigned long long)v[r].bits);
        for (int i = 0; i < count; i++) {
            fprintf(stderr, "%s%%%u", i ? " " : "  [", leaves[i]);
        }
        fprintf(stderr, count ? "]\n" : "\n");
    }
}

static bool one_case(uint64_t number) {
    seed = number * 0x9e3779b97f4a7c15u + 12345;
    for (int i = 0; i < 8; i++) {
        rnd(2);
    }
    stress_spill = rnd(8) == 0;
    stress_by_call = rnd(8) == 0;
    Traced root = {.c = case_new("root"), .v = calloc(MAX_VALUES, sizeof(Value))};
    CgRun first = {0};
    CgLoc locs[MAX_INPUTS];
    uint64_t consts[MAX_INPUTS];
    Gen *g = calloc(1, sizeof *g);
    start(g, root.c);
    int ninputs = 4 + (int)rnd(MAX_INPUTS - 4);
    reset_memory();
    make_inputs(g, locs, consts, &first, ninputs);
    for (int i = 0; i < ninputs; i++) {
        root.inputs[i].bits = loc_value(&first, consts, locs[i]);
    }
    IrRef x = i64(root.c, 5), y = f64(root.c, 2.5);
    g->now.v[x].i = 5;
    g->now.v[y].f = 2.5;
    add_value(g, x, IR_I64);
    add_value(g, y, IR_F64);
    root.c->config.exit_args = locs;
    root.c->config.exit_consts = consts;
    root.c->config.nexit_args = ninputs;
    bool calls = rnd(2);
    append_some(g, (int)rnd(60), calls);
    if (rnd(4)) {
        make_loop(g, (int)rnd(rnd(3) ? 30 : 150), calls);
    } else {
        make_end(g);
    }
    free(g);
    compile(root.c);
    bool fine = run_tree(&root, NULL, NULL, &first);
    if (getenv("PRINT")) {
        print_raw(root.c->t, root.v);
    }
    CgExit *exit = root.c->run.exit;
    if (fine && exit->patch && rnd(4)) {
        Traced *side = make_side(&root, exit, exit->insn);
        reset_memory();
        if (ends(&root, side, exit)) {
            compile(side->c);
            cg_patch_exit(exit, side->c->code->code);
            fine = run_tree(&root, side, exit, &first);
            if (getenv("PRINT")) {
                print_raw(side->c->t, side->v);
            }
        }
        case_free(side->c);
        free(side->v);
        free(side);
    }
    case_free(root.c);
    free(root.v);
    return fine;
}

int main(int argc, char **argv) {
    uint64_t from = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
    int bad = 0;
    for (uint64_t i = from; i < from + count; i++) {
        if (getenv("EACH")) {
            fprintf(stderr, "seed %llu\n", (unsigned long long)i);
        }
        if (!one_case(i)) {
            fprintf(stderr, "seed %llu differs\n", (unsigned long long)i);
            if (++bad == 5) {
                break;
            }
        }
    }
    printf("%llu random traces, %d differ\n", (unsigned long long)count, bad);
    return bad || exit_status;
}
