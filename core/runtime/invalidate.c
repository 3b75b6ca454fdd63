/*  Facts that traces rely on, and what happens when one changes.

    A dependency is found by its subject (a type, a dict, a function) and, for dicts, its key: stores to watched
    globals are frequent, and nearly all of them are to names that no trace relies on. Keys are compared by
    address, names being interned; an event with a key that is not interned looks at all.

    A watcher is told before the change happens. So a value that is about to be replaced is still held by the dict,
    and giving back our reference to it here does not kill it: it dies when the interpreter drops its own, as it
    would without us. */
#include "runtime/state.h"

typedef struct Dep {
    PyObject *subject, *key;
    RtTree *tree;
    struct Dep *next;
} Dep;

enum { VOLATILES = 1024 };

static Dep **table;
static size_t table_mask, ndeps;
static uint64_t volatiles[VOLATILES]; /* hashes: a collision only costs speed */

static uint64_t hash(const PyObject *subject, const PyObject *key)
{
    uint64_t h = ((uint64_t)(uintptr_t)subject >> 4) * 0x9E3779B97F4A7C15u;
    h = (h ^ ((uint64_t)(uintptr_t)key >> 4)) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static bool grow(void)
{
    size_t size = table != NULL ? (table_mask + 1) * 2 : 256;
    Dep **bigger = calloc(size, sizeof *bigger);
    if (bigger == NULL) {
        return false;
    }
    for (size_t i = 0; table != NULL && i <= table_mask; i++) {
        while (table[i] != NULL) {
            Dep *d = table[i];
            table[i] = d->next;
            Dep **at = &bigger[hash(d->subject, d->key) & (size - 1)];
            d->next = *at;
            *at = d;
        }
    }
    free(table);
    table = bigger;
    table_mask = size - 1;
    return true;
}

static int watch(const RecDep *dep)
{
    switch (dep->kind) {
    case REC_DEP_TYPE:
        return cpy_watch_type((PyTypeObject *)dep->subject);
    case REC_DEP_DICT_KEY:
        return cpy_watch_dict(dep->subject);
    case REC_DEP_FUNCTION:
        break; /* The watcher is told of all functions. */
    }
    return 0;
}

int rt_watch_deps(RtTree *tree, size_t from)
{
    for (size_t i = from; i < tree->deps.len; i++) {
        const RecDep *dep = &tree->deps.data[i];
        Dep *d = malloc(sizeof *d);
        if (d == NULL || ((table == NULL || ndeps > table_mask) && !grow()) || watch(dep) < 0) {
            PyErr_Clear();
            free(d);
            tree->deps.len = i;
            return -1;
        }
        Dep **at = &table[hash(dep->subject, dep->key) & table_mask];
        *d = (Dep){.subject = dep->subject, .key = dep->key, .tree = tree, .next = *at};
        *at = d;
        ndeps++;
    }
    return 0;
}

static void remove_dep(const RecDep *dep, const RtTree *tree)
{
    Dep **at = &table[hash(dep->subject, dep->key) & table_mask];
    for (; *at != NULL; at = &(*at)->next) {
        Dep *d = *at;
        if (d->tree == tree && d->subject == dep->subject && d->key == dep->key) {
            *at = d->next;
            free(d);
            ndeps--;
            return;
        }
    }
}

void rt_unwatch_deps(RtTree *tree)
{
    for (size_t i = 0; i < tree->deps.len; i++) {
        remove_dep(&tree->deps.data[i], tree);
    }
    tree->deps.len = 0;
}

void rt_forget_deps(void)
{
    free(table);
    table = NULL;
    table_mask = ndeps = 0;
    memset(volatiles, 0, sizeof volatiles);
}

/* ---- values that were seen to change ------------------------------------------------------------ */
bool rt_is_volatile(PyObject *dict, PyObject *key)
{
    uint64_t h = hash(dict, key);
    return volatiles[h % VOLATILES] == h;
}

void rt_set_volatile(PyObject *dict, PyObject *key)
{
    uint64_t h = hash(dict, key);
    volatiles[h % VOLATILES] = h;
}

/* ---- changes ---------------------------------------------------------------------------------------- */
static bool is_running(const RtTree *tree)
{
    for (RtActivation *a = rt.activations.next; a != NULL && a != &rt.activations; a = a->next) {
        if (a->tree == tree || a->tree->dead) {
            return true; /* A dead one may be jumping into this. */
        }
    }
    return false;
}

/* What somebody else holds too. Code objects stay: names and lines are read from them to the end. */
static void give_back_shared(RtTree *tree)
{
    size_t kept = 0;
    for (size_t i = 0; i < tree->objects.len; i++) {
        PyObject *o = tree->objects.data[i];
        if (Py_REFCNT(o) > 1 && !PyCode_Check(o)) {
            Py_DECREF(o);
        } else {
            tree->objects.data[kept++] = o;
        }
    }
    tree->objects.len = kept;
}

static int sweep_soon(void *unused)
{
    (void)unused;
    if (rt.on && rt.sweep_due) {
        rt_sweep();
    }
    return 0;
}

static void kill_for(RtTree *tree, const char *what, PyObject *subject, PyObject *key)
{
    if (tree->root != NULL) {
        const char *name = PyType_Check(subject) ? ((PyTypeObject *)subject)->tp_name : "";
        const char *of = key != NULL && PyUnicode_Check(key) ? PyUnicode_AsUTF8(key) : NULL;
        rt.stats.invalidations++;
        rt_log(RT_LOG_invalidate, "invalidated", tree->code, tree->at, "%s %s%s", what, name, of != NULL ? of : "");
    }
    rt_tree_kill(tree);
    Py_AddPendingCall(sweep_soon, NULL);
}

/* Trees that went with it by their jumps give back theirs as well. */
static void give_back_dead(void)
{
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        if (t->dead && t->objects.len > 0 && !is_running(t)) {
            give_back_shared(t);
        }
    }
}

