#include "ir/interp.h"

#include <math.h>
#include <string.h>

typedef struct {
    const IrTrace *t;
    const IrHost *host;
    const IrWord *exit_args;
    IrWord *values;     /* by IrRef */
    const IrInsn *insn; /* being executed */
    IrWord result;
    bool leave;
    const char *fault;
} Interp;

static IrWord arg(const Interp *in, int i)
{
    return in->values[in->insn->args[i]];
}

static IrType arg_type(const Interp *in, int i)
{
    return (IrType)ir_at(in->t, in->insn->args[i])->type;
}

static void guard(Interp *in, bool holds)
{
    in->leave = !holds;
}

/* ---- integers ------------------------------------------------------------------------------------ */
static int64_t wrap(uint64_t v)
{
    return (int64_t)v;
}

/* Rounds down, as Python does. Needs: no overflow, no zero. */
static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q - (a % b != 0 && (a < 0) != (b < 0));
}

static void divide(Interp *in, bool mod)
{
    int64_t a = arg(in, 0).i, b = arg(in, 1).i;
    if (b == 0 || (b == -1 && a == INT64_MIN)) {
        in->leave = true;
        return;
    }
    int64_t q = floor_div(a, b);
    in->result.i = mod ? wrap((uint64_t)a - (uint64_t)q * (uint64_t)b) : q;
}

static void shift_left(Interp *in)
{
    int64_t a = arg(in, 0).i, n = arg(in, 1).i;
    if (n < 0 || n > 63) {
        in->leave = true;
        return;
    }
    in->result.i = wrap((uint64_t)a << n);
    guard(in, in->result.i >> n == a);
}

static void shift_right(Interp *in)
{
    int64_t n = arg(in, 1).i;
    guard(in, n >= 0);
    in->result.i = arg(in, 0).i >> (n > 63 ? 63 : n & 63);
}

static void truncate_f64(Interp *in)
{
    double v = arg(in, 0).f;
    bool fits = v > -0x1p63 && v < 0x1p63; /* false for nan */
    guard(in, fits);
    in->result.i = fits ? (int64_t)v : 0;
}

static double with_sign(double v, bool flip)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bits = flip ? bits ^ (uint64_t)1 << 63 : bits & ~((uint64_t)1 << 63);
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* ---- memory ---------------------------------------------------------------------------------------- */
/* Address of the place that the instruction means; `elem`: with an index. */
static char *place(const Interp *in, bool elem)
{
    const IrField *f = in->insn->imm.field;
    char *p = (char *)arg(in, 0).p + f->offset;
    return elem ? p + arg(in, 1).i * ir_width_bytes(f->width) : p;
}

static IrWord read_memory(const char *at, IrWidth width)
{
    IrWord v = {0};
    switch (width) {
    case IR_W_OBJ:
    case IR_W_SLOT:
    case IR_W_PTR:
    case IR_W_F64:
    case IR_W_I64: memcpy(&v, at, 8); break;
    case IR_W_I32: v.i = *(const int32_t *)(const void *)at; break;
    case IR_W_U32: v.i = *(const uint32_t *)(const void *)at; break;
    case IR_W_U16: v.i = *(const uint16_t *)(const void *)at; break;
    case IR_W_U8: v.i = *(const uint8_t *)at; break;
    }
    return v;
}

static void write_memory(char *at, IrWidth width, IrWord v)
{
    memcpy(at, &v, (size_t)ir_width_bytes(width)); /* little-endian: the low bytes come first */
}

static void load(Interp *in, bool elem)
{
    in->result = read_memory(place(in, elem), in->insn->imm.field->width);
}

static void store(Interp *in, bool elem)
{
    write_memory(place(in, elem), in->insn->imm.field->width, arg(in, elem ? 2 : 1));
}

static void replace_with(Interp *in, char *at, void *fresh)
{
    IrWord old = read_memory(at, IR_W_OBJ);
    write_memory(at, IR_W_OBJ, (IrWord){.p = fresh});
    in->leave = old.p && in->host->release(in->host->host, old.p);
}

static void *box(Interp *in, IrType type, IrWord v)
{
    void *h = in->host->host;
    return type == IR_F64 ? in->host->box_f64(h, v.f) : in->host->box_i64(h, v.i);
}

static void replace_box(Interp *in, bool elem)
{
    char *at = place(in, elem);
    int last = in->insn->nargs - 1;
    IrWord v = arg(in, last), old = read_memory(at, IR_W_OBJ);
    IrType type = arg_type(in, last);
    if (old.p && in->host->reuse_box(in->host->host, old.p, type, v)) {
        return;
    }
    replace_with(in, at, box(in, type, v));
}

