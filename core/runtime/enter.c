/*  Into machine code, from the event of a back-edge or of a function's start.

    The CgRun lies on the C stack only while machine code runs; what comes after an exit (frames that are run to their
    end) happens when it is gone, as that may nest deeply. */
#include "runtime/state.h"

#include <pthread.h>

enum {
    STACK_RESERVE = 1024 * 1024, /* bytes of C stack that must be left */
    USELESS_ENTRIES = 400, SHORT_STAY = 4000, /* cycles */
};

static _Thread_local RtStack stack;

static char *find_stack_floor(void)
{
    pthread_attr_t attr;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attr) != 0) {
        return (char *)(intptr_t)-1; /* Nothing known: never enough. */
    }
    pthread_attr_getstack(&attr, &low, &size);
    pthread_attr_destroy(&attr);
    size_t reserve = size / 4 < STACK_RESERVE ? size / 4 : STACK_RESERVE;
    return (char *)low + reserve;
}

static bool has_stack(void)
{
    char here;
    if (stack.floor == NULL) {
        stack.floor = find_stack_floor();
    }
    return &here > stack.floor && stack.nesting < RT_MAX_NESTING;
}

/* Inlined frames are pushed where they have to be seen, which must not fail: hence the look at the recursion limit. */
static bool may_enter(PyThreadState *ts, CpyFrame *f, const RtTree *tree)
{
    uint64_t mask;
    return tree->valid && cpy_frame_depth(f) == tree->entry_depth && tree->breaker == cpy_eval_breaker(ts, &mask) &&
           !cpy_eval_breaker_is_set(ts) && ts->py_recursion_remaining > RT_MAX_FRAMES &&
           !(tree->looks_at_frame && cpy_frame_is_held(f)) && !rt_is_followed(ts, f) && has_stack() &&
           !cpy_others_watch(ts, tree->code);
}

/* The first are averaged, then smoothed: what is smoothed from 0 on looks short for long. */
static void note_stay(RtTree *tree, RtEntry entry)
{
    enum { SMOOTHED = 16 };
    if (entry.timed) {
        int64_t cycles = (int64_t)(rt_now() - entry.now);
        tree->timed++;
        tree->cycles += (cycles - tree->cycles) / (tree->timed < SMOOTHED ? tree->timed : SMOOTHED);
        tree->spent += cycles;
    }
}

/* A tree that is left soon, nearly always at exits that will not be compiled, does not pay. */
static void note_exit(RtTree *tree, CgExit *exit)
{
    const RtPlan *plan = exit->data;
    tree->useless += plan->given_up;
    if ((tree->entries & 255) == 0) {
        bool bad = tree->useless > 240 && tree->cycles < SHORT_STAY && tree->entries > USELESS_ENTRIES;
        tree->useless = 0;
        if (bad && !tree->dead) {
            rt_give_up_place(tree->code, tree->at, ABORT_nothing_gained);
            rt_tree_kill(tree);
        }
    }
}

/* A trace may jump into another that keeps more of the operand stack in memory: what it does not write is NULL. */
static void clear_above(CpyFrame *f, const RtTree *tree)
{
    int end = tree->first_stack_slot + tree->code->co_stacksize;
    for (int s = tree->first_stack_slot + tree->entry_depth; s < end; s++) {
        cpy_slot_take(f, s, NULL);
    }
}

static __attribute__((noinline)) void run_machine_code(PyThreadState *ts, CpyFrame *f, RtTree *tree, RtLeaving *leaving)
{
    CgRun run;
    RtRun mine;
    mine.ts = ts;
    mine.stack = &stack;
    mine.breaker = tree->breaker;
    mine.root = f;
    mine.tree = tree;
    mine.dying = NULL;
    mine.npushed = 0;
    mine.kept = false;
    mine.shaken = mine.synced = NULL;
    mine.caller = NULL;
    mine.light = false;
    mine.counted = 0;
    run.frame = f;
    run.exit = NULL;
    run.later = NULL;
    run.runtime = &mine;
    run.version = cpy_monitoring_version(ts);
    clear_above(f, tree);
    RtEntry entry = rt_weigh_entry(tree);
    CgExit *exit = rt.enter(tree->root->cg->code, &run);
    note_stay(tree, entry);
    rt_plan(exit);
    note_exit(tree, exit);
    rt_rebuild(&run, exit, leaving);
    rt_weigh(tree, entry);
}

/* A trace that ended at the head of a compiled loop goes on there. */
static RtTree *next_tree(PyThreadState *ts, CpyFrame *f, const RtLeaving *leaving)
{
    RtTree *next = leaving->raising || leaving->record != NULL ? NULL : rt_tree_at(leaving->exit);
    return next != NULL && !next->shut && next->scales.phase != RT_RESTING && may_enter(ts, f, next) ? next : NULL;
}

/* From the tree on until the interpreter has to go on. */
static void run_trees(PyThreadState *ts, CpyFrame *f, RtTree *tree, RtActivation *activation, RtLeaving *leaving)
{
    rt_hold(activation, tree);
    while (tree != NULL) {
        tree->entries++;
        rt.stats.entries++;
        run_machine_code(ts, f, tree, leaving);
        tree = next_tree(ts, f, leaving);
        if (tree != NULL) {
            rt_release(activation);
            rt_hold(activation, tree);
        }
    }
}

static void end_run(RtActivation *activation)
{
    stack.nesting--;
    rt_release(activation);
    if (rt.sweep_due) {
        rt_sweep();
    }
}

PyObject *rt_finish_run(PyThreadState *ts, RtTree *tree, RtLeaving *leaving)
{
    RtActivation activation;
    rt_hold(&activation, tree);
    CpyFrame *f = leaving->frames[0];
    RtTree *next = next_tree(ts, f, leaving);
    if (next != NULL) {
        rt_release(&activation);
        run_trees(ts, f, next, &activation, leaving);
    }
    PyObject *result = rt_finish_function(leaving);
    end_run(&activation);
    return result;
}

int rt_enter(PyThreadState *ts, CpyFrame *f, RtPlace *p)
{
    RtActivation activation;
    RtLeaving leaving;
    if (p->tree->shut) {
        return 1;
    }
    if (rt_rests(p->tree, f) || !may_enter(ts, f, p->tree)) {
        return 0;
    }
    stack.nesting++;
    run_trees(ts, f, p->tree, &activation, &leaving);
    int result = rt_go_on(&leaving);
    end_run(&activation);
    return result;
}

PyObject *rt_enter_function(PyThreadState *ts, CpyFrame *f, RtTree *tree)
{
    RtActivation activation;
    RtLeaving leaving;
    if (!may_enter(ts, f, tree)) {
        return cpy_frame_run(ts, f, false);
    }
    stack.nesting++;
    run_trees(ts, f, tree, &activation, &leaving);
    PyObject *result = rt_finish_function(&leaving);
    end_run(&activation);
    return result;
}
