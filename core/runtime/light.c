/*  Light calls: from machine code into the machine code of a function, without a frame.

    Nobody can look at frames until something is synced, left or dies loudly. So the root frame of such a call is but its slots, on
    the C stack, and what its caller's snapshot says is not shown before that: then rt_make_real pushes all that is missing,
    outermost first, as the interpreter would have done. A call that comes to its end before costs no frame at all.

    Calls are frequent and short: what they ask is kept where one load finds it. */
#include "runtime/state.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 64 };

typedef struct {
    uint64_t words[WORDS]; /* laid out as a frame */
} Slots;

/* What is the same for each call of some code. */
typedef struct {
    PyCodeObject *code;
    RtPlace *place;
    int nargs, end; /* of its words */
} Target;

static Target targets[64];

/* A return that builds nothing: leaves of the exit. */
typedef struct RtReturn {
    PyObject *constant; /* borrowed: the result, or NULL */
    int result;         /* else this leaf */
    bool result_is_owned;
    int end;            /* slots below may own something */
    int nowned, owned[16];
} RtReturn;

static inline int words_before_slots(void)
{
    return (int)((size_t)cpy_slot_offset / sizeof(uint64_t));
}

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
static RtReturn *new_return(const RtReturn *r)
{
    RtReturn *copy = malloc(sizeof *copy);
    if (copy == NULL) {
        Py_FatalError("jitney: no memory to leave a trace");
    }
    *copy = *r;
    return copy;
}

/* 3.13 has an instruction that returns a constant. */
static PyObject *returned_constant(const IrSnapshot *snap)
{
    CpyInsn insn = cpy_decode(snap->frames[0].code, snap->frames[0].place);
    return insn.op == CPYOP_return_const ? insn.obj : NULL;
}

RtReturn *rt_plan_return(const CgExit *exit)
{
    const IrSnapshot *snap = &exit->trace->ir->snaps.data[exit->snap];
    RtReturn r = {.result = -1};
    int leaf = 0, top = cpy_code_stack_base(snap->frames[0].code) + snap->frames[0].depth - 1;
    if (exit->op != IR_leave || snap->nframes != 1 || snap->nvirtuals != 0 || snap->ndrops != 0) {
        return NULL;
    }
    if (snap->kind == IR_EXIT_RESUME) {
        r.constant = returned_constant(snap);
    }
    for (int i = 0; i < snap->nslots; i++) {
        const IrSnapSlot *s = &snap->slots[i];
        if (s->flags & (IR_SNAP_INT | IR_SNAP_FUNC)) {
            return NULL;
        }
        if (s->value == IR_NONE) {
            continue;
        }
        bool owned = (s->flags & IR_SNAP_OWNED) && exit->locs[leaf].type == IR_OBJ;
        if (s->slot == top && r.constant == NULL) {
            r.result = leaf;
            r.result_is_owned = owned;
        } else if (owned && r.nowned == (int)Py_ARRAY_LENGTH(r.owned)) {
            return NULL;
        } else if (owned) {
            r.owned[r.nowned++] = leaf;
        }
        leaf++;
    }
    const RtTree *tree = ((RtTrace *)exit->trace->runtime)->tree;
    r.end = words_before_slots() + tree->first_stack_slot + tree->entry_depth;
    bool known = r.constant != NULL || (snap->kind == IR_EXIT_RETURN && r.result >= 0);
    return known ? new_return(&r) : NULL;
}

/* Its death may be seen: the frame is gone for whoever looks, its callers are there. */
static __attribute__((noinline)) void let_die(CgRun *run, PyObject *o)
{
    RtRun *mine = run->runtime;
    if (mine->counted != 0 && !rt_death_is_silent(o)) {
        show_caller(run);
    }
    Py_DECREF(o);
}

static inline void release(CgRun *run, PyObject *o)
{
    if (Py_REFCNT(o) == 1) {
        let_die(run, o);
    } else {
        Py_DECREF(o);
    }
}

