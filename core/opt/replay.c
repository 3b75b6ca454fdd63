/*  One raw operation after the other through the chain; here also what no other file has: calls, sync, plain arithmetic, ends. */
#include "opt/cx.h"

/* ---- arithmetic and other pure operations ---------------------------------------------- */
static bool fold_virtual(OptContext *cx) {
    if (cx->now->op == IR_eq_ptr) {
        OptVal a = operand(cx, 0), b = operand(cx, 1);
        bool object = (is_virtual(a) && !is_box(cx, a)) || (is_virtual(b) && !is_box(cx, b));
        if (a != b && !object) {
            return false;
        }
        cx->map[cx->now_ref] = ir_const_bool(cx->out, a == b);
        return true;
    }
    if (cx->now->op != IR_has_type || !is_virtual(operand(cx, 0))) {
        return false;
    }
    int known = is_of_type(cx, operand(cx, 0), cx->now->imm.klass);
    cx->map[cx->now_ref] = ir_const_bool(cx->out, known == 1);
    return true;
}

static IrRef *real_operands(OptContext *cx) {
    const IrInsn *in = cx->now;
    IrRef *args = opt_alloc(cx, (size_t)(in->nargs + 1) * sizeof *args);
    for (int i = 0; i < in->nargs; i++) {
        args[i] = as_real(cx, operand(cx, i));
    }
    return args;
}

static void replay_pure(OptContext *cx) {
    const IrInsn *in = cx->now;
    if (fold_virtual(cx)) {
        return;
    }
    IrRef *args = real_operands(cx);
    cx->map[cx->now_ref] = emit_pure(cx, (IrOp)in->op, args, in->nargs, in, in->snap);
}

static void replay_const(OptContext *cx) {
    const IrInsn *in = cx->now;
    IrRef r = IR_NONE;
    switch ((int)in->op) {
    case IR_const_i64: r = ir_const_i64(cx->out, in->imm.i); break;
    case IR_const_f64: r = ir_const_f64(cx->out, in->imm.f); break;
    case IR_const_bool: r = ir_const_bool(cx->out, in->imm.i != 0); break;
    case IR_const_obj: r = ir_const_obj(cx->out, in->imm.p); break;
    case IR_const_ptr: r = ir_const_ptr(cx->out, in->imm.p); break;
    }
    cx->map[cx->now_ref] = r;
}

/* ---- calls ------------------------------------------------------------------------------- */
static void ran_code(OptContext *cx) {
    cx->epoch++;
    clobber(cx, MEM_ALL);
    forget_loose_types(cx);
}

/* Which operand a helper steals, or -1. */
static int stolen_operand(const IrInsn *in) {
    if (in->op != IR_call) {
        return -1;
    }
    switch (in->imm.i) {
    case IR_CALL_str_concat_take: return 0;
    case IR_CALL_subscr_take_key:
    case IR_CALL_store_subscr_take_key: return 1;
    }
    return -1;
}

/* All references to it must be real then: with the last one it may be changed in place. */
static IrRef real_stolen(OptContext *cx, OptVal v) {
    if (!is_virtual(v)) {
        OptFact *f = fact(cx, v);
        for (; f->pending > 0 && !ir_is_const(cx->out, v); f->pending--) {
            emit1(cx, IR_incref, v);
            f->held++;
        }
    }
    return as_owned(cx, v);
}

static IrRef *call_operands(OptContext *cx) {
    int stolen = stolen_operand(cx->now);
    IrRef *args = opt_alloc(cx, (size_t)(cx->now->nargs + 1) * sizeof *args);
    for (int i = 0; i < cx->now->nargs; i++) {
        args[i] = i == stolen ? real_stolen(cx, operand(cx, i)) : as_real(cx, operand(cx, i));
    }
    return args;
}

/* The first setting of an attribute of an instance that is not made. Only in the order of its fields, as that is the order in which
   they are set when it is made. */
