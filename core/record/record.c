/*  The life of a recording: start, one step an instruction, end. What each instruction means is in the handlers'
    files (arith.c, attr.c, call.c, ...); the table at the top of rec_step picks one by neutral operation. */
#include "record/state.h"

#include <string.h>

const char *const rec_abort_name[ABORT__COUNT] = {
#define ABORT(name, policy, sentence) #name,
#include "record/aborts.def"
#undef ABORT
};
const char *const rec_abort_sentence[ABORT__COUNT] = {
#define ABORT(name, policy, sentence) sentence,
#include "record/aborts.def"
#undef ABORT
};
const RecAbortPolicy rec_abort_policy[ABORT__COUNT] = {
#define ABORT(name, policy, sentence) policy,
#include "record/aborts.def"
#undef ABORT
};

static const RecHandler handlers[CPYOP__COUNT] = {
#define HANDLER(name) [CPYOP_##name] = rec_do_##name,
#include "record/handlers.def"
#undef HANDLER
};

void rec_give_up(Recorder *r, RecAbort why)
{
    if (r->status == REC_ABORTED) {
        return;
    }
    r->status = REC_ABORTED;
    r->abort = why;
    r->abort_opcode = r->state->insn.opcode_name;
    if (r->state->nframes > 0) {
        r->abort_code = rec_top(r)->code;
        r->abort_place = r->state->insn.at;
    }
}

/* What its exits must restore counts more than the path: a compile takes some times as much memory. */
enum { MAX_RAW_BYTES = 2 * 1024 * 1024 };

/* ---- starting --------------------------------------------------------------------------- */

static RecFrame *new_frame(Recorder *r, CpyFrame *real)
{
    RecState *st = r->state;
    RecFrame *f = &st->frames[st->nframes++];
    PyCodeObject *code = cpy_frame_code(real);
    *f = (RecFrame){.real = real, .code = code, .base = cpy_code_stack_base(code), .depth = cpy_frame_depth(real)};
    f->nslots = f->base + code->co_stacksize;
    f->slots = arena_alloc(st->arena, (size_t)f->nslots * sizeof(RecVal));
    f->func = cpy_frame_function(real);
    rec_const(r, (PyObject *)code);
    return f;
}

/* A stack entry that is NULL now (a comprehension's saved variable, no self) is NULL whenever the trace is entered. */
static void guard_unset(Recorder *r, RecFrame *f, int slot)
{
    if (slot >= f->base && cpy_slot_get(f->real, slot).kind == CPY_SLOT_NULL && !f->modified[slot]) {
        rec_op1(r, IR_guard_null, f->slots[slot].ref);
        f->slots[slot] = (RecVal){0};
    }
}

static void load_root_slot(Recorder *r, RecFrame *f, int slot)
{
    CpySlot c = cpy_slot_get(f->real, slot);
    if (c.kind == CPY_SLOT_INT) {
        IrInsn imm = {.imm.i = slot};
        IrRef guard = ir_append_imm(r->raw, IR_guard_slot_int, NULL, 0, imm);
        ir_set_snap(r->raw, guard, rec_snap_before(r));
        f->slots[slot] = (RecVal){.ref = rec_slot_op(r, IR_load_slot_int, 0, 0, slot), .owned = 1, .is_int = 1};
        return;
    }
    f->slots[slot] = (RecVal){.ref = rec_slot_op(r, IR_load_slot, 0, 0, slot), .owned = 1};
    guard_unset(r, f, slot);
}

static void load_root(Recorder *r, int depth)
{
    RecFrame *f = &r->state->frames[0];
    int given = r->state->start.kind == REC_FUNCTION ? f->code->co_argcount : f->base + depth;
    for (int s = 0; s < f->base + depth; s++) {
        load_root_slot(r, f, s);
        if (s >= given) { /* At a function's start what is no argument is unset. */
            rec_op1(r, IR_guard_null, f->slots[s].ref);
            f->slots[s] = (RecVal){0};
        }
    }
}

static bool is_too_big(PyCodeObject *code)
{
    return cpy_code_stack_base(code) + code->co_stacksize > REC_MAX_SLOTS;
}

/* The values of a parent's exit, as raw operations: exit_arg for each leaf, then boxes and virtual objects over them. */
typedef struct {
    const IrSnapshot *snap;
    IrRef *leaves; /* by leaf number */
    IrRef *virtuals;
    bool *used; /* by virtual: the reference that `new` gave has an owner */
    int next;
} ExitValues;

