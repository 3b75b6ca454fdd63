/*  Subscripts and slices: items of lists, tuples, strings, bytes, bytearrays, arrays and ranges in the trace, those of dicts by helpers
    that run no code where that can be told; methods written in Python are followed; the rest is the interpreter's C call. */
#include "record/call.h"

/* The index as 0 <= i < size, guarded; IR_NONE when it is out of range now. */
static IrRef guarded_index(Recorder *r, IrRef container, PyObject *o, IrRef key, PyObject *k)
{
    int64_t i;
    Py_ssize_t size = PyObject_Length(o);
    if (!rec_fits_i64(k, &i) || !PyLong_CheckExact(k) || i >= size || i < -size) {
        return IR_NONE;
    }
    rec_guard_type(r, container, o);
    IrRef index = rec_unbox_int(r, key, k);
    IrRef n = rec_load(r, container, rec_length_field(r, Py_TYPE(o)));
    if (i < 0) {
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, index, rec_int(r, 0)), true);
        index = rec_op2(r, IR_add_i64, index, n);
    }
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, index, n), true);
    return index;
}

static void finish_subscr(Recorder *r, RecVal result)
{
    rec_own(r, &result);
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
    rec_push_val(r, result);
}

static bool subscr_sequence(Recorder *r, PyObject *o, PyObject *k)
{
    if (rec_size_field(r, Py_TYPE(o)) == NULL) {
        return false;
    }
    IrRef c = rec_stack(r, 1)->ref;
    IrRef i = guarded_index(r, c, o, rec_stack(r, 0)->ref, k);
    if (i == IR_NONE) {
        return false;
    }
    finish_subscr(r, rec_sequence_item(r, Py_TYPE(o), c, i));
    return true;
}

static bool subscr_array(Recorder *r, PyObject *o, PyObject *k)
{
    if (!cpy_is_array_type(Py_TYPE(o)) || !rec_array_can_load(o, k)) {
        return false;
    }
    IrRef c = rec_stack(r, 1)->ref;
    IrRef i = guarded_index(r, c, o, rec_stack(r, 0)->ref, k);
    if (i == IR_NONE) {
        return false;
    }
    finish_subscr(r, rec_array_item(r, c, o, i));
    return true;
}

static bool subscr_range(Recorder *r, PyObject *o, PyObject *k)
{
    IrRef item = rec_range_item(r, rec_stack(r, 1)->ref, o, rec_stack(r, 0)->ref, k);
    if (item != IR_NONE) {
        finish_subscr(r, (RecVal){.ref = item, .owned = 1});
    }
    return item != IR_NONE;
}

/* An index that is too large or too small. */
static bool subscr_out_of_range(Recorder *r, PyObject *o, PyObject *k)
{
    int64_t i;
    bool known = rec_sequence_base(r, o) != NULL || PyUnicode_CheckExact(o) || PyBytes_CheckExact(o);
    if (!known || !PyLong_CheckExact(k) || !rec_fits_i64(k, &i)) {
        return false;
    }
    IrRef container = rec_stack(r, 1)->ref;
    rec_guard_type(r, container, o);
    IrRef index = rec_unbox_int(r, rec_stack(r, 0)->ref, k), n = rec_sequence_size(r, Py_TYPE(o), container);
    if (i < 0) {
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, index, rec_int(r, 0)), true);
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, rec_op2(r, IR_add_i64, index, n), rec_int(r, 0)), true);
    } else {
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, index, n), false);
    }
    PyObject *item = PyObject_GetItem(o, k);
    Py_XDECREF(item);
    rec_raise_same(r);
    return true;
}

/* A key that is not there, of a class with a __missing__ in Python (a Counter). */
static bool subscr_missing(Recorder *r, PyObject *o, PyObject *k)
{
    IrRef v;
    bool there;
    PyObject *now;
    PyFunctionObject *func = rec_special(r, o, "__missing__");
    if (func == NULL || !rec_can_inline(r, func, 2, NULL) || cpy_dict_find(o, k, &now) != 0 ||
        !rec_dict_find(r, rec_stack(r, 1)->ref, o, rec_stack(r, 0)->ref, k, &v, &there)) {
        return false;
    }
    rec_depend_type(r, Py_TYPE(o));
    PyObject *concrete[2] = {o, k};
    RecVal args[2];
    args[1] = rec_pop(r);
    args[0] = rec_pop(r);
    return rec_inline_call(r, func, IR_NONE, 2, args, concrete, NULL, REC_HOW_PUSH, 0);
}