static bool add_to_virtual(OptContext *cx) {
    const IrInsn *in = cx->now;
    if (in->op != IR_call || in->imm.i != IR_CALL_attr_add || !is_virtual(operand(cx, 0)) || is_box(cx, operand(cx, 0))) {
        return false;
    }
    OptVirtual *o = virt(cx, operand(cx, 0));
    OptVal name = operand(cx, 1), value = operand(cx, 2);
    void *const *names = o->klass->data;
    int at = -1;
    for (int i = 0; names && i < o->n && o->klass->fields[i]->mem == MEMID_attr; i++) {
        if (o->values[i] != IR_NONE) {
            at = -1;
        } else if (at < 0 && ir_is_const(cx->out, name) && names[i] == ir_at(cx->out, name)->imm.p) {
            at = i;
        }
    }
    if (at < 0 || reaches(cx, value, operand(cx, 0))) {
        return false;
    }
    count_up(cx, value);
    o->values[at] = value;
    cx->map[cx->now_ref] = ir_const_i64(cx->out, 0);
    return true;
}

/* Does it only look into dicts or sets? What they hold is written by calls alone. */
static bool is_question(const IrCallInfo *info) {
    return info && info->reads && !(info->reads & ~(unsigned)(MEM_dict | MEM_set)) && !info->writes && !info->flags;
}

static IrRef find_answer(OptContext *cx, const IrRef *args) {
    for (uint32_t i = 0; i < cx->answers.n && pass_on(cx, PASS_forward); i++) {
        const IrInsn *in = ir_at(cx->out, cx->answers.data[i]);
        if (in->imm.i == cx->now->imm.i && in->nargs == cx->now->nargs && !memcmp(in->args, args, in->nargs * sizeof *args)) {
            return cx->answers.data[i];
        }
    }
    return IR_NONE;
}

static bool writes_lists(const IrInsn *in) {
    const unsigned lists = MEM_list_header | MEM_list_item;
    unsigned flags = ir_op_info[in->op].flags;
    if (in->op == IR_call) {
        return (ir_call_info[in->imm.i].flags & IRF_RUNS) || (ir_call_info[in->imm.i].writes & lists);
    }
    return (flags & IRF_RUNS) || ((flags & IRF_WRITE) && (lists >> in->imm.field->mem & 1));
}

/* Does the raw code drop its last reference to it right behind this operation? */
static bool ends_here(OptContext *cx, OptVal v) {
    for (IrRef r = cx->now_ref + 1; r < NINSNS(cx->raw); r++) {
        const IrInsn *in = ir_at(cx->raw, r);
        if (in->op == IR_decref && resolve(cx, cx->map[in->args[0]]) == v) {
            return virt(cx, v)->refs == 1;
        }
        if (in->op != IR_decref && in->op != IR_guard_ok) {
            return false;
        }
    }
    return false;
}

/* A late copy that this operation takes the place of. */
static OptVal copy_to_put(OptContext *cx) {
    if (cx->now->op != IR_call || cx->now->imm.i != IR_CALL_list_put_slice) {
        return IR_NONE;
    }
    OptVal v = resolve(cx, operand(cx, 3));
    OptVirtual *copy = late_copy(cx, v);
    int64_t step;
    bool fits = copy && const_i64(cx, copy->values[3], &step) && (step == 1 || step == -1);
    return fits && ends_here(cx, v) ? v : IR_NONE;
}

/* Both or one of them a copy that ends here: list, start and stop of each. */
static IrRef *concat_late_copies(OptContext *cx, IrInsn *in) {
    OptVirtual *copies[2];
    bool some = false;
    for (int i = 0; i < 2; i++) {
        int64_t step;
        OptVal v = resolve(cx, operand(cx, i));
        copies[i] = late_copy(cx, v);
        bool fits = copies[i] && const_i64(cx, copies[i]->values[3], &step) && step == 1 && ends_here(cx, v);
        copies[i] = fits ? copies[i] : NULL;
        some = some || fits;
    }
    if (!some) {
        return NULL;
    }
    IrRef *args = opt_alloc(cx, 6 * sizeof *args);
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 3 && copies[i]; k++) {
            args[3 * i + k] = as_real(cx, copies[i]->values[k]);
        }
        if (!copies[i]) {
            args[3 * i] = as_real(cx, operand(cx, i));
            args[3 * i + 1] = ir_const_i64(cx->out, 0);
            args[3 * i + 2] = ir_const_i64(cx->out, INT64_MAX);
        }
    }
    in->imm.i = IR_CALL_list_concat_copies;
    in->nargs = 6;
    return args;
}

