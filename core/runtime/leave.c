/*  Out of machine code: an exit becomes frames as the interpreter would have them.

    rt_rebuild makes every object first, then writes the root frame, then pushes the inlined frames. Nothing that can
    run code of the program happens until all frames are whole: what the root's slots held, what dies and the
    exit's drops are released at the very end. rt_go_on runs the frames above the root to their ends, each result
    going to the frame below.

    rt_sync shows the same frames while the trace goes on: slots get references of their own, the trace keeps what it has. Most such
    snapshots are *flat*: each entry stands for itself, so that it is written where it belongs with nothing built before.
    rt_unsync takes the pushed frames away, unless somebody holds their frame objects: such a frame has to go on
    as the very same, so the frames are kept, the trace is made to leave by its next guard_valid, and the exit
    takes them over. Their locals, and the root's once it has a frame object, may have been changed by then
    through f_locals: what memory holds behind a call is what counts. */
#include "runtime/state.h"

#include <string.h>

/* ---- things to release when the frames are whole -------------------------------------------------- */
typedef struct {
    PyObject *few[96];
    PyObject **more;
    size_t n, room;
} Releases;

static void add_release(Releases *rel, PyObject *o)
{
    if (o == NULL) {
        return;
    }
    if (rel->n < Py_ARRAY_LENGTH(rel->few)) {
        rel->few[rel->n++] = o;
        return;
    }
    size_t at = rel->n - Py_ARRAY_LENGTH(rel->few);
    if (at == rel->room) {
        rel->room = rel->room != 0 ? rel->room * 2 : 128;
        rel->more = PyMem_Realloc(rel->more, rel->room * sizeof *rel->more);
        if (rel->more == NULL) {
            Py_FatalError("jitney: no memory to leave a trace");
        }
    }
    rel->more[at] = o;
    rel->n++;
}

static void release_all(Releases *rel)
{
    size_t few = Py_ARRAY_LENGTH(rel->few);
    for (size_t i = 0; i < rel->n; i++) {
        Py_DECREF(i < few ? rel->few[i] : rel->more[i - few]);
    }
    PyMem_Free(rel->more);
}

/* ---- plans ------------------------------------------------------------------------------------------ */
/* Each entry stands for itself: nothing is virtual, no number is there twice, which would be one object, no frame is a generator's. */
static bool is_flat(const CgExit *exit, const IrSnapshot *snap)
{
    for (int i = 0; i < snap->nframes; i++) {
        if ((snap->frames[i].how & 0xff) == REC_HOW_GENERATOR) {
            return false;
        }
    }
    int leaf = 0;
    for (int i = 0; i < snap->nslots; i++) {
        const IrSnapSlot *s = &snap->slots[i];
        bool number = s->value != IR_NONE && !(s->value & IR_VIRTUAL) && exit->locs[leaf++].type != IR_OBJ;
        for (int k = 0; number && k < i; k++) {
            if (snap->slots[k].value == s->value) {
                return false;
            }
        }
        if (s->frame == 0 && s->flags & (IR_SNAP_INT | IR_SNAP_FUNC)) {
            return false;
        }
    }
    return snap->nvirtuals == 0;
}

RtPlan *rt_plan(CgExit *exit)
{
    if (exit->data != NULL) {
        return exit->data;
    }
    RtPlan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        Py_FatalError("jitney: no memory to leave a trace");
    }
    const IrSnapshot *snap = &exit->trace->ir->snaps.data[exit->snap];
    for (int i = 0; i < snap->nframes; i++) {
        plan->op_at[i] = cpy_decode(snap->frames[i].code, snap->frames[i].from).op_at;
    }
    plan->flat = is_flat(exit, snap);
    plan->left = rt_side_threshold(exit);
    plan->returns = rt_plan_return(exit);
    exit->data = plan;
    return plan;
}

/* ---- frames ------------------------------------------------------------------------------------------- */
typedef struct {
    RtValues v;
    RtRun *run;
    CgExit *exit;
    const IrSnapshot *snap;
    const RtPlan *plan;
    RtTree *tree;
    Releases *rel;      /* NULL: sync, where what is released is plain */
    bool trusts_memory; /* right behind a call */
    PyObject *funcs[RT_MAX_FRAMES]; /* of IR_SNAP_FUNC */
    PyObject *objects[RT_MAX_LEAVES + RT_MAX_VIRTUALS]; /* by slot entry */
} Building;

