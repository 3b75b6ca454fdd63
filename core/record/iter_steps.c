/*  Iterators over iterators: enumerate() and zip() of lists, tuples and ranges step in the trace, their tuple is not made.

    A round that is not the last changes several objects, so all that has to hold is guarded before the first of them changes. The last
    round, and iterators over anything else, are calls. */
#include "record/state.h"

typedef struct {
    IrRef it;
    const IrKlass *k;
    bool is_range, is_list;
    IrRef at, step, left; /* range: value, step, length; else index, sequence */
} Inner;

enum { MAX_ZIPPED = 6 };

static void *word_at(PyObject *o, CpyLayout which) { return *(void **)((char *)o + cpy_offset(which)); }

/* ---- one of the iterators below ------------------------------------------------------------------- */
static PyObject *sequence_of(PyObject *it)
{
    return word_at(it, Py_IS_TYPE(it, &PyListIter_Type) ? CPY_OFF_list_iter_seq : CPY_OFF_tuple_iter_seq);
}

static bool has_more(PyObject *it)
{
    if (Py_IS_TYPE(it, &PyRangeIter_Type)) {
        return (intptr_t)word_at(it, CPY_OFF_range_iter_len) > 0;
    }
    if (!Py_IS_TYPE(it, &PyListIter_Type) && !Py_IS_TYPE(it, &PyTupleIter_Type)) {
        return false;
    }
    intptr_t index = (intptr_t)word_at(it, Py_IS_TYPE(it, &PyListIter_Type) ? CPY_OFF_list_iter_index : CPY_OFF_tuple_iter_index);
    return sequence_of(it) != NULL && index >= 0 && index < Py_SIZE(sequence_of(it));
}

static PyTypeObject *seq_type(const Inner *in) { return in->is_list ? &PyList_Type : &PyTuple_Type; }

static void guard_more(Recorder *r, Inner *in, IrRef ref, PyObject *it)
{
    *in = (Inner){.it = ref, .is_range = Py_IS_TYPE(it, &PyRangeIter_Type), .is_list = Py_IS_TYPE(it, &PyListIter_Type)};
    in->k = rec_iter_klass(r, in->is_range ? REC_KLASS_RANGE_ITER : in->is_list ? REC_KLASS_LIST_ITER : REC_KLASS_TUPLE_ITER);
    rec_guard_type(r, ref, it);
    in->at = rec_load(r, ref, in->k->fields[0]);
    in->step = rec_load(r, ref, in->k->fields[1]);
    if (in->is_range) {
        in->left = rec_load(r, ref, in->k->fields[2]);
        rec_guard_bool(r, rec_op2(r, IR_gt_i64, in->left, rec_int(r, 0)), true);
        return;
    }
    rec_op1(r, IR_guard_nonnull, in->step);
    rec_guard_type(r, in->step, sequence_of(it));
    rec_guard_bool(r, rec_op2(r, IR_lt_u64, in->at, rec_sequence_size(r, seq_type(in), in->step)), true);
}

static RecVal step(Recorder *r, const Inner *in)
{
    if (in->is_range) {
        rec_store(r, in->it, rec_op2(r, IR_add_i64, in->at, in->step), in->k->fields[0]);
        rec_store(r, in->it, rec_op2(r, IR_sub_i64, in->left, rec_int(r, 1)), in->k->fields[2]);
        IrRef box = rec_op1(r, IR_box_i64, in->at);
        rec_set_known(r, box, &PyLong_Type);
        return (RecVal){.ref = box, .owned = 1};
    }
    RecVal item = rec_sequence_item(r, seq_type(in), in->step, in->at);
    rec_own(r, &item);
    rec_store(r, in->it, rec_op2(r, IR_add_i64, in->at, rec_int(r, 1)), in->k->fields[0]);
    return item;
}

static void push_tuple(Recorder *r, const IrRef *values, int n)
{
    rec_push(r, rec_new(r, rec_tuple_klass(r, n), values), true);
}

