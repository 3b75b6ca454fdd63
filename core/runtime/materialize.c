/*  From the values that machine code left to Python objects: boxes, and objects that were never made.

    A value that several slots mention is one object to all of them. References: what the exit owns is given away,
    of the rest a new reference is taken; a new object's first reference goes to who asks first. */
#include "runtime/state.h"

#include <string.h>

static uint64_t bits_at(const CgRun *run, const CgExit *exit, const CgLoc *loc)
{
    uint64_t bits = 0;
    switch ((CgLocKind)loc->kind) {
    case CG_GPR:
        return run->gpr[loc->index];
    case CG_XMM:
        memcpy(&bits, &run->xmm[loc->index], sizeof bits);
        return bits;
    case CG_SPILL:
        return run->spill[loc->index];
    case CG_CONST:
        return exit->trace->consts[loc->index];
    case CG_NOWHERE:
        break;
    }
    return 0;
}

uint64_t rt_leaf_bits(const CgRun *run, const CgExit *exit, int leaf)
{
    return bits_at(run, exit, &exit->locs[leaf]);
}

static uint64_t leaf_bits(const RtValues *v, int leaf)
{
    return bits_at(v->run, v->exit, &v->exit->locs[leaf]);
}

int64_t rt_value_int(RtValues *v, int leaf)
{
    return (int64_t)leaf_bits(v, leaf);
}

static PyObject *make_box(IrType type, uint64_t bits)
{
    double d;
    if (type == IR_I64) {
        return PyLong_FromLongLong((int64_t)bits);
    }
    if (type == IR_BOOL) {
        return Py_NewRef((bits & 0xff) != 0 ? Py_True : Py_False);
    }
    memcpy(&d, &bits, sizeof d);
    return PyFloat_FromDouble(d);
}

static void need(const void *object)
{
    if (object == NULL) {
        Py_FatalError("jitney: no memory for the values of a frame");
    }
}

PyObject *rt_leaf_new(const CgRun *run, const CgExit *exit, int leaf)
{
    const CgLoc *loc = &exit->locs[leaf];
    uint64_t bits = bits_at(run, exit, loc);
    if (loc->type == IR_OBJ || loc->type == IR_PTR) {
        return Py_XNewRef((PyObject *)(uintptr_t)bits);
    }
    PyObject *box = make_box((IrType)loc->type, bits);
    need(box);
    return box;
}

static PyObject *leaf_new(RtValues *v, int leaf, bool owned)
{
    IrType type = (IrType)v->exit->locs[leaf].type;
    uint64_t bits = leaf_bits(v, leaf);
    if (type == IR_OBJ || type == IR_PTR) {
        PyObject *o = (PyObject *)(uintptr_t)bits;
        return owned && !v->borrow ? o : Py_XNewRef(o);
    }
    int first = leaf;
    for (int i = 0; i < leaf; i++) {
        if (v->refs[i] == v->refs[leaf] && v->boxes[i] != NULL) {
            first = i;
            break;
        }
    }
    if (v->boxes[first] != NULL) {
        return Py_NewRef(v->boxes[first]);
    }
    v->boxes[leaf] = make_box(type, bits);
    need(v->boxes[leaf]);
    return v->boxes[leaf];
}

PyObject *rt_value_new(RtValues *v, IrRef value, int *leaf, bool owned)
{
    if (value == IR_NONE) {
        return NULL;
    }
    if (!(value & IR_VIRTUAL)) {
        return leaf_new(v, (*leaf)++, owned);
    }
    uint32_t k = value & ~IR_VIRTUAL;
    if (v->used[k]) {
        return Py_NewRef(v->virtuals[k]);
    }
    v->used[k] = true;
    return v->virtuals[k];
}

/* ---- objects that were never made --------------------------------------------------------------- */
static PyObject *object_at(const uint64_t *words, int i)
{
    return (PyObject *)(uintptr_t)words[i];
}

static void put_word(PyObject *o, CpyLayout where, uint64_t word)
{
    memcpy((char *)o + cpy_offset(where), &word, sizeof word);
}

static PyObject *build_tuple(const uint64_t *words, int n)
{
    PyObject *t = PyTuple_New(n);
    for (int i = 0; t != NULL && i < n; i++) {
        PyTuple_SET_ITEM(t, i, object_at(words, i));
    }
    return t;
}