/* ---- calls and snapshots ------------------------------------------------------------------------------ */
static IrWord *read_args(const Interp *in)
{
    IrWord *args = calloc((size_t)in->insn->nargs + 1, sizeof *args);
    for (int i = 0; args && i < in->insn->nargs; i++) {
        args[i] = arg(in, i);
    }
    if (args == NULL) {
        abort();
    }
    return args;
}

static void call(Interp *in)
{
    const IrHost *h = in->host;
    IrWord *args = read_args(in);
    int n = in->insn->nargs;
    if (in->insn->op == IR_call) {
        in->result = h->call(h->host, (IrCall)in->insn->imm.i, args, n);
    } else if (in->insn->op == IR_call_c || in->insn->op == IR_call_c_quiet) {
        in->result.p = h->call_c(h->host, args, n);
    } else {
        in->result.p = h->call_array(h->host, args, n, in->insn->imm.i);
    }
    free(args);
}

static void make(Interp *in)
{
    IrWord *args = read_args(in);
    in->result.p = in->host->make(in->host->host, in->insn->imm.klass, args);
    free(args);
}

static IrWord *read_leaves(const Interp *in, const IrSnapshot *s)
{
    int n = ir_snapshot_leaves(s, NULL, 0);
    IrRef *refs = calloc((size_t)n + 1, sizeof *refs);
    IrWord *leaves = calloc((size_t)n + 1, sizeof *leaves);
    if (refs == NULL || leaves == NULL) {
        abort();
    }
    ir_snapshot_leaves(s, refs, n);
    for (int i = 0; i < n; i++) {
        leaves[i] = in->values[refs[i]];
    }
    free(refs);
    return leaves;
}

static void sync_frames(Interp *in)
{
    const IrSnapshot *s = &in->t->snaps.data[in->insn->snap - 1];
    IrWord *leaves = read_leaves(in, s);
    in->host->sync(in->host->host, in->t, s, leaves);
    free(leaves);
}

/* ---- small ones ------------------------------------------------------------------------------------------ */
static bool is_type(const Interp *in)
{
    void *obj = arg(in, 0).p;
    return obj && in->host->type_of(in->host->host, obj) == in->insn->imm.klass->ptr;
}

static void guard_ok(Interp *in)
{
    guard(in, arg_type(in, 0) == IR_I64 ? arg(in, 0).i >= 0 : arg(in, 0).p != NULL);
}

static void release(Interp *in, void *obj)
{
    in->leave = obj && in->host->release(in->host->host, obj);
}

static void take(Interp *in, void *obj)
{
    if (obj) {
        in->host->take(in->host->host, obj);
    }
}

static void load_exit_arg(Interp *in)
{
    if (in->exit_args == NULL) {
        in->fault = "exit_arg without a parent";
        return;
    }
    in->result = in->exit_args[in->insn->imm.i];
}