/* ---- enumerate and zip ----------------------------------------------------------------------------- */
static bool next_of_enumerate(Recorder *r, IrRef ref, PyObject *o)
{
    PyObject *below = word_at(o, CPY_OFF_enumerate_iter);
    const int64_t last = PY_SSIZE_T_MAX;
    if (!has_more(below) || (intptr_t)word_at(o, CPY_OFF_enumerate_index) >= last) {
        return false;
    }
    Inner in;
    const IrField *index_field = rec_iter_field(r, CPY_OFF_enumerate_index, IR_W_I64);
    rec_guard_type(r, ref, o);
    IrRef index = rec_load(r, ref, index_field);
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, index, rec_int(r, last)), true);
    guard_more(r, &in, rec_load(r, ref, rec_field(r, CPY_OFF_enumerate_iter, IR_W_OBJ, MEMID_none)), below);
    IrRef values[2] = {rec_op1(r, IR_box_i64, index)};
    rec_set_known(r, values[0], &PyLong_Type);
    values[1] = step(r, &in).ref;
    rec_store(r, ref, rec_op2(r, IR_add_i64, index, rec_int(r, 1)), index_field);
    push_tuple(r, values, 2);
    return true;
}

static bool next_of_zip(Recorder *r, IrRef ref, PyObject *o)
{
    PyObject *below = word_at(o, CPY_OFF_zip_iters);
    int n = (int)PyTuple_GET_SIZE(below);
    if (n == 0 || n > MAX_ZIPPED) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        if (!has_more(PyTuple_GET_ITEM(below, i))) {
            return false;
        }
        for (int j = 0; j < i; j++) {
            if (PyTuple_GET_ITEM(below, i) == PyTuple_GET_ITEM(below, j)) {
                return false; /* zip(it, it): one step changes what the other guards. */
            }
        }
    }
    Inner in[MAX_ZIPPED];
    IrRef refs[MAX_ZIPPED], values[MAX_ZIPPED];
    const IrKlass *tuple = rec_tuple_klass(r, n);
    rec_guard_type(r, ref, o);
    IrRef iters = rec_load(r, ref, rec_field(r, CPY_OFF_zip_iters, IR_W_OBJ, MEMID_none));
    IrRef size = rec_load(r, iters, rec_elem(r, "size", cpy_offset(CPY_OFF_var_size), IR_W_I64, MEMID_none));
    rec_guard_bool(r, rec_op2(r, IR_eq_i64, size, rec_int(r, n)), true);
    for (int i = 0; i < n; i++) {
        refs[i] = rec_load(r, iters, tuple->fields[i]);
        for (int j = 0; j < i; j++) {
            if (Py_TYPE(PyTuple_GET_ITEM(below, i)) == Py_TYPE(PyTuple_GET_ITEM(below, j))) {
                rec_op2(r, IR_guard_is_not, refs[i], refs[j]);
            }
        }
        guard_more(r, &in[i], refs[i], PyTuple_GET_ITEM(below, i));
    }
    for (int i = 0; i < n; i++) {
        values[i] = step(r, &in[i]).ref;
    }
    push_tuple(r, values, n);
    return true;
}

bool rec_next_of_iterators(Recorder *r, IrRef ref, PyObject *o)
{
    return (Py_IS_TYPE(o, &PyEnum_Type) && next_of_enumerate(r, ref, o)) ||
           (Py_IS_TYPE(o, &PyZip_Type) && next_of_zip(r, ref, o));
}

/* The next item of such an iterator runs no code of the program; where it is the last who has a dict or a set, its end may. */
bool rec_steps_quietly(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (t == &PyEnum_Type) {
        PyObject *below = word_at(o, CPY_OFF_enumerate_iter);
        return !Py_IS_TYPE(below, &PyEnum_Type) && rec_steps_quietly(below);
    }
    return t == &PyUnicodeIter_Type || t == cpy_builtin_type("str_ascii_iterator") || t == &PyBytesIter_Type ||
           t == &PyByteArrayIter_Type || t == &PyLongRangeIter_Type ||
           (cpy_iterated_container(o) != NULL && Py_REFCNT(cpy_iterated_container(o)) > 1);
}