static bool subscr_dict(Recorder *r, PyObject *o, PyObject *k)
{
    if (rec_container_base(r, Py_TYPE(o)) != &PyDict_Type) {
        return false;
    }
    IrRef d = rec_stack(r, 1)->ref, key = rec_stack(r, 0)->ref;
    rec_guard_type(r, d, o);
    if (PyUnicode_CheckExact(k) && cpy_dict_is_str(o) && PyDict_GetItemWithError(o, k)) {
        rec_guard_type(r, key, k);
        rec_guard_bool(r, rec_call1(r, IR_CALL_dict_is_str, d), true);
        IrRef v = rec_call2(r, IR_CALL_dict_get_str, d, key);
        rec_op1(r, IR_guard_nonnull, v);
        finish_subscr(r, (RecVal){.ref = v});
        return true;
    }
    PyErr_Clear();
    IrRef v;
    bool there;
    PyObject *now;
    if (cpy_dict_find(o, k, &now) == 1 && rec_dict_find(r, d, o, key, k, &v, &there)) {
        finish_subscr(r, (RecVal){.ref = v});
        return true;
    }
    if (!PyDict_CheckExact(o)) {
        return subscr_missing(r, o, k); /* It may be made there and then. */
    }
    if (cpy_dict_find(o, k, &now) == 0 && rec_dict_find(r, d, o, key, k, &v, &there)) {
        RecVal missing = {.ref = key};
        rec_own(r, &missing);
        rec_raise_new(r, (PyTypeObject *)PyExc_KeyError, rec_new(r, rec_tuple_klass(r, 1), &missing.ref));
        return true;
    }
    finish_subscr(r, (RecVal){.ref = rec_call2(r, IR_CALL_dict_get, d, key), .owned = 1});
    return true;
}

static bool subscr_method(Recorder *r, PyObject *o, PyObject *k)
{
    if (!PyType_HasFeature(Py_TYPE(o), Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    PyFunctionObject *func = rec_special(r, o, "__getitem__");
    if (func == NULL || !rec_can_inline(r, func, 2, NULL)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 1)->ref, o);
    rec_depend_type(r, Py_TYPE(o));
    PyObject *concrete[2] = {o, k};
    RecVal args[2];
    args[1] = rec_pop(r);
    args[0] = rec_pop(r);
    return rec_inline_call(r, func, IR_NONE, 2, args, concrete, NULL, REC_HOW_PUSH, 0);
}

static bool subscr_slice(Recorder *r, PyObject *o, PyObject *k);

void rec_do_subscr(Recorder *r)
{
    PyObject *o = rec_concrete(r, 1), *k = rec_concrete(r, 0);
    if (o == NULL || k == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (subscr_sequence(r, o, k) || subscr_array(r, o, k) || subscr_range(r, o, k) || subscr_out_of_range(r, o, k) || subscr_slice(r, o, k) || subscr_dict(r, o, k) || subscr_method(r, o, k) || rec_gave_up(r)) {
        return;
    }
    IrRef v = rec_call2(r, IR_CALL_subscr_any, rec_stack(r, 1)->ref, rec_stack(r, 0)->ref);
    finish_subscr(r, (RecVal){.ref = v, .owned = 1});
}

/* ---- stores -------------------------------------------------------------------------------------- */

static bool store_list(Recorder *r, PyObject *o, PyObject *k)
{
    if (rec_container_base(r, Py_TYPE(o)) != &PyList_Type) {
        return false;
    }
    IrRef list = rec_stack(r, 1)->ref;
    IrRef i = guarded_index(r, list, o, rec_stack(r, 0)->ref, k);
    if (i == IR_NONE) {
        return false;
    }
    IrRef items = rec_list_items(r, list);
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
    RecVal v = rec_pop(r);
    rec_own(r, &v);
    IrInsn imm = {.imm.field = rec_list_item(r)};
    IrRef args[3] = {items, i, v.ref};
    IrRef insn = ir_append_imm(r->raw, IR_replace_elem, args, 3, imm);
    ir_set_snap(r->raw, insn, rec_snap_at(r, r->state->insn.next, 0, IR_EXIT_RESUME));
    return true;
}

static bool store_bytearray(Recorder *r, PyObject *o, PyObject *k, PyObject *value)
{
    int64_t byte;
    if (!PyByteArray_CheckExact(o) || !PyLong_CheckExact(value) || !rec_fits_i64(value, &byte) || byte < 0 || byte > 255) {
        return false;
    }
    IrRef array = rec_stack(r, 1)->ref;
    IrRef i = guarded_index(r, array, o, rec_stack(r, 0)->ref, k);
    if (i == IR_NONE) {
        return false;
    }
    IrRef v = rec_unbox_int(r, rec_stack(r, 2)->ref, value);
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, v, rec_int(r, 256)), true);
    IrRef data = rec_load(r, array, rec_field(r, CPY_OFF_bytearray_start, IR_W_PTR, MEMID_bytearray));
    IrInsn imm = {.imm.field = rec_elem(r, "bytearray.item", 0, IR_W_U8, MEMID_bytearray)};
    IrRef args[3] = {data, i, v};
    ir_append_imm(r->raw, IR_store_elem, args, 3, imm);
    for (int n = 0; n < 3; n++) {
        rec_drop(r, rec_pop(r));
    }
    return true;
}

