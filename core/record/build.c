/*  Building containers and strings, and taking sequences apart. */
#include "record/state.h"

enum { MAX_ITEMS = 60 };

void rec_do_build_tuple(Recorder *r)
{
    int n = r->state->insn.arg;
    IrRef values[MAX_ITEMS];
    if (n > MAX_ITEMS) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    if (n == 0) {
        PyObject *empty = PyTuple_New(0);
        rec_push(r, rec_const(r, empty), false);
        Py_XDECREF(empty);
        return;
    }
    for (int i = n - 1; i >= 0; i--) {
        RecVal v = rec_pop(r);
        rec_own(r, &v);
        values[i] = v.ref;
    }
    rec_push(r, rec_new(r, rec_tuple_klass(r, n), values), true);
}

/* A C function over an array of the top n entries (borrowed); they are released after. */
void rec_build_by_call(Recorder *r, void *fn, int n, int64_t imm, PyTypeObject *type, bool quiet)
{
    IrRef items[MAX_ITEMS];
    if (n > MAX_ITEMS) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    for (int i = 0; i < n; i++) {
        items[i] = rec_stack(r, n - 1 - i)->ref;
    }
    IrRef null = ir_const_obj(r->raw, NULL);
    IrRef v = quiet ? rec_call_array_quiet(r, fn, null, null, imm, n, items) : rec_call_array(r, fn, null, null, imm, n, items);
    if (type) {
        rec_set_known(r, v, type);
    }
    for (int i = 0; i < n; i++) {
        rec_drop(r, rec_pop(r));
    }
    rec_push(r, v, true);
}

static PyObject *make_list(PyObject *self, PyObject *const *items, size_t n, PyObject *last)
{
    (void)self;
    (void)last;
    PyObject *list = PyList_New((Py_ssize_t)n);
    for (size_t i = 0; list && i < n; i++) {
        PyList_SET_ITEM(list, (Py_ssize_t)i, Py_NewRef(items[i]));
    }
    return list;
}

static PyObject *make_set(PyObject *self, PyObject *const *items, size_t n, PyObject *last)
{
    (void)self;
    (void)last;
    PyObject *set = PySet_New(NULL);
    for (size_t i = 0; set && i < n; i++) {
        if (PySet_Add(set, items[i]) < 0) {
            Py_CLEAR(set);
        }
    }
    return set;
}

