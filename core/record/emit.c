/*  Writing operations into the raw trace: thin wrappers that give guards their snapshot, bracket calls that may
    run arbitrary code with sync and unsync, and remember what such calls make uncertain. */
#include "record/state.h"

IrRef rec_op(Recorder *r, IrOp op, int n, IrRef a, IrRef b, IrRef c)
{
    IrRef args[3] = {a, b, c};
    IrRef ref = ir_append(r->raw, op, args, n);
    if (ir_op_info[op].flags & IRF_GUARD) {
        ir_set_snap(r->raw, ref, rec_snap_before(r));
    }
    return ref;
}

static IrRef with_imm(Recorder *r, IrOp op, int n, const IrRef *args, IrInsn imm)
{
    IrRef ref = ir_append_imm(r->raw, op, args, n, imm);
    if (ir_op_info[op].flags & IRF_GUARD) {
        ir_set_snap(r->raw, ref, rec_snap_before(r));
    }
    return ref;
}

IrRef rec_slot_op(Recorder *r, IrOp op, int n, IrRef a, int slot)
{
    IrInsn imm = {.imm.i = slot};
    return with_imm(r, op, n, &a, imm);
}

IrRef rec_load(Recorder *r, IrRef base, const IrField *f)
{
    IrInsn imm = {.imm.field = f};
    return with_imm(r, IR_load, 1, &base, imm);
}

IrRef rec_load_elem(Recorder *r, IrRef base, IrRef index, const IrField *f)
{
    IrInsn imm = {.imm.field = f};
    return with_imm(r, IR_load_elem, 2, (IrRef[]){base, index}, imm);
}

void rec_store(Recorder *r, IrRef base, IrRef value, const IrField *f)
{
    IrInsn imm = {.imm.field = f};
    with_imm(r, IR_store, 2, (IrRef[]){base, value}, imm);
}

IrRef rec_const(Recorder *r, PyObject *o)
{
    if (o != NULL) {
        for (size_t i = r->objects.len; i-- > 0 && i + 16 > r->objects.len;) {
            if (r->objects.data[i] == o) {
                return ir_const_obj(r->raw, o);
            }
        }
        vec_push(&r->objects, Py_NewRef(o));
    }
    return ir_const_obj(r->raw, o);
}

IrRef rec_int(Recorder *r, int64_t v)
{
    return ir_const_i64(r->raw, v);
}

IrRef rec_new(Recorder *r, const IrKlass *k, const IrRef *values)
{
    IrInsn imm = {.imm.klass = k};
    IrRef ref = with_imm(r, IR_new, k->nfields, values, imm);
    rec_set_known(r, ref, k->ptr);
    return ref;
}

static void begin_running(Recorder *r, IrOp how)
{
    if (r->state->handled != IR_NONE) {
        rec_give_up(r, r->state->start.kind == REC_SIDE ? ABORT_handling : ABORT_raised);
    }
    IrRef sync = ir_append(r->raw, how, NULL, 0);
    ir_set_snap(r->raw, sync, rec_snap_before(r));
}

static void end_running(Recorder *r)
{
    ir_append(r->raw, IR_unsync, NULL, 0);
    r->state->ran = true;
    rec_forget_types(r);
}

static void check_result(Recorder *r, IrRef ref)
{
    IrRef guard = ir_append(r->raw, IR_guard_ok, &ref, 1);
    ir_set_snap(r->raw, guard, rec_snap_raise(r));
    r->state->check = guard;
    r->state->nchecks++;
}

IrRef rec_call(Recorder *r, IrCall which, int n, const IrRef *args)
{
    const IrCallInfo *info = &ir_call_info[which];
    IrInsn imm = {.imm.i = which};
    if (info->flags & IRF_RUNS) {
        begin_running(r, IR_sync);
    }
    IrRef ref = with_imm(r, IR_call, n, args, imm);
    if (info->flags & IRF_RUNS) {
        end_running(r);
    }
    if (info->flags & IRF_RAISES) {
        check_result(r, ref);
    }
    return ref;
}

static IrRef call_c(Recorder *r, bool quiet, void *fn, int n, const IrRef *args)
{
    IrRef all[6] = {ir_const_ptr(r->raw, fn)};
    for (int i = 0; i < n && i < 5; i++) {
        all[i + 1] = args[i];
    }
    if (!quiet) {
        begin_running(r, IR_sync);
    }
    IrRef ref = ir_append(r->raw, quiet ? IR_call_c_quiet : IR_call_c, all, n + 1);
    if (!quiet) {
        end_running(r);
    }
    check_result(r, ref);
    return ref;
}

IrRef rec_call_c(Recorder *r, void *fn, int n, const IrRef *args)
{
    return call_c(r, false, fn, n, args);
}

IrRef rec_call_c_quiet(Recorder *r, void *fn, int n, const IrRef *args)
{
    return call_c(r, true, fn, n, args);
}

static IrRef call_array(Recorder *r, bool quiet, void *fn, IrRef first, IrRef last, int64_t imm, int n, const IrRef *items)
{
    enum { MAX_ITEMS = 60 };
    IrRef all[MAX_ITEMS + 3] = {ir_const_ptr(r->raw, fn), first, last};
    if (n > MAX_ITEMS) {
        rec_give_up(r, ABORT_unsupported);
        return ir_const_obj(r->raw, NULL);
    }
    for (int i = 0; i < n; i++) {
        all[i + 3] = items[i];
    }
    IrInsn with = {.imm.i = imm};
    if (!quiet) {
        begin_running(r, fn == (void *)r->state->host->call_function ? IR_sync_later : IR_sync);
    }
    IrRef ref = ir_append_imm(r->raw, quiet ? IR_call_array_quiet : IR_call_array, all, n + 3, with);
    if (!quiet) {
        end_running(r);
    }
    check_result(r, ref);
    return ref;
}

IrRef rec_call_array(Recorder *r, void *fn, IrRef first, IrRef last, int64_t imm, int n, const IrRef *items)
{
    return call_array(r, false, fn, first, last, imm, n, items);
}

IrRef rec_call_array_quiet(Recorder *r, void *fn, IrRef first, IrRef last, int64_t imm, int n, const IrRef *items)
{
    return call_array(r, true, fn, first, last, imm, n, items);
}

void rec_guard_bool(Recorder *r, IrRef b, bool expect)
{
    rec_guard_bool_else(r, b, expect, rec_snap_before(r));
}

void rec_guard_bool_else(Recorder *r, IrRef b, bool expect, uint32_t snap)
{
    if (ir_is_const(r->raw, b)) {
        return;
    }
    IrRef guard = ir_append(r->raw, expect ? IR_guard_true : IR_guard_false, &b, 1);
    ir_set_snap(r->raw, guard, snap);
}
