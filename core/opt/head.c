/*  The state at a loop's head, and how a state is turned into it.

    A slot's representation (OptRep) is chosen from what the preamble ended with: a number lives in a phi, an object that
    was not made lives in a phi for each part, an object that is in memory is a phi beside it. Both the preamble and
    the end of the body then deliver just that (head_match); where one cannot, it says what to wish for and the loop is built
    again with a weaker head. */
#include "opt/cx.h"

static const IrType leaf_type[] = {
    [REP_I64] = IR_I64, [REP_F64] = IR_F64, [REP_BOOL] = IR_BOOL, [REP_TAGGED] = IR_I64, [REP_OBJ] = IR_OBJ,
};

static bool is_leaf(const OptRep *rep) { return rep->kind > REP_CONST && rep->kind != REP_VIRT; }

/* ---- choosing ----------------------------------------------------------------------------- */
static OptRep object_rep(OptContext *cx, OptVal v, bool anything) {
    OptRep rep = { .kind = REP_OBJ };
    if (!anything) {
        rep.klass = klass_of(cx, v);
        rep.flags = type_flags(cx, v);
        rep.nonnull = is_nonnull(cx, v) == 1;
    }
    return rep;
}

static bool number_rep(OptContext *cx, OptVal v, int wish, OptRep *rep) {
    unsigned flags = type_flags(cx, v);
    if (is_box(cx, v)) {
        static const OptRepKind of_box[] = { REP_I64, REP_F64, REP_BOOL };
        rep->kind = of_box[virt(cx, v)->kind];
        return wish != WISH_ANY;
    }
    rep->kind = wish == WISH_I64 ? REP_I64 : REP_F64;
    return (wish == WISH_I64 && (flags & IR_TYPE_INT)) || (wish == WISH_F64 && (flags & IR_TYPE_FLOAT));
}

static OptRep const_rep(OptContext *cx, IrRef v) {
    return (OptRep){ .kind = REP_CONST, .phi = v, .constant = *ir_at(cx->out, v) };
}

static OptRep bare_rep(OptContext *cx, IrRef v, int wish) {
    if (is_real_const(cx, v) && wish != WISH_VARIES) {
        return const_rep(cx, v);
    }
    return (OptRep){ .kind = REP_RAW, .flags = ir_at(cx->out, v)->type };
}

static OptRep choose(OptContext *cx, OptVal v, int wish);

static OptRep virtual_rep(OptContext *cx, OptVal v, int wish) {
    OptVirtual *o = virt(cx, v);
    OptRep rep = { .kind = REP_VIRT, .klass = o->klass, .n = o->n };
    rep.parts = opt_alloc(cx, (size_t)o->n * sizeof *rep.parts);
    for (int i = 0; i < o->n; i++) {
        if (ir_holds_ref(o->klass->fields[i]->width)) {
            rep.parts[i] = choose(cx, resolve(cx, o->values[i]), wish);
        } else {
            rep.parts[i] = bare_rep(cx, resolve(cx, o->values[i]), wish);
        }
    }
    return rep;
}

static OptRep choose(OptContext *cx, OptVal v, int wish) {
    OptRep rep = { 0 };
    if (wish == WISH_ANY) {
        return object_rep(cx, v, true);
    }
    if (is_nonnull(cx, v) == 0) {
        return wish == WISH_VARIES ? object_rep(cx, v, true) : rep;
    }
    if (number_rep(cx, v, wish, &rep)) {
        return rep;
    }
    if (is_virtual(v) && virt(cx, v)->refs == 1 && pass_on(cx, PASS_virtual)) {
        return virtual_rep(cx, v, wish);
    }
    if (is_real_const(cx, v) && wish != WISH_VARIES) {
        return const_rep(cx, v);
    }
    return object_rep(cx, v, false);
}

/* Does the loop look at what the slot holds when it begins? Else any object may be there. */
static bool is_read(OptContext *cx, int k) {
    for (IrRef r = 1; r < NINSNS(cx->raw); r++) {
        const IrInsn *in = ir_at(cx->raw, r);
        for (int i = 0; i < in->nargs; i++) {
            const IrInsn *from = ir_at(cx->raw, in->args[i]);
            if (from->op == IR_load_slot && from->imm.i == k) {
                return true;
            }
        }
    }
    return false;
}

static OptRep unread_rep(OptContext *cx, OptVal v, OptRep rep) {
    if (rep.kind != REP_OBJ && rep.kind != REP_CONST && rep.kind != REP_NULL) {
        return rep;
    }
    return (OptRep){ .kind = REP_OBJ, .flags = is_plain(cx, v) ? IR_TYPE_PLAIN : 0 };
}