static void let_go(Building *b, PyObject *o)
{
    if (b->rel != NULL) {
        add_release(b->rel, o);
    } else {
        Py_XDECREF(o);
    }
}

static bool follows_call(const CgExit *exit)
{
    return exit->op == IR_guard_valid;
}

static void start_building(Building *b, CgRun *run, CgExit *exit, Releases *rel)
{
    b->run = run->runtime;
    b->exit = exit;
    b->snap = &exit->trace->ir->snaps.data[exit->snap];
    b->plan = rt_plan(exit);
    b->tree = ((RtTrace *)exit->trace->runtime)->tree;
    b->rel = rel;
    b->trusts_memory = rel != NULL && follows_call(exit);
    memset(b->funcs, 0, (size_t)b->snap->nframes * sizeof b->funcs[0]);
    rt_values_start(&b->v, run, exit, rel == NULL);
}

static int leaf_of(const IrSnapSlot *s, int *leaf)
{
    return s->value != IR_NONE && !(s->value & IR_VIRTUAL) ? (*leaf)++ : -1;
}

/* All objects of all frames, before anything is written. Tagged integers are kept as such. */
static void make_objects(Building *b)
{
    int leaf = 0;
    for (int i = 0; i < b->snap->nslots; i++) {
        const IrSnapSlot *s = &b->snap->slots[i];
        if (s->flags & IR_SNAP_INT) {
            b->objects[i] = (PyObject *)(intptr_t)rt_value_int(&b->v, leaf_of(s, &leaf));
            continue;
        }
        b->objects[i] = rt_value_new(&b->v, s->value, &leaf, s->flags & IR_SNAP_OWNED);
        if (s->flags & IR_SNAP_FUNC) {
            b->funcs[s->frame] = b->objects[i];
        }
    }
    for (int i = 0; b->rel == NULL && i < b->v.nkept; i++) {
        Py_DECREF(b->v.kept[i]); /* The trace has it still. */
    }
}

static PyObject *owned_in(CpyFrame *f, int slot)
{
    CpySlot s = cpy_slot_get(f, slot);
    return s.kind == CPY_SLOT_OWNED ? s.obj : NULL;
}

static void fill_slot(Building *b, CpyFrame *f, int i)
{
    const IrSnapSlot *s = &b->snap->slots[i];
    if (s->flags & IR_SNAP_INT) {
        cpy_slot_put_int(f, s->slot, (intptr_t)b->objects[i]);
    } else {
        cpy_slot_take(f, s->slot, b->objects[i]);
    }
}

static void drop_entry(Building *b, int i)
{
    const IrSnapSlot *s = &b->snap->slots[i];
    if (!(s->flags & (IR_SNAP_INT | IR_SNAP_FUNC))) {
        let_go(b, b->objects[i]);
    }
}

static void write_root(Building *b)
{
    CpyFrame *root = b->run->root;
    int base = b->tree->first_stack_slot, in_memory = base + b->tree->entry_depth;
    bool changed_outside = b->trusts_memory && cpy_frame_has_object(root);
    for (int i = 0; i < b->snap->nslots && b->snap->slots[i].frame == 0; i++) {
        const IrSnapSlot *s = &b->snap->slots[i];
        if (s->flags & IR_SNAP_FUNC) {
            continue;
        }
        bool shown = b->rel != NULL || s->slot < in_memory;
        if (!shown || (changed_outside && s->slot < base)) {
            drop_entry(b, i);
            continue;
        }
        PyObject *old = s->slot < in_memory ? owned_in(root, s->slot) : NULL;
        fill_slot(b, root, i);
        let_go(b, old);
    }
}

static int first_entry(const Building *b, int frame)
{
    int i = 0;
    while (i < b->snap->nslots && b->snap->slots[i].frame < frame) {
        i++;
    }
    return i;
}

/* A frame that was kept: its stack is written anew, its locals are what memory holds. */
static void empty_stack(Building *b, CpyFrame *f)
{
    PyCodeObject *code = cpy_frame_code(f);
    int first = b->trusts_memory ? cpy_code_stack_base(code) : 0;
    int end = cpy_code_stack_base(code) + cpy_frame_depth(f);
    for (int s = first; s < end; s++) {
        let_go(b, owned_in(f, s));
        cpy_slot_take(f, s, NULL);
    }
}