static bool store_array(Recorder *r, PyObject *o, PyObject *k, PyObject *value)
{
    if (!cpy_is_array_type(Py_TYPE(o)) || !rec_array_can_store(o, value)) {
        return false;
    }
    IrRef array = rec_stack(r, 1)->ref;
    IrRef i = guarded_index(r, array, o, rec_stack(r, 0)->ref, k);
    if (i == IR_NONE) {
        return false;
    }
    rec_array_store(r, array, o, i, rec_stack(r, 2)->ref, value);
    for (int n = 0; n < 3; n++) {
        rec_drop(r, rec_pop(r));
    }
    return true;
}

static bool store_method(Recorder *r, PyObject *o, PyObject *k, PyObject *value)
{
    if (!PyType_HasFeature(Py_TYPE(o), Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    PyFunctionObject *func = rec_special(r, o, "__setitem__");
    if (func == NULL || !rec_can_inline(r, func, 3, NULL)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 1)->ref, o);
    rec_depend_type(r, Py_TYPE(o));
    PyObject *concrete[3] = {o, k, value};
    RecVal args[3];
    args[1] = rec_pop(r);
    args[0] = rec_pop(r);
    args[2] = rec_pop(r);
    return rec_inline_call(r, func, IR_NONE, 3, args, concrete, NULL, REC_HOW_DISCARD, 0);
}

void rec_do_store_subscr(Recorder *r)
{
    PyObject *value = rec_concrete(r, 2), *o = rec_concrete(r, 1), *k = rec_concrete(r, 0);
    if (o == NULL || k == NULL || value == NULL) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    if (store_list(r, o, k) || store_bytearray(r, o, k, value) || store_array(r, o, k, value) || store_method(r, o, k, value) || rec_gave_up(r)) {
        return;
    }
    IrRef v = rec_stack(r, 2)->ref, c = rec_stack(r, 1)->ref, key = rec_stack(r, 0)->ref;
    if (rec_dict_put(r, c, o, key, k, v)) {
        ;
    } else if (PyDict_CheckExact(o)) {
        rec_guard_type(r, c, o);
        rec_call3(r, IR_CALL_dict_set, c, key, v);
    } else {
        rec_call3(r, IR_CALL_store_subscr_any, c, key, v);
    }
    for (int n = 0; n < 3; n++) {
        rec_drop(r, rec_pop(r));
    }
}

void rec_do_delete_subscr(Recorder *r)
{
    rec_call2(r, IR_CALL_delete_subscr_any, rec_stack(r, 1)->ref, rec_stack(r, 0)->ref);
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
}

/* ---- slices ---------------------------------------------------------------------------------------- */

static IrRef slice_object(Recorder *r, IrRef start, IrRef stop)
{
    IrRef args[3] = {start, stop, rec_const(r, Py_None)};
    return rec_call(r, IR_CALL_new_slice, 3, args);
}

static bool is_bound(PyObject *o)
{
    return o == Py_None || (o != NULL && PyLong_CheckExact(o));
}

static bool is_sliced_quietly(PyObject *o)
{
    return o != NULL && (PyList_CheckExact(o) || PyTuple_CheckExact(o) || PyUnicode_CheckExact(o) || PyBytes_CheckExact(o));
}

/* start or stop as PySlice_Unpack gives it. */
static IrRef bound(Recorder *r, IrRef ref, PyObject *o, int64_t otherwise)
{
    return o == Py_None ? rec_int(r, otherwise) : rec_unbox_int(r, ref, o);
}

static bool is_small_bound(PyObject *o)
{
    int64_t v;
    return o == Py_None || (o != NULL && PyLong_CheckExact(o) && rec_fits_i64(o, &v));
}

/* A copy of a part of a list stays virtual as long as nobody needs it or writes lists. Such a copy cannot fail visibly where it is made,
   so the list has to be of modest size. */
static IrRef copy_of_list(Recorder *r, IrRef list, PyObject *o, const IrRef *bounds)
{
    enum { MODEST = 1 << 16 };
    static const char *const names[] = {"copy.of", "copy.start", "copy.stop", "copy.step"};
    if (PyList_GET_SIZE(o) >= MODEST) {
        return IR_NONE;
    }
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, rec_sequence_size(r, &PyList_Type, list), rec_int(r, MODEST)), true);
    const IrField **fields = arena_alloc(r->state->arena, 4 * sizeof *fields);
    for (int i = 0; i < 4; i++) {
        fields[i] = rec_elem(r, names[i], 8 * i, i == 0 ? IR_W_OBJ : IR_W_I64, MEMID_none);
    }
    unsigned flags = IR_TYPE_LIST | IR_TYPE_FIXED | IR_TYPE_LATE;
    const IrKlass *k = ir_klass(r->raw, "list.copy", &PyList_Type, flags, REC_KLASS_LIST_COPY, 4, fields, NULL);
    rec_op1(r, IR_incref, list);
    return rec_new(r, k, (IrRef[4]){list, bounds[0], bounds[1], bounds[2]});
}

