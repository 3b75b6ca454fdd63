/*  The abstract frames: which value each slot of each inlined frame holds, and who owns it.

    A local owns its value, a stack entry may borrow it from a local (LOAD_FAST takes no reference), from an argument
    of the caller, or from a constant. Before a local changes, entries that borrow from it get references of their own. */
#include "record/state.h"

RecVal *rec_stack(Recorder *r, int from_top)
{
    RecFrame *f = rec_top(r);
    return &f->slots[f->base + f->depth - 1 - from_top];
}

PyObject *rec_concrete(Recorder *r, int from_top)
{
    RecFrame *f = rec_top(r);
    CpySlot s = cpy_slot_get(f->real, f->base + f->depth - 1 - from_top);
    return s.kind == CPY_SLOT_INT || s.kind == CPY_SLOT_NULL ? NULL : s.obj;
}

PyObject *rec_concrete_local(Recorder *r, int slot)
{
    CpySlot s = cpy_slot_get(rec_top(r)->real, slot);
    return s.kind == CPY_SLOT_INT || s.kind == CPY_SLOT_NULL ? NULL : s.obj;
}

void rec_push_val(Recorder *r, RecVal v)
{
    RecFrame *f = rec_top(r);
    int slot = f->base + f->depth;
    if (slot >= f->nslots) {
        rec_give_up(r, ABORT_unexpected_place);
        return;
    }
    f->slots[slot] = v;
    if (f->modified) {
        f->modified[slot] = 1;
    }
    f->depth++;
}

void rec_push(Recorder *r, IrRef ref, bool owned)
{
    rec_push_val(r, (RecVal){.ref = ref, .owned = owned});
}

void rec_push_null(Recorder *r)
{
    rec_push_val(r, (RecVal){0});
}

void rec_write_slot(Recorder *r, int slot, IrRef value, IrRef keep)
{
    RecState *st = r->state;
    if (st->nstores == (int)ARRAY_LEN(st->stores)) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    st->stores[st->nstores].frame = st->nframes - 1;
    st->stores[st->nstores].slot = slot;
    st->stores[st->nstores].value = value == IR_NONE ? ir_const_obj(r->raw, NULL) : value;
    st->stores[st->nstores++].keep = keep;
    rec_top(r)->modified[slot] = 1;
}

static bool is_in_memory(const RecFrame *f, int slot)
{
    return f->modified && slot >= f->base && slot - f->base < f->mem_depth && !f->modified[slot];
}

/* Memory loses the entry at the end of this instruction, its reference is the trace's. */
static void take(Recorder *r, int slot, const RecVal *v)
{
    if (v->ref != IR_NONE && !v->is_int) {
        rec_op1(r, IR_guard_nonnull, v->ref);
    }
    rec_write_slot(r, slot, IR_NONE, v->is_int ? IR_NONE : v->ref);
}

/* An entry that lives in memory becomes the trace's, as at a pop, but stays on the stack. */
void rec_take_from_memory(Recorder *r, int from_top)
{
    RecFrame *f = rec_top(r);
    int slot = f->base + f->depth - 1 - from_top;
    RecVal *v = &f->slots[slot];
    if (is_in_memory(f, slot)) {
        take(r, slot, v);
        v->owned = true;
    }
}

RecVal rec_pop(Recorder *r)
{
    RecFrame *f = rec_top(r);
    if (f->depth <= 0) {
        rec_give_up(r, ABORT_unexpected_place);
        return (RecVal){.ref = ir_const_obj(r->raw, NULL)};
    }
    f->depth--;
    int slot = f->base + f->depth;
    RecVal v = f->slots[slot];
    if (is_in_memory(f, slot)) {
        take(r, slot, &v);
    }
    f->slots[slot] = (RecVal){0};
    return v;
}

void rec_drop(Recorder *r, RecVal v)
{
    RecState *st = r->state;
    if (!v.owned || v.ref == IR_NONE || v.is_int) {
        return;
    }
    if (st->ndrops == REC_MAX_DROPS) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    st->drops[st->ndrops++] = v;
}

void rec_own(Recorder *r, RecVal *v)
{
    if (!v->owned && v->ref != IR_NONE && !v->is_int) {
        rec_op1(r, IR_incref, v->ref);
    }
    v->owned = true;
}