/* Another place that owns the virtual object. */
static IrRef use_virtual(Recorder *r, ExitValues *ev, IrRef value)
{
    uint32_t k = value & ~IR_VIRTUAL;
    if (ev->used[k]) {
        rec_op1(r, IR_incref, ev->virtuals[k]);
    }
    ev->used[k] = true;
    return ev->virtuals[k];
}

static IrRef next_leaf(Recorder *r, ExitValues *ev, bool unbox_only)
{
    IrRef ref = ev->leaves[ev->next++];
    if (unbox_only) {
        return ref;
    }
    switch (ir_at(r->raw, ref)->type) {
    case IR_I64:
        ref = rec_op1(r, IR_box_i64, ref);
        rec_set_known(r, ref, &PyLong_Type);
        return ref;
    case IR_F64:
        ref = rec_op1(r, IR_box_f64, ref);
        rec_set_known(r, ref, &PyFloat_Type);
        return ref;
    case IR_BOOL:
        ref = rec_op1(r, IR_box_bool, ref);
        rec_set_known(r, ref, &PyBool_Type);
        return ref;
    default:
        return ref;
    }
}

/* A leaf that is a box made by the exit is owned, whatever the entry said of its value. */
static bool is_box(Recorder *r, IrRef ref)
{
    IrOp op = (IrOp)ir_at(r->raw, ref)->op;
    return op == IR_box_i64 || op == IR_box_f64 || op == IR_box_bool;
}

static void make_exit_args(Recorder *r, ExitValues *ev)
{
    const RecStart *how = &r->state->start;
    enum { MAX_LEAVES = 512 };
    int n = ir_snapshot_leaves(ev->snap, NULL, 0);
    if (n > MAX_LEAVES) {
        rec_give_up(r, ABORT_huge_frame);
        n = MAX_LEAVES;
    }
    ev->leaves = arena_alloc(r->state->arena, (size_t)(n + 1) * sizeof(IrRef));
    IrRef in_parent[MAX_LEAVES];
    ir_snapshot_leaves(ev->snap, in_parent, MAX_LEAVES);
    for (int i = 0; i < n; i++) {
        int first = 0;
        while (in_parent[first] != in_parent[i]) {
            first++;
        }
        IrInsn imm = {.type = how->leaf_types[i], .imm.i = i};
        ev->leaves[i] = first < i ? ev->leaves[first] : ir_append_imm(r->raw, IR_exit_arg, NULL, 0, imm);
    }
    r->raw->nexit_args = n;
}

/* Virtuals' leaves come after the slots' in leaf order, but slots refer to virtuals: so virtuals are made first. */
static void make_virtuals(Recorder *r, ExitValues *ev)
{
    const IrSnapshot *s = ev->snap;
    int slot_leaves = 0;
    for (int i = 0; i < s->nslots; i++) {
        slot_leaves += s->slots[i].value != IR_NONE && !(s->slots[i].value & IR_VIRTUAL);
    }
    ev->virtuals = arena_alloc(r->state->arena, (size_t)(s->nvirtuals + 1) * sizeof(IrRef));
    ev->next = slot_leaves;
    for (int v = 0; v < s->nvirtuals; v++) {
        const IrVirtual *vt = &s->virtuals[v];
        IrRef *values = arena_alloc(r->state->arena, (size_t)(vt->nvalues + 1) * sizeof(IrRef));
        for (int i = 0; i < vt->nvalues; i++) {
            IrRef x = vt->values[i];
            bool raw_int = vt->klass->fields && !ir_holds_ref(vt->klass->fields[i]->width);
            if (x == IR_NONE) {
                values[i] = ir_const_obj(r->raw, NULL);
            } else if (x & IR_VIRTUAL) {
                values[i] = use_virtual(r, ev, x);
            } else {
                values[i] = next_leaf(r, ev, raw_int);
                if (!raw_int && !(vt->owned >> i & 1) && !is_box(r, values[i])) {
                    rec_op1(r, IR_incref, values[i]);
                }
            }
        }
        ev->virtuals[v] = rec_new(r, vt->klass, values);
        rec_note_virtual(r, ev->virtuals[v], vt->klass, values);
    }
    ev->next = 0;
}

