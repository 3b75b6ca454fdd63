/*  Trees of traces: who owns what, and when it goes.

    A tree that is killed is out of sight at once (its valid byte is 0, its place has none, trees that jump into it are
    killed as well) and is freed when no activation can reach it: machine code, or an exit that is still rebuilding
    and running frames, needs its snapshots and constants until then.

    The objects that a tree holds must not live longer than the program can tell. When the fact that kills a tree
    is told of, the old value is still where it was, so that our reference is surely not the last: give_back_shared
    drops those at once, and only what would die waits for rt_sweep. */
#include "runtime/state.h"

RtTree *rt_tree_new(RecKind kind, PyCodeObject *code, int at)
{
    RtTree *tree = calloc(1, sizeof *tree);
    if (tree != NULL) {
        *tree = (RtTree){.valid = 1, .is_new = true, .kind = kind, .code = code, .at = at, .rounds = rt_code_counter(), .next = rt.trees};
        rt.trees = tree;
    }
    return tree;
}

void rt_tree_add(RtTree *tree, RtTrace *trace)
{
    trace->tree = tree;
    trace->next = tree->traces;
    tree->traces = trace;
    if (tree->root == NULL) {
        tree->root = trace;
    } else {
        tree->nsides++;
    }
}

/* ---- activations -------------------------------------------------------------------------------- */
static RtActivation *ring(void)
{
    if (rt.activations.next == NULL) {
        rt.activations.next = rt.activations.prev = &rt.activations;
    }
    return &rt.activations;
}

void rt_hold(RtActivation *a, RtTree *tree)
{
    RtActivation *head = ring();
    a->tree = tree;
    a->next = head->next;
    a->prev = head;
    head->next->prev = a;
    head->next = a;
}

/* Only a dead tree's activation can have kept dead trees: a living one jumps into none. */
void rt_release(RtActivation *a)
{
    a->next->prev = a->prev;
    a->prev->next = a->next;
    rt.sweep_due |= a->tree->dead;
}

static void mark(RtTree *tree)
{
    if (tree->refs) {
        return;
    }
    tree->refs = 1;
    for (RtTrace *t = tree->traces; t != NULL; t = t->next) {
        if (t->link != NULL) {
            mark(t->link);
        }
    }
}

static void unmark_all(void)
{
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        t->refs = 0;
    }
}

void rt_mark_running(void)
{
    unmark_all();
    RtActivation *head = ring();
    for (RtActivation *a = head->next; a != head; a = a->next) {
        mark(a->tree);
    }
}

/* ---- death ------------------------------------------------------------------------------------------ */
static bool links_to(const RtTree *tree, const RtTree *other)
{
    for (RtTrace *t = tree->traces; t != NULL; t = t->next) {
        if (t->link == other) {
            return true;
        }
    }
    return false;
}

bool rt_is_jumped_into(const RtTree *tree)
{
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        if (t != tree && !t->dead && links_to(t, tree)) {
            return true;
        }
    }
    return false;
}

void rt_tree_kill(RtTree *tree)
{
    if (tree->dead) {
        return;
    }
    tree->dead = true;
    tree->valid = 0;
    rt.sweep_due = true;
    rt_unwatch_deps(tree);
    RtPlace *p = tree->kind != REC_SIDE ? rt_place(tree->code, tree->at, false) : NULL;
    if (p != NULL && p->tree == tree) {
        p->tree = NULL;
        p->left = (int32_t)rt.params.threshold;
    }
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        if (!t->dead && links_to(t, tree)) {
            rt_tree_kill(t);
        }
    }
}

static void free_exits(CgTrace *cg)
{
    for (int i = 0; i < cg->nexits; i++) {
        RtPlan *plan = cg->exits[i].data;
        free(plan != NULL ? plan->returns : NULL);
        free(plan);
    }
}