/* list[a:b] = a copy that was not made: its items go from list to list. */
static IrRef *put_late_copy(OptContext *cx, IrInsn *in) {
    OptVal v = copy_to_put(cx);
    if (!v) {
        return NULL;
    }
    OptVirtual *copy = virt(cx, v);
    int64_t step = 1;
    const_i64(cx, copy->values[3], &step);
    IrRef *args = opt_alloc(cx, 6 * sizeof *args);
    for (int i = 0; i < 6; i++) {
        args[i] = as_real(cx, i < 3 ? operand(cx, i) : copy->values[i - 3]);
    }
    in->imm.i = step == 1 ? IR_CALL_list_put_copy : IR_CALL_list_put_reversed;
    in->nargs = 6;
    return args;
}

static void replay_call(OptContext *cx) {
    if (add_to_virtual(cx) || finish_virtual_generator(cx)) {
        return;
    }
    IrInsn call = *cx->now;
    const IrInsn *in = &call;
    bool concats = in->op == IR_call && in->imm.i == IR_CALL_list_concat;
    IrRef *args = concats ? concat_late_copies(cx, &call) : put_late_copy(cx, &call);
    const IrCallInfo *info = in->op == IR_call ? &ir_call_info[in->imm.i] : NULL;
    bool quiet = in->op == IR_call_array_quiet || in->op == IR_call_c_quiet;
    unsigned flags = info ? info->flags : quiet ? IRF_NEW : IRF_RUNS | IRF_NEW;
    args = args ? args : call_operands(cx);
    if (flags & IRF_PURE) {
        cx->map[cx->now_ref] = emit_pure(cx, IR_call, args, in->nargs, in, 0);
        return;
    }
    IrRef answer = is_question(info) ? find_answer(cx, args) : IR_NONE;
    if (answer) {
        cx->map[cx->now_ref] = resolve(cx, answer);
        return;
    }
    bool runs = flags & IRF_RUNS;
    unsigned writes = runs ? MEM_ALL : info ? info->writes : 0;
    OptEffect e = { .writes = writes, .runs = runs, .slot = -1 };
    e.releases = stolen_operand(in) >= 0;
    if (e.writes || e.releases) {
        flush_pending(cx, &e);
    }
    IrRef r = emit(cx, (IrOp)in->op, args, in->nargs, in, 0);
    cx->map[cx->now_ref] = r;
    fact(cx, r)->held = flags & IRF_NEW ? 1 : 0;
    fact(cx, r)->fresh = false;
    if (is_question(info)) {
        LIST_PUSH(cx, cx->answers, r);
    }
    if (flags & IRF_STR) {
        fact(cx, r)->flags = IR_TYPE_STR | IR_TYPE_PLAIN | IR_TYPE_FIXED;
    }
    if (runs) {
        ran_code(cx);
    } else {
        clobber(cx, writes);
        clobber_pointers(cx, args, in->nargs);
    }
}

/* Whoever looks at the frames sees objects: all that are not numbers are made, and stay what they are. */
static void make_visible(OptContext *cx, const IrSnapshot *raw) {
    for (int i = 0; i < raw->nslots; i++) {
        OptVal v = raw->slots[i].value ? resolve(cx, cx->map[raw->slots[i].value]) : IR_NONE;
        if (is_virtual(v) && !is_box(cx, v)) {
            as_real(cx, v);
        }
    }
    for (int k = 0; k < cx->mem_limit && k < cx->nslots; k++) {
        OptVal v = slot_value(cx, k);
        if (is_virtual(v) && !is_box(cx, v)) {
            as_real(cx, v);
        }
    }
}

