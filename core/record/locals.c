/*  Locals, constants, cells and the operand stack: moving values about. Nothing here needs the machine but
    references. */
#include "record/state.h"

void rec_do_nop(Recorder *r) { (void)r; }

void rec_do_resume(Recorder *r)
{
    if ((r->state->insn.arg & 3) && !rec_is_generator(rec_top(r))) { /* after a yield or await */
        rec_give_up(r, ABORT_yields);
    }
}

static void push_local(Recorder *r, int slot)
{
    RecFrame *f = rec_top(r);
    if (rec_concrete_local(r, slot) == NULL) {
        rec_give_up(r, ABORT_null_value);
        return;
    }
    if (f->modified && !f->modified[slot]) {
        rec_op1(r, IR_guard_nonnull, f->slots[slot].ref);
    }
    rec_push(r, f->slots[slot].ref, false);
}

void rec_do_load_fast(Recorder *r) { push_local(r, r->state->insn.arg); }

void rec_do_load_fast2(Recorder *r)
{
    push_local(r, r->state->insn.arg);
    if (!rec_gave_up(r)) {
        push_local(r, r->state->insn.arg2);
    }
}

/* The local's reference moves to the stack. */
void rec_do_load_fast_clear(Recorder *r)
{
    RecFrame *f = rec_top(r);
    int slot = r->state->insn.arg;
    RecVal v = f->slots[slot];
    if (rec_concrete_local(r, slot) == NULL) {
        if (f->modified && !f->modified[slot] && v.ref != IR_NONE) {
            rec_op1(r, IR_guard_null, v.ref);
        }
        rec_push_null(r);
        return;
    }
    if (f->modified && !f->modified[slot]) {
        rec_op1(r, IR_guard_nonnull, v.ref);
    }
    if (f->modified) {
        v.owned = false;
        rec_own(r, &v);
        rec_store_local(r, slot, (RecVal){0});
    } else {
        f->slots[slot] = (RecVal){0};
    }
    rec_push_val(r, v);
}

void rec_do_store_fast(Recorder *r)
{
    rec_store_local(r, r->state->insn.arg, rec_pop(r));
}

void rec_do_store_fast2(Recorder *r)
{
    RecVal first = rec_pop(r);
    RecVal second = rec_pop(r);
    rec_own(r, &second);
    rec_store_local(r, r->state->insn.arg, first);
    rec_store_local(r, r->state->insn.arg2, second);
}

void rec_do_store_load_fast(Recorder *r)
{
    RecState *st = r->state;
    RecVal v = rec_pop(r);
    RecFrame *f = rec_top(r);
    if (st->insn.arg == st->insn.arg2) {
        rec_store_local(r, st->insn.arg, v);
        rec_push(r, v.ref, false);
        return;
    }
    if (rec_concrete_local(r, st->insn.arg2) == NULL) {
        rec_give_up(r, ABORT_null_value);
        return;
    }
    if (f->modified && !f->modified[st->insn.arg2]) {
        rec_op1(r, IR_guard_nonnull, f->slots[st->insn.arg2].ref);
    }
    rec_push(r, f->slots[st->insn.arg2].ref, false);
    rec_store_local(r, st->insn.arg, v);
}

void rec_do_delete_fast(Recorder *r)
{
    int slot = r->state->insn.arg;
    if (rec_concrete_local(r, slot) == NULL) {
        rec_give_up(r, ABORT_null_value);
        return;
    }
    RecFrame *f = rec_top(r);
    if (f->modified && !f->modified[slot]) {
        rec_op1(r, IR_guard_nonnull, f->slots[slot].ref);
    }
    rec_store_local(r, slot, (RecVal){0});
}

void rec_do_load_const(Recorder *r)
{
    PyObject *o = r->state->insn.obj;
    IrRef ref = rec_const(r, o);
    rec_set_known(r, ref, Py_TYPE(o));
    rec_push(r, ref, false);
}

/* ---- cells ------------------------------------------------------------------------------- */

static const IrField *cell_field(Recorder *r)
{
    return rec_field(r, CPY_OFF_cell_value, IR_W_OBJ, MEMID_cell);
}

static const IrKlass *cell_klass(Recorder *r)
{
    const IrField **fields = arena_alloc(r->state->arena, sizeof *fields);
    fields[0] = cell_field(r);
    return ir_klass(r->raw, "cell", &PyCell_Type, IR_TYPE_FIXED, REC_KLASS_CELL, 1, fields, NULL);
}

void rec_do_make_cell(Recorder *r)
{
    RecFrame *f = rec_top(r);
    int slot = r->state->insn.arg;
    if (f->modified) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    RecVal v = f->slots[slot];
    if (v.ref == IR_NONE) {
        v.ref = ir_const_obj(r->raw, NULL);
    } else {
        rec_own(r, &v);
    }
    IrRef cell = rec_new(r, cell_klass(r), &v.ref);
    f->slots[slot] = (RecVal){.ref = cell, .owned = 1};
}

