/*  Can an object's death be seen? Asked when a trace drops a last reference.

    Silent is a death that runs no Python code: of an object of a type implemented by CPython itself (its dealloc function
    lies in the interpreter or in an extension of the standard library), without finalizer and weak references, and
    of what it alone holds, which its own tp_traverse tells. An object that several dying ones hold dies with the
    last of them, so references are counted. What is not understood is not silent: then the frames are made whole
    before it dies. */
#define _GNU_SOURCE
#include "runtime/state.h"

#include <dlfcn.h>
#include <string.h>

enum { MAX_DEPTH = 12, MAX_SEEN = 20000, FEW = 32, FEW_MET = 8, FEW_DEPTH = 5 };

typedef struct {
    PyObject *o;
    Py_ssize_t seen; /* references from what dies */
} Shared;

typedef struct {
    int depth;
    bool loud;
    Shared few[FEW];
    Shared *table;
    size_t mask, n;
} Search;

/* ---- whose dealloc is it ------------------------------------------------------------------------- */
static bool is_of_python(destructor f)
{
    static const void *base;
    Dl_info info;
    if (base == NULL && dladdr((void *)(uintptr_t)PyObject_Hash, &info) != 0) {
        base = info.dli_fbase;
    }
    return dladdr((void *)(uintptr_t)f, &info) != 0 &&
           (info.dli_fbase == base || (info.dli_fname != NULL && strstr(info.dli_fname, "/lib-dynload/") != NULL));
}

/* There are few of them, asked often, and finding out takes long: no two may drive each other out in turn. */
static bool is_known_dealloc(destructor f)
{
    enum { SLOTS = 256, PROBES = 8 };
    static struct {
        destructor f;
        bool known;
    } cache[SLOTS];
    static unsigned next;
    size_t home = (size_t)((uintptr_t)f * 0x9E3779B97F4A7C15u >> 32), at = home;
    for (size_t i = home; i < home + PROBES; i++) {
        if (cache[i % SLOTS].f == f) {
            return cache[i % SLOTS].known;
        }
        if (cache[i % SLOTS].f == NULL) {
            at = i;
            break;
        }
        at = home + next % PROBES;
    }
    next++;
    cache[at % SLOTS].known = is_of_python(f);
    cache[at % SLOTS].f = f;
    return cache[at % SLOTS].known;
}

static bool has_known_dealloc(const PyTypeObject *t)
{
    destructor last = NULL;
    for (; t != NULL; t = t->tp_base) {
        if (t->tp_dealloc != last && !is_known_dealloc(t->tp_dealloc)) {
            return false;
        }
        last = t->tp_dealloc;
    }
    return true;
}

/* ---- types ------------------------------------------------------------------------------------------ */
static bool is_odd(PyObject *o)
{
    return PyType_Check(o) || PyModule_Check(o) || PyCapsule_CheckExact(o) || PyMemoryView_Check(o);
}

static bool has_weakrefs(PyObject *o)
{
    Py_ssize_t offset = Py_TYPE(o)->tp_weaklistoffset;
    return offset != 0 && *(PyObject **)((char *)o + offset) != NULL;
}

static bool has_finalizer(PyObject *o)
{
    const PyTypeObject *t = Py_TYPE(o);
    if (PyGen_CheckExact(o)) {
        return !cpy_generator_dies_quietly(o);
    }
    return t->tp_finalize != NULL || t->tp_del != NULL;
}

/* Its instances refer to nothing whose death could be seen, but their type; it will not change. */
static bool is_leaf_type(PyTypeObject *t)
{
    static struct {
        PyTypeObject *type;
        destructor dealloc; /* Another type may have come to be there. */
        bool leaf;
    } cache[64];
    size_t i = ((uintptr_t)t >> 5) % Py_ARRAY_LENGTH(cache);
    if (cache[i].type != t || cache[i].dealloc != t->tp_dealloc) {
        bool simple = PyType_HasFeature(t, Py_TPFLAGS_IMMUTABLETYPE) && t->tp_weaklistoffset == 0 && t->tp_finalize == NULL &&
                      t->tp_del == NULL && t != &PyGen_Type && t != &PyCapsule_Type;
        cache[i].type = t;
        cache[i].dealloc = t->tp_dealloc;
        cache[i].leaf = simple && (!PyType_IS_GC(t) || rec_is_c_number(t)) && has_known_dealloc(t);
    }
    return cache[i].leaf;
}