/* Is root slot k an operand that the raw trace accounts for itself, or one that only the loop to be jumped to has in memory? Nobody
   looks at the stack of a frame that is calling: such entries stay the trace's, and memory what it was. */
static bool is_operand(OptContext *cx, const IrSnapshot *raw, int k) {
    uint32_t flags;
    bool listed;
    int depth = k - cx->options->first_stack_slot;
    if (depth < 0 || depth >= cx->options->entry_depth || k >= cx->mem_limit) {
        return depth >= 0;
    }
    snap_slot(cx, raw, k, &flags, &listed);
    return listed || depth >= raw->frames[0].depth;
}

static uint32_t without_operands(OptContext *cx, const IrSnapshot *raw, uint32_t snap) {
    IrSnapshot s = cx->out->snaps.data[snap - 1];
    IrSnapSlot *all = s.slots;
    int n = s.nslots;
    s.slots = opt_alloc(cx, (size_t)(n + 1) * sizeof *s.slots);
    s.nslots = 0;
    for (int i = 0; i < n; i++) {
        bool func = all[i].flags & IR_SNAP_FUNC;
        if (all[i].frame != 0 || func || !is_operand(cx, raw, all[i].slot)) {
            s.slots[s.nslots++] = all[i];
        }
    }
    return ir_add_snap(cx->out, &s);
}

/* `later`: memory has the values, or has not. */
static void replay_sync(OptContext *cx, bool later) {
    uint32_t raw_snap = cx->now->snap;
    const IrSnapshot *raw = &cx->raw->snaps.data[raw_snap - 1];
    make_visible(cx, raw);
    for (int k = 0; k < cx->mem_limit && k < cx->nslots; k++) {
        bool in_slot = !cx->slots[k].tagged && !cx->slots[k].entry_int && !is_operand(cx, raw, k);
        if (in_slot && slot_dirty(cx, k) && !is_virtual(slot_value(cx, k))) {
            sync_slot(cx, k, raw_snap);
        }
    }
    flush_pending(cx, &(OptEffect){ .writes = MEM_ALL, .runs = true, .slot = -1 });
    emit(cx, later ? IR_sync_later : IR_sync, NULL, 0, NULL, without_operands(cx, raw, snapshot(cx, raw_snap)));
    for (int k = 0; k < cx->mem_limit && k < cx->nslots; k++) {
        uint32_t flags;
        bool listed;
        OptVal v = snap_slot(cx, raw, k, &flags, &listed);
        if (!is_operand(cx, raw, k) && (listed || cx->slots[k].cur != SLOT_ENTRY)) {
            bool is_unknown = later && slot_memory(cx, k) != v;
            if (is_virtual(v) && cx->slots[k].mem != v && !is_unknown) {
                virt(cx, v)->refs--; /* memory has a box of its own */
            }
            cx->slots[k].cur = v;
            cx->slots[k].mem = is_unknown ? SLOT_JUNK : v;
            cx->slots[k].tagged = flags & IR_SNAP_INT;
        }
    }
}

/* ---- the chain ------------------------------------------------------------------------ */
static void replay_rest(OptContext *cx) {
    const IrInsn *in = cx->now;
    unsigned flags = ir_op_info[in->op].flags;
    switch ((int)in->op) {
    case IR_call:
    case IR_call_c:
    case IR_call_c_quiet:
    case IR_call_array:
    case IR_call_array_quiet: replay_call(cx); return;
    case IR_sync:
    case IR_sync_later: replay_sync(cx, in->op == IR_sync_later); return;
    case IR_unsync: emit(cx, IR_unsync, NULL, 0, NULL, 0); return;
    case IR_exit_arg:
        if (cx->round == 1) {
            cx->map[cx->now_ref] = emit(cx, IR_exit_arg, NULL, 0, in, 0);
        } else {
            opt_fail(cx, "a side trace has no loop of its own");
        }
        return;
    case IR_leave: emit(cx, IR_leave, NULL, 0, NULL, snapshot(cx, in->snap)); return;
    }
    if (flags & IRF_PURE) {
        replay_pure(cx);
    } else {
        opt_fail(cx, "an operation that the optimiser does not know");
    }
}