/* ---- one operation: the definition of what each means ----------------------------------------------------- */
static void step_number(Interp *in)
{
    IrWord a = in->insn->nargs > 0 ? arg(in, 0) : (IrWord){0}, b = in->insn->nargs > 1 ? arg(in, 1) : (IrWord){0};
    IrWord *r = &in->result;
    uint64_t ua = (uint64_t)a.i, ub = (uint64_t)b.i;
    switch ((int)in->insn->op) {
    case IR_add_i64: r->i = wrap(ua + ub); return;
    case IR_sub_i64: r->i = wrap(ua - ub); return;
    case IR_mul_i64: r->i = wrap(ua * ub); return;
    case IR_add_i64_ov: in->leave = __builtin_add_overflow(a.i, b.i, &r->i); return;
    case IR_sub_i64_ov: in->leave = __builtin_sub_overflow(a.i, b.i, &r->i); return;
    case IR_mul_i64_ov: in->leave = __builtin_mul_overflow(a.i, b.i, &r->i); return;
    case IR_neg_i64_ov: in->leave = __builtin_sub_overflow((int64_t)0, a.i, &r->i); return;
    case IR_floordiv_i64: divide(in, false); return;
    case IR_mod_i64: divide(in, true); return;
    case IR_and_i64: r->i = a.i & b.i; return;
    case IR_or_i64: r->i = a.i | b.i; return;
    case IR_xor_i64: r->i = a.i ^ b.i; return;
    case IR_not_i64: r->i = ~a.i; return;
    case IR_shl_i64_ov: shift_left(in); return;
    case IR_sar_i64: shift_right(in); return;
    case IR_shr_u64: r->i = wrap(ua >> (ub & 63)); return;
    case IR_eq_i64: r->i = a.i == b.i; return;
    case IR_ne_i64: r->i = a.i != b.i; return;
    case IR_lt_i64: r->i = a.i < b.i; return;
    case IR_le_i64: r->i = a.i <= b.i; return;
    case IR_gt_i64: r->i = a.i > b.i; return;
    case IR_ge_i64: r->i = a.i >= b.i; return;
    case IR_lt_u64: r->i = ua < ub; return;
    case IR_add_f64: r->f = a.f + b.f; return;
    case IR_sub_f64: r->f = a.f - b.f; return;
    case IR_mul_f64: r->f = a.f * b.f; return;
    case IR_div_f64: r->f = a.f / b.f; return;
    case IR_neg_f64: r->f = with_sign(a.f, true); return;
    case IR_abs_f64: r->f = with_sign(a.f, false); return;
    case IR_sqrt_f64: r->f = sqrt(a.f); return;
    case IR_eq_f64: r->i = a.f == b.f; return;
    case IR_ne_f64: r->i = a.f != b.f; return;
    case IR_lt_f64: r->i = a.f < b.f; return;
    case IR_le_f64: r->i = a.f <= b.f; return;
    case IR_gt_f64: r->i = a.f > b.f; return;
    case IR_ge_f64: r->i = a.f >= b.f; return;
    case IR_i64_to_f64: r->f = (double)a.i; return;
    case IR_f64_to_i64: truncate_f64(in); return;
    case IR_not_bool: r->i = !a.i; return;
    case IR_bool_to_i64: r->i = a.i; return;
    case IR_eq_ptr: r->i = a.p == b.p; return;
    case IR_add_ptr: r->p = (char *)a.p + b.i; return;
    }
    in->fault = "an operation that the interpreter does not know";
}

static void step(Interp *in)
{
    const IrHost *h = in->host;
    const IrInsn *insn = in->insn;
    int64_t imm = insn->imm.i;
    IrWord *r = &in->result;
    switch ((int)insn->op) {
    case IR_const_i64:
    case IR_const_f64:
    case IR_const_bool:
    case IR_const_obj:
    case IR_const_ptr: r->i = imm; return;
    case IR_load_slot: r->p = h->load_slot(h->host, (int)imm); return;
    case IR_load_slot_int: h->load_slot_int(h->host, (int)imm, &r->i); return;
    case IR_guard_slot_int: guard(in, h->load_slot_int(h->host, (int)imm, &r->i)); return;
    case IR_exit_arg: load_exit_arg(in); return;
    case IR_frame: r->p = h->frame(h->host); return;
    case IR_store_slot: in->leave = h->store_slot(h->host, (int)imm, arg(in, 0).p); return;
    case IR_store_slot_int: h->store_slot_int(h->host, (int)imm, arg(in, 0).i); return;
    case IR_forget_slot: h->forget_slot(h->host, (int)imm); return;
    case IR_guard_true: guard(in, arg(in, 0).i != 0); return;
    case IR_guard_false: guard(in, arg(in, 0).i == 0); return;
    case IR_guard_type: guard(in, is_type(in)); return;
    case IR_guard_not_type: guard(in, arg(in, 0).p && !is_type(in)); return;
    case IR_guard_is: guard(in, arg(in, 0).p == arg(in, 1).p); return;
    case IR_guard_is_not: guard(in, arg(in, 0).p != arg(in, 1).p); return;
    case IR_guard_nonnull: guard(in, arg(in, 0).p != NULL); return;
    case IR_guard_null: guard(in, arg(in, 0).p == NULL); return;
    case IR_guard_ok: guard_ok(in); return;
    case IR_guard_valid: guard(in, h->is_valid(h->host)); return;
    case IR_guard_breaker: guard(in, !h->breaker_is_set(h->host)); return;
    case IR_has_type: r->i = is_type(in); return;
    case IR_box_i64: r->p = h->box_i64(h->host, arg(in, 0).i); return;
    case IR_box_f64: r->p = h->box_f64(h->host, arg(in, 0).f); return;
    case IR_box_bool: r->p = h->box_bool(h->host, arg(in, 0).i != 0); return;
    case IR_unbox_i64: guard(in, h->unbox_i64(h->host, arg(in, 0).p, &r->i)); return;
    case IR_unbox_f64: r->f = h->unbox_f64(h->host, arg(in, 0).p); return;
    case IR_unbox_bool: r->i = h->unbox_bool(h->host, arg(in, 0).p); return;
    case IR_new: make(in); return;
    case IR_load: load(in, false); return;
    case IR_load_elem: load(in, true); return;
    case IR_store: store(in, false); return;
    case IR_store_elem: store(in, true); return;
    case IR_replace: replace_with(in, place(in, false), arg(in, 1).p); return;
    case IR_replace_elem: replace_with(in, place(in, true), arg(in, 2).p); return;
    case IR_store_address:
        write_memory(place(in, false), IR_W_PTR, (IrWord){.p = (char *)arg(in, 0).p + arg(in, 1).i});
        return;
    case IR_replace_box: replace_box(in, false); return;
    case IR_replace_elem_box: replace_box(in, true); return;
    case IR_update_box: replace_box(in, false); return;
    case IR_update_elem_box: replace_box(in, true); return;
    case IR_incref:
    case IR_xincref: take(in, arg(in, 0).p); return;
    case IR_decref:
    case IR_xdecref: release(in, arg(in, 0).p); return;
    case IR_decref_plain: h->release(h->host, arg(in, 0).p); return;
    case IR_call:
    case IR_call_c:
    case IR_call_c_quiet:
    case IR_call_array:
    case IR_call_array_quiet: call(in); return;
    case IR_sync:
    case IR_sync_later: sync_frames(in); return;
    case IR_unsync: h->unsync(h->host); return;
    case IR_known_type: return;
    case IR_leave:
    case IR_raw_close:
    case IR_raw_link: in->leave = true; return;
    case IR_end_start: in->fault = "end_start: there is nothing to link to"; return;
    case IR_end_link: in->fault = "end_link: there is nothing to link to"; return;
    }
    step_number(in);
}