/* The last two fields are not attributes. */
static PyObject *build_instance(const IrKlass *klass, const uint64_t *words, int n)
{
    PyObject *const *names = klass->data;
    PyObject *o = cpy_new_instance(klass->ptr);
    for (int i = 0; i < n - 2; i++) {
        PyObject *value = object_at(words, i);
        if (o != NULL && value != NULL && cpy_inline_attr_init(o, klass->fields[i]->offset, value)) {
            continue;
        }
        if (o != NULL && value != NULL && cpy_inline_attr_set(o, names[i], value) < 0) {
            Py_CLEAR(o);
        }
        Py_XDECREF(value);
    }
    return o;
}

static PyObject *build_range_iter(const uint64_t *words)
{
    PyObject *it = _PyObject_New(&PyRangeIter_Type);
    if (it != NULL) {
        put_word(it, CPY_OFF_range_iter_start, words[0]);
        put_word(it, CPY_OFF_range_iter_step, words[1]);
        put_word(it, CPY_OFF_range_iter_len, words[2]);
    }
    return it;
}

/* A finished iterator has no sequence any more. */
static PyObject *build_sequence_iter(const uint64_t *words, bool is_list)
{
    PyObject *sequence = object_at(words, 1);
    PyObject *over = sequence != NULL ? sequence : is_list ? PyList_New(0) : PyTuple_New(0);
    PyObject *it = over != NULL ? PyObject_GetIter(over) : NULL;
    if (it != NULL && sequence == NULL) {
        put_word(it, is_list ? CPY_OFF_list_iter_seq : CPY_OFF_tuple_iter_seq, 0);
        Py_DECREF(over); /* The iterator's own. */
    }
    Py_XDECREF(over);
    if (it != NULL) {
        put_word(it, is_list ? CPY_OFF_list_iter_index : CPY_OFF_tuple_iter_index, words[0]);
    }
    return it;
}

static PyObject *build_range(const uint64_t *words)
{
    static const CpyLayout parts[4] = {CPY_OFF_range_start, CPY_OFF_range_stop, CPY_OFF_range_step, CPY_OFF_range_length};
    PyObject *range = _PyObject_New(&PyRange_Type);
    for (int i = 0; i < 4; i++) {
        if (range != NULL) {
            put_word(range, parts[i], words[i]);
        } else {
            Py_XDECREF(object_at(words, i));
        }
    }
    return range;
}

static PyObject *release_after(PyObject *made, const uint64_t *words, int n)
{
    for (int i = 0; i < n; i++) {
        Py_XDECREF(object_at(words, i));
    }
    return made;
}

static PyObject *build_function(const uint64_t *words)
{
    PyObject *func = PyFunction_New(object_at(words, 0), object_at(words, 1));
    if (func != NULL) {
        ((PyFunctionObject *)func)->func_closure = object_at(words, 2);
    } else {
        Py_XDECREF(object_at(words, 2));
    }
    return release_after(func, words, 2);
}

/* REC_KLASS_GENERATOR says what is where. */
static PyObject *build_generator(const IrKlass *klass, const uint64_t *words, int n)
{
    enum { STATE, PLACE, TOP, SLOTS = 6 };
    PyCodeObject *code = ((PyCodeObject *const *)klass->data)[0];
    int nslots = cpy_code_stack_base(code) + code->co_stacksize;
    PyObject *func = object_at(words, n - 1), *other = NULL;
    if (((PyFunctionObject *)func)->func_code != (PyObject *)code) { /* It was given another. */
        other = PyFunction_New((PyObject *)code, ((PyFunctionObject *)func)->func_globals);
    }
    const int64_t *ints = n > SLOTS + nslots + 1 ? (const int64_t *)&words[SLOTS + nslots] : NULL;
    PyObject *gen = cpy_generator_make((PyFunctionObject *)(other != NULL ? other : func), code, (int)words[STATE],
                                       (void *)(uintptr_t)words[PLACE], (int64_t)words[TOP], (PyObject **)&words[SLOTS], ints);
    Py_XDECREF(other);
    Py_DECREF(func);
    return gen;
}

