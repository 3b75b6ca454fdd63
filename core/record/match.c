/*  match statements. What a pattern asks of the subject's type is a constant once that is guarded. Whether it is a sequence or a mapping is
    asked only of types that cannot be changed, as registering with an abstract class changes what others are. */
#include "record/state.h"

static void push_constant(Recorder *r, PyObject *o)
{
    IrRef ref = rec_const(r, o);
    rec_set_known(r, ref, Py_TYPE(o));
    rec_push(r, ref, false);
}

static bool is_fixed(Recorder *r, PyObject *o)
{
    return o != NULL && (rec_klass(r, Py_TYPE(o))->flags & IR_TYPE_FIXED);
}

static void match_flag(Recorder *r, unsigned long flag)
{
    PyObject *o = rec_concrete(r, 0);
    if (!is_fixed(r, o)) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    rec_guard_type(r, rec_stack(r, 0)->ref, o);
    push_constant(r, PyType_HasFeature(Py_TYPE(o), flag) ? Py_True : Py_False);
}

void rec_do_match_mapping(Recorder *r)
{
    match_flag(r, Py_TPFLAGS_MAPPING);
}

void rec_do_match_sequence(Recorder *r)
{
    match_flag(r, Py_TPFLAGS_SEQUENCE);
}

/* Of an exact dict with constant keys: the values, or None. */
void rec_do_match_keys(Recorder *r)
{
    enum { MAX_KEYS = 16 };
    PyObject *d = rec_concrete(r, 1), *keys = rec_concrete(r, 0), *constant;
    RecVal values[MAX_KEYS];
    if (d == NULL || !PyDict_CheckExact(d) || !rec_is_const(r, rec_stack(r, 0)->ref, &constant) || PyTuple_GET_SIZE(keys) > MAX_KEYS) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    IrRef dict = rec_stack(r, 1)->ref;
    int n = (int)PyTuple_GET_SIZE(keys);
    for (int i = 0; i < n; i++) {
        bool there;
        PyObject *key = PyTuple_GET_ITEM(keys, i);
        for (int k = 0; k < i; k++) {
            if (PyTuple_GET_ITEM(keys, k) == key) {
                rec_give_up(r, ABORT_unsupported); /* ValueError; others that are equal are no constants of one pattern */
                return;
            }
        }
        if (!rec_is_scalar(key) || !rec_dict_find(r, dict, d, rec_const(r, key), key, &values[i].ref, &there)) {
            rec_give_up(r, ABORT_unsupported);
            return;
        }
        if (!there) {
            push_constant(r, Py_None);
            return;
        }
    }
    IrRef refs[MAX_KEYS];
    for (int i = 0; i < n; i++) {
        RecVal v = {.ref = values[i].ref};
        rec_own(r, &v);
        refs[i] = v.ref;
    }
    if (n == 0) {
        PyObject *empty = PyTuple_New(0);
        push_constant(r, empty);
        Py_XDECREF(empty);
        return;
    }
    rec_push(r, rec_new(r, rec_tuple_klass(r, n), refs), true);
}

/* Is the class one whose instances are themselves what a positional pattern takes: int(x), str(x)? */
static bool matches_itself(PyTypeObject *t)
{
    PyTypeObject *const all[] = {&PyBool_Type, &PyByteArray_Type, &PyBytes_Type, &PyDict_Type, &PyFloat_Type, &PyFrozenSet_Type,
                                 &PyLong_Type, &PyList_Type, &PySet_Type, &PyUnicode_Type, &PyTuple_Type};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (t == all[i]) {
            return true;
        }
    }
    return false;
}

static bool has_match_args(PyTypeObject *t)
{
    PyObject *s = PyUnicode_InternFromString("__match_args__");
    PyObject *found = s != NULL ? cpy_type_lookup(t, s) : NULL;
    Py_XDECREF(s);
    return found != NULL;
}

/* Subject, class and names of attributes -> their values, or None. */
void rec_do_match_class(Recorder *r)
{
    int n = r->state->insn.arg;
    PyObject *o = rec_concrete(r, 2), *cls = rec_concrete(r, 1), *names = rec_concrete(r, 0);
    if (o == NULL || cls == NULL || !Py_IS_TYPE(cls, &PyType_Type) || PyTuple_GET_SIZE(names) > 0) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    PyTypeObject *t = (PyTypeObject *)cls;
    bool is_one = PyType_IsSubtype(Py_TYPE(o), t);
    bool whole = n == 1 && matches_itself(t) && !has_match_args(t);
    /* What is no instance by its type may say otherwise by its __class__: only where types cannot be changed. */
    if ((is_one && n > 0 && !whole) || (!is_one && !is_fixed(r, o))) {
        rec_give_up(r, ABORT_unsupported);
        return;
    }
    rec_guard_is(r, rec_stack(r, 1)->ref, cls);
    rec_guard_type(r, rec_stack(r, 2)->ref, o);
    rec_depend_type(r, Py_TYPE(o));
    rec_drop(r, rec_pop(r));
    rec_drop(r, rec_pop(r));
    RecVal subject = rec_pop(r);
    if (!is_one) {
        push_constant(r, Py_None);
    } else {
        IrRef values = rec_tuple_of(r, &subject, whole ? 1 : 0);
        rec_push(r, values, whole);
    }
    rec_drop(r, subject);
}