/* By a slice that the trace made, of known sign. */
static bool subscr_known_slice(Recorder *r, PyObject *o, PySliceObject *s, const IrInsn *made)
{
    int64_t step = 1;
    bool known = made->op == IR_new && made->imm.klass->kind == REC_KLASS_SLICE && is_small_bound(s->start) && is_small_bound(s->stop) &&
                 is_small_bound(s->step);
    if (!known || !(PyList_CheckExact(o) || PyTuple_CheckExact(o)) || (s->step != Py_None && (!rec_fits_i64(s->step, &step) || step == 0))) {
        return false;
    }
    IrRef parts[3] = {made->args[0], made->args[1], made->args[2]}, bounds[3];
    rec_guard_type(r, rec_stack(r, 1)->ref, o);
    rec_guard_type(r, parts[0], s->start);
    rec_guard_type(r, parts[1], s->stop);
    rec_guard_type(r, parts[2], s->step);
    bounds[0] = bound(r, parts[0], s->start, step < 0 ? INT64_MAX : 0);
    bounds[1] = bound(r, parts[1], s->stop, step < 0 ? INT64_MIN : INT64_MAX);
    bounds[2] = bound(r, parts[2], s->step, 1);
    if (step < 0) {
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, bounds[2], rec_int(r, 0)), true);
    } else {
        rec_guard_bool(r, rec_op2(r, IR_lt_i64, rec_int(r, 0), bounds[2]), true);
    }
    IrRef v = PyList_CheckExact(o) ? copy_of_list(r, rec_stack(r, 1)->ref, o, bounds) : IR_NONE;
    if (v == IR_NONE) {
        v = rec_call(r, IR_CALL_slice_step, 4, (IrRef[4]){rec_stack(r, 1)->ref, bounds[0], bounds[1], bounds[2]});
        rec_set_known(r, v, Py_TYPE(o));
    }
    finish_subscr(r, (RecVal){.ref = v, .owned = 1});
    return true;
}

/* By a slice object, as those with a step are. */
static bool subscr_slice(Recorder *r, PyObject *o, PyObject *k)
{
    if (!is_sliced_quietly(o) || !PySlice_Check(k)) {
        return false;
    }
    PySliceObject *s = (PySliceObject *)k;
    if (subscr_known_slice(r, o, s, ir_at(r->raw, rec_stack(r, 0)->ref))) {
        return true;
    }
    if (!is_bound(s->start) || !is_bound(s->stop) || !is_bound(s->step)) {
        return false;
    }
    rec_guard_type(r, rec_stack(r, 1)->ref, o);
    rec_guard_type(r, rec_stack(r, 0)->ref, k);
    IrRef v = rec_call2(r, IR_CALL_slice_by, rec_stack(r, 1)->ref, rec_stack(r, 0)->ref);
    rec_op1(r, IR_guard_nonnull, v);
    rec_set_known(r, v, Py_TYPE(o));
    finish_subscr(r, (RecVal){.ref = v, .owned = 1});
    return true;
}