/* ---- the search --------------------------------------------------------------------------------------- */
static void look_at(Search *s, PyObject *o);

static Shared *find_shared(Search *s, PyObject *o)
{
    size_t i = ((uintptr_t)o >> 4) * 0x9E3779B97F4A7C15u >> 20;
    while (s->table[i & s->mask].o != NULL && s->table[i & s->mask].o != o) {
        i++;
    }
    return &s->table[i & s->mask];
}

static bool grow(Search *s)
{
    Shared *old = s->table;
    size_t size = s->mask + 1;
    Shared *bigger = calloc(size * 4, sizeof *bigger);
    if (bigger == NULL) {
        return false;
    }
    s->table = bigger;
    s->mask = size * 4 - 1;
    for (size_t i = 0; i < size; i++) {
        if (old[i].o != NULL) {
            *find_shared(s, old[i].o) = old[i];
        }
    }
    if (old != s->few) {
        free(old);
    }
    return true;
}

static bool is_last_reference(Search *s, PyObject *o)
{
    if (s->n > MAX_SEEN || (s->n * 2 > s->mask && !grow(s))) {
        s->loud = true;
        return false;
    }
    Shared *at = find_shared(s, o);
    s->n += at->o == NULL;
    at->o = o;
    return ++at->seen == Py_REFCNT(o);
}

static int visit(PyObject *o, void *search)
{
    Search *s = search;
    if (o == NULL || s->loud || rt_holds_nothing(Py_TYPE(o))) {
        return s->loud;
    }
    if (Py_REFCNT(o) == 1 || (Py_REFCNT(o) < 1 << 24 && is_last_reference(s, o))) {
        look_at(s, o);
    }
    return s->loud;
}

static void look_at(Search *s, PyObject *o)
{
    PyTypeObject *t = Py_TYPE(o);
    if (rt_holds_nothing(t)) {
        return;
    }
    if (s->depth >= MAX_DEPTH || is_odd(o) || has_weakrefs(o) || has_finalizer(o) || !has_known_dealloc(t)) {
        s->loud = true;
        return;
    }
    if (PyType_IS_GC(t) && t->tp_traverse != NULL) {
        s->depth++;
        t->tp_traverse(o, visit, s);
        s->depth--;
    }
}

/* ---- small ones ---------------------------------------------------------------------------------------- */
/* Whether a class is one may change with its attributes: the last ones are remembered by their version. */
static bool is_plain_class(PyTypeObject *t)
{
    static struct {
        PyTypeObject *type;
        unsigned int version;
        bool plain;
    } cache[64];
    size_t i = ((uintptr_t)t >> 5) % Py_ARRAY_LENGTH(cache);
    if (t->tp_version_tag == 0 || !(t->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        return false;
    }
    if (cache[i].type != t || cache[i].version != t->tp_version_tag) {
        cache[i].type = t;
        cache[i].version = t->tp_version_tag;
        cache[i].plain = cpy_type_is_plain(t) && has_known_dealloc(t);
    }
    return cache[i].plain;
}

/* The most frequent by far: lists, tuples, sets and instances of plain classes that hold numbers and text, what others hold too, and
   a few of their own kind. What others hold lives on when it was met but once. */
typedef struct {
    int depth, n;
    PyObject *met[FEW_MET];
} Few;

static bool dies_quietly(PyObject *o, Few *few);

static bool lives_on(PyObject *o, Few *few)
{
    for (int i = 0; i < few->n; i++) {
        if (few->met[i] == o) {
            return false;
        }
    }
    if (few->n == FEW_MET) {
        return false;
    }
    few->met[few->n++] = o;
    return true;
}

static bool all_quiet(PyObject *const *items, Py_ssize_t n, Few *few)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *o = items[i];
        if (o == NULL || rt_holds_nothing(Py_TYPE(o))) {
            continue;
        }
        if (!(Py_REFCNT(o) > 1 ? lives_on(o, few) : dies_quietly(o, few))) {
            return false;
        }
    }
    return true;
}