static void free_traces(RtTree *tree)
{
    while (tree->traces != NULL) {
        RtTrace *t = tree->traces;
        tree->traces = t->next;
        free_exits(t->cg);
        rt.kept -= t->kept;
        cg_free(t->cg);
        rt_code_drop(t->memory);
        arena_free(t->arena);
        free(t);
    }
}

static void unlink_tree(RtTree *tree)
{
    RtTree **at = &rt.trees;
    while (*at != tree) {
        at = &(*at)->next;
    }
    *at = tree->next;
}

static void log_tree(const RtTree *tree)
{
    if (tree->root == NULL || !rt_logs(RT_LOG_exit)) {
        return;
    }
    rt_log(RT_LOG_exit, "entered", tree->code, tree->at, "times=%llu sides=%d cycles=%lld",
           (unsigned long long)tree->entries, tree->nsides, (long long)tree->cycles);
    for (RtTrace *t = tree->traces; t != NULL; t = t->next) {
        for (int i = 0; i < t->cg->nexits; i++) {
            const CgExit *e = &t->cg->exits[i];
            const RtPlan *plan = e->data;
            if (plan == NULL) {
                continue;
            }
            const IrSnapshot *s = &t->cg->ir->snaps.data[e->snap];
            const IrSnapFrame *f = &s->frames[s->nframes - 1];
            if (plan->synced > 0) {
                rt_log(RT_LOG_exit, "synced", f->code, f->place, "times=%llu frames=%d op=%s", (unsigned long long)plan->synced, s->nframes,
                       ir_op_info[e->op].name);
            }
            if (plan->taken > 0) {
                rt_log(RT_LOG_exit, "left", f->code, f->place, "times=%llu op=%s%s%s", (unsigned long long)plan->taken,
                       ir_op_info[e->op].name, e->side != NULL ? " compiled" : "",
                       plan->given_up ? " given-up" : "");
            }
        }
    }
}

/* Runs arbitrary code at its end, when nothing of the tree is left. */
static void free_tree(RtTree *tree)
{
    log_tree(tree);
    unlink_tree(tree);
    free_traces(tree);
    PyObject **objects = tree->objects.data;
    size_t n = tree->objects.len;
    free(tree->deps.data);
    free(tree);
    for (size_t i = 0; i < n; i++) {
        Py_DECREF(objects[i]);
    }
    free(objects);
}

void rt_sweep(void)
{
    static bool sweeping;
    if (sweeping) {
        return;
    }
    sweeping = true;
    PyObject *error = PyErr_GetRaisedException();
    for (bool found = true; found;) {
        found = false;
        rt_mark_running();
        for (RtTree *t = rt.trees; t != NULL && !found; t = t->next) {
            if (t->dead && !t->refs) {
                free_tree(t);
                found = true;
            }
        }
    }
    rt.sweep_due = false;
    PyErr_SetRaisedException(error);
    sweeping = false;
}

void rt_kill_all(void)
{
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        rt_tree_kill(t);
    }
}

/* ---- old age ------------------------------------------------------------------------------------------ */
/* A tree holds objects that may lead back to its code, so neither would ever go: as often as many new trees were made, those
   that nobody entered meanwhile do. Their places are waited for longer each time. */
static void retire(RtTree *tree)
{
    RtPlace *p = rt_place(tree->code, tree->at, false);
    rt_tree_kill(tree);
    if (p != NULL && p->tree == NULL) {
        p->retired += p->retired < RT_MAX_RETIRED;
        p->left = (int32_t)rt.params.threshold << p->retired;
    }
}

void rt_retire_trees(void)
{
    enum { YOUNG = 128 };
    static uint64_t last;
    if (rt.stats.traces - last < YOUNG) {
        return;
    }
    last = rt.stats.traces;
    rt_mark_running();
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        if (t->entries != t->entries_seen) {
            mark(t);
        }
        t->entries_seen = t->entries;
    }
    for (RtTree *t = rt.trees; t != NULL; t = t->next) {
        if (!t->refs && !t->dead && !t->is_new && t->root != NULL) {
            retire(t);
        }
        t->is_new = false;
    }
}