void rec_do_copy_free_vars(Recorder *r)
{
    RecFrame *f = rec_top(r);
    PyObject *closure = f->func ? PyFunction_GetClosure((PyObject *)f->func) : NULL;
    int n = r->state->insn.arg, first = f->base - n;
    if (f->modified) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    if (closure) {
        for (int i = 0; i < n; i++) {
            PyObject *cell = PyTuple_GET_ITEM(closure, i);
            f->slots[first + i] = (RecVal){.ref = rec_const(r, cell)};
            rec_set_known(r, f->slots[first + i].ref, &PyCell_Type);
        }
        return;
    }
    IrRef tuple = rec_load(r, f->func_ref, rec_field(r, CPY_OFF_function_closure, IR_W_OBJ, MEMID_func));
    for (int i = 0; i < n; i++) {
        RecVal v = {.ref = rec_load_elem(r, tuple, rec_int(r, i), rec_tuple_item(r, 0))};
        rec_own(r, &v);
        f->slots[first + i] = v;
        rec_set_known(r, v.ref, &PyCell_Type);
    }
}

void rec_do_load_deref(Recorder *r)
{
    RecFrame *f = rec_top(r);
    int slot = r->state->insn.arg;
    PyObject *cell = rec_concrete_local(r, slot);
    if (cell == NULL || !PyCell_Check(cell) || PyCell_GET(cell) == NULL) {
        rec_give_up(r, ABORT_null_value);
        return;
    }
    IrRef ref = f->slots[slot].ref;
    rec_guard_type(r, ref, cell);
    RecVal v = {.ref = rec_load(r, ref, cell_field(r))};
    rec_op1(r, IR_guard_nonnull, v.ref);
    rec_own(r, &v);
    rec_push_val(r, v);
}

void rec_do_store_deref(Recorder *r)
{
    RecFrame *f = rec_top(r);
    int slot = r->state->insn.arg;
    PyObject *cell = rec_concrete_local(r, slot);
    if (cell == NULL || !PyCell_Check(cell)) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    IrRef ref = f->slots[slot].ref;
    rec_guard_type(r, ref, cell);
    RecVal v = rec_pop(r);
    rec_own(r, &v);
    IrInsn imm = {.imm.field = cell_field(r)};
    IrRef args[2] = {ref, v.ref};
    IrRef insn = ir_append_imm(r->raw, IR_replace, args, 2, imm);
    ir_set_snap(r->raw, insn, rec_snap_at(r, r->state->insn.next, 0, IR_EXIT_RESUME));
}

/* ---- the stack ----------------------------------------------------------------------------- */

void rec_do_pop(Recorder *r) { rec_drop(r, rec_pop(r)); }
void rec_do_push_null(Recorder *r) { rec_push_null(r); }

void rec_do_copy(Recorder *r)
{
    RecVal v = *rec_stack(r, r->state->insn.arg - 1);
    v.owned = false;
    rec_own(r, &v);
    rec_push_val(r, v);
}

void rec_do_swap(Recorder *r)
{
    int n = r->state->insn.arg;
    rec_take_from_memory(r, 0);
    rec_take_from_memory(r, n - 1);
    RecVal *a = rec_stack(r, 0), *b = rec_stack(r, n - 1);
    RecVal t = *a;
    *a = *b;
    *b = t;
}

/* ---- jumps ----------------------------------------------------------------------------------- */

void rec_do_jump(Recorder *r) { r->state->goes_to = r->state->insn.target; }

/* A branch leaves straight to its other side, the condition popped, so that the exit needs no condition. */
static void branch(Recorder *r, IrRef cond, bool value, bool jumps_on)
{
    CpyInsn *in = &r->state->insn;
    bool jumps = value == jumps_on;
    int other = jumps ? in->next : in->target;
    rec_guard_bool_else(r, cond, value, rec_snap_at(r, other, 0, IR_EXIT_RESUME));
    r->state->goes_to = jumps ? in->target : in->next;
}

static void jump_if(Recorder *r, bool jumps_on)
{
    PyObject *o = rec_concrete(r, 0);
    if (o == NULL || !PyBool_Check(o)) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    IrRef ref = rec_stack(r, 0)->ref;
    rec_guard_type(r, ref, o);
    IrRef cond = rec_op1(r, IR_unbox_bool, ref);
    rec_pop(r); /* bools are immortal */
    branch(r, cond, o == Py_True, jumps_on);
}

void rec_do_jump_if_false(Recorder *r) { jump_if(r, false); }
void rec_do_jump_if_true(Recorder *r) { jump_if(r, true); }

static void jump_if_none(Recorder *r, bool jumps_on)
{
    PyObject *o = rec_concrete(r, 0);
    RecVal v = *rec_stack(r, 0);
    RecState *st = r->state;
    bool jumps = (o == Py_None) == jumps_on;
    if (o == Py_None) {
        rec_op2(r, IR_guard_is, v.ref, rec_const(r, Py_None));
    } else {
        rec_op2(r, IR_guard_is_not, v.ref, rec_const(r, Py_None));
    }
    st->goes_to = jumps ? st->insn.target : st->insn.next;
    rec_drop(r, rec_pop(r));
}

void rec_do_jump_if_none(Recorder *r) { jump_if_none(r, true); }
void rec_do_jump_if_not_none(Recorder *r) { jump_if_none(r, false); }
