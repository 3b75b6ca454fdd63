/*  Calls of C functions that are known neither to run code of the program nor to look at frames: they need no sync, and the trace
    stays valid behind them. What decides is the function and the types of its arguments; both are guarded.

    str(), repr() and format() are not among them: they look for signals, and so do functions that may take long over big ints. What can
    be written without that is made by text.c. */
#include "record/call.h"

#include <string.h>

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return false;
}

/* Iterating over it, and asking for its iterator, runs no code. */
bool rec_is_builtin_iterable(PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    return t == &PyList_Type || t == &PyTuple_Type || t == &PyUnicode_Type || t == &PyBytes_Type || t == &PyRange_Type ||
           t == &PyDict_Type || t == &PySet_Type || t == &PyFrozenSet_Type || t == &PyDictKeys_Type || t == &PyDictValues_Type ||
           t == &PyDictItems_Type || t == &PyListIter_Type || t == &PyTupleIter_Type || t == &PyRangeIter_Type ||
           t == &PyByteArray_Type;
}

typedef bool (*Test)(PyObject *o);

static bool all_are(const RecCall *c, int first, Test test)
{
    for (int i = first; i < c->n; i++) {
        if (!test(c->concrete[i])) {
            return false;
        }
    }
    return true;
}

/* ---- attributes by name --------------------------------------------------------------------------- */
static bool binds_without_code(PyObject *d)
{
    return d == NULL || Py_TYPE(d)->tp_descr_get == NULL || PyFunction_Check(d) || Py_IS_TYPE(d, &PyMethodDescr_Type) ||
           Py_IS_TYPE(d, &PyWrapperDescr_Type) || Py_IS_TYPE(d, &PyMemberDescr_Type) || Py_IS_TYPE(d, &PyStaticMethod_Type) ||
           Py_IS_TYPE(d, &PyClassMethodDescr_Type);
}

/* Of CPython's own types, but for what may be worked out when it is asked for. */
static bool is_quiet_getset(PyObject *d)
{
    static PyTypeObject *const types[] = {&PyBaseObject_Type, &PyType_Type, &PyFunction_Type, &PyCFunction_Type, &PyCode_Type,
                                          &PyLong_Type,       &PyFloat_Type, &PyComplex_Type, &PyProperty_Type};
    static const char *const worked_out[] = {"__annotations__", "__annotate__", NULL};
    if (!Py_IS_TYPE(d, &PyGetSetDescr_Type) || is_one_of(((PyGetSetDescrObject *)d)->d_getset->name, worked_out)) {
        return false;
    }
    static const char *const others[] = {"xml.etree.ElementTree.Element", "re.Match", "re.Pattern", NULL};
    const PyTypeObject *t = ((PyDescrObject *)d)->d_type;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (t == types[i]) {
            return true;
        }
    }
    return is_one_of(t->tp_name, others);
}

static bool is_quiet_descriptor(PyObject *d)
{
    return binds_without_code(d) || is_quiet_getset(d);
}

static void depend_on_descriptor(Recorder *r, PyObject *d)
{
    if (d != NULL) {
        rec_depend_type(r, Py_TYPE(d));
    }
}

static bool lookup_in_class_is_quiet(Recorder *r, IrRef ref, PyObject *cls, PyObject *name, PyObject *meta_descr)
{
    if (Py_TYPE(cls)->tp_getattro != PyType_Type.tp_getattro) {
        return false;
    }
    if (meta_descr != NULL && Py_TYPE(meta_descr)->tp_descr_set != NULL) {
        rec_guard_type(r, ref, cls); /* It goes before what the class itself has. */
        return true;
    }
    /* A class that comes as a value may be one of many, and be garbage soon: a guard would keep it alive. */
    PyObject *d = cpy_type_lookup((PyTypeObject *)cls, name), *same;
    if (!binds_without_code(d) || !rec_is_const(r, ref, &same)) {
        return false;
    }
    rec_depend_type(r, (PyTypeObject *)cls);
    depend_on_descriptor(r, d);
    return true;
}

bool rec_lookup_is_quiet(Recorder *r, IrRef ref, PyObject *o, PyObject *name)
{
    PyTypeObject *t = Py_TYPE(o);
    PyObject *d = cpy_type_lookup(t, name);
    if (!is_quiet_descriptor(d)) {
        return false;
    }
    if (PyType_Check(o)) {
        if (!lookup_in_class_is_quiet(r, ref, o, name, d)) {
            return false;
        }
    } else if (t->tp_getattro != PyObject_GenericGetAttr) {
        return false;
    }
    rec_guard_type(r, ref, o);
    rec_depend_type(r, t);
    depend_on_descriptor(r, d);
    return true;
}