/* Which entries are free nobody can foresee: no branch depends on it. */
static bool holds_only_numbers(const PySetObject *set)
{
    int others = 0;
    for (Py_ssize_t i = 0; i <= set->mask; i++) {
        PyObject *key = set->table[i].key;
        others |= Py_TYPE(key != NULL ? key : Py_False) != (key != NULL ? &PyLong_Type : &PyBool_Type);
    }
    return !others;
}

static bool set_is_quiet(const PySetObject *set)
{
    enum { SMALL = 63 };
    if (set->weakreflist != NULL) {
        return false;
    }
    if (set->mask <= SMALL && holds_only_numbers(set)) {
        return true;
    }
    Py_ssize_t left = set->fill;
    for (Py_ssize_t i = 0; left > 0 && i <= set->mask; i++) {
        PyObject *key = set->table[i].key; /* or the mark of a deleted one, an object too */
        left -= key != NULL;
        if (key != NULL && !rt_holds_nothing(Py_TYPE(key))) {
            return false;
        }
    }
    return true;
}

static bool instance_is_quiet(PyObject *o, Few *few)
{
    int n = 0;
    if (has_weakrefs(o)) {
        return false;
    }
    PyObject *const *items = cpy_inline_attrs(o, &n);
    return items != NULL && all_quiet(items, n, few);
}

static int visit_few(PyObject *o, void *few)
{
    bool quiet = o == NULL || rt_holds_nothing(Py_TYPE(o)) || (Py_REFCNT(o) > 1 ? lives_on(o, few) : dies_quietly(o, few));
    return !quiet;
}

/* Whatever CPython itself implements, as its own tp_traverse tells. */
static bool traverses_quietly(PyObject *o, Few *few)
{
    PyTypeObject *t = Py_TYPE(o);
    if (is_odd(o) || has_weakrefs(o) || has_finalizer(o) || !has_known_dealloc(t)) {
        return false;
    }
    return !PyType_IS_GC(t) || t->tp_traverse == NULL || t->tp_traverse(o, visit_few, few) == 0;
}

static bool dies_quietly(PyObject *o, Few *few)
{
    bool quiet;
    if (few->depth == 0) {
        return false;
    }
    few->depth--;
    if (PyList_CheckExact(o)) {
        quiet = all_quiet(((PyListObject *)o)->ob_item, PyList_GET_SIZE(o), few);
    } else if (PyTuple_CheckExact(o)) {
        quiet = all_quiet(((PyTupleObject *)o)->ob_item, PyTuple_GET_SIZE(o), few);
    } else if (PySlice_Check(o)) {
        quiet = all_quiet(&((PySliceObject *)o)->start, 3, few);
    } else if (PySet_CheckExact(o) || PyFrozenSet_CheckExact(o)) {
        quiet = set_is_quiet((PySetObject *)o);
    } else {
        quiet = is_plain_class(Py_TYPE(o)) ? instance_is_quiet(o, few) : traverses_quietly(o, few);
    }
    few->depth++;
    return quiet;
}

static __attribute__((noinline)) bool search_finds_nothing(PyObject *o)
{
    Search s = {.mask = FEW - 1};
    s.table = s.few;
    look_at(&s, o);
    if (s.table != s.few) {
        free(s.table);
    }
    return !s.loud;
}

bool rt_death_is_silent(PyObject *o)
{
    Few few;
    few.depth = FEW_DEPTH;
    few.n = 0;
    return rt_holds_nothing(Py_TYPE(o)) || is_leaf_type(Py_TYPE(o)) || dies_quietly(o, &few) || search_finds_nothing(o);
}