static void set_exit_slot(Recorder *r, ExitValues *ev, const IrSnapSlot *e)
{
    RecFrame *f = &r->state->frames[e->frame];
    RecVal v = {.owned = (e->flags & IR_SNAP_OWNED) != 0, .is_int = (e->flags & IR_SNAP_INT) != 0};
    if (e->value == IR_NONE) {
        v.ref = IR_NONE;
    } else if (e->value & IR_VIRTUAL) {
        v.ref = use_virtual(r, ev, e->value);
        v.owned = 1;
    } else {
        v.ref = next_leaf(r, ev, v.is_int);
        v.owned = v.owned || is_box(r, v.ref);
    }
    if ((e->flags & IR_SNAP_FUNC) && e->frame == 0) {
        r->state->handled = v.ref;
        return;
    }
    if (e->flags & IR_SNAP_FUNC) {
        f->func_ref = v.ref;
        f->owns_func = v.owned;
        f->func = NULL;
        return;
    }
    f->slots[e->slot] = v;
    if (f->modified) {
        f->modified[e->slot] = 1;
    }
}

/* Entries without a reference of their own borrow from what the parent knew to stay: here nobody knows. */
static void own_listed_slots(Recorder *r)
{
    const IrSnapshot *s = r->state->start.exit;
    for (int k = 0; k < s->nslots; k++) {
        RecFrame *f = &r->state->frames[s->slots[k].frame];
        if ((s->slots[k].flags & IR_SNAP_FUNC) && s->slots[k].frame == 0) {
            continue; /* A virtual: it has its own. */
        }
        if (s->slots[k].flags & IR_SNAP_FUNC) {
            if (!f->owns_func) {
                rec_op1(r, IR_incref, f->func_ref);
                f->owns_func = true;
            }
        } else if (s->slots[k].frame == 0 && s->slots[k].slot < f->base) {
            f->slots[s->slots[k].slot].owned = 1; /* The optimiser makes what a local finds lent its own. */
        } else {
            rec_own(r, &f->slots[s->slots[k].slot]);
        }
    }
}

/* As load_root_slot, before there is a snapshot for guards: guard_int_slots makes them. */
static void load_side_slot(Recorder *r, RecFrame *f, int slot)
{
    if (cpy_slot_get(f->real, slot).kind != CPY_SLOT_INT) {
        f->slots[slot] = (RecVal){.ref = rec_slot_op(r, IR_load_slot, 0, 0, slot), .owned = 1};
        return;
    }
    f->slots[slot] = (RecVal){.ref = rec_slot_op(r, IR_load_slot_int, 0, 0, slot), .owned = 1, .is_int = 1};
}

/* Behind all values that the snapshot mentions: an exit writes them. */
static void guard_int_slots(Recorder *r, uint32_t snap)
{
    for (IrRef i = 1, end = (IrRef)r->raw->insns.len; i < end; i++) {
        if (ir_at(r->raw, i)->op == IR_load_slot_int) {
            IrInsn imm = {.imm.i = ir_at(r->raw, i)->imm.i};
            ir_set_snap(r->raw, ir_append_imm(r->raw, IR_guard_slot_int, NULL, 0, imm), snap);
        }
    }
}

/* What the exit would release is the side trace's to release. */
static void take_exit_drops(Recorder *r, ExitValues *ev)
{
    int first = r->raw->nexit_args - ev->snap->ndrops;
    for (int i = 0; i < ev->snap->ndrops; i++) {
        rec_drop(r, (RecVal){.ref = ev->leaves[first + i], .owned = 1});
    }
}

static void release_drops(Recorder *r, int place);
static void guard_valid_after_running(Recorder *r, int place);

static void load_generators(Recorder *r)
{
    const IrSnapshot *s = r->state->start.exit;
    for (int i = 1; i < s->nframes; i++) {
        RecFrame *f = &r->state->frames[i];
        if (rec_is_generator(f)) {
            rec_load_generator_slots(r, f);
        }
    }
}