/* getattr and hasattr of a name that is constant. */
static bool named_lookup_is_quiet(Recorder *r, const RecCall *c)
{
    PyObject *name;
    return c->n >= 2 && rec_is_const(r, c->args[1].ref, &name) && PyUnicode_CheckExact(name) &&
           rec_lookup_is_quiet(r, c->args[0].ref, c->concrete[0], name);
}

static bool is_plain_type(PyObject *o)
{
    return Py_IS_TYPE(o, &PyType_Type);
}

static bool subclass_test_is_quiet(Recorder *r, const RecCall *c)
{
    PyObject *of, *constant;
    if (c->n != 2 || !PyType_Check(c->concrete[0])) {
        return false;
    }
    of = c->concrete[1];
    if (!PyTuple_CheckExact(of)) {
        return is_plain_type(of);
    }
    bool all = rec_is_const(r, c->args[1].ref, &constant);
    for (Py_ssize_t i = 0; all && i < PyTuple_GET_SIZE(of); i++) {
        all = is_plain_type(PyTuple_GET_ITEM(of, i));
    }
    return all;
}

/* ---- methods of other types that are written in C ---------------------------------------------- */
static bool is_quiet_method(const PyTypeObject *t, const char *name)
{
    static const struct { const char *type, *method; } rows[] = {
        {"_random.Random", "random"},       {"_random.Random", "getrandbits"}, {"_io.BytesIO", "write"},
        {"_io.BytesIO", "tell"},            {"_io.BytesIO", "getvalue"},       {"_io.BytesIO", "read"},
        {"_io.StringIO", "write"},          {"_io.StringIO", "getvalue"},      {"_io.StringIO", "tell"},
        {"collections.deque", "popleft"},   {"collections.deque", "pop"},      {"re.Match", "end"},
        {"re.Match", "start"},              {"re.Match", "span"},
        {"_struct.Struct", "pack"},         {"xml.etree.ElementTree.Element", "items"},
        {"xml.etree.ElementTree.Element", "keys"}, {"xml.etree.ElementTree.Element", "get"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(t->tp_name, rows[i].type) == 0 && strcmp(name, rows[i].method) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_method(const PyTypeObject *t, const PyMethodDef *method)
{
    const PyMethodDef *m = t->tp_methods;
    while (m != NULL && m->ml_name != NULL && m != method) {
        m++;
    }
    return m == method;
}

/* Of an object whose class may be derived from the type that has it. */
static bool bound_method_is_quiet(const PyCFunctionObject *f)
{
    PyTypeObject *t = f->m_self != NULL ? Py_TYPE(f->m_self) : NULL;
    while (t != NULL && !has_method(t, f->m_ml)) {
        t = t->tp_base;
    }
    return t != NULL && is_quiet_method(t, f->m_ml->ml_name);
}

/* ---- which ------------------------------------------------------------------------------------- */
static bool type_is_quiet(const RecCall *c)
{
    PyObject *t = c->callable;
    if (t == (PyObject *)&PyReversed_Type || t == (PyObject *)&PyZip_Type || t == (PyObject *)&PyList_Type ||
        t == (PyObject *)&PyTuple_Type) {
        return all_are(c, 0, rec_is_builtin_iterable);
    }
    if (t == (PyObject *)&PyEnum_Type) {
        return c->n >= 1 && rec_is_builtin_iterable(c->concrete[0]) && all_are(c, 1, rec_is_scalar);
    }
    if (t == (PyObject *)&PyLong_Type || t == (PyObject *)&PyFloat_Type || t == (PyObject *)&PyBool_Type || t == (PyObject *)&PyComplex_Type) {
        return all_are(c, 0, rec_is_scalar);
    }
    return (t == (PyObject *)&PyDict_Type || t == (PyObject *)&PySet_Type) && c->n == 0;
}

static bool is_quiet_over_scalars(const char *module, const char *name)
{
    static const char *const over_long_ways[] = {"comb", "factorial", "perm", "pow", NULL};
    static const struct { const char *module, *name; } rows[] = {{"_struct", "pack"}, {"posix", "fspath"}, {"_thread", "get_ident"}};
    if (strcmp(module, "math") == 0 || strcmp(module, "math.integer") == 0) {
        return !is_one_of(name, over_long_ways);
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(module, rows[i].module) == 0 && strcmp(name, rows[i].name) == 0) {
            return true;
        }
    }
    return false;
}

/* Longer ones are divided digit by digit, with a look for signals. */
static bool ints_are_short(Recorder *r, const RecCall *c)
{
    int64_t v;
    for (int i = 0; i < c->n; i++) {
        if (PyLong_CheckExact(c->concrete[i])) {
            if (!rec_fits_i64(c->concrete[i], &v)) {
                return false;
            }
            rec_unbox_int(r, c->args[i].ref, c->concrete[i]);
        }
    }
    return true;
}

static bool function_is_quiet(Recorder *r, const RecCall *c)
{
    static const char *const over_all[] = {"callable", "id", NULL}, *const of_names[] = {"getattr", "hasattr", NULL};
    static const char *const over_scalars[] = {"abs", "chr", "hash", "len", "max", "min", "ord", NULL};
    static const char *const of_short_ints[] = {"divmod", "round", NULL};
    PyCFunctionObject *f = (PyCFunctionObject *)c->callable;
    const char *module = f->m_module != NULL && PyUnicode_Check(f->m_module) ? PyUnicode_AsUTF8(f->m_module) : NULL;
    if (module == NULL) {
        return bound_method_is_quiet(f) && all_are(c, 0, rec_is_scalar);
    }
    if (strcmp(module, "builtins") == 0) {
        bool one = c->n == 1 && (strcmp(f->m_ml->ml_name, "len") == 0 || strcmp(f->m_ml->ml_name, "iter") == 0);
        if (is_one_of(f->m_ml->ml_name, of_names)) {
            return named_lookup_is_quiet(r, c);
        }
        if (strcmp(f->m_ml->ml_name, "issubclass") == 0) {
            return subclass_test_is_quiet(r, c);
        }
        if (is_one_of(f->m_ml->ml_name, over_all)) {
            return c->n == 1;
        }
        return (is_one_of(f->m_ml->ml_name, over_scalars) && all_are(c, 0, rec_is_scalar)) ||
               (is_one_of(f->m_ml->ml_name, of_short_ints) && all_are(c, 0, rec_is_scalar) && ints_are_short(r, c)) ||
               (one && rec_is_builtin_iterable(c->concrete[0]));
    }
    if (strcmp(module, "time") == 0) {
        return c->n == 0;
    }
    return all_are(c, 0, rec_is_scalar) && is_quiet_over_scalars(module, f->m_ml->ml_name) && ints_are_short(r, c);
}

static bool is_sequence(PyObject *o)
{
    return PyList_CheckExact(o) || PyTuple_CheckExact(o);
}

static bool method_is_quiet(const RecCall *c)
{
    static const char *const loud[] = {"encode", "decode", "format", NULL}, *const views[] = {"keys", "values", "items", "copy", NULL};
    PyMethodDescrObject *d = (PyMethodDescrObject *)c->callable;
    PyTypeObject *t = d->d_common.d_type;
    const char *name = d->d_method->ml_name;
    if (t == &PyUnicode_Type || t == &PyBytes_Type || t == &PyLong_Type || t == &PyFloat_Type || t == &PyComplex_Type) {
        bool joins = strcmp(name, "join") == 0;
        return !is_one_of(name, loud) && all_are(c, 1, joins ? is_sequence : rec_is_scalar);
    }
    return (is_quiet_method(t, name) && all_are(c, 1, rec_is_scalar)) ||
           (t == &PyList_Type && strcmp(name, "extend") == 0 && c->n == 2 && is_sequence(c->concrete[1])) ||
           ((t == &PyDict_Type || t == &PyList_Type || t == &PySet_Type) && c->n == 1 && is_one_of(name, views));
}

bool rec_call_is_quiet(Recorder *r, RecCall *c)
{
    bool quiet = c->kwnames != NULL                              ? false
                 : PyType_Check(c->callable)                     ? type_is_quiet(c)
                 : PyCFunction_CheckExact(c->callable)           ? function_is_quiet(r, c)
                 : Py_IS_TYPE(c->callable, &PyMethodDescr_Type) ? c->n >= 1 && method_is_quiet(c)
                                                                 : false;
    for (int i = 0; quiet && i < c->n; i++) {
        rec_guard_type(r, c->args[i].ref, c->concrete[i]);
    }
    return quiet;
}