/* Slots written since entry. */
OptHeadSlot *head_plan(OptContext *cx, const IrSnapshot *close, const uint8_t *wishes, int *n) {
    OptHeadSlot *slots = opt_alloc(cx, (size_t)cx->nslots * sizeof *slots);
    *n = 0;
    for (int k = 0; k < cx->mem_limit && k < cx->nslots; k++) {
        uint32_t flags;
        bool listed;
        OptVal v = snap_slot(cx, close, k, &flags, &listed);
        bool untouched = cx->slots[k].mem == SLOT_ENTRY && v == slot_memory(cx, k);
        if (v == SLOT_ENTRY || untouched) {
            continue;
        }
        OptHeadSlot *s = &slots[(*n)++];
        s->slot = k;
        s->rep = flags & IR_SNAP_INT ? (OptRep){ .kind = REP_TAGGED } : choose(cx, v, wishes[k]);
        if (k < cx->options->first_stack_slot && !is_read(cx, k)) {
            s->rep = unread_rep(cx, v, s->rep);
        }
    }
    return slots;
}

/* ---- delivering ------------------------------------------------------------------------- */
static IrType number_type(OptContext *cx, OptVal v) {
    IrRef number = number_in(cx, v);
    return number ? (IrType)ir_at(cx->out, number)->type : IR_VOID;
}

/* WISH_AUTO when the value can be delivered. */
static int object_fits(OptContext *cx, const OptRep *rep, OptVal v) {
    if (rep->nonnull && is_nonnull(cx, v) == 0) {
        return WISH_ANY;
    }
    if (is_box(cx, v) && (rep->flags & type_flags(cx, v) & (IR_TYPE_INT | IR_TYPE_FLOAT))) {
        return rep->flags & IR_TYPE_INT ? WISH_I64 : WISH_F64;
    }
    if (!rep->klass) {
        return rep->flags & ~type_flags(cx, v) ? WISH_ANY : WISH_AUTO;
    }
    return is_of_type(cx, v, rep->klass) == 0 || (is_virtual(v) && is_of_type(cx, v, rep->klass) != 1)
        ? WISH_ANY : WISH_AUTO;
}

/* A jump to a head brings what numbers' types are known of, to test for them. */
static bool can_test(OptContext *cx, const OptRep *rep, OptVal v, bool part) {
    return rep->klass && !part && !is_virtual(v) && v != IR_NONE && is_nonnull(cx, v) != 0 && is_of_type(cx, v, rep->klass) < 0;
}

static int fits(OptContext *cx, const OptRep *rep, OptVal v, bool part) {
    int wish = WISH_AUTO;
    switch (rep->kind) {
    case REP_NULL: return is_nonnull(cx, v) == 0 ? WISH_AUTO : WISH_ANY;
    case REP_CONST: return v == rep->phi ? WISH_AUTO : WISH_VARIES;
    case REP_I64:
        return number_type(cx, v) == IR_I64 || (!part && (type_flags(cx, v) & IR_TYPE_INT)) || can_test(cx, rep, v, part)
            ? WISH_AUTO : WISH_ANY;
    case REP_F64:
        return number_type(cx, v) == IR_F64 || (!part && (type_flags(cx, v) & IR_TYPE_FLOAT)) || can_test(cx, rep, v, part)
            ? WISH_AUTO : WISH_ANY;
    case REP_BOOL:
        return number_type(cx, v) == IR_BOOL || as_bool_object(cx, v) >= 0 || can_test(cx, rep, v, part) ? WISH_AUTO : WISH_ANY;
    case REP_OBJ: return object_fits(cx, rep, v);
    case REP_TAGGED:
    case REP_RAW: return WISH_AUTO;
    case REP_VIRT: break;
    }
    if (!is_virtual(v) || is_box(cx, v) || !same_klass(virt(cx, v)->klass, rep->klass) || virt(cx, v)->refs != 1) {
        return WISH_ANY;
    }
    for (int i = 0; i < rep->n && !wish; i++) {
        wish = fits(cx, &rep->parts[i], resolve(cx, virt(cx, v)->values[i]), true);
    }
    return wish == WISH_I64 || wish == WISH_F64 ? WISH_ANY : wish;
}

static void test_type(OptContext *cx, const IrKlass *k, OptVal v, uint32_t raw_snap) {
    if (is_nonnull(cx, v) < 0) {
        emit(cx, IR_guard_nonnull, &v, 1, NULL, snapshot(cx, raw_snap));
        fact(cx, v)->nonnull = true;
    }
    emit(cx, IR_guard_type, &v, 1, &(IrInsn){ .imm.klass = k }, snapshot(cx, raw_snap));
    learn_type(cx, v, k);
}