static void start_side(Recorder *r)
{
    RecState *st = r->state;
    const RecStart *how = &st->start;
    const IrSnapshot *s = how->exit;
    for (int i = 0; i < s->nframes; i++) {
        RecFrame *f = new_frame(r, how->frames[i]);
        f->depth = s->frames[i].depth;
        f->place = s->frames[i].place;
        f->how = s->frames[i].how;
        if (rec_is_generator(f)) {
            f->modified = arena_alloc(st->arena, (size_t)f->nslots);
            f->mem_depth = f->how >> 8;
        }
        if (i > 0 && ((f->how & 0xff) == REC_HOW_BINARY || (f->how & 0xff) == REC_HOW_COMPARE)) {
            f->pop_on_return = 2;
        }
        if (i > 0 && (f->how & 0xff) == REC_HOW_ITER) {
            f->pop_on_return = 1;
        }
        rec_observe(r, f->code);
        if (i > 0 && s->frames[i].func != NULL) { /* Any other, the root frame's too, is the frame's own: kept, it would not die. */
            rec_const(r, s->frames[i].func);
        }
    }
    RecFrame *root = &st->frames[0];
    root->modified = arena_alloc(st->arena, (size_t)root->nslots);
    r->entry_depth = root->mem_depth = how->root_entry_depth;
    ExitValues ev = {.snap = s};
    make_exit_args(r, &ev);
    int below = root->depth < r->entry_depth ? root->depth : r->entry_depth;
    for (int i = 0; i < root->base + below; i++) {
        bool listed = false;
        for (int k = 0; k < s->nslots && s->slots[k].frame == 0; k++) {
            listed = listed || s->slots[k].slot == i;
        }
        if (!listed) {
            load_side_slot(r, root, i);
        }
    }
    ev.used = arena_alloc(st->arena, (size_t)s->nvirtuals + 1);
    make_virtuals(r, &ev);
    for (int k = 0; k < s->nslots; k++) {
        set_exit_slot(r, &ev, &s->slots[k]);
    }
    take_exit_drops(r, &ev);
    /* The optimiser takes the first snapshot for the state at entry. */
    int place = s->frames[s->nframes - 1].place;
    st->before = rec_snap_at(r, place, 0, IR_EXIT_RESUME);
    guard_int_slots(r, st->before);
    load_generators(r);
    for (int i = root->base; i < root->base + below; i++) {
        guard_unset(r, root, i);
    }
    own_listed_slots(r);
    st->before = rec_snap_at(r, place, 0, IR_EXIT_RESUME); /* What was lent is owned from here on. */
    st->ran = st->start.unsettled;
    if (s->kind == IR_EXIT_NEXT) {
        st->insn = cpy_decode(rec_top(r)->code, place);
        rec_guard_no_error(r); /* The exit is that of an iterator's error too. */
        rec_exhaust(r);
        rec_finish_insn(r);
    } else if (s->kind == IR_EXIT_RAISE) {
        release_drops(r, place);
        rec_begin_raising(r, place);
    } else {
        guard_valid_after_running(r, place);
        release_drops(r, place);
        st->goes_to = place; /* Nothing may be missed before the first event. */
    }
}

static void start_root(Recorder *r)
{
    RecFrame *f = new_frame(r, r->state->start.frame);
    f->modified = arena_alloc(r->state->arena, (size_t)f->nslots);
    f->place = r->state->start.place;
    r->entry_depth = f->mem_depth = f->depth;
    r->state->before = rec_snap_at(r, f->place, 0, IR_EXIT_RESUME);
    load_root(r, f->depth);
    rec_observe(r, f->code);
    if (r->state->start.kind == REC_LOOP) {
        r->state->goes_to = f->place; /* Nothing may be missed before the first event. */
    }
}

Recorder *rec_start(const RecStart *start, const RecHost *host, PyThreadState *ts, RecAbort *why)
{
    CpyFrame *inner = start->kind == REC_SIDE ? start->frames[start->exit->nframes - 1] : start->frame;
    if (is_too_big(cpy_frame_code(inner))) {
        *why = ABORT_huge_frame;
        return NULL;
    }
    Recorder *r = PyMem_RawCalloc(1, sizeof(Recorder));
    RecState *st = PyMem_RawCalloc(1, sizeof(RecState));
    if (r == NULL || st == NULL) {
        PyMem_RawFree(r);
        PyMem_RawFree(st);
        *why = ABORT_out_of_memory;
        return NULL;
    }
    r->state = st;
    st->host = host;
    st->ts = ts;
    st->start = *start;
    st->arena = arena_new();
    st->goes_to = -1;
    PyCodeObject *root = cpy_frame_code(start->kind == REC_SIDE ? start->frames[0] : start->frame);
    r->first_stack_slot = cpy_code_stack_base(root);
    r->raw = ir_trace_new(st->arena, PyUnicode_AsUTF8(root->co_qualname));
    r->raw->max_insns = start->max_insns;
    if (start->kind == REC_SIDE) {
        start_side(r);
    } else {
        start_root(r);
    }
    if (rec_gave_up(r)) {
        *why = r->abort;
        rec_stop_events(r);
        rec_free(r);
        return NULL;
    }
    return r;
}

