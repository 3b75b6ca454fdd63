/*  Light calls: from machine code into the machine code of a function, without a frame.

    Nobody can look at frames until something is synced, left or dies loudly. So the root frame of such a call is but its slots, on
    the C stack, and what its caller's snapshot says is not shown before that: then rt_make_real pushes all that is missing,
    outermost first, as the interpreter would have done. A call that comes to its end before costs no frame at all. */
#include "runtime/state.h"

#include <string.h>

enum { WORDS = 64 };

typedef struct {
    uint64_t words[WORDS]; /* laid out as a frame */
} Slots;

/* Of the operand stack too: a loop that the function's trace jumps into may keep some of it in memory. */
static int slots_of(const PyFunctionObject *func)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    return cpy_code_stack_base(code) + code->co_stacksize;
}

/* ---- what was left out ---------------------------------------------------------------------------------- */
/* The caller's frames; its own callers' first, by way of rt_sync. */
static void show_caller(CgRun *run)
{
    RtRun *mine = run->runtime;
    CgExit *exit = mine->caller->later;
    mine->ts->py_recursion_remaining += mine->counted;
    mine->counted = 0;
    mine->caller->later = NULL;
    if (exit != NULL) {
        PyObject *error = PyErr_GetRaisedException();
        rt_sync(mine->caller, exit);
        PyErr_SetRaisedException(error);
    }
}

/* Makes a frame of the slots. */
static void push_root(CgRun *run)
{
    RtRun *mine = run->runtime;
    CpyFrame *slots = mine->root, *f = cpy_frame_push(mine->ts, mine->func);
    if (f == NULL) {
        Py_FatalError("jitney: no memory for the frame of a call");
    }
    for (int i = 0; i < slots_of(mine->func); i++) {
        CpySlot s = cpy_slot_get(slots, i);
        if (s.kind == CPY_SLOT_INT) {
            cpy_slot_put_int(f, i, s.num);
        } else {
            cpy_slot_take(f, i, s.kind == CPY_SLOT_NULL ? NULL : s.obj);
        }
    }
    mine->root = f;
    run->frame = f;
}

void rt_make_real(CgRun *run)
{
    RtRun *mine = run->runtime;
    if (mine->light) {
        mine->light = false;
        show_caller(run);
        push_root(run);
    }
}

/* ---- the return ------------------------------------------------------------------------------------------- */
/* The frame is gone for whoever looks, its callers are there. */
static void release(CgRun *run, PyObject *o)
{
    RtRun *mine = run->runtime;
    if (Py_REFCNT(o) == 1 && mine->counted != 0 && !rt_death_is_silent(o)) {
        show_caller(run);
    }
    Py_DECREF(o);
}

/* What the slots and the snapshot own goes, but for the result. */
static PyObject *return_lightly(CgRun *run, const CgExit *exit)
{
    RtRun *mine = run->runtime;
    const IrSnapshot *snap = &exit->trace->ir->snaps.data[exit->snap];
    int base = cpy_code_stack_base((PyCodeObject *)mine->func->func_code), leaf = 0;
    int top = base + snap->frames[0].depth - 1;
    PyObject *owned[WORDS * 3], *result = NULL;
    int n = 0;
    for (int i = 0; i < snap->nslots; i++) {
        const IrSnapSlot *s = &snap->slots[i];
        if (s->value == IR_NONE) {
            continue;
        }
        bool is_object = exit->locs[leaf].type == IR_OBJ;
        PyObject *o = s->slot == top || is_object ? rt_leaf_new(run, exit, leaf) : NULL;
        if (s->slot == top) {
            result = o;
        } else if (is_object) {
            owned[n++] = o;
        }
        if (is_object && (s->flags & IR_SNAP_OWNED)) {
            owned[n++] = o;
        }
        leaf++;
    }
    for (int i = 0; i < slots_of(mine->func); i++) {
        CpySlot s = cpy_slot_get(mine->root, i);
        if (s.kind == CPY_SLOT_OWNED) {
            owned[n++] = s.obj;
        }
    }
    for (int i = 0; i < n; i++) {
        release(run, owned[i]);
    }
    return result;
}