static void prepare_number(OptContext *cx, const OptRep *rep, OptVal v, uint32_t raw_snap) {
    if (can_test(cx, rep, v, false)) {
        test_type(cx, rep->klass, v, raw_snap);
    }
    if (rep->kind == REP_I64) {
        fact(cx, v)->unboxed = emit_pure(cx, IR_unbox_i64, &v, 1, NULL, raw_snap);
    } else if (rep->kind == REP_F64) {
        fact(cx, v)->unboxed = emit1(cx, IR_unbox_f64, v);
    } else if (as_bool_object(cx, v) < 0) {
        fact(cx, v)->unboxed = emit_pure(cx, IR_unbox_bool, &v, 1, NULL, raw_snap);
    }
}

/* Guards and unboxing; they leave by the state before the jump. */
static void prepare(OptContext *cx, const OptRep *rep, OptVal v, uint32_t raw_snap) {
    if (rep->kind == REP_VIRT) {
        for (int i = 0; i < rep->n; i++) {
            prepare(cx, &rep->parts[i], resolve(cx, virt(cx, v)->values[i]), raw_snap);
        }
    } else if ((rep->kind == REP_I64 || rep->kind == REP_F64 || rep->kind == REP_BOOL) && !number_in(cx, v)) {
        prepare_number(cx, rep, v, raw_snap);
    } else if (rep->kind == REP_OBJ && !is_virtual(v) && v != IR_NONE) {
        bool needs_type = rep->klass && is_of_type(cx, v, rep->klass) < 0;
        if (needs_type) {
            test_type(cx, rep->klass, v, raw_snap);
        } else if (rep->nonnull && is_nonnull(cx, v) < 0) {
            emit(cx, IR_guard_nonnull, &v, 1, NULL, snapshot(cx, raw_snap));
            fact(cx, v)->nonnull = true;
        }
    }
}

/* Memory: objects are in their slots, slots of other things hold nothing whose release could be seen. */
static void settle_memory(OptContext *cx, const OptHeadSlot *s, uint32_t raw_snap) {
    int k = s->slot;
    if (s->rep.kind == REP_TAGGED) {
        return;
    }
    bool in_memory = s->rep.kind == REP_OBJ || s->rep.kind == REP_CONST || s->rep.kind == REP_NULL;
    OptVal mem = slot_memory(cx, k);
    if (in_memory) {
        if (slot_dirty(cx, k) || is_virtual(mem)) {
            sync_slot(cx, k, raw_snap);
        }
    } else if (mem != SLOT_JUNK && (mem == SLOT_ENTRY || (!is_virtual(mem) && !is_plain(cx, mem)))) {
        clear_slot_memory(cx, k, raw_snap);
    }
}

static IrRef own_part(OptContext *cx, const OptRep *rep, OptVal v) {
    if (rep->kind == REP_OBJ) {
        return as_owned(cx, v);
    }
    return rep->kind == REP_BOOL && !number_in(cx, v) ? ir_const_bool(cx->out, as_bool_object(cx, v) == 1)
                                                      : number_in(cx, v);
}

/* Constants live anyway: in the loop a part's reference to one is only counted. */
static void disown_const(OptContext *cx, IrRef c) {
    OptFact *f = fact(cx, c);
    if (f->pending > 0) {
        f->pending--;
    } else {
        f->held -= f->held > 0;
        emit1(cx, IR_decref_plain, c);
    }
}

static void deliver(OptContext *cx, const OptRep *rep, OptVal v, bool part, OptPutFn put, void *data) {
    if (rep->kind == REP_VIRT) {
        for (int i = 0; i < rep->n; i++) {
            deliver(cx, &rep->parts[i], resolve(cx, virt(cx, v)->values[i]), true, put, data);
        }
    } else if (rep->kind == REP_CONST && part && rep->constant.type == IR_OBJ) {
        disown_const(cx, v);
    } else if (rep->kind == REP_RAW || rep->kind == REP_TAGGED) {
        put(cx, rep, v, data);
    } else if (rep->kind == REP_OBJ && !part) {
        put(cx, rep, as_real(cx, v), data);
    } else if (is_leaf(rep)) {
        put(cx, rep, own_part(cx, rep, v), data);
    }
}

static OptVal *values_at(OptContext *cx, OptHeadSlot *slots, int n, const IrSnapshot *raw) {
    OptVal *values = opt_alloc(cx, (size_t)(n + 1) * sizeof *values);
    for (int i = 0; i < n; i++) {
        uint32_t flags;
        bool listed;
        values[i] = snap_slot(cx, raw, slots[i].slot, &flags, &listed);
        if ((slots[i].rep.kind == REP_TAGGED) != ((flags & IR_SNAP_INT) != 0) || values[i] >= SLOT_JUNK) {
            opt_fail(cx, "a slot's kind differs at the loop's head");
        }
    }
    return values;
}