/* ---- ending ------------------------------------------------------------------------------ */

static void end_with(Recorder *r, IrOp op, struct IrLabel *label, uint32_t snap)
{
    IrInsn imm = {.imm.label = label};
    IrRef end = label ? ir_append_imm(r->raw, op, NULL, 0, imm) : ir_append(r->raw, op, NULL, 0);
    ir_set_snap(r->raw, end, snap);
    r->state->ended = true;
    r->status = REC_DONE;
}

bool rec_observes(const Recorder *r, PyCodeObject *code)
{
    for (size_t i = 0; i < r->state->observed.len; i++) {
        if (r->state->observed.data[i] == code) {
            return true;
        }
    }
    return false;
}

void rec_stop_events(Recorder *r)
{
    RecState *st = r->state;
    for (size_t i = 0; i < st->observed.len; i++) {
        if (st->host->observe(st->observed.data[i], false) < 0) {
            PyErr_WriteUnraisable((PyObject *)st->observed.data[i]);
        }
        Py_DECREF(st->observed.data[i]);
    }
    st->observed.len = 0;
}

void rec_free(Recorder *r)
{
    RecState *st = r->state;
    for (size_t i = 0; i < r->objects.len; i++) {
        Py_DECREF(r->objects.data[i]);
    }
    vec_free(&r->objects);
    vec_free(&r->deps);
    vec_free(&st->observed);
    vec_free(&st->known);
    PyMem_RawFree(st->sslots);
    PyMem_RawFree(st);
    PyMem_RawFree(r);
}

/* ---- loops ---------------------------------------------------------------------------------- */

static bool at_own_head(Recorder *r, int place)
{
    RecState *st = r->state;
    return rec_is_root(r) && st->start.kind == REC_LOOP && place == st->start.place &&
           rec_top(r)->depth == r->entry_depth;
}

static void check_breaker(Recorder *r, int place)
{
    IrRef guard = ir_append(r->raw, IR_guard_breaker, NULL, 0);
    ir_set_snap(r->raw, guard, rec_snap_at(r, place, 0, IR_EXIT_RESUME));
}

/* How often a loop that is not compiled may go round inside another trace before that is given up. */
enum { ROUNDS_OF_INNER = 3, ROUNDS_IN_CALLEE = 6, ROUNDS_IN_GENERATOR = 20 };

/* Where the loop is compiled already: the more ways it went in its rounds, the more traces would all their combinations be. */
static int rounds_in_callee(Recorder *r, PyCodeObject *code, int place)
{
    enum { FEW = 2, SOME = 8 };
    int sides = r->state->host->sides_at(code, place);
    return sides < 0 ? ROUNDS_IN_CALLEE : sides <= FEW ? 4 : sides <= SOME ? 2 : 0;
}

static void meet_inner_loop(Recorder *r, int place)
{
    RecFrame *f = rec_top(r);
    bool in_generator = rec_is_generator(f);
    if (rec_is_root(r) && r->state->start.kind == REC_LOOP && place < r->state->start.place) {
        rec_give_up(r, ABORT_left_loop);
        return;
    }
    if (rec_is_root(r)) {
        struct IrLabel *label = r->state->host->label_at(f->code, place);
        if (label && r->state->start.kind == REC_LOOP) {
            rec_give_up(r, ABORT_inner_compiled);
            return;
        }
        if (label) {
            end_with(r, IR_raw_link, label, rec_snap_at(r, place, 0, IR_EXIT_RESUME));
            return;
        }
    }
    f->rounds++;
    if (in_generator) {
        if (f->rounds > ROUNDS_IN_GENERATOR) {
            r->state->host->set_no_inline(f->code);
            rec_give_up(r, ABORT_unrolled_too_often);
        }
        return;
    }
    if (rec_is_root(r)) {
        if (f->rounds > ROUNDS_OF_INNER) {
            rec_give_up(r, ABORT_inner_loop);
        }
    } else if (f->rounds > rounds_in_callee(r, f->code, place)) {
        r->state->host->set_no_inline(f->code);
        rec_give_up(r, ABORT_unrolled_too_often);
    }
}

