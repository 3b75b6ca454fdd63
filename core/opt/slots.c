/*  The root frame's slots: cur is what the interpreter must find there, mem what memory holds.

    Objects go to memory at once, so that the two agree. Numbers and other virtuals do not: the slot is dirty, exits
    write it, and what memory holds meanwhile is something plain whose release nobody can see, or NULL. */
#include "opt/cx.h"

static OptVal entry_or(OptContext *cx, int k, OptVal v) {
    if (v != SLOT_ENTRY) {
        return resolve(cx, v);
    }
    return cx->slots[k].entry ? resolve(cx, cx->slots[k].entry) : SLOT_ENTRY;
}

OptVal slot_memory(OptContext *cx, int k) { return entry_or(cx, k, cx->slots[k].mem); }
OptVal slot_value(OptContext *cx, int k) { return entry_or(cx, k, cx->slots[k].cur); }

bool slot_dirty(OptContext *cx, int k) {
    OptVal cur = slot_value(cx, k), mem = slot_memory(cx, k);
    if (is_nonnull(cx, cur) == 0) {
        cur = IR_NONE;
    }
    return cur != (is_nonnull(cx, mem) == 0 ? IR_NONE : mem);
}

/* May what memory holds be released at any time, unseen? */
static bool is_junk(OptContext *cx, int k) {
    OptVal mem = slot_memory(cx, k);
    return mem == SLOT_JUNK || cx->slots[k].entry_int
        || (mem != SLOT_ENTRY && (is_virtual(mem) || is_plain(cx, mem)));
}

static void emit_store(OptContext *cx, int k, IrRef v, uint32_t raw_snap) {
    OptEffect e = { .slot = k, .releases = !is_junk(cx, k) };
    flush_pending(cx, &e);
    give_away(cx, v);
    cx->slots[k].mem = is_nonnull(cx, v) == 0 ? IR_NONE : v;
    uint32_t snap = snapshot(cx, raw_snap);
    emit(cx, IR_store_slot, &v, 1, &(IrInsn){ .imm.i = k }, snap);
}

void clear_slot_memory(OptContext *cx, int k, uint32_t raw_snap) {
    emit_store(cx, k, ir_const_obj(cx->out, NULL), raw_snap);
}

/* Needs: the slot is dirty, or what sync wrote there is not known as an object. The value's reference goes from the trace to the
   slot. */
void sync_slot(OptContext *cx, int k, uint32_t raw_snap) {
    OptVal v = slot_value(cx, k);
    if (cx->slots[k].tagged) {
        opt_fail(cx, "a tagged integer cannot be stored into a slot");
        return;
    }
    IrRef r;
    if (is_box(cx, v) && virt(cx, v)->kind != VIRT_BOOL) {
        virt(cx, v)->refs += !slot_dirty(cx, k);
        cx->slots[k].cur = SLOT_JUNK; /* not to be split off again */
        r = as_owned(cx, v);
        fact(cx, r)->held++;
    } else {
        r = as_real(cx, v);
    }
    cx->slots[k].cur = is_nonnull(cx, r) == 0 ? IR_NONE : r;
    emit_store(cx, k, r, raw_snap);
}

/* The old value of a slot that memory does not hold is the trace's to release. */
static void release_dirty(OptContext *cx, OptVal old, uint32_t raw_snap) {
    if (old != IR_NONE && old < SLOT_JUNK && is_nonnull(cx, old) != 0) {
        count_down(cx, old, raw_snap);
    }
}

static void store_virtual(OptContext *cx, int k, OptVal v, bool was_dirty, OptVal old) {
    OptSlot *s = &cx->slots[k];
    uint32_t raw_snap = cx->now->snap;
    s->cur = v;
    s->tagged = false;
    if (was_dirty) {
        release_dirty(cx, old, raw_snap);
    }
    if (!is_junk(cx, k) && slot_memory(cx, k) != IR_NONE) {
        emit_store(cx, k, ir_const_obj(cx->out, NULL), raw_snap);
    }
}

