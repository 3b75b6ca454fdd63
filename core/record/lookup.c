/*  Keys in dicts and sets. Where no code of the program can run the lookup is a plain helper, and the trace goes on knowing
    all that it knew; a helper that finds it cannot tell makes the trace leave before the instruction. */
#include "record/state.h"

static bool can_tell(PyObject *d, PyObject *k, PyObject **value)
{
    return cpy_dict_find(d, k, value) >= 0;
}

bool rec_dict_find(Recorder *r, IrRef dict, PyObject *d, IrRef key, PyObject *k, IrRef *value, bool *there)
{
    PyObject *now;
    if (rec_container_base(r, Py_TYPE(d)) != &PyDict_Type || !can_tell(d, k, &now) || now == Py_NotImplemented) {
        return false;
    }
    rec_guard_type(r, dict, d);
    rec_guard_type(r, key, k);
    *value = rec_call2(r, IR_CALL_dict_find, dict, key);
    *there = now != NULL;
    if (now == NULL) {
        rec_op1(r, IR_guard_null, *value);
        return true;
    }
    rec_op1(r, IR_guard_nonnull, *value);
    rec_op2(r, IR_guard_is_not, *value, rec_const(r, Py_NotImplemented));
    return true;
}

bool rec_dict_entry(Recorder *r, IrRef dict, PyObject *d, PyObject *name, IrRef *value)
{
    enum { ENTRY = 16, VALUE = 8 };
    int keys_offset, entries, shape_offset, index = cpy_dict_entry_index(d, name);
    uint32_t mask, shape;
    if (index < 0 || !cpy_dict_entry_layout(d, &keys_offset, &entries) || !cpy_dict_keys_shape(d, &shape_offset, &mask, &shape)) {
        return false;
    }
    int entry = entries + ENTRY * index;
    if (*(PyObject **)(*(char **)((char *)d + keys_offset) + entry) != name) {
        return false;
    }
    IrRef keys = rec_load(r, dict, rec_elem(r, "dict.keys", keys_offset, IR_W_PTR, MEMID_dict));
    IrRef word = rec_load(r, keys, rec_elem(r, "keys.shape", shape_offset, IR_W_U32, MEMID_dict));
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, rec_op2(r, IR_and_i64, word, rec_int(r, mask)), rec_int(r, shape)), true);
    rec_guard_is(r, rec_load(r, keys, rec_elem(r, "entry.key", entry, IR_W_OBJ, MEMID_dict)), name);
    *value = rec_load(r, keys, rec_elem(r, "entry.value", entry + VALUE, IR_W_OBJ, MEMID_dict));
    return true;
}

static IrRef has_in_dict(Recorder *r, IrRef dict, PyObject *d, IrRef key, PyObject *k)
{
    PyObject *now;
    if (!can_tell(d, k, &now)) {
        return IR_NONE;
    }
    rec_guard_type(r, dict, d);
    rec_guard_type(r, key, k);
    IrRef v = rec_call2(r, IR_CALL_dict_find, dict, key);
    rec_op2(r, IR_guard_is_not, v, rec_const(r, Py_NotImplemented));
    return rec_op1(r, IR_not_bool, rec_op2(r, IR_eq_ptr, v, ir_const_obj(r->raw, NULL)));
}

IrRef rec_has_key(Recorder *r, IrRef container, PyObject *c, IrRef key, PyObject *k)
{
    if (rec_container_base(r, Py_TYPE(c)) == &PyDict_Type) {
        return has_in_dict(r, container, c, key, k);
    }
    bool is_set = PySet_CheckExact(c) || PyFrozenSet_CheckExact(c), is_sequence = PyList_CheckExact(c) || PyTuple_CheckExact(c);
    if (is_set ? cpy_set_find(c, k) < 0 : !is_sequence || cpy_sequence_find(c, k) < 0) {
        return IR_NONE;
    }
    rec_guard_type(r, container, c);
    rec_guard_type(r, key, k);
    IrRef found = rec_call2(r, is_set ? IR_CALL_set_find : IR_CALL_seq_find, container, key);
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, found, rec_int(r, 0)), false);
    return rec_op2(r, IR_ne_i64, found, rec_int(r, 0));
}

bool rec_dict_put(Recorder *r, IrRef dict, PyObject *d, IrRef key, PyObject *k, IrRef value)
{
    PyObject *now;
    if (rec_container_base(r, Py_TYPE(d)) != &PyDict_Type || !can_tell(d, k, &now) || (now != NULL && !cpy_dies_unseen(now))) {
        return false;
    }
    rec_guard_type(r, dict, d);
    rec_guard_type(r, key, k);
    IrRef done = rec_call3(r, IR_CALL_dict_put, dict, key, value);
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, done, rec_int(r, 0)), true);
    return true;
}

bool rec_set_put(Recorder *r, IrRef set, PyObject *s, IrRef key, PyObject *k)
{
    if (!PySet_CheckExact(s) || cpy_set_find(s, k) < 0) {
        return false;
    }
    rec_guard_type(r, set, s);
    rec_guard_type(r, key, k);
    IrRef done = rec_call2(r, IR_CALL_set_put, set, key);
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, done, rec_int(r, 0)), true);
    return true;
}

static bool is_set(PyObject *o)
{
    return PySet_CheckExact(o) || PyFrozenSet_CheckExact(o);
}

IrRef rec_set_compare(Recorder *r, IrRef left, PyObject *l, IrRef right, PyObject *o, int op)
{
    if (!is_set(l) || !is_set(o) || cpy_set_compare(l, o, op) < 0) {
        return IR_NONE;
    }
    rec_guard_type(r, left, l);
    rec_guard_type(r, right, o);
    IrRef result = rec_call3(r, IR_CALL_set_compare, left, right, rec_int(r, op));
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, result, rec_int(r, 0)), false);
    return rec_op2(r, IR_ne_i64, result, rec_int(r, 0));
}