void rec_do_jump_back(Recorder *r)
{
    int head = r->state->insn.target;
    check_breaker(r, head);
    r->state->goes_to = head;
    if (rec_is_root(r) && r->state->handled != IR_NONE) {
        rec_give_up(r, ABORT_raised);
        return;
    }
    if (at_own_head(r, head)) {
        end_with(r, IR_raw_close, NULL, rec_snap_at(r, head, 0, IR_EXIT_RESUME));
        return;
    }
    meet_inner_loop(r, head);
}

/* Falling into a compiled loop from above links to it as well. */
static bool falls_into_loop(Recorder *r, int place)
{
    RecState *st = r->state;
    if (!rec_is_root(r) || st->handled != IR_NONE || (st->start.kind == REC_LOOP && place == st->start.place)) {
        return false;
    }
    struct IrLabel *label = st->host->label_at(rec_top(r)->code, place);
    if (label == NULL || !st->moved) {
        return false;
    }
    if (st->start.kind == REC_LOOP) {
        rec_give_up(r, ABORT_inner_compiled);
        return true;
    }
    end_with(r, IR_raw_link, label, rec_snap_at(r, place, 0, IR_EXIT_RESUME));
    return true;
}

/* ---- returning from the root ------------------------------------------------------------------ */

static void leave_root(Recorder *r)
{
    RecState *st = r->state;
    if (st->start.kind == REC_LOOP) {
        rec_give_up(r, ABORT_left_loop);
        return;
    }
    r->returns = true;
    end_with(r, IR_leave, NULL, rec_snap_at(r, st->insn.at, 0, IR_EXIT_RETURN));
}

/* The interpreter yields; what led there is a trace, unless it began here. A loop that yields in each of its rounds is none. */
void rec_leave_root_by_yield(Recorder *r)
{
    RecState *st = r->state;
    const RecStart *how = &st->start;
    if (how->kind != REC_SIDE || how->exit->frames[how->exit->nframes - 1].place == st->insn.at) {
        rec_give_up(r, how->kind == REC_LOOP && st->branched ? ABORT_yielding : ABORT_yields);
        return;
    }
    end_with(r, IR_leave, NULL, st->before);
}

/* The interpreter returns the constant itself. */
static void leave_root_at_const(Recorder *r)
{
    RecState *st = r->state;
    if (st->start.kind == REC_LOOP) {
        rec_give_up(r, ABORT_left_loop);
        return;
    }
    r->returns = true;
    end_with(r, IR_leave, NULL, rec_snap_at(r, st->insn.at, 0, IR_EXIT_RESUME));
}

static void put_bool(Recorder *r, RecVal *v, IrRef flag)
{
    IrRef box = rec_op1(r, IR_box_bool, flag);
    rec_set_known(r, box, &PyBool_Type);
    rec_drop(r, *v);
    *v = (RecVal){.ref = box};
}

/* A length that the caller asked for, or only whether it is one. */
static bool take_length(Recorder *r, bool as_bool, RecVal *v, PyObject *result)
{
    int64_t n;
    if (!PyLong_CheckExact(result) || !rec_fits_i64(result, &n) || n < 0) {
        return false;
    }
    IrRef i = rec_unbox_int(r, v->ref, result);
    rec_guard_bool(r, rec_op2(r, IR_lt_i64, i, rec_int(r, 0)), false);
    if (as_bool) {
        put_bool(r, v, rec_op2(r, IR_ne_i64, i, rec_int(r, 0)));
    }
    return true;
}