static void fill_frame(Building *b, CpyFrame *f, int frame, bool kept)
{
    int base = cpy_code_stack_base(cpy_frame_code(f));
    if (kept) {
        empty_stack(b, f);
    }
    for (int i = first_entry(b, frame); i < b->snap->nslots && b->snap->slots[i].frame == frame; i++) {
        const IrSnapSlot *s = &b->snap->slots[i];
        if (s->flags & IR_SNAP_FUNC) {
            continue;
        }
        if (kept && b->trusts_memory && s->slot < base) {
            drop_entry(b, i);
        } else {
            fill_slot(b, f, i);
        }
    }
    cpy_frame_set_depth(f, b->snap->frames[frame].depth);
}

/* A generator's frame: its locals are in memory but for what the instruction was about to store, and so is the lower part of its stack.
   What sync shows are the locals. */
static void fill_generator(Building *b, CpyFrame *f, int frame, bool kept)
{
    int base = cpy_code_stack_base(cpy_frame_code(f));
    for (int i = first_entry(b, frame); i < b->snap->nslots && b->snap->slots[i].frame == frame; i++) {
        const IrSnapSlot *s = &b->snap->slots[i];
        if (s->flags & IR_SNAP_FUNC) {
            continue;
        }
        bool local = s->slot < base;
        if (b->rel == NULL || (local && kept && b->trusts_memory)) {
            drop_entry(b, i);
            continue;
        }
        PyObject *old = local ? owned_in(f, s->slot) : NULL;
        fill_slot(b, f, i);
        let_go(b, old);
    }
    if (b->rel != NULL) {
        cpy_frame_set_depth(f, b->snap->frames[frame].depth);
    }
}

static bool is_generator(const Building *b, int frame)
{
    return (b->snap->frames[frame].how & 0xff) == REC_HOW_GENERATOR;
}

static PyFunctionObject *function_of(Building *b, int frame)
{
    PyObject *func = b->funcs[frame] != NULL ? b->funcs[frame] : b->snap->frames[frame].func;
    return (PyFunctionObject *)func;
}

static void pop_pushed(RtRun *run, int down_to)
{
    while (run->npushed > down_to) {
        CpyFrame *f = run->pushed[run->npushed--];
        if (cpy_is_generator_frame(f)) {
            cpy_generator_suspend(run->ts, f);
        } else {
            cpy_frame_pop(run->ts, f);
        }
    }
}

static bool is_same_frame(Building *b, int i)
{
    CpyFrame *there = b->run->pushed[i];
    if (is_generator(b, i)) {
        return there == cpy_generator_frame(b->funcs[i]);
    }
    return !cpy_is_generator_frame(there) && cpy_frame_code(there) == b->snap->frames[i].code;
}

static CpyFrame *new_frame(Building *b, int i)
{
    return is_generator(b, i) ? cpy_generator_enter(b->run->ts, b->funcs[i]) : cpy_frame_push(b->run->ts, function_of(b, i));
}

/* Frames that an earlier sync left, as far as they are the same. */
static int keep_matching(Building *b)
{
    int n = 0;
    while (n < b->run->npushed && n + 1 < b->snap->nframes && is_same_frame(b, n + 1)) {
        n++;
    }
    pop_pushed(b->run, n);
    return n;
}

/* How many frames there are then; fewer than the snapshot's when there was no room: an exception is set. */
static int push_frames(Building *b, CpyFrame **frames)
{
    int kept = keep_matching(b), i = 1;
    frames[0] = b->run->root;
    for (; i < b->snap->nframes; i++) {
        frames[i] = i <= kept ? b->run->pushed[i] : new_frame(b, i);
        if (frames[i] == NULL) {
            break;
        }
        if (is_generator(b, i)) {
            fill_generator(b, frames[i], i, i <= kept);
        } else {
            fill_frame(b, frames[i], i, i <= kept);
        }
        cpy_frame_set_place(frames[i], b->plan->op_at[i]);
    }
    int made = i;
    for (int k = first_entry(b, made); k < b->snap->nslots; k++) {
        drop_entry(b, k);
    }
    for (i = 1; i < b->snap->nframes; i++) {
        let_go(b, b->funcs[i]);
    }
    return made;
}

/* ---- leaving --------------------------------------------------------------------------------------------- */
static void add_drops(Building *b)
{
    int leaf = b->v.nleaves - b->snap->ndrops;
    for (int i = 0; i < b->snap->ndrops; i++) {
        int at = leaf + i;
        add_release(b->rel, rt_value_new(&b->v, b->snap->drops[i], &at, true));
    }
    for (int i = 0; i < b->v.nkept; i++) {
        add_release(b->rel, b->v.kept[i]);
    }
}