void replay_op(OptContext *cx, IrRef raw_ref) {
    cx->now = ir_at(cx->raw, raw_ref);
    cx->now_ref = raw_ref;
    if (cx->late.n && writes_lists(cx->now)) {
        make_late(cx, copy_to_put(cx));
    }
    if (cx->now->op >= IR_const_i64 && cx->now->op <= IR_const_ptr) {
        replay_const(cx);
    } else if (!replay_slots(cx) && !replay_virtual(cx) && !replay_refcount(cx)
               && !replay_memory(cx) && !replay_guard(cx)) {
        replay_rest(cx);
    }
    end_temps(cx);
}

/* ---- side traces -------------------------------------------------------------------------- */
static bool is_prologue(IrOp op) {
    return (op >= IR_const_i64 && op <= IR_exit_arg) || op == IR_box_i64 || op == IR_box_f64
        || op == IR_box_bool || op == IR_new || op == IR_incref || op == IR_frame;
}

/* Is snaps[0] the state at entry? Not when the first operation that has it stands for the state behind it. In a loop's trace it lists
   nothing. */
static bool has_entry_state(const IrTrace *raw, IrRef first) {
    for (IrRef r = first; r < NINSNS(raw); r++) {
        const IrInsn *in = ir_at(raw, r);
        if (in->snap) {
            unsigned flags = ir_op_info[in->op].flags;
            return in->snap != 1 || in->op == IR_sync || in->op == IR_sync_later || (flags & (IRF_GUARD | IRF_END));
        }
    }
    return false;
}

/* Slots that the parent's exit would write: their values are the trace's, memory holds junk. */
static void enter_side(OptContext *cx, IrRef first) {
    if (!NSNAPS(cx->raw) || !has_entry_state(cx->raw, first)) {
        return;
    }
    const IrSnapshot *s = &cx->raw->snaps.data[0];
    for (int i = 0; i < s->nslots && s->slots[i].frame == 0; i++) {
        int k = s->slots[i].slot;
        IrRef value = s->slots[i].value;
        if (k >= cx->mem_limit || value >= first || (s->slots[i].flags & IR_SNAP_FUNC)) {
            continue;
        }
        OptVal v = value ? resolve(cx, cx->map[value]) : IR_NONE;
        OptSlot *slot = &cx->slots[k];
        if (slot->cur == SLOT_ENTRY && !(slot->entry && v == resolve(cx, slot->entry))) {
            slot->cur = v;
            slot->mem = SLOT_JUNK;
            slot->tagged = s->slots[i].flags & IR_SNAP_INT;
            slot->brought = k >= cx->options->first_stack_slot;
            bool lent = !slot->brought && !(s->slots[i].flags & (IR_SNAP_OWNED | IR_SNAP_INT));
            if (lent && v != IR_NONE && !is_virtual(v)) {
                count_up(cx, v); /* a local owns: the exit would have taken the reference; operands get theirs in the raw trace */
            }
        }
    }
}

/* All but the end. */
void replay_all(OptContext *cx) {
    IrRef end = NINSNS(cx->raw) - 1;
    bool entered = cx->round != 1;
    for (IrRef r = 1; r < end && !cx->why; r++) {
        if (!entered && !is_prologue((IrOp)ir_at(cx->raw, r)->op)) {
            entered = true;
            enter_side(cx, r);
        }
        replay_op(cx, r);
    }
    if (!entered) {
        enter_side(cx, end);
    }
    make_late(cx, IR_NONE);
    cx->now = ir_at(cx->raw, end);
    cx->now_ref = IR_NONE;
}