/* What the caller makes of the result that is about to be returned; false: it is of no kind that a trace goes on with. */
static bool take_result(Recorder *r, int how, RecVal *v, PyObject *result)
{
    const int to_bool = 16;
    switch ((RecHow)(how & 0xff)) {
    case REC_HOW_PUSH:
    case REC_HOW_DISCARD:
        return true;
    case REC_HOW_INIT:
        rec_guard_is(r, v->ref, Py_None);
        return result == Py_None;
    case REC_HOW_BINARY:
    case REC_HOW_COMPARE:
        if (result == Py_NotImplemented || ((how & 0xff) == REC_HOW_COMPARE && how >> 8 & to_bool && !PyBool_Check(result))) {
            return false;
        }
        if (PyBool_Check(result)) {
            rec_guard_type(r, v->ref, result);
        } else {
            rec_op2(r, IR_guard_is_not, v->ref, rec_const(r, Py_NotImplemented));
        }
        return true;
    case REC_HOW_BOOL:
    case REC_HOW_TRUTH:
        rec_guard_type(r, v->ref, result);
        return PyBool_Check(result);
    case REC_HOW_NOT_TRUTH:
        if (!PyBool_Check(result)) {
            return false;
        }
        rec_guard_type(r, v->ref, result);
        put_bool(r, v, rec_op1(r, IR_not_bool, rec_op1(r, IR_unbox_bool, v->ref)));
        return true;
    case REC_HOW_LEN:
        return take_length(r, false, v, result);
    case REC_HOW_LEN_BOOL:
        return take_length(r, true, v, result);
    case REC_HOW_NEXT:
        return true;
    case REC_HOW_ITER:
        rec_guard_type(r, v->ref, result);
        return PyIter_Check(result);
    case REC_HOW_GENERATOR:
    case REC_HOW_ROOT:
        break;
    }
    return false;
}

void rec_do_return_value(Recorder *r)
{
    if (rec_is_root(r)) {
        RecVal *v = rec_stack(r, 0);
        rec_own(r, v);
        leave_root(r);
        return;
    }
    if (rec_is_generator(rec_top(r))) {
        rec_drop(r, rec_pop(r));
        rec_return_from_generator(r);
        return;
    }
    if (!take_result(r, rec_top(r)->how, rec_stack(r, 0), rec_concrete(r, 0))) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    rec_leave_frame(r, rec_pop(r));
}

void rec_do_return_const(Recorder *r)
{
    if (rec_is_root(r)) {
        leave_root_at_const(r);
        return;
    }
    if (rec_is_generator(rec_top(r))) {
        rec_return_from_generator(r);
        return;
    }
    RecVal v = {.ref = rec_const(r, r->state->insn.obj)};
    if (!take_result(r, rec_top(r)->how, &v, r->state->insn.obj)) {
        rec_give_up(r, ABORT_odd_value);
        return;
    }
    rec_leave_frame(r, v);
}

/* ---- one step ------------------------------------------------------------------------------------ */

static void release_drops(Recorder *r, int place)
{
    RecState *st = r->state;
    for (int i = 0; i < st->ndrops; i++) {
        IrRef ref = st->drops[i].ref;
        IrRef insn = ir_append(r->raw, IR_decref, &ref, 1);
        ir_set_snap(r->raw, insn, rec_snap_at(r, place, i + 1, IR_EXIT_RESUME));
    }
    st->ndrops = 0;
}

/* Each carries the state behind the whole instruction: what is not stored yet, its exit stores. */
static void write_slots(Recorder *r, int place)
{
    RecState *st = r->state;
    rec_write_generator_slots(r, place);
    for (int i = 0; i < st->nstores; i++) {
        if (st->stores[i].frame > 0) {
            continue;
        }
        if (st->stores[i].keep != IR_NONE) {
            rec_op1(r, IR_incref, st->stores[i].keep);
        }
        IrRef store = rec_slot_op(r, IR_store_slot, 1, st->stores[i].value, st->stores[i].slot);
        ir_set_snap(r->raw, store, rec_snap_at(r, place, 0, IR_EXIT_RESUME));
    }
    st->nstores = 0;
}

static void guard_valid_after_running(Recorder *r, int place)
{
    if (r->state->ran) {
        IrRef guard = ir_append(r->raw, IR_guard_valid, NULL, 0);
        ir_set_snap(r->raw, guard, rec_snap_at(r, place, 0, IR_EXIT_RESUME));
        r->state->ran = false;
    }
}

void rec_finish_insn(Recorder *r)
{
    RecState *st = r->state;
    if (rec_gave_up(r) || st->ended || st->pending_next) {
        return;
    }
    int place = st->goes_to >= 0 ? st->goes_to : st->insn.next;
    rec_note_passed(r, place);
    guard_valid_after_running(r, place);
    write_slots(r, place);
    release_drops(r, place);
}