static OptVal *prepare_all(OptContext *cx, OptHeadSlot *slots, int n, uint32_t raw_snap, uint8_t *wishes) {
    OptVal *values = values_at(cx, slots, n, &cx->raw->snaps.data[raw_snap - 1]);
    for (int i = 0; i < n && !cx->why; i++) {
        int wish = fits(cx, &slots[i].rep, values[i], false);
        if (wish) {
            int k = slots[i].slot;
            wishes[k] = (uint8_t)(wishes[k] && wishes[k] != WISH_VARIES ? WISH_ANY : wishes[k] == wish ? WISH_ANY : wish);
            return NULL;
        }
    }
    for (int i = 0; i < n && !cx->why; i++) {
        prepare(cx, &slots[i].rep, values[i], raw_snap);
    }
    return cx->why ? NULL : values;
}

bool head_prepare(OptContext *cx, OptHeadSlot *slots, int n, uint32_t raw_snap, uint8_t *wishes) {
    return prepare_all(cx, slots, n, raw_snap, wishes) != NULL;
}

bool head_match(OptContext *cx, OptHeadSlot *slots, int n, uint32_t raw_snap, uint8_t *wishes, OptPutFn put, void *data) {
    OptVal *values = prepare_all(cx, slots, n, raw_snap, wishes);
    if (!values) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        settle_memory(cx, &slots[i], raw_snap);
    }
    for (int i = 0; i < n; i++) {
        bool in_memory = slots[i].rep.kind == REP_OBJ;
        deliver(cx, &slots[i].rep, in_memory ? slot_memory(cx, slots[i].slot) : resolve(cx, values[i]), false, put, data);
    }
    flush_pending(cx, &(OptEffect){ .writes = MEM_ALL, .runs = true, .slot = -1 });
    return !cx->why;
}

/* ---- starting from the head ------------------------------------------------------------ */
static void make_phis(OptContext *cx, OptRep *rep, const IrRef *entries, int *next) {
    if (rep->kind == REP_VIRT) {
        for (int i = 0; i < rep->n; i++) {
            make_phis(cx, &rep->parts[i], entries, next);
        }
    }
    if (!is_leaf(rep)) {
        return;
    }
    IrType type = rep->kind == REP_RAW ? (IrType)rep->flags : leaf_type[rep->kind];
    IrRef args[] = { entries[*next], entries[*next] };
    ++*next;
    rep->phi = emit(cx, IR_phi, args, 2, &(IrInsn){ .type = (uint8_t)type }, 0);
    if (rep->kind == REP_OBJ) {
        OptFact *f = fact(cx, rep->phi);
        f->klass = rep->klass;
        f->flags = rep->flags;
        f->nonnull = rep->nonnull;
    }
}

static OptVal head_value(OptContext *cx, OptRep *rep, bool part) {
    switch (rep->kind) {
    case REP_NULL: return IR_NONE;
    case REP_I64: return new_box(cx, VIRT_I64, rep->phi, 1);
    case REP_F64: return new_box(cx, VIRT_F64, rep->phi, 1);
    case REP_BOOL: return new_box(cx, VIRT_BOOL, rep->phi, 1);
    case REP_CONST:
        if (part && rep->constant.type == IR_OBJ) {
            set_pending(cx, rep->phi, fact(cx, rep->phi)->pending + 1);
        }
        return rep->phi;
    case REP_OBJ: fact(cx, rep->phi)->held = part; return rep->phi;
    case REP_TAGGED:
    case REP_RAW: return rep->phi;
    case REP_VIRT: break;
    }
    OptVal v = new_virtual(cx, VIRT_NEW, rep->klass, rep->n);
    for (int i = 0; i < rep->n; i++) {
        virt(cx, v)->values[i] = head_value(cx, &rep->parts[i], true);
    }
    return v;
}

/* Behind `loop`: the phis, and the slots as they say. entries: what head_match delivered, in order. */
void head_enter(OptContext *cx, OptHeadSlot *slots, int n, const IrRef *entries) {
    int next = 0;
    for (int i = 0; i < n; i++) {
        make_phis(cx, &slots[i].rep, entries, &next);
    }
    for (int i = 0; i < n; i++) {
        OptSlot *s = &cx->slots[slots[i].slot];
        OptRepKind kind = slots[i].rep.kind;
        s->cur = head_value(cx, &slots[i].rep, false);
        s->mem = kind == REP_OBJ || kind == REP_CONST || kind == REP_NULL ? s->cur : SLOT_JUNK;
        s->tagged = kind == REP_TAGGED;
        s->entry_int = false;
    }
}