static inline PyObject *result_of(const CgRun *run, const CgExit *exit, const RtReturn *r)
{
    if (r->constant != NULL) {
        return Py_NewRef(r->constant);
    }
    const CgLoc *loc = &exit->locs[r->result];
    if (loc->kind == CG_GPR && loc->type == IR_OBJ) {
        PyObject *o = (PyObject *)(uintptr_t)run->gpr[loc->index];
        return r->result_is_owned ? o : Py_NewRef(o);
    }
    PyObject *result = rt_leaf_new(run, exit, r->result);
    if (r->result_is_owned) {
        Py_DECREF(result);
    }
    return result;
}

static inline PyObject *owned_word(uint64_t word)
{
    uint64_t mask = (uint64_t)cpy_slot_mask;
    return (word & ~mask) == 0 ? (PyObject *)(uintptr_t)word : NULL;
}

/* What the slots and the snapshot own goes, but for the result. */
static inline PyObject *return_lightly(CgRun *run, const CgExit *exit, const RtReturn *r, const Slots *slots)
{
    PyObject *result = result_of(run, exit, r);
    for (int i = 0; i < r->nowned; i++) {
        PyObject *o = rt_leaf_new(run, exit, r->owned[i]);
        Py_DECREF(o); /* The one that was just taken. */
        release(run, o);
    }
    for (int i = words_before_slots(); i < r->end; i++) {
        PyObject *o = owned_word(slots->words[i]);
        if (o != NULL) {
            release(run, o);
        }
    }
    return result;
}

/* ---- the call --------------------------------------------------------------------------------------------- */
void rt_forget_light_calls(void)
{
    memset(targets, 0, sizeof targets);
}

static __attribute__((noinline)) bool find_target(Target *t, PyCodeObject *code)
{
    int end = words_before_slots() + cpy_code_stack_base(code) + code->co_stacksize;
    RtPlace *place = rt_is_simple_code(code) && end <= WORDS ? rt_place(code, RT_AT_START, true) : NULL;
    if (place == NULL) {
        return false;
    }
    *t = (Target){.code = code, .place = place, .nargs = code->co_argcount, .end = end};
    return true;
}

static inline Target *target_of(PyCodeObject *code)
{
    Target *t = &targets[((uintptr_t)code >> 6) % Py_ARRAY_LENGTH(targets)];
    return t->code == code || find_target(t, code) ? t : NULL;
}

static bool is_watched(PyThreadState *ts, RtTree *tree, uint64_t version)
{
    if (tree->unwatched != version + 1) {
        tree->unwatched = cpy_others_watch(ts, tree->code) ? 0 : version + 1;
    }
    return tree->unwatched == 0;
}

static inline bool can_enter(RtTree *tree, const RtRun *outer, uint64_t breaker, int counted)
{
    char here;
    return tree != NULL && tree->valid && tree->kind == REC_FUNCTION && tree->breaker == outer->breaker &&
           (breaker & rt.config.breaker_mask) == 0 && outer->npushed == 0 && rt.recording.rec == NULL &&
           outer->ts->py_recursion_remaining > RT_MAX_FRAMES + counted && &here > outer->stack->floor &&
           outer->stack->nesting < RT_MAX_NESTING && !is_watched(outer->ts, tree, breaker & rt.config.version_mask);
}

/* Owned by the slot: an immortal object's word has a tag. */
static inline uint64_t word_of(PyObject *o)
{
    uint64_t tag = cpy_slot_flags_offset < 0 ? 0 : ((uint8_t *)o)[cpy_slot_flags_offset] & 1;
    return (uint64_t)(uintptr_t)Py_NewRef(o) | tag;
}