/* The frame that is about to execute: ours, or one we just called. */
static bool find_frame(Recorder *r, CpyFrame *now, PyCodeObject *code)
{
    RecState *st = r->state;
    RecFrame *f = rec_top(r);
    if (f->real == NULL) {
        CpyFrame *caller = cpy_frame_previous(now);
        if (f->code != code || caller != st->frames[st->nframes - 2].real) {
            return false;
        }
        f->real = now;
    }
    return f->real == now;
}

static bool in_step_with_interpreter(Recorder *r, int place)
{
    RecState *st = r->state;
    if (st->goes_to >= 0 && st->insn.at != st->goes_to) {
        return false;
    }
    (void)place;
    return cpy_frame_depth(rec_top(r)->real) == rec_top(r)->depth;
}

static bool is_ours(Recorder *r, PyThreadState *ts)
{
    return ts == r->state->ts;
}

/* Some instructions bring no event: what they do is done before the one that did. Code that is observed for the first time gets its
   events at its RESUME, so that what stands before it is silent then. */
static bool is_silent(CpyOp op)
{
    return op == CPYOP_resume || op == CPYOP_nop || op == CPYOP_end_for || op == CPYOP_copy_free_vars || op == CPYOP_make_cell;
}

enum { MAX_SILENT = 50 };

static void catch_up(Recorder *r, const CpyInsn *now)
{
    RecState *st = r->state;
    PyCodeObject *code = rec_top(r)->code;
    for (int i = 0; i < MAX_SILENT && st->goes_to >= 0 && st->goes_to != now->at; i++) {
        CpyInsn silent = cpy_decode(code, st->goes_to);
        if (!is_silent(silent.op)) {
            return;
        }
        st->insn = silent;
        st->goes_to = -1;
        st->ran = false;
        rec_top(r)->place = silent.at;
        st->before = rec_snap_at(r, silent.at, 0, IR_EXIT_RESUME);
        rec_begin_insn(r);
        handlers[silent.op](r);
        st->goes_to = silent.next;
        rec_finish_insn(r);
    }
}

static bool is_branch(CpyOp op)
{
    return op == CPYOP_jump_if_false || op == CPYOP_jump_if_true || op == CPYOP_jump_if_none || op == CPYOP_jump_if_not_none;
}

RecStatus rec_step(Recorder *r, PyThreadState *ts, PyCodeObject *code, int place)
{
    RecState *st = r->state;
    if (r->status != REC_RUNNING) {
        return r->status;
    }
    if (is_ours(r, ts)) {
        rec_notice_failure(r, cpy_current_frame(ts), place);
    }
    if (!is_ours(r, ts) || !find_frame(r, cpy_current_frame(ts), code)) {
        return REC_NOT_MINE;
    }
    st->insn = cpy_decode(code, place);
    if (place != st->insn.op_at) {
        return REC_RUNNING; /* an EXTENDED_ARG: the event of its instruction follows */
    }
    if (st->pending_next) {
        CpyInsn now = st->insn;
        rec_resolve_next(r, now.at);
        st->insn = now;
    }
    if (st->goes_to >= 0 && !rec_gave_up(r)) {
        CpyInsn now = st->insn;
        catch_up(r, &now);
        st->insn = now;
    }
    if (rec_gave_up(r)) {
        return r->status;
    }
    if (!in_step_with_interpreter(r, place)) {
        rec_give_up(r, ABORT_unexpected_place);
        return r->status;
    }
    st->goes_to = -1;
    st->ran = false;
    rec_top(r)->place = st->insn.at;
    if (falls_into_loop(r, st->insn.at)) {
        return r->status;
    }
    st->moved = true;
    st->branched = st->branched || (rec_is_root(r) && is_branch(st->insn.op));
    st->before = rec_snap_at(r, st->insn.at, 0, IR_EXIT_RESUME);
    rec_begin_insn(r);
    RecHandler handler = handlers[st->insn.op];
    if (handler == NULL) {
        rec_give_up(r, ABORT_unsupported);
        return r->status;
    }
    handler(r);
    if (st->goes_to < 0 && !st->pending_next) {
        st->goes_to = st->insn.next;
    }
    rec_finish_insn(r);
    if ((r->raw->failed || arena_bytes(r->raw->arena) > MAX_RAW_BYTES) && !rec_gave_up(r)) {
        rec_give_up(r, ABORT_trace_too_long);
    }
    return r->status;
}
