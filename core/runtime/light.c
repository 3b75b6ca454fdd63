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

/* A return of the root frame: what becomes of the exit's leaves. */
typedef struct RtReturn {
    PyObject *constant; /* borrowed: the result, or NULL */
    IrRef result;       /* else this value, */
    int leaf;           /* that leaf */
    bool is_owned;
    uint64_t wanted;    /* virtuals that the result needs */
    int end;            /* slots below may own something */
    int nowned, owned[24]; /* leaves that own something, but for what the result takes */
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

static bool own(RtReturn *r, int leaf)
{
    if (r->nowned == (int)Py_ARRAY_LENGTH(r->owned)) {
        return false;
    }
    r->owned[r->nowned++] = leaf;
    return true;
}

/* The result's virtuals, with their parts, which come before them. */
static uint64_t find_wanted(const IrSnapshot *snap, IrRef result)
{
    uint64_t wanted = result & IR_VIRTUAL ? 1ull << (result & ~IR_VIRTUAL) : 0;
    for (int k = snap->nvirtuals - 1; k >= 0; k--) {
        const IrVirtual *o = &snap->virtuals[k];
        for (int i = 0; i < o->nvalues && (wanted >> k & 1); i++) {
            wanted |= o->values[i] & IR_VIRTUAL ? 1ull << (o->values[i] & ~IR_VIRTUAL) : 0;
        }
    }
    return wanted;
}

static bool plan_slots(RtReturn *r, const IrSnapshot *snap, const CgExit *exit, int *leaf)
{
    int top = cpy_code_stack_base(snap->frames[0].code) + snap->frames[0].depth - 1;
    for (int i = 0; i < snap->nslots; i++) {
        const IrSnapSlot *s = &snap->slots[i];
        bool is_leaf = s->value != IR_NONE && !(s->value & IR_VIRTUAL);
        bool is_owned = is_leaf && (s->flags & IR_SNAP_OWNED) && exit->locs[*leaf].type == IR_OBJ;
        if (s->flags & IR_SNAP_FUNC) {
            return false;
        }
        if (s->slot == top && r->constant == NULL && !(s->flags & IR_SNAP_INT)) {
            r->result = s->value;
            r->leaf = *leaf;
            r->is_owned = is_owned;
        } else if (is_owned && !own(r, *leaf)) {
            return false;
        }
        *leaf += is_leaf;
    }
    return true;
}

/* What a virtual that is not made owns goes; what one that is made owns is the result's. */
static bool plan_virtuals(RtReturn *r, const IrSnapshot *snap, int *leaf)
{
    for (int k = 0; k < snap->nvirtuals; k++) {
        const IrVirtual *o = &snap->virtuals[k];
        for (int i = 0; i < o->nvalues; i++) {
            bool is_leaf = o->values[i] != IR_NONE && !(o->values[i] & IR_VIRTUAL);
            if (is_leaf && !(r->wanted >> k & 1) && i < 32 && (o->owned >> i & 1) && !own(r, *leaf)) {
                return false;
            }
            *leaf += is_leaf;
        }
    }
    return true;
}

RtReturn *rt_plan_return(const CgExit *exit)
{
    const IrSnapshot *snap = &exit->trace->ir->snaps.data[exit->snap];
    const RtTree *tree = ((RtTrace *)exit->trace->runtime)->tree;
    RtReturn r = {.result = IR_NONE, .end = words_before_slots() + tree->first_stack_slot + tree->entry_depth};
    int leaf = 0;
    if (exit->op != IR_leave || snap->nframes != 1 || snap->nvirtuals > 64 || rt_has_exceptions(snap)) {
        return NULL;
    }
    if (snap->kind == IR_EXIT_RESUME) {
        r.constant = returned_constant(snap);
    }
    bool ok = plan_slots(&r, snap, exit, &leaf) && (r.constant != NULL || (snap->kind == IR_EXIT_RETURN && r.result != IR_NONE));
    r.wanted = find_wanted(snap, r.result);
    ok = ok && plan_virtuals(&r, snap, &leaf);
    for (int i = 0; i < snap->ndrops && ok; i++) {
        ok = own(&r, leaf++);
    }
    return ok ? new_return(&r) : NULL;
}

static PyObject *leaf_object(const CgRun *run, const CgExit *exit, int leaf)
{
    const CgLoc *loc = &exit->locs[leaf];
    uint64_t bits = loc->kind == CG_GPR ? run->gpr[loc->index] : loc->kind == CG_SPILL ? run->spill[loc->index] : exit->trace->consts[loc->index];
    return (PyObject *)(uintptr_t)bits;
}

static __attribute__((noinline)) PyObject *build_result(CgRun *run, const CgExit *exit, const RtReturn *r)
{
    RtValues values;
    int leaf = 0;
    rt_values_start_some(&values, run, exit, false, r->wanted);
    PyObject *result = rt_value_new(&values, r->result, &leaf, false);
    for (int i = 0; i < values.nkept; i++) {
        Py_DECREF(values.kept[i]);
    }
    return result;
}

static inline PyObject *result_of(CgRun *run, const CgExit *exit, const RtReturn *r)
{
    if (r->constant != NULL) {
        return Py_NewRef(r->constant);
    }
    if (r->result & IR_VIRTUAL) {
        return build_result(run, exit, r);
    }
    if (exit->locs[r->leaf].type == IR_OBJ) {
        PyObject *o = leaf_object(run, exit, r->leaf);
        return r->is_owned ? o : Py_NewRef(o);
    }
    return rt_leaf_new(run, exit, r->leaf);
}

static inline PyObject *owned_word(uint64_t word)
{
    uint64_t mask = (uint64_t)cpy_slot_mask;
    return (word & ~mask) == 0 ? (PyObject *)(uintptr_t)word : NULL;
}

/* The objects that are released, one after the other; NULL at the end. */
typedef struct {
    const CgRun *run;
    const CgExit *exit;
    const RtReturn *r;
    const uint64_t *words;
    int leaf, word;
} Released;

static inline Released start_released(const CgRun *run, const CgExit *exit, const RtReturn *r, const Slots *slots)
{
    return (Released){.run = run, .exit = exit, .r = r, .words = slots->words, .word = words_before_slots()};
}

static inline PyObject *next_released(Released *all)
{
    while (all->leaf < all->r->nowned) {
        PyObject *o = leaf_object(all->run, all->exit, all->r->owned[all->leaf++]);
        if (o != NULL) {
            return o;
        }
    }
    while (all->word < all->r->end) {
        PyObject *o = owned_word(all->words[all->word++]);
        if (o != NULL) {
            return o;
        }
    }
    return NULL;
}

static inline bool dies_unseen(PyObject *o)
{
    return rt_holds_nothing(Py_TYPE(o)) || rt_death_is_silent(o);
}

static PyObject *result_object(const CgRun *run, const CgExit *exit, const RtReturn *r)
{
    bool is_object = r->constant == NULL && !(r->result & IR_VIRTUAL) && exit->locs[r->leaf].type == IR_OBJ;
    return is_object ? leaf_object(run, exit, r->leaf) : NULL;
}

/* Deaths that can be seen have their order, and see the frames of the callers: they are the interpreter's. *dying: a bit for each of
   the first that die for sure. */
static inline bool all_die_unseen(const CgRun *run, const CgExit *exit, const RtReturn *r, const Slots *slots, uint64_t *dying)
{
    Released all = start_released(run, exit, r, slots);
    PyObject *result = result_object(run, exit, r);
    uint64_t bit = 1;
    *dying = 0;
    for (PyObject *o = next_released(&all); o != NULL; o = next_released(&all)) {
        if (Py_REFCNT(o) == 1 && o != result) {
            if (!dies_unseen(o)) {
                return false;
            }
            *dying |= bit;
        }
        bit <<= 1;
    }
    return true;
}

/* What the slots and the snapshot own goes, but for the result. What several of them held was not looked at as what dies. */
static inline PyObject *return_lightly(CgRun *run, const CgExit *exit, const RtReturn *r, const Slots *slots, uint64_t dying)
{
    RtRun *mine = run->runtime;
    PyObject *result = result_of(run, exit, r);
    Released all = start_released(run, exit, r, slots);
    uint64_t bit = 1;
    for (PyObject *o = next_released(&all); o != NULL; o = next_released(&all)) {
        if (Py_REFCNT(o) == 1 && !(dying & bit) && mine->counted != 0 && !dies_unseen(o)) {
            show_caller(run);
        }
        Py_DECREF(o);
        bit <<= 1;
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
    return tree != NULL && tree->valid && tree->kind == REC_FUNCTION && tree->scales.phase != RT_RESTING && tree->breaker == outer->breaker &&
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
    uint64_t dying;
    if (mine.light && plan->returns != NULL && all_die_unseen(&run, exit, plan->returns, slots, &dying)) {
        *result = return_lightly(&run, exit, plan->returns, slots, dying);
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