/* [start:stop] on the top of the stack. */
static void plain_bounds(Recorder *r, IrRef *bounds)
{
    PyObject *start = rec_concrete(r, 1), *stop = rec_concrete(r, 0);
    rec_guard_type(r, rec_stack(r, 1)->ref, start);
    rec_guard_type(r, rec_stack(r, 0)->ref, stop);
    bounds[0] = bound(r, rec_stack(r, 1)->ref, start, 0);
    bounds[1] = bound(r, rec_stack(r, 0)->ref, stop, INT64_MAX);
}

static bool slice_quietly(Recorder *r)
{
    PyObject *o = rec_concrete(r, 2);
    if (!is_sliced_quietly(o) || !is_small_bound(rec_concrete(r, 1)) || !is_small_bound(rec_concrete(r, 0))) {
        return false;
    }
    IrRef bounds[3];
    rec_guard_type(r, rec_stack(r, 2)->ref, o);
    plain_bounds(r, bounds);
    bounds[2] = rec_int(r, 1);
    IrRef v = PyList_CheckExact(o) ? copy_of_list(r, rec_stack(r, 2)->ref, o, bounds) : IR_NONE;
    if (v == IR_NONE) {
        v = rec_call3(r, IR_CALL_slice_plain, rec_stack(r, 2)->ref, bounds[0], bounds[1]);
        rec_set_known(r, v, Py_TYPE(o));
    }
    for (int n = 0; n < 3; n++) {
        rec_drop(r, rec_pop(r));
    }
    rec_push(r, v, true);
    return true;
}

static bool slice_of_range(Recorder *r)
{
    IrRef bounds[2] = {rec_stack(r, 1)->ref, rec_stack(r, 0)->ref};
    PyObject *o = rec_concrete(r, 2), *now[2] = {rec_concrete(r, 1), rec_concrete(r, 0)};
    IrRef v = o != NULL ? rec_range_slice(r, rec_stack(r, 2)->ref, o, bounds, now) : IR_NONE;
    if (v == IR_NONE) {
        return false;
    }
    for (int n = 0; n < 3; n++) {
        rec_drop(r, rec_pop(r));
    }
    rec_push(r, v, true);
    return true;
}

/* What the list loses comes back, to be released where it can be seen. */
static bool store_slice_quietly(Recorder *r)
{
    PyObject *o = rec_concrete(r, 2), *value = rec_concrete(r, 3);
    if (o == NULL || !PyList_CheckExact(o) || !is_small_bound(rec_concrete(r, 1)) || !is_small_bound(rec_concrete(r, 0)) || value == NULL ||
        !(PyList_CheckExact(value) || PyTuple_CheckExact(value))) {
        return false;
    }
    IrRef bounds[2];
    rec_guard_type(r, rec_stack(r, 2)->ref, o);
    plain_bounds(r, bounds);
    rec_guard_type(r, rec_stack(r, 3)->ref, value);
    IrRef args[4] = {rec_stack(r, 2)->ref, bounds[0], bounds[1], rec_stack(r, 3)->ref};
    IrRef old = rec_call(r, IR_CALL_list_put_slice, 4, args);
    for (int n = 0; n < 4; n++) {
        rec_drop(r, rec_pop(r));
    }
    rec_drop(r, (RecVal){.ref = old, .owned = 1});
    return true;
}

void rec_do_slice_get(Recorder *r)
{
    if (slice_quietly(r) || slice_of_range(r)) {
        return;
    }
    IrRef slice = slice_object(r, rec_stack(r, 1)->ref, rec_stack(r, 0)->ref);
    IrRef v = rec_call2(r, IR_CALL_subscr_take_key, rec_stack(r, 2)->ref, slice);
    for (int n = 0; n < 3; n++) {
        rec_drop(r, rec_pop(r));
    }
    rec_push(r, v, true);
}

void rec_do_slice_set(Recorder *r)
{
    if (store_slice_quietly(r)) {
        return;
    }
    IrRef slice = slice_object(r, rec_stack(r, 1)->ref, rec_stack(r, 0)->ref);
    rec_call3(r, IR_CALL_store_subscr_take_key, rec_stack(r, 2)->ref, slice, rec_stack(r, 3)->ref);
    for (int n = 0; n < 4; n++) {
        rec_drop(r, rec_pop(r));
    }
}