PyObject *rt_build_object(const IrKlass *klass, const uint64_t *words, int n)
{
    switch ((RecKlassKind)klass->kind) {
    case REC_KLASS_TUPLE:
        return build_tuple(words, n);
    case REC_KLASS_INSTANCE:
        return build_instance(klass, words, n);
    case REC_KLASS_METHOD:
        return release_after(PyMethod_New(object_at(words, 0), object_at(words, 1)), words, 2);
    case REC_KLASS_CELL:
        return release_after(PyCell_New(object_at(words, 0)), words, 1);
    case REC_KLASS_FUNCTION:
        return build_function(words);
    case REC_KLASS_GENERATOR:
        return build_generator(klass, words, n);
    case REC_KLASS_SLICE:
        return release_after(PySlice_New(object_at(words, 0), object_at(words, 1), object_at(words, 2)), words, 3);
    case REC_KLASS_LIST_COPY:
        return release_after(rt_copy_items(object_at(words, 0), (int64_t)words[1], (int64_t)words[2], (int64_t)words[3]), words, 1);
    case REC_KLASS_RANGE_ITER:
        return build_range_iter(words);
    case REC_KLASS_LIST_ITER:
        return build_sequence_iter(words, true);
    case REC_KLASS_TUPLE_ITER:
        return build_sequence_iter(words, false);
    case REC_KLASS_RANGE:
        return build_range(words);
    case REC_KLASS_EXCEPTION_ATTR:
    case REC_KLASS_EXCEPTION:
    case REC_KLASS_RAISED:
    case REC_KLASS_TRACEBACK:
    case REC_KLASS_FRAME:
        return rt_build_of_exception(klass, words, n);
    case REC_KLASS_NONE:
        break;
    }
    Py_FatalError("jitney: an object of no known kind was not made");
}

static void build_virtual(RtValues *v, const IrVirtual *from, int k, int *leaf)
{
    uint64_t words[64];
    uint64_t *at = from->nvalues > 64 ? PyMem_Malloc((size_t)from->nvalues * sizeof *at) : words;
    need(at);
    for (int i = 0; i < from->nvalues; i++) {
        bool is_object = from->klass->fields == NULL || ir_holds_ref(from->klass->fields[i]->width);
        if (is_object) {
            bool owned = i < 32 && (from->owned >> i & 1);
            at[i] = (uint64_t)(uintptr_t)rt_value_new(v, from->values[i], leaf, owned);
        } else {
            at[i] = from->values[i] == IR_NONE ? 0 : (uint64_t)rt_value_int(v, (*leaf)++);
        }
    }
    if (from->klass->kind == REC_KLASS_LIST_COPY) {
        v->kept[v->nkept++] = Py_NewRef(object_at(at, 0));
    }
    if (from->klass->kind == REC_KLASS_GENERATOR) { /* One that has ended lets go of its function. */
        v->kept[v->nkept++] = Py_NewRef(object_at(at, from->nvalues - 1));
    }
    v->virtuals[k] = rt_build_object(from->klass, at, from->nvalues);
    need(v->virtuals[k]);
    if (at != words) {
        PyMem_Free(at);
    }
}

static bool is_leaf(IrRef value)
{
    return value != IR_NONE && !(value & IR_VIRTUAL);
}

static int skip_virtual(const IrVirtual *o, int leaf)
{
    for (int i = 0; i < o->nvalues; i++) {
        leaf += is_leaf(o->values[i]);
    }
    return leaf;
}

void rt_values_start_some(RtValues *v, CgRun *run, const CgExit *exit, bool borrow, uint64_t wanted)
{
    const IrSnapshot *snap = &exit->trace->ir->snaps.data[exit->snap];
    v->run = run;
    v->exit = exit;
    v->borrow = borrow;
    v->nkept = 0;
    v->nleaves = ir_snapshot_leaves(snap, v->refs, RT_MAX_LEAVES);
    memset(v->boxes, 0, (size_t)v->nleaves * sizeof v->boxes[0]);
    memset(v->used, 0, (size_t)snap->nvirtuals * sizeof v->used[0]);
    /* Slots come before virtuals among the leaves, but refer to them. */
    int leaf = 0;
    for (int i = 0; i < snap->nslots; i++) {
        leaf += is_leaf(snap->slots[i].value);
    }
    for (int k = 0; k < snap->nvirtuals; k++) {
        if (wanted >> (k & 63) & 1) {
            build_virtual(v, &snap->virtuals[k], k, &leaf);
        } else {
            leaf = skip_virtual(&snap->virtuals[k], leaf);
        }
    }
}

void rt_values_start(RtValues *v, CgRun *run, const CgExit *exit, bool borrow)
{
    rt_values_start_some(v, run, exit, borrow, UINT64_MAX);
}