/* Default values are the function's last ones. False: an argument is missing. */
static inline bool fill(Slots *slots, const Target *t, PyFunctionObject *func, PyObject *const *args, int nargs)
{
    int at = words_before_slots();
    slots->words[rt.config.frame_object_offset / (int)sizeof slots->words[0]] = 0; /* All of its head that machine code looks at. */
    if (nargs != t->nargs) {
        PyObject *defaults = func->func_defaults;
        int ndefaults = defaults != NULL ? (int)PyTuple_GET_SIZE(defaults) : 0;
        if (nargs > t->nargs || nargs + ndefaults < t->nargs) {
            return false;
        }
        for (int i = nargs; i < t->nargs; i++) {
            slots->words[at + i] = word_of(PyTuple_GET_ITEM(defaults, ndefaults - t->nargs + i));
        }
    }
    for (int i = 0; i < nargs; i++) {
        slots->words[at + i] = word_of(args[i]);
    }
    for (int i = at + t->nargs; i < t->end; i++) {
        slots->words[i] = (uint64_t)cpy_slot_null;
    }
    return true;
}

static inline void start_run(CgRun *run, RtRun *mine, Slots *slots, PyFunctionObject *func, RtTree *tree, CgRun *caller, int counted)
{
    const RtRun *outer = caller->runtime;
    mine->ts = outer->ts;
    mine->stack = outer->stack;
    mine->breaker = outer->breaker;
    mine->root = (CpyFrame *)slots->words;
    mine->tree = tree;
    mine->dying = NULL;
    mine->npushed = 0;
    mine->kept = false;
    mine->shaken = mine->synced = NULL;
    mine->caller = caller;
    mine->func = func;
    mine->light = true;
    mine->counted = counted;
    run->frame = slots->words;
    run->exit = NULL;
    run->rounds = 0;
    run->runtime = mine;
    run->later = NULL;
    run->version = caller->version;
}

/* False: it was left in another way, *leaving says what is to be done. */
static __attribute__((noinline)) bool run_lightly(PyFunctionObject *func, Slots *slots, RtTree *tree, CgRun *caller,
                                                  RtLeaving *leaving, PyObject **result)
{
    CgRun run;
    RtRun mine;
    int counted = caller->later->nframes;
    start_run(&run, &mine, slots, func, tree, caller, counted);
    mine.ts->py_recursion_remaining -= counted;
    CgExit *exit = rt.enter(tree->root->cg->code, &run);
    const RtPlan *plan = exit->data != NULL ? exit->data : rt_plan(exit);
    if (mine.light && plan->returns != NULL) {
        *result = return_lightly(&run, exit, plan->returns, slots);
        mine.ts->py_recursion_remaining += mine.counted;
        return true;
    }
    rt_rebuild(&run, exit, leaving);
    return false;
}

/* Its caller's activation holds its own tree. */
static inline PyObject *call_lightly(PyFunctionObject *func, Slots *slots, RtTree *tree, CgRun *caller)
{
    RtActivation activation;
    RtLeaving leaving;
    PyObject *result;
    const RtRun *outer = caller->runtime;
    PyThreadState *ts = outer->ts;
    RtStack *stack = outer->stack;
    bool hold = tree != outer->tree;
    stack->nesting++;
    tree->entries++;
    rt.stats.entries++;
    if (hold) {
        rt_hold(&activation, tree);
    }
    bool returned = run_lightly(func, slots, tree, caller, &leaving, &result);
    if (hold) {
        rt_release(&activation);
    }
    if (returned) {
        stack->nesting--;
        return result;
    }
    return rt_finish_run(ts, tree, &leaving);
}

PyObject *rt_call_function(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames, CgRun *caller)
{
    Slots slots;
    PyFunctionObject *func = (PyFunctionObject *)callable;
    const RtRun *outer = caller->runtime;
    if (!rt.on || kwnames != NULL || caller->later == NULL || !PyFunction_Check(callable) || func->vectorcall != cpy_plain_vectorcall) {
        return rt_call_heavily(callable, args, nargsf, kwnames, caller);
    }
    const Target *t = target_of((PyCodeObject *)func->func_code);
    if (t == NULL || !can_enter(t->place->tree, outer, *(volatile uint64_t *)outer->breaker, caller->later->nframes) ||
        !fill(&slots, t, func, args, (int)PyVectorcall_NARGS(nargsf))) {
        return rt_call_heavily(callable, args, nargsf, kwnames, caller);
    }
    return call_lightly(func, &slots, t->place->tree, caller);
}
