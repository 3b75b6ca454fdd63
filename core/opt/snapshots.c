/*  From a raw snapshot to one in terms of the new trace.

    In the root frame only slots whose value is not in memory are listed; numbers go unboxed, other virtuals as descriptions. What
    the trace owns is counted: for each pending incref of an object one owned mention becomes not owned (the exit takes
    the reference), drops first, where nothing at all is left to do. */
#include "opt/cx.h"

typedef struct {
    OptContext *cx;
    const IrSnapshot *raw;
    LIST(IrSnapSlot) slots;
    LIST(IrVirtual) virtuals;
    LIST(OptVirtual *) sources; /* of virtuals */
    LIST(IrRef) drops;
    LIST(IrRef) counted;
} Build;

/* The value as the snapshot writes it; virtuals are described on first sight, their parts before them. */
static IrRef encode(Build *b, OptVal v) {
    OptContext *cx = b->cx;
    v = resolve(cx, v);
    if (v == IR_NONE || v >= SLOT_JUNK || is_nonnull(cx, v) == 0) {
        return IR_NONE;
    }
    if (!is_virtual(v)) {
        bool is_bool = ir_at(cx->out, v)->op == IR_box_bool;
        return is_bool ? ir_at(cx->out, v)->args[0] : v;
    }
    OptVirtual *o = virt(cx, v);
    if (o->kind != VIRT_NEW) {
        return o->values[0];
    }
    if (o->snap_mark == cx->snap_stamp) {
        return o->snap_index | IR_VIRTUAL;
    }
    IrVirtual out = { .origin = o->origin, .klass = o->klass, .nvalues = o->n };
    out.values = opt_alloc(cx, (size_t)o->n * sizeof *out.values);
    for (int i = 0; i < o->n; i++) {
        out.values[i] = encode(b, o->values[i]);
    }
    o->snap_mark = cx->snap_stamp;
    o->snap_index = b->virtuals.n;
    LIST_PUSH(cx, b->virtuals, out);
    LIST_PUSH(cx, b->sources, o);
    return o->snap_index | IR_VIRTUAL;
}

/* Is this mention of an owned object covered by an incref that was not emitted? */
static bool is_unpaid(Build *b, IrRef v) {
    OptFact *f = fact(b->cx, v);
    if (f->snap_used >= f->pending) {
        return f->held == 0 && ir_is_const(b->cx->out, v);
    }
    if (!f->snap_used++) {
        LIST_PUSH(b->cx, b->counted, v);
    }
    return true;
}

static bool is_object(Build *b, IrRef v) {
    return v != IR_NONE && !(v & IR_VIRTUAL) && ir_at(b->cx->out, v)->type == IR_OBJ;
}

static void add_drop(Build *b, OptVal v) {
    OptContext *cx = b->cx;
    v = resolve(cx, v);
    if (v == IR_NONE || v >= SLOT_JUNK || is_nonnull(cx, v) == 0
        || (type_flags(cx, v) & IR_TYPE_BOOL) || is_box(cx, v)) {
        return;
    }
    if (!is_virtual(v)) {
        if (!is_unpaid(b, v)) {
            LIST_PUSH(cx, b->drops, v);
        }
        return;
    }
    OptVirtual *o = virt(cx, v);
    if (o->snap_mark == cx->snap_stamp || o->drop_mark == cx->snap_stamp) {
        return; /* the exit builds it and gives it just the references that are mentioned */
    }
    o->drop_mark = cx->snap_stamp;
    for (int i = 0; i < o->n; i++) {
        if (ir_holds_ref(o->klass->fields[i]->width)) {
            add_drop(b, o->values[i]);
        }
    }
}

static void add_slot(Build *b, int frame, int slot, OptVal v, unsigned flags) {
    if (is_virtual(resolve(b->cx, v)) || is_nonnull(b->cx, resolve(b->cx, v)) == 0) {
        flags &= ~(unsigned)IR_SNAP_OWNED;
    }
    IrSnapSlot s = { .frame = (uint8_t)frame, .flags = (uint8_t)flags, .slot = (uint16_t)slot, .value = encode(b, v) };
    LIST_PUSH(b->cx, b->slots, s);
}

/* Which entry of the raw snapshot is that of root slot k? Asked of one snapshot for all slots in turn. */
const IrSnapSlot *find_listed(OptContext *cx, const IrSnapshot *raw, int k) {
    if (cx->listed_of != raw) {
        cx->listed_of = raw;
        memset(cx->listed, 0, (size_t)cx->nslots * sizeof *cx->listed);
        for (int i = 0; i < raw->nslots && raw->slots[i].frame == 0; i++) {
            if (!(raw->slots[i].flags & IR_SNAP_FUNC) && raw->slots[i].slot < cx->nslots) {
                cx->listed[raw->slots[i].slot] = &raw->slots[i];
            }
        }
    }
    return cx->listed[k];
}

/* What root slot k (of those in memory) holds at a raw snapshot. What is pushed where an entry was that lived in memory is in no
   store_slot, nor are tagged integers: only the snapshot has them. */
OptVal snap_slot(OptContext *cx, const IrSnapshot *raw, int k, uint32_t *flags, bool *listed) {
    const IrSnapSlot *s = find_listed(cx, raw, k);
    OptSlot *slot = &cx->slots[k];
    *listed = s != NULL;
    *flags = slot->tagged ? IR_SNAP_INT : IR_SNAP_OWNED;
    if (s && (s->flags & IR_SNAP_INT)) {
        *flags = IR_SNAP_INT;
        return resolve(cx, cx->map[s->value]);
    }
    if (s && (slot->coming || slot->cur == SLOT_ENTRY || k >= cx->options->first_stack_slot)) {
        *flags = s->flags;
        return s->value ? resolve(cx, cx->map[s->value]) : IR_NONE;
    }
    return slot_value(cx, k);
}