static bool is_plain_return(const CgRun *run, CgExit *exit)
{
    const IrSnapshot *snap = &exit->trace->ir->snaps.data[exit->snap];
    const RtRun *mine = run->runtime;
    return mine->light && ((RtTrace *)exit->trace->runtime)->tree == mine->tree && rt_plan(exit)->returns &&
           snap->nslots < WORDS;
}

/* ---- the call --------------------------------------------------------------------------------------------- */
static int frames_at(const CgExit *exit)
{
    return exit->trace->ir->snaps.data[exit->snap].nframes;
}

static int words_before_slots(void)
{
    return (int)((size_t)cpy_slot_offset / sizeof(uint64_t));
}

static bool can_be_light(PyThreadState *ts, const PyFunctionObject *func, const RtTree *tree, const CgRun *caller, int counted)
{
    const RtRun *outer = caller->runtime;
    return outer->npushed == 0 && ts == outer->ts && tree->kind == REC_FUNCTION && rt.recording.rec == NULL &&
           words_before_slots() + slots_of(func) <= WORDS && ts->py_recursion_remaining > RT_MAX_FRAMES + counted;
}

static CpyFrame *fill(Slots *slots, PyFunctionObject *func, PyObject *const *args, int nargs)
{
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    CpyFrame *f = (CpyFrame *)slots->words;
    PyObject *const *defaults = func->func_defaults != NULL ? &PyTuple_GET_ITEM(func->func_defaults, PyTuple_GET_SIZE(func->func_defaults) - code->co_argcount) : NULL;
    memset(slots->words, 0, (size_t)words_before_slots() * sizeof slots->words[0]);
    for (int i = 0; i < code->co_argcount; i++) {
        cpy_slot_take(f, i, Py_NewRef(i < nargs ? args[i] : defaults[i]));
    }
    for (int i = code->co_argcount; i < slots_of(func); i++) {
        cpy_slot_take(f, i, NULL);
    }
    return f;
}

/* False: it was left in another way, *leaving says what is to be done. */
static __attribute__((noinline)) bool run_lightly(PyThreadState *ts, PyFunctionObject *func, Slots *slots, RtTree *tree, CgRun *caller, int counted,
                                                  RtLeaving *leaving, PyObject **result)
{
    CgRun run;
    RtRun mine;
    mine.ts = ts;
    mine.root = (CpyFrame *)slots->words;
    mine.tree = tree;
    mine.dying = NULL;
    mine.npushed = 0;
    mine.kept = false;
    mine.shaken = mine.synced = NULL;
    mine.caller = caller;
    mine.func = func;
    mine.light = true;
    mine.counted = counted;
    run.frame = slots->words;
    run.exit = NULL;
    run.rounds = 0;
    run.runtime = &mine;
    run.later = NULL;
    run.version = cpy_monitoring_version(ts);
    ts->py_recursion_remaining -= counted;
    CgExit *exit = rt.enter(tree->root->cg->code, &run);
    if (is_plain_return(&run, exit)) {
        *result = return_lightly(&run, exit);
        ts->py_recursion_remaining += mine.counted;
        caller->later = NULL;
        return true;
    }
    rt_rebuild(&run, exit, leaving);
    return false;
}

bool rt_call_lightly(PyThreadState *ts, PyFunctionObject *func, PyObject *const *args, int nargs, RtTree *tree, CgRun *caller, PyObject **result)
{
    Slots slots;
    RtActivation activation;
    RtLeaving leaving;
    int counted = frames_at(caller->later);
    if (!can_be_light(ts, func, tree, caller, counted) || !rt_begin_run(ts, tree, &activation)) {
        return false;
    }
    fill(&slots, func, args, nargs);
    if (!run_lightly(ts, func, &slots, tree, caller, counted, &leaving, result)) {
        *result = rt_finish_run(ts, &leaving, &activation);
    }
    rt_end_run(&activation);
    return true;
}
