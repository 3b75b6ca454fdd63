/*  Loops over iterators. Ranges, lists and tuples step inside the trace (on 3.15 strings and bytes too), so do enumerate and zip of such
    (iter_steps.c); generators (generator.c) and classes with a __next__ in Python are followed; others step by their own C function. */
#include "record/call.h"

/* ---- getting an iterator ------------------------------------------------------------------------- */

static IrRef new_list_iter(Recorder *r, RecVal *seq, int kind)
{
    rec_own(r, seq);
    IrRef values[2] = {rec_int(r, 0), seq->ref};
    return rec_new(r, rec_iter_klass(r, kind), values);
}

bool rec_steps_by_index(PyObject *o)
{
    return PyList_CheckExact(o) || PyTuple_CheckExact(o) || PyUnicode_CheckExact(o) || PyBytes_CheckExact(o);
}

static bool push_virtual_iterator(Recorder *r, PyObject *o)
{
    if (CPY_ITER_SLOTS != 2 || !rec_steps_by_index(o)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, o);
    rec_push_val(r, (RecVal){.ref = rec_int(r, 0), .owned = 1, .is_int = 1});
    return true;
}

static void push_iterator(Recorder *r, RecVal it)
{
    rec_push_val(r, it);
    if (CPY_ITER_SLOTS == 2) {
        rec_push_null(r);
    }
}

static bool is_own_iterator(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return t->tp_iter == PyObject_SelfIter;
}