/* At an end: stack entries are in their slots as the snapshot has them, so that they are treated as locals from here on. */
void adopt_listed(OptContext *cx, const IrSnapshot *raw) {
    for (int k = cx->options->first_stack_slot; k < cx->mem_limit && k < cx->nslots; k++) {
        uint32_t flags;
        bool listed;
        OptVal v = snap_slot(cx, raw, k, &flags, &listed);
        OptSlot *s = &cx->slots[k];
        if (!listed || (v == slot_value(cx, k) && !s->brought)) {
            continue;
        }
        s->brought = false;
        s->cur = v;
        s->tagged = flags & IR_SNAP_INT;
        if (v != IR_NONE && !(flags & (IR_SNAP_INT | IR_SNAP_OWNED))) {
            count_up(cx, v);
        }
    }
}

static void add_root_memory(Build *b) {
    OptContext *cx = b->cx;
    int own = cx->options->first_stack_slot + cx->options->entry_depth;
    for (int k = 0; k < cx->mem_limit && k < cx->nslots; k++) {
        uint32_t flags;
        bool listed;
        if (cx->slots[k].cur == cx->slots[k].mem && k < own && !find_listed(cx, b->raw, k)) {
            continue; /* in memory: most are, and this is done for each exit */
        }
        OptVal v = snap_slot(cx, b->raw, k, &flags, &listed);
        OptVal mem = slot_memory(cx, k);
        bool beyond = k >= cx->options->first_stack_slot + b->raw->frames[0].depth;
        /* What a link put into stack slots that this trace's exits take for empty is theirs to write again. */
        bool adopted = k >= own;
        bool is_null = is_nonnull(cx, v) == 0;
        if (beyond || v == SLOT_ENTRY || (adopted && is_null) || (!adopted && v == mem && !cx->slots[k].coming) ||
            (is_null && is_nonnull(cx, mem) == 0)) {
            continue;
        }
        add_slot(b, 0, k, v, flags);
    }
}

static void add_others(Build *b) {
    for (int i = 0; i < b->raw->nslots; i++) {
        const IrSnapSlot *s = &b->raw->slots[i];
        if (s->frame == 0 && s->slot < b->cx->mem_limit && !(s->flags & IR_SNAP_FUNC)) {
            continue;
        }
        add_slot(b, s->frame, s->slot, s->value ? b->cx->map[s->value] : IR_NONE, s->flags);
    }
}

/* What a slot held that no memory holds, and that the exit writes over. */
static void drop_overwritten(Build *b) {
    OptContext *cx = b->cx;
    for (int k = 0; k < cx->mem_limit && k < cx->nslots; k++) {
        if (cx->slots[k].coming && !cx->slots[k].tagged && slot_dirty(cx, k)) {
            add_drop(b, slot_value(cx, k));
        }
    }
}

static void add_drops(Build *b) {
    OptContext *cx = b->cx;
    drop_overwritten(b);
    for (int i = 0; i < b->raw->ndrops; i++) {
        add_drop(b, cx->map[b->raw->drops[i]]);
    }
    for (uint32_t i = 0; i < cx->dying.n; i++) {
        add_drop(b, cx->dying.data[i]);
    }
    for (uint32_t i = 0; i < cx->temps.n; i++) {
        add_drop(b, cx->temps.data[i]);
    }
}

static void settle_ownership(Build *b) {
    for (uint32_t i = 0; i < b->virtuals.n; i++) {
        IrVirtual *v = &b->virtuals.data[i];
        for (int j = 0; j < v->nvalues; j++) {
            if (ir_holds_ref(v->klass->fields[j]->width) && is_object(b, v->values[j])
                && !is_unpaid(b, v->values[j]) && j < 32) {
                v->owned |= 1u << j;
            }
        }
    }
    for (uint32_t i = 0; i < b->slots.n; i++) {
        IrSnapSlot *s = &b->slots.data[i];
        if (!is_object(b, s->value)) {
            s->flags &= ~(unsigned)IR_SNAP_OWNED;
        } else if ((s->flags & IR_SNAP_OWNED) && is_unpaid(b, s->value)) {
            s->flags &= ~(unsigned)IR_SNAP_OWNED;
        }
    }
    for (uint32_t i = 0; i < b->counted.n; i++) {
        fact(b->cx, b->counted.data[i])->snap_used = 0;
    }
}

uint32_t snapshot(OptContext *cx, uint32_t raw_snap) {
    if (!raw_snap) {
        return 0;
    }
    IrTrace *from = cx->raw;
    Build b = { .cx = cx, .raw = &from->snaps.data[raw_snap - 1] };
    cx->snap_stamp++;
    add_root_memory(&b);
    add_others(&b);
    add_drops(&b);
    settle_ownership(&b);
    IrSnapshot out = *b.raw;
    out.nslots = (int)b.slots.n;
    out.slots = b.slots.data;
    out.nvirtuals = (int)b.virtuals.n;
    out.virtuals = b.virtuals.data;
    out.ndrops = (int)b.drops.n;
    out.drops = b.drops.data;
    return ir_add_snap(cx->out, &out);
}