void rec_keep_borrowers(Recorder *r, IrRef ref)
{
    RecState *st = r->state;
    for (int n = 0; n < st->nframes; n++) {
        RecFrame *f = &st->frames[n];
        int first = f->modified ? f->base : 0;
        for (int s = first; s < f->base + f->depth; s++) {
            if (f->slots[s].ref != ref || f->slots[s].owned) {
                continue;
            }
            if (is_in_memory(f, s)) {
                continue;
            }
            rec_own(r, &f->slots[s]);
        }
    }
}

void rec_store_local(Recorder *r, int slot, RecVal v)
{
    RecFrame *f = rec_top(r);
    RecVal old = f->slots[slot];
    f->slots[slot] = (RecVal){0}; /* Itself no borrower of what it loses. */
    if (old.ref != IR_NONE) {
        rec_keep_borrowers(r, old.ref);
    }
    rec_own(r, &v);
    f->slots[slot] = v;
    if (f->modified) {
        rec_write_slot(r, slot, v.ref, IR_NONE);
        return;
    }
    rec_drop(r, old);
}

void rec_observe(Recorder *r, PyCodeObject *code)
{
    RecState *st = r->state;
    for (size_t i = 0; i < st->observed.len; i++) {
        if (st->observed.data[i] == code) {
            return;
        }
    }
    if (st->host->observe(code, true) < 0) {
        PyErr_Clear();
        rec_give_up(r, ABORT_other_tool);
        return;
    }
    Py_INCREF(code);
    vec_push(&st->observed, code);
}

static int slots_of(PyCodeObject *code)
{
    return cpy_code_stack_base(code) + code->co_stacksize;
}

bool rec_enter_frame(Recorder *r, PyFunctionObject *func, IrRef func_ref, int how, int pop_on_return)
{
    RecState *st = r->state;
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(func);
    if (st->nframes >= REC_MAX_FRAMES || st->nframes > st->start.max_inline_depth) {
        rec_give_up(r, ABORT_inline_depth);
        return false;
    }
    rec_top(r)->place = st->insn.at;
    RecFrame *f = &st->frames[st->nframes++];
    *f = (RecFrame){.code = code, .func = func_ref == IR_NONE ? func : NULL, .func_ref = func_ref, .how = how,
                    .pop_on_return = pop_on_return, .base = cpy_code_stack_base(code), .nslots = slots_of(code)};
    f->slots = arena_alloc(st->arena, (size_t)f->nslots * sizeof(RecVal));
    rec_const(r, (PyObject *)code);
    if (func_ref == IR_NONE) {
        rec_const(r, (PyObject *)func);
    }
    rec_observe(r, code);
    st->goes_to = 0;
    return true;
}

/* The operands that a binary operator's method left on the caller's stack go now. */
static void pop_kept_operands(Recorder *r, int n)
{
    for (int i = 0; i < n; i++) {
        rec_drop(r, rec_pop(r));
    }
}

static void push_result(Recorder *r, int how, RecVal result)
{
    switch (how & 0xff) {
    case REC_HOW_INIT:
    case REC_HOW_DISCARD:
        rec_drop(r, result);
        return;
    case REC_HOW_ITER:
        rec_push_val(r, result);
        for (int i = 1; i < CPY_ITER_SLOTS; i++) {
            rec_push_null(r);
        }
        return;
    default:
        rec_push_val(r, result);
    }
}

static void drop_frame(Recorder *r)
{
    RecFrame *f = rec_top(r);
    for (int i = 0, n = f->base + f->depth; i < n; i++) {
        rec_drop(r, f->slots[cpy_frame_clears_backwards ? n - 1 - i : i]);
    }
    if (f->func_ref != IR_NONE) {
        rec_drop(r, (RecVal){.ref = f->func_ref, .owned = f->owns_func});
    }
    r->state->nframes--;
}

/* The __next__ that the FOR_ITER below called has no more items. */
void rec_leave_frame_exhausted(Recorder *r)
{
    if (!rec_forget_exceptions(r, IR_NONE)) {
        return;
    }
    drop_frame(r);
    r->state->insn = cpy_decode(rec_top(r)->code, rec_top(r)->place);
    rec_exhaust(r);
}

void rec_leave_frame(Recorder *r, RecVal result)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    if (!rec_forget_exceptions(r, result.ref)) {
        return;
    }
    rec_own(r, &result);
    int how = f->how, npop = f->pop_on_return;
    drop_frame(r);
    pop_kept_operands(r, npop);
    push_result(r, how, result);
    CpyInsn call = cpy_decode(rec_top(r)->code, rec_top(r)->place);
    st->goes_to = call.next;
}