/* An object whose class has a Python __iter__: followed; what it returns is the iterator. */
static bool iter_method(Recorder *r, PyObject *o)
{
    if (!PyType_HasFeature(Py_TYPE(o), Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    PyFunctionObject *func = rec_special(r, o, "__iter__");
    if (func == NULL || !rec_can_inline(r, func, 1, NULL)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, o);
    rec_depend_type(r, Py_TYPE(o));
    RecVal arg = {.ref = rec_stack(r, 0)->ref};
    return rec_inline_call(r, func, IR_NONE, 1, &arg, &o, NULL, REC_HOW_ITER, 1);
}

/* The same of __next__. */
static bool next_method(Recorder *r, IrRef it, PyObject *o)
{
    if (!PyType_HasFeature(Py_TYPE(o), Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    PyFunctionObject *func = rec_special(r, o, "__next__");
    if (func == NULL || !rec_can_inline(r, func, 1, NULL)) {
        return false;
    }
    rec_guard_type(r, it, o);
    rec_depend_type(r, Py_TYPE(o));
    RecVal arg = {.ref = it};
    return rec_inline_call(r, func, IR_NONE, 1, &arg, &o, NULL, REC_HOW_NEXT, 0);
}

void rec_do_get_iter(Recorder *r)
{
    PyObject *o = rec_concrete(r, 0);
    if (o == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (push_virtual_iterator(r, o)) {
        return;
    }
    RecVal *top = rec_stack(r, 0);
    IrRef it = IR_NONE;
    if (PyRange_Check(o)) {
        it = rec_range_iter(r, top->ref, o);
    } else if (rec_sequence_base(r, o) != NULL) {
        rec_guard_type(r, top->ref, o);
        RecVal seq = {.ref = top->ref};
        it = new_list_iter(r, &seq, PyList_Check(o) ? REC_KLASS_LIST_ITER : REC_KLASS_TUPLE_ITER);
    } else if (is_own_iterator(o)) {
        rec_guard_type(r, top->ref, o);
        if (CPY_ITER_SLOTS == 2) {
            rec_push_null(r);
        }
        return;
    } else if (iter_method(r, o) || rec_gave_up(r)) {
        return;
    }
    if (it == IR_NONE && rec_is_builtin_iterable(o)) {
        rec_guard_type(r, rec_stack(r, 0)->ref, o);
        it = rec_call_c_quiet(r, (void *)PyObject_GetIter, 1, &rec_stack(r, 0)->ref);
    } else if (it == IR_NONE) {
        it = rec_call1(r, IR_CALL_get_iter, rec_stack(r, 0)->ref);
    }
    rec_drop(r, rec_pop(r));
    push_iterator(r, (RecVal){.ref = it, .owned = 1});
}

/* ---- the next item ---------------------------------------------------------------------------------- */

void rec_guard_no_error(Recorder *r)
{
    IrInsn imm = {.imm.i = IR_CALL_no_error};
    IrRef ok = ir_append_imm(r->raw, IR_call, NULL, 0, imm);
    IrRef guard = ir_append(r->raw, IR_guard_ok, &ok, 1);
    ir_set_snap(r->raw, guard, rec_snap_raise(r));
}

/* The loop is over: FOR_ITER's exhausted edge, as the version has it. */
void rec_exhaust(Recorder *r)
{
    CpyInsn *in = &r->state->insn;
    r->state->branched = r->state->branched || rec_is_root(r);
    r->state->goes_to = in->target;
    for (int i = in->target_depth_delta; i < 0; i++) {
        rec_drop(r, rec_pop(r));
    }
    for (int i = 0; i < in->target_depth_delta; i++) {
        rec_push_null(r);
    }
}

static bool next_of_range(Recorder *r, IrRef it, PyObject *o)
{
    const IrKlass *k = rec_iter_klass(r, REC_KLASS_RANGE_ITER);
    int64_t now = *(long *)((char *)o + cpy_offset(CPY_OFF_range_iter_len));
    rec_guard_type(r, it, o);
    IrRef len = rec_load(r, it, k->fields[2]);
    rec_guard_bool(r, rec_op2(r, IR_gt_i64, len, rec_int(r, 0)), now > 0);
    if (now <= 0) {
        rec_exhaust(r);
        return true;
    }
    IrRef value = rec_load(r, it, k->fields[0]), step = rec_load(r, it, k->fields[1]);
    rec_store(r, it, rec_op2(r, IR_add_i64, value, step), k->fields[0]);
    rec_store(r, it, rec_op2(r, IR_sub_i64, len, rec_int(r, 1)), k->fields[2]);
    IrRef box = rec_op1(r, IR_box_i64, value);
    rec_set_known(r, box, &PyLong_Type);
    rec_push(r, box, true);
    return true;
}

/* An iterator that came to its end has let its sequence go: whoever else has it finds nothing more, even when the sequence grows.
   FOR_ITER on it again does the same, should the sequence's death leave the trace. */
static void let_sequence_go(Recorder *r, IrRef it, const IrKlass *k, bool is_list)
{
    if (is_list) {
        rec_store(r, it, rec_int(r, -1), k->fields[0]); /* What tells its methods that it is over. */
    }
    IrInsn imm = {.imm.field = k->fields[1]};
    IrRef args[2] = {it, ir_const_obj(r->raw, NULL)};
    IrRef insn = ir_append_imm(r->raw, IR_replace, args, 2, imm);
    ir_set_snap(r->raw, insn, r->state->before);
}

static bool next_of_sequence(Recorder *r, IrRef it, PyObject *o, bool is_list)
{
    int off_seq = cpy_offset(is_list ? CPY_OFF_list_iter_seq : CPY_OFF_tuple_iter_seq);
    int off_index = cpy_offset(is_list ? CPY_OFF_list_iter_index : CPY_OFF_tuple_iter_index);
    PyObject *seq_now = *(PyObject **)((char *)o + off_seq);
    Py_ssize_t index_now = *(Py_ssize_t *)((char *)o + off_index);
    if (seq_now == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return true;
    }
    PyTypeObject *base = is_list ? &PyList_Type : &PyTuple_Type; /* Whatever class is derived from it: the iterator looks at none of that. */
    const IrKlass *k = rec_iter_klass(r, is_list ? REC_KLASS_LIST_ITER : REC_KLASS_TUPLE_ITER);
    rec_guard_type(r, it, o);
    IrRef seq = rec_load(r, it, k->fields[1]);
    rec_op1(r, IR_guard_nonnull, seq);
    rec_guard_type(r, seq, seq_now);
    IrRef index = rec_load(r, it, k->fields[0]);
    IrRef in_range = rec_op2(r, IR_lt_u64, index, rec_sequence_size(r, base, seq));
    bool more = index_now < Py_SIZE(seq_now);
    rec_guard_bool(r, in_range, more);
    if (!more) {
        let_sequence_go(r, it, k, is_list);
        rec_exhaust(r);
        return true;
    }
    RecVal item = rec_sequence_item(r, base, seq, index);
    rec_own(r, &item);
    rec_store(r, it, rec_op2(r, IR_add_i64, index, rec_int(r, 1)), k->fields[0]);
    rec_push_val(r, item);
    return true;
}

/* 3.15: sequence and tagged index on the stack. */
static void next_by_index(Recorder *r)
{
    PyObject *seq_now = rec_concrete(r, 1);
    RecVal *index = rec_stack(r, 0), *seq = rec_stack(r, 1);
    if (!rec_steps_by_index(seq_now)) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    RecFrame *f = rec_top(r);
    int slot = f->base + f->depth - 1;
    CpySlot now = cpy_slot_get(f->real, slot);
    rec_guard_type(r, seq->ref, seq_now);
    bool more = now.num < PyObject_Length(seq_now);
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, index->ref, rec_sequence_size(r, Py_TYPE(seq_now), seq->ref)), more);
    if (!more) {
        rec_exhaust(r);
        return;
    }
    RecVal item = rec_sequence_item(r, Py_TYPE(seq_now), seq->ref, index->ref);
    rec_own(r, &item);
    index->ref = rec_op2(r, IR_add_i64, index->ref, rec_int(r, 1));
    if (f->modified) {
        f->modified[slot] = 1;
    }
    rec_push_val(r, item);
}

/* A call of tp_iternext. Whether there was an item is known only when the interpreter has gone on, so the guard is recorded at
   the next step. */
static void next_by_call(Recorder *r, IrRef it, PyObject *o)
{
    RecState *st = r->state;
    rec_guard_type(r, it, o);
    st->pending_quiet = rec_steps_quietly(o);
    if (st->pending_quiet && Py_IS_TYPE(o, &PyEnum_Type)) {
        PyObject *below = *(PyObject **)((char *)o + cpy_offset(CPY_OFF_enumerate_iter));
        rec_guard_type(r, rec_load(r, it, rec_field(r, CPY_OFF_enumerate_iter, IR_W_OBJ, MEMID_none)), below);
    }
    st->pending_next = rec_call1(r, st->pending_quiet ? IR_CALL_iter_next_plain : IR_CALL_iter_next, it);
    if (st->pending_quiet) {
        rec_op2(r, IR_guard_is_not, st->pending_next, rec_const(r, Py_NotImplemented));
    }
    st->pending_for = st->insn;
    st->pending_before = st->before;
}

static uint32_t with_kind(Recorder *r, uint32_t snap, IrExitKind kind)
{
    IrSnapshot s = r->raw->snaps.data[snap - 1];
    s.kind = kind;
    return ir_add_snap(r->raw, &s);
}

static void guard_still_valid(Recorder *r, int place)
{
    IrRef guard = rec_op0(r, IR_guard_valid);
    ir_set_snap(r->raw, guard, rec_snap_at(r, place, 0, IR_EXIT_RESUME));
    r->state->ran = false;
}

static void went_on(Recorder *r, IrRef item)
{
    RecState *st = r->state;
    IrRef guard = rec_op1(r, IR_guard_nonnull, item);
    ir_set_snap(r->raw, guard, with_kind(r, st->pending_before, IR_EXIT_NEXT));
    rec_push(r, item, true);
    if (!st->pending_quiet) {
        guard_still_valid(r, st->pending_for.next);
    }
    st->goes_to = st->pending_for.next;
}

static void went_out(Recorder *r, IrRef item)
{
    RecState *st = r->state;
    IrInsn imm = {.imm.i = IR_CALL_no_error};
    IrRef ok = ir_append_imm(r->raw, IR_call, NULL, 0, imm);
    rec_push(r, item, true);
    IrRef guard = rec_op1(r, IR_guard_null, item);
    ir_set_snap(r->raw, guard, rec_snap_at(r, st->pending_for.next, 0, IR_EXIT_RESUME));
    rec_pop(r);
    guard = rec_op1(r, IR_guard_ok, ok);
    ir_set_snap(r->raw, guard, with_kind(r, st->pending_before, IR_EXIT_RAISE));
    st->insn = st->pending_for;
    st->ran = !st->pending_quiet;
    rec_exhaust(r);
    rec_finish_insn(r);
}

void rec_resolve_next(Recorder *r, int place)
{
    RecState *st = r->state;
    IrRef item = st->pending_next;
    st->pending_next = IR_NONE;
    if (place == st->pending_for.next) {
        went_on(r, item);
    } else if (place == st->pending_for.target) {
        went_out(r, item);
    } else {
        rec_give_up(r, ABORT_raised);
    }
}

void rec_do_for_iter(Recorder *r)
{
    int above = CPY_ITER_SLOTS - 1;
    PyObject *o = rec_concrete(r, above);
    if (o == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (above && rec_stack(r, 0)->is_int) {
        next_by_index(r);
        return;
    }
    IrRef it = rec_stack(r, above)->ref;
    if (Py_IS_TYPE(o, &PyRangeIter_Type) && next_of_range(r, it, o)) {
        return;
    }
    if (Py_IS_TYPE(o, &PyListIter_Type) && next_of_sequence(r, it, o, true)) {
        return;
    }
    if (Py_IS_TYPE(o, &PyTupleIter_Type) && next_of_sequence(r, it, o, false)) {
        return;
    }
    if (PyGen_CheckExact(o)) {
        if (!rec_resume_generator(r, it, o)) {
            rec_give_up(r, ABORT_generator); /* The interpreter steps into its frame for less than a call of its C function costs. */
        }
        return;
    }
    if (next_method(r, it, o) || rec_gave_up(r)) {
        return;
    }
    if (!rec_next_of_iterators(r, it, o)) {
        next_by_call(r, it, o);
    }
}

void rec_do_end_for(Recorder *r)
{
    rec_drop(r, rec_pop(r));
}

void rec_do_pop_iter(Recorder *r)
{
    for (int i = 0; i < CPY_ITER_SLOTS; i++) {
        rec_drop(r, rec_pop(r));
    }
}