static void release_unseen(RtRun *run, Releases *rel)
{
    PyObject *error = PyErr_GetRaisedException();
    if (run->dying != NULL) {
        cpy_dealloc(run->dying);
        run->dying = NULL;
    }
    release_all(rel);
    PyErr_SetRaisedException(error);
}

static void settle_shaken(RtRun *run)
{
    if (run->shaken != NULL) {
        run->shaken->valid = !run->shaken->dead;
        run->shaken = NULL;
    }
    run->npushed = 0;
    run->kept = false;
}

static void set_last_place(Building *b, RtLeaving *lv)
{
    int last = lv->nframes - 1;
    CpyFrame *f = lv->frames[last];
    if (b->snap->kind == IR_EXIT_NEXT && !lv->raising) {
        lv->raising = PyErr_Occurred() != NULL || rt_next_item_missing(f, b->snap->frames[last].place);
    } else if (!lv->raising) {
        cpy_frame_set_place(f, b->snap->frames[last].place);
    }
}

void rt_rebuild(CgRun *run, CgExit *exit, RtLeaving *lv)
{
    Building b;
    Releases rel = {.n = 0, .more = NULL, .room = 0};
    rt_make_real(run);
    start_building(&b, run, exit, &rel);
    make_objects(&b);
    write_root(&b);
    cpy_frame_set_depth(b.run->root, b.snap->frames[0].depth);
    cpy_frame_set_place(b.run->root, b.plan->op_at[0]);
    lv->ts = b.run->ts;
    lv->exit = exit;
    lv->snap = b.snap;
    lv->plan = b.plan;
    lv->nframes = push_frames(&b, lv->frames);
    rt_finish_exceptions(&b.v, lv, b.funcs[0]);
    lv->raising = lv->nframes < b.snap->nframes || b.snap->kind == IR_EXIT_RAISE;
    lv->record = lv->nframes == b.snap->nframes && rt_side_is_due(b.tree, exit) ? b.tree : NULL;
    rt.stats.exits_taken++;
    add_drops(&b);
    settle_shaken(b.run);
    release_unseen(b.run, &rel);
    set_last_place(&b, lv);
}

/* True when the root frame has to go on by raising. */
static bool run_frames_above(RtLeaving *lv)
{
    bool raising = lv->raising;
    if (lv->record != NULL && !lv->record->dead) {
        rt_record_side(lv->record, lv->exit, lv->ts, lv->frames);
    }
    for (int i = lv->nframes - 1; i > 0; i--) {
        PyObject *result = cpy_frame_run(lv->ts, lv->frames[i], raising);
        raising = rt_take_result(lv, i - 1, lv->snap->frames[i].how, result);
    }
    return raising;
}

int rt_go_on(RtLeaving *lv)
{
    return run_frames_above(lv) ? cpy_raise_at(lv->ts, lv->frames[0]) : 0;
}

/* What a frame at a return instruction returns; it is gone then. */
static PyObject *return_from(PyThreadState *ts, CpyFrame *f)
{
    int slot = cpy_code_stack_base(cpy_frame_code(f)) + cpy_frame_depth(f) - 1;
    CpySlot top = cpy_slot_get(f, slot);
    PyObject *result = top.kind == CPY_SLOT_OWNED ? top.obj : Py_NewRef(top.obj);
    cpy_frame_set_depth(f, cpy_frame_depth(f) - 1);
    cpy_frame_pop(ts, f);
    return result;
}

PyObject *rt_finish_function(RtLeaving *lv)
{
    CpyFrame *f = lv->frames[0];
    if (lv->snap->kind == IR_EXIT_RETURN && lv->nframes == 1 && !lv->raising && lv->record == NULL &&
        !cpy_others_watch(lv->ts, cpy_frame_code(f))) {
        return return_from(lv->ts, f);
    }
    return cpy_frame_run(lv->ts, f, run_frames_above(lv));
}

/* ---- showing the frames while the trace goes on ------------------------------------------------------------- */
static void need_frame(const CpyFrame *f)
{
    if (f == NULL) {
        Py_FatalError("jitney: no memory for the frames of calls that were inlined");
    }
}