static PyObject *make_dict(PyObject *self, PyObject *const *items, size_t n, PyObject *last)
{
    (void)self;
    (void)last;
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict && i < n; i++) {
        if (PyDict_SetItem(dict, items[2 * i], items[2 * i + 1]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

static PyObject *make_const_key_dict(PyObject *self, PyObject *const *items, size_t n, PyObject *last)
{
    (void)self;
    (void)last;
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict && i < n; i++) {
        if (PyDict_SetItem(dict, PyTuple_GET_ITEM(items[n], (Py_ssize_t)i), items[i]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

/* Hashing and comparing every step-th of the top n entries runs no code: guarded; or false. */
static bool guard_scalars(Recorder *r, int n, int step)
{
    for (int i = 0; i < n; i += step) {
        if (!rec_is_scalar(rec_concrete(r, n - 1 - i))) {
            return false;
        }
    }
    for (int i = 0; i < n; i += step) {
        rec_guard_type(r, rec_stack(r, n - 1 - i)->ref, rec_concrete(r, n - 1 - i));
    }
    return true;
}

static bool has_scalar_keys(PyObject *names)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        if (!rec_is_scalar(PyTuple_GET_ITEM(names, i))) {
            return false;
        }
    }
    return true;
}

void rec_do_build_list(Recorder *r)
{
    int n = r->state->insn.arg;
    rec_build_by_call(r, (void *)make_list, n, n, &PyList_Type, true);
}

void rec_do_build_set(Recorder *r)
{
    int n = r->state->insn.arg;
    rec_build_by_call(r, (void *)make_set, n, n, &PySet_Type, guard_scalars(r, n, 1));
}

void rec_do_build_map(Recorder *r)
{
    int n = r->state->insn.arg;
    rec_build_by_call(r, (void *)make_dict, 2 * n, n, &PyDict_Type, guard_scalars(r, 2 * n, 2));
}

void rec_do_build_const_key_map(Recorder *r)
{
    int n = r->state->insn.arg;
    rec_build_by_call(r, (void *)make_const_key_dict, n + 1, n, &PyDict_Type, has_scalar_keys(rec_concrete(r, 0)));
}

void rec_do_build_slice(Recorder *r)
{
    int n = r->state->insn.arg;
    static const CpyLayout offsets[3] = {CPY_OFF_slice_start, CPY_OFF_slice_stop, CPY_OFF_slice_step};
    const IrField **fields = arena_alloc(r->state->arena, 3 * sizeof *fields);
    IrRef values[3] = {IR_NONE, IR_NONE, rec_const(r, Py_None)};
    for (int i = 0; i < 3; i++) {
        fields[i] = rec_field(r, offsets[i], IR_W_OBJ, MEMID_none);
    }
    for (int i = n - 1; i >= 0; i--) {
        RecVal v = rec_pop(r);
        rec_own(r, &v);
        values[i] = v.ref;
    }
    const IrKlass *k = ir_klass(r->raw, "slice", &PySlice_Type, IR_TYPE_FIXED, REC_KLASS_SLICE, 3, fields, NULL);
    rec_push(r, rec_new(r, k, values), true);
}

/* ---- adding to containers --------------------------------------------------------------------------- */

void rec_do_list_append(Recorder *r)
{
    rec_call2(r, IR_CALL_list_append, rec_stack(r, r->state->insn.arg)->ref, rec_stack(r, 0)->ref);
    rec_drop(r, rec_pop(r));
}

static bool is_plain_sequence(PyObject *o)
{
    return o != NULL && (PyList_CheckExact(o) || PyTuple_CheckExact(o));
}

void rec_do_list_extend(Recorder *r)
{
    PyObject *items = rec_concrete(r, 0);
    bool plain = is_plain_sequence(items);
    if (plain) {
        rec_guard_type(r, rec_stack(r, 0)->ref, items);
    }
    rec_call2(r, plain ? IR_CALL_list_extend_plain : IR_CALL_list_extend, rec_stack(r, r->state->insn.arg)->ref, rec_stack(r, 0)->ref);
    rec_drop(r, rec_pop(r));
}

void rec_do_set_add(Recorder *r)
{
    int at = r->state->insn.arg;
    if (!rec_set_put(r, rec_stack(r, at)->ref, rec_concrete(r, at), rec_stack(r, 0)->ref, rec_concrete(r, 0))) {
        rec_call2(r, IR_CALL_set_add, rec_stack(r, at)->ref, rec_stack(r, 0)->ref);
    }
    rec_drop(r, rec_pop(r));
}

void rec_do_map_add(Recorder *r)
{
    int at = r->state->insn.arg + 1;
    IrRef d = rec_stack(r, at)->ref, k = rec_stack(r, 1)->ref, v = rec_stack(r, 0)->ref;
    if (!rec_dict_put(r, d, rec_concrete(r, at), k, rec_concrete(r, 1), v)) {
        rec_call3(r, IR_CALL_dict_set, d, k, v);
    }
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
}

/* One dict into another that has none of its keys, which are all str. */
static void merge_dicts(Recorder *r)
{
    int at = r->state->insn.arg;
    PyObject *from = rec_concrete(r, 0), *into = rec_concrete(r, at);
    if (from == NULL || into == NULL || !PyDict_CheckExact(from) || !PyDict_CheckExact(into)) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, from);
    rec_guard_type(r, rec_stack(r, at)->ref, into);
    IrRef done = rec_call2(r, IR_CALL_dict_merge, rec_stack(r, at)->ref, rec_stack(r, 0)->ref);
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, done, rec_int(r, 0)), true);
    rec_drop(r, rec_pop(r));
}

void rec_do_dict_merge(Recorder *r)
{
    merge_dicts(r);
}

void rec_do_dict_update(Recorder *r)
{
    merge_dicts(r);
}

/* ---- unpacking ----------------------------------------------------------------------------------------- */

void rec_do_unpack_sequence(Recorder *r)
{
    int n = r->state->insn.arg;
    PyObject *o = rec_concrete(r, 0);
    PyTypeObject *base = rec_sequence_base(r, o);
    bool is_list = base == &PyList_Type;
    if (base == NULL || Py_SIZE(o) != n || n > MAX_ITEMS) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    IrRef seq = rec_stack(r, 0)->ref, items = seq;
    rec_guard_type(r, seq, o);
    const IrKlass *k = is_list ? NULL : rec_tuple_klass(r, n);
    const IrInsn *def = ir_at(r->raw, seq);
    bool made_here = def->op == IR_new && def->imm.klass == k;
    if (!made_here) {
        rec_guard_bool(r, rec_op2(r, IR_eq_i64, rec_sequence_size(r, base, seq), rec_int(r, n)), true);
    }
    if (is_list) {
        items = rec_list_items(r, seq);
    }
    RecVal values[MAX_ITEMS];
    for (int i = 0; i < n; i++) {
        values[i] = (RecVal){.ref = is_list ? rec_load_elem(r, items, rec_int(r, i), rec_list_item(r))
                                            : rec_load(r, seq, k->fields[i])};
        rec_own(r, &values[i]);
    }
    rec_drop(r, rec_pop(r));
    for (int i = n - 1; i >= 0; i--) {
        rec_push_val(r, values[i]);
    }
}

static PyObject *make_rest(PyObject *sequence, Py_ssize_t before, Py_ssize_t after)
{
    PyObject *rest = PyList_New(0);
    PyObject *part = PySequence_GetSlice(sequence, before, PySequence_Fast_GET_SIZE(sequence) - after);
    if (rest == NULL || part == NULL || PyList_Extend(rest, part) < 0) {
        Py_CLEAR(rest);
    }
    Py_XDECREF(part);
    return rest;
}

/* a, *b, c = list or tuple */
void rec_do_unpack_ex(Recorder *r)
{
    int before = r->state->insn.arg & 0xff, after = r->state->insn.arg >> 8;
    PyObject *o = rec_concrete(r, 0);
    if (!is_plain_sequence(o) || PyObject_Length(o) < before + after || before + after >= MAX_ITEMS) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    RecVal values[MAX_ITEMS];
    IrRef seq = rec_stack(r, 0)->ref;
    rec_guard_type(r, seq, o);
    IrRef n = rec_sequence_size(r, Py_TYPE(o), seq);
    rec_guard_bool(r, rec_op2(r, IR_ge_i64, n, rec_int(r, before + after)), true);
    for (int i = 0; i < before + after; i++) {
        IrRef at = i < before ? rec_int(r, i) : rec_op2(r, IR_sub_i64, n, rec_int(r, before + after - i));
        values[i + (i >= before)] = rec_sequence_item(r, Py_TYPE(o), seq, at);
        rec_own(r, &values[i + (i >= before)]);
    }
    IrRef rest = rec_call_c_quiet(r, (void *)make_rest, 3, (IrRef[]){seq, rec_int(r, before), rec_int(r, after)});
    rec_set_known(r, rest, &PyList_Type);
    values[before] = (RecVal){.ref = rest, .owned = 1};
    rec_drop(r, rec_pop(r));
    for (int i = before + after; i >= 0; i--) {
        rec_push_val(r, values[i]);
    }
}

/* ---- lengths ---------------------------------------------------------------------------------------------------- */

void rec_do_get_len(Recorder *r)
{
    IrRef n = rec_call1(r, IR_CALL_length, rec_stack(r, 0)->ref);
    IrRef box = rec_op1(r, IR_box_i64, n);
    rec_set_known(r, box, &PyLong_Type);
    rec_push(r, box, true);
}

/* ---- functions ---------------------------------------------------------------------------------------------- */

void rec_do_make_function(Recorder *r)
{
    const IrField **fields = arena_alloc(r->state->arena, 3 * sizeof *fields);
    fields[0] = rec_field(r, CPY_OFF_function_code, IR_W_OBJ, MEMID_func);
    fields[1] = rec_field(r, CPY_OFF_function_globals, IR_W_OBJ, MEMID_none);
    fields[2] = rec_field(r, CPY_OFF_function_closure, IR_W_OBJ, MEMID_func);
    RecVal code = rec_pop(r), globals = {.ref = rec_const(r, cpy_frame_globals(rec_top(r)->real))};
    rec_own(r, &code);
    rec_own(r, &globals);
    const IrKlass *k = ir_klass(r->raw, "function", &PyFunction_Type, IR_TYPE_FIXED, REC_KLASS_FUNCTION, 3, fields, NULL);
    rec_push(r, rec_new(r, k, (IrRef[3]){code.ref, globals.ref, ir_const_obj(r->raw, NULL)}), true);
}

void rec_do_set_function_attr(Recorder *r)
{
    enum { CLOSURE = 8 };
    if (r->state->insn.arg != CLOSURE) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    RecVal func = rec_pop(r), closure = rec_pop(r);
    rec_own(r, &closure);
    rec_store(r, func.ref, closure.ref, rec_field(r, CPY_OFF_function_closure, IR_W_OBJ, MEMID_func));
    rec_push_val(r, func);
}

void rec_do_intrinsic_1(Recorder *r)
{
    enum { LIST_TO_TUPLE = 6 };
    if (r->state->insn.arg == LIST_TO_TUPLE) {
        IrRef tuple = rec_call1(r, IR_CALL_list_to_tuple, rec_stack(r, 0)->ref);
        rec_set_known(r, tuple, &PyTuple_Type);
        rec_drop(r, rec_pop(r));
        rec_push(r, tuple, true);
        return;
    }
    IrRef v = rec_call2(r, IR_CALL_intrinsic_1, rec_stack(r, 0)->ref, rec_int(r, r->state->insn.arg));
    rec_drop(r, rec_pop(r));
    rec_push(r, v, true);
}