static void store_real(OptContext *cx, int k, IrRef v, bool was_dirty, OptVal old) {
    OptSlot *s = &cx->slots[k];
    uint32_t raw_snap = cx->now->snap;
    bool is_null = is_nonnull(cx, v) == 0;
    OptVal mem = slot_memory(cx, k);
    s->cur = is_null ? IR_NONE : v;
    s->tagged = false;
    if (was_dirty) {
        release_dirty(cx, old, raw_snap);
    }
    if (is_null ? mem == IR_NONE : mem == v) {
        if (!is_null) {
            count_down(cx, v, raw_snap); /* memory has a reference already */
        }
        return;
    }
    emit_store(cx, k, v, raw_snap);
}

static int place_behind(OptContext *cx, const IrInsn *store) {
    const IrSnapshot *s = &cx->raw->snaps.data[store->snap - 1];
    return s->frames[s->nframes - 1].place;
}

/* An instruction that stores more than once: the exits of each store carry the state behind the last. */
static void expect_stores(OptContext *cx) {
    const IrSnapshot *raw = &cx->raw->snaps.data[cx->now->snap - 1];
    for (IrRef r = cx->now_ref + 1; r < NINSNS(cx->raw); r++) {
        const IrInsn *in = ir_at(cx->raw, r);
        if (in->op == IR_incref) {
            continue;
        }
        const IrSnapSlot *s = in->op == IR_store_slot ? find_listed(cx, raw, (int)in->imm.i) : NULL;
        if (!s || s->value != in->args[0] || place_behind(cx, in) != place_behind(cx, cx->now)) {
            return;
        }
        cx->slots[in->imm.i].coming = in->imm.i != cx->now->imm.i;
    }
}

static void replay_store(OptContext *cx) {
    int k = (int)cx->now->imm.i;
    cx->slots[k].coming = false;
    expect_stores(cx);
    OptVal v = operand(cx, 0);
    bool is_int = cx->slots[k].tagged || cx->slots[k].entry_int;
    OptVal old = is_int ? IR_NONE : slot_value(cx, k);
    bool was_dirty = !is_int && slot_dirty(cx, k);
    if (k >= cx->mem_limit) {
        opt_fail(cx, "store to a stack slot that is not in memory");
    } else if (is_virtual(v) && pass_on(cx, PASS_virtual)) {
        store_virtual(cx, k, v, was_dirty, old);
    } else {
        IrRef r = as_real(cx, v);
        end_temps(cx);
        store_real(cx, k, r, was_dirty, old);
    }
}

/* In the first round what the slot holds at entry, later what it holds by now. */
static void replay_load(OptContext *cx, bool is_int) {
    int k = (int)cx->now->imm.i;
    OptSlot *s = &cx->slots[k];
    OptVal v = slot_value(cx, k);
    if (v == SLOT_JUNK) {
        opt_fail(cx, "load of a slot whose value is not known");
        return;
    }
    if (v == SLOT_ENTRY && cx->round != 1) {
        opt_fail(cx, "load of a slot that was not looked at before");
        return;
    }
    if (v == SLOT_ENTRY) {
        v = s->entry = emit(cx, (IrOp)cx->now->op, NULL, 0, cx->now, 0);
        s->entry_int = is_int;
    } else if (v == IR_NONE) {
        v = ir_const_obj(cx->out, NULL);
    }
    if (is_virtual(v) ? is_int : (ir_at(cx->out, v)->type == IR_I64) != is_int) {
        opt_fail(cx, "a slot is an object in one place and a tagged integer in another");
        return;
    }
    cx->map[cx->now_ref] = v;
}

static void replay_guard_int(OptContext *cx) {
    int k = (int)cx->now->imm.i;
    OptSlot *s = &cx->slots[k];
    if (s->entry_int || (s->cur != SLOT_ENTRY && s->tagged)) {
        return;
    }
    if (cx->round != 1 || s->cur != SLOT_ENTRY) {
        opt_fail(cx, "a slot was assumed to hold a tagged integer");
        return;
    }
    emit(cx, IR_guard_slot_int, NULL, 0, cx->now, snapshot(cx, cx->now->snap));
    s->entry_int = true;
}

bool replay_slots(OptContext *cx) {
    switch ((int)cx->now->op) {
    case IR_load_slot: replay_load(cx, false); return true;
    case IR_load_slot_int: replay_load(cx, true); return true;
    case IR_guard_slot_int: replay_guard_int(cx); return true;
    case IR_store_slot: replay_store(cx); return true;
    }
    return false;
}