/* ---- the run ------------------------------------------------------------------------------------------------ */
/* All phis at once: what one becomes may be what another was. */
static void enter_loop(Interp *in, IrRef loop, int round, IrWord *scratch)
{
    IrRef end = loop + 1;
    for (; end < in->t->insns.len; end++) {
        const IrInsn *phi = ir_at(in->t, end);
        if (phi->op == IR_phi) {
            scratch[end] = in->values[phi->args[round > 0]];
        } else if (!ir_is_const(in->t, end)) {
            break;
        }
    }
    for (IrRef r = loop + 1; r < end; r++) {
        if (ir_at(in->t, r)->op == IR_phi) {
            in->values[r] = scratch[r];
        }
    }
}

static IrRef find_loop(const IrTrace *t)
{
    for (IrRef r = 1; r < t->insns.len; r++) {
        if (ir_at(t, r)->op == IR_loop) {
            return r;
        }
    }
    return IR_NONE;
}

static void run_constants(Interp *in)
{
    for (IrRef r = 1; r < in->t->insns.len; r++) {
        if (ir_is_const(in->t, r)) {
            in->values[r].i = ir_at(in->t, r)->imm.i;
        }
    }
}

IrLeft ir_interp(const IrTrace *t, const IrHost *host, const IrWord *exit_args, int64_t max_steps)
{
    Interp in = {.t = t, .host = host, .exit_args = exit_args};
    in.values = calloc(t->insns.len * 2, sizeof *in.values);
    if (in.values == NULL) {
        abort();
    }
    run_constants(&in);
    IrRef loop = find_loop(t), r = 1;
    int round = 0;
    for (; !in.leave && !in.fault && max_steps > 0; max_steps--) {
        in.insn = ir_at(t, r);
        IrOp op = (IrOp)in.insn->op;
        if (op == IR_loop || op == IR_end_loop) {
            round += op == IR_end_loop;
            enter_loop(&in, loop, round, in.values + t->insns.len);
            r = loop + 1;
            continue;
        }
        if (op != IR_phi) {
            in.result = (IrWord){0};
            step(&in);
            in.values[r] = in.result;
        }
        r += !in.leave && !in.fault;
    }
    IrLeft left = {.insn = r, .fault = in.fault};
    if (!in.leave && !in.fault) {
        left.fault = "the trace runs for too long";
    }
    if (in.leave) {
        left.snap = &t->snaps.data[in.insn->snap - 1];
        left.leaves = read_leaves(&in, left.snap);
    }
    free(in.values);
    return left;
}