static Dep *find(const PyObject *subject, const PyObject *key)
{
    if (table == NULL) {
        return NULL;
    }
    Dep *d = table[hash(subject, key) & table_mask];
    while (d != NULL && (d->subject != subject || d->key != key)) {
        d = d->next;
    }
    return d;
}

static void changed(PyObject *subject, PyObject *key, const char *what)
{
    bool any = false;
    for (Dep *d = find(subject, key); d != NULL; d = find(subject, key)) {
        if (key != NULL) {
            rt_set_volatile(subject, key);
        }
        kill_for(d->tree, what, subject, key);
        any = true;
    }
    if (any) {
        give_back_dead();
    }
}

/* Any key, or one that can only be compared by content. */
static void changed_any(PyObject *subject, PyObject *key)
{
    for (size_t i = 0; table != NULL && i <= table_mask; i++) {
        for (Dep *d = table[i]; d != NULL; d = d->next) {
            bool same = key == NULL || d->key == NULL ||
                        (PyUnicode_Check(key) && PyUnicode_Check(d->key) && PyUnicode_Compare(key, d->key) == 0);
            if (d->subject == subject && same) {
                changed(subject, d->key, "dict");
                i = (size_t)-1; /* The table changed: from the start. */
                break;
            }
        }
    }
}

static bool is_same_value(PyObject *dict, PyObject *key, PyObject *new_value)
{
    return new_value != NULL && PyUnicode_CheckExact(key) && PyDict_GetItemWithError(dict, key) == new_value;
}

bool rt_is_assumed(PyObject *dict, PyObject *key)
{
    return !PyUnicode_CheckExact(key) || !PyUnicode_CHECK_INTERNED(key) || find(dict, key) != NULL || find(dict, NULL) != NULL;
}

static void dict_changed(PyObject *dict, PyObject *key, PyObject *new_value)
{
    if (key != NULL && !rt_is_assumed(dict, key)) {
        return;
    }
    if (key != NULL && is_same_value(dict, key, new_value)) {
        return;
    }
    if (key == NULL || !PyUnicode_CheckExact(key) || !PyUnicode_CHECK_INTERNED(key)) {
        changed_any(dict, key);
        return;
    }
    changed(dict, key, "name");
    changed(dict, NULL, "dict");
}

void rt_on_change(CpyChange what, PyObject *subject, PyObject *key, PyObject *new_value)
{
    if (!rt.on) {
        return;
    }
    switch (what) {
    case CPY_CHANGED_TYPE:
        changed(subject, NULL, "type");
        break;
    case CPY_CHANGED_DICT:
        dict_changed(subject, key, new_value);
        break;
    case CPY_MADE_FUNCTION:
        rt_note_function((PyFunctionObject *)subject);
        break;
    case CPY_CHANGED_FUNCTION:
    case CPY_DESTROYED_FUNCTION:
        changed(subject, NULL, "function");
        break;
    case CPY_DESTROYED_DICT:
        changed_any(subject, NULL);
        break;
    case CPY_DESTROYED_CODE:
        rt_forget_code((PyCodeObject *)subject);
        break;
    }
}