static __attribute__((noinline)) void show_frames(CgRun *run, CgExit *exit)
{
    Building b;
    CpyFrame *frames[RT_MAX_FRAMES];
    start_building(&b, run, exit, NULL);
    make_objects(&b);
    write_root(&b);
    need_frame(push_frames(&b, frames) == b.snap->nframes ? frames[0] : NULL);
    for (int i = 1; i < b.snap->nframes; i++) {
        b.run->pushed[i] = frames[i];
    }
    b.run->npushed = b.snap->nframes - 1;
}

/* The same of a flat snapshot. What the root's locals held is plain. */
static void show_flat_frames(CgRun *run, CgExit *exit, const IrSnapshot *snap, const RtPlan *plan, RtRun *mine)
{
    int in_memory = mine->synced->first_stack_slot + mine->synced->entry_depth, leaf = 0, i = 0;
    for (; i < snap->nslots && snap->slots[i].frame == 0; i++) {
        const IrSnapSlot *s = &snap->slots[i];
        int at = s->value != IR_NONE ? leaf++ : -1;
        if (s->slot < in_memory) {
            PyObject *value = at < 0 ? NULL : rt_leaf_new(run, exit, at);
            PyObject *old = owned_in(mine->root, s->slot);
            cpy_slot_take(mine->root, s->slot, value);
            Py_XDECREF(old);
        }
    }
    for (int frame = 1; frame < snap->nframes; frame++) {
        PyFunctionObject *func = snap->frames[frame].func;
        for (int k = i, at = leaf; func == NULL && k < snap->nslots && snap->slots[k].frame == frame; k++) {
            func = snap->slots[k].flags & IR_SNAP_FUNC ? (PyFunctionObject *)(uintptr_t)rt_leaf_bits(run, exit, at) : NULL;
            at += snap->slots[k].value != IR_NONE;
        }
        CpyFrame *f = cpy_frame_push(mine->ts, func);
        need_frame(f);
        for (; i < snap->nslots && snap->slots[i].frame == frame; i++) {
            const IrSnapSlot *s = &snap->slots[i];
            int at = s->value != IR_NONE ? leaf++ : -1;
            if (s->flags & IR_SNAP_INT) {
                cpy_slot_put_int(f, s->slot, (intptr_t)rt_leaf_bits(run, exit, at));
            } else if (!(s->flags & IR_SNAP_FUNC)) {
                cpy_slot_take(f, s->slot, at < 0 ? NULL : rt_leaf_new(run, exit, at));
            }
        }
        cpy_frame_set_depth(f, snap->frames[frame].depth);
        cpy_frame_set_place(f, plan->op_at[frame]);
        mine->pushed[frame] = f;
    }
    mine->npushed = snap->nframes - 1;
}

void rt_sync(CgRun *run, CgExit *exit)
{
    RtRun *mine = run->runtime;
    RtPlan *plan = exit->data != NULL ? exit->data : rt_plan(exit);
    const IrSnapshot *snap = &exit->trace->ir->snaps.data[exit->snap];
    plan->synced++;
    rt_make_real(run);
    cpy_frame_set_place(mine->root, plan->op_at[0]);
    mine->synced = ((RtTrace *)exit->trace->runtime)->tree;
    if (plan->flat && mine->npushed == 0) {
        show_flat_frames(run, exit, snap, plan, mine);
    } else if (snap->nframes > 1 || snap->nslots > 0 || mine->npushed > 0) {
        show_frames(run, exit);
    }
}

void rt_unsync(CgRun *run)
{
    RtRun *mine = run->runtime;
    if (mine->npushed == 0) {
        return;
    }
    for (int i = 1; i <= mine->npushed; i++) {
        if (cpy_frame_has_object(mine->pushed[i])) {
            mine->kept = true;
            mine->shaken = mine->synced;
            mine->synced->valid = 0;
            return;
        }
    }
    PyObject *error = PyErr_GetRaisedException();
    pop_pushed(mine, 0);
    PyErr_SetRaisedException(error);
}

int rt_dealloc(CgRun *run, CgExit *exit, void *obj)
{
    RtRun *mine = run->runtime;
    if (rt_death_is_silent(obj)) {
        cpy_dealloc(obj);
        return 0;
    }
    rt.stats.deaths++;
    if (exit->side == NULL && mine->dying == NULL) {
        mine->dying = obj;
        return 1;
    }
    /* Machine code goes on behind the exit, in its side trace. */
    rt_sync(run, exit);
    PyObject *error = PyErr_GetRaisedException();
    cpy_dealloc(obj);
    PyErr_SetRaisedException(error);
    rt_unsync(run);
    return 1;
}
