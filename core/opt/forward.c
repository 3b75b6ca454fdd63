/*  Memory: loads of what is known, stores into virtuals, boxes written in place, and what writes make unknown.

    An entry of the heap cache says what a field of an emitted object (or address) holds: a value, or a box of a number. A
    load of a boxed number gives a virtual copy that nobody owns. */
#include "opt/cx.h"

static bool is_elem(IrOp op) {
    return op == IR_load_elem || op == IR_store_elem || op == IR_replace_elem
        || op == IR_replace_elem_box || op == IR_update_elem_box;
}

/* same_layout: both offsets count from the start of an object. */
bool may_overlap(const IrField *a, const IrField *b, bool same_layout) {
    if (a->mem != b->mem || (a->owner && b->owner && a->owner != b->owner)) {
        return false;
    }
    if (!same_layout && !(a->flags & b->flags & IR_FIELD_BY_OFFSET)) {
        return true;
    }
    return a->offset < b->offset + ir_width_bytes(b->width) && b->offset < a->offset + ir_width_bytes(a->width);
}

static bool is_obj(OptContext *cx, IrRef r) { return ir_at(cx->out, r)->type == IR_OBJ; }

/* Two bases that cannot be the same object. A fresh one is none of those that were there before it. */
static bool are_distinct(OptContext *cx, IrRef a, IrRef b) {
    if (a == b || !is_obj(cx, a) || !is_obj(cx, b)) {
        return false;
    }
    OptFact *fa = fact(cx, a), *fb = fact(cx, b);
    if ((fa->fresh && (fb->fresh || b < a)) || (fb->fresh && a < b)) {
        return true;
    }
    if (fa->klass && fb->klass && !same_type(fa->klass, fb->klass)) {
        return true;
    }
    const IrInsn *ia = ir_at(cx->out, a), *ib = ir_at(cx->out, b);
    return ia->op == IR_const_obj && ib->op == IR_const_obj && ia->imm.p != ib->imm.p;
}

static bool indices_differ(OptContext *cx, IrRef a, IrRef b) {
    int64_t x, y;
    return const_i64(cx, a, &x) && const_i64(cx, b, &y) && x != y;
}

static bool may_alias(OptContext *cx, const OptCached *e, IrRef base, const IrField *field, IrRef index) {
    if (e->field->mem != field->mem) {
        return false;
    }
    if (e->index || index) {
        return !(e->base == base && same_field(e->field, field) && e->index && index
                 && indices_differ(cx, e->index, index));
    }
    bool layout = e->base == base || (is_obj(cx, e->base) && is_obj(cx, base));
    return may_overlap(e->field, field, layout) && !are_distinct(cx, e->base, base);
}

OptCached *cached(OptContext *cx, IrRef base, const IrField *field, IrRef index) {
    for (uint32_t i = 0; i < cx->heap.n; i++) {
        OptCached *e = &cx->heap.data[i];
        if (e->base == base && e->index == index && same_field(e->field, field)) {
            return e;
        }
    }
    return NULL;
}

static void forget_aliases(OptContext *cx, IrRef base, const IrField *field, IrRef index) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cx->heap.n; i++) {
        if (!may_alias(cx, &cx->heap.data[i], base, field, index)) {
            cx->heap.data[kept++] = cx->heap.data[i];
        }
    }
    cx->heap.n = kept;
}

/* Values of narrow fields lose bits on their way through memory: only what was loaded is kept for them. */
void remember(OptContext *cx, IrRef base, const IrField *field, IrRef index, int box, OptVal value) {
    enum { MOST = 200 };
    if (cx->heap.n >= MOST) {
        memmove(cx->heap.data, cx->heap.data + 1, (MOST - 1) * sizeof *cx->heap.data);
        cx->heap.n--;
    }
    OptCached e = { .base = base, .index = index, .field = field, .box = box, .value = value };
    LIST_PUSH(cx, cx->heap, e);
    if (!box && value && !is_virtual(value) && is_obj(cx, value)) {
        if (!fact(cx, value)->anchor_field) {
            set_anchor(cx, value, base, field);
        }
    }
}

/* A call wrote whole alias classes. */
void clobber(OptContext *cx, unsigned writes) {
    writes &= ~(unsigned)MEM_none;
    if (writes & (MEM_dict | MEM_set)) {
        cx->answers.n = 0;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cx->heap.n; i++) {
        if (!(writes >> cx->heap.data[i].field->mem & 1)) {
            cx->heap.data[kept++] = cx->heap.data[i];
        }
    }
    cx->heap.n = kept;
}

/* A call got addresses: it may write there. */
void clobber_pointers(OptContext *cx, const IrRef *args, int n) {
    for (int a = 0; a < n; a++) {
        uint32_t kept = 0;
        bool is_ptr = ir_at(cx->out, args[a])->type == IR_PTR;
        for (uint32_t i = 0; i < cx->heap.n; i++) {
            const OptCached *e = &cx->heap.data[i];
            if (!is_ptr || e->base != args[a] || e->field->mem == MEMID_none) {
                cx->heap.data[kept++] = *e;
            }
        }
        cx->heap.n = kept;
    }
}

/* ---- loads ----------------------------------------------------------------------------- */
static OptVal cached_value(OptContext *cx, const OptCached *e) {
    if (e->box) {
        return new_box(cx, (OptVirtKind)(e->box - 1), e->value, 0);
    }
    return e->value == IR_NONE ? ir_const_obj(cx->out, NULL) : resolve(cx, e->value);
}

static void load_real(OptContext *cx, IrRef base, IrRef index) {
    const IrInsn *in = cx->now;
    OptCached *e = pass_on(cx, PASS_forward) ? cached(cx, base, in->imm.field, index) : NULL;
    if (e) {
        if (e->trusted) {
            LIST_PUSH(cx, cx->trusted, *e);
        }
        cx->map[cx->now_ref] = cached_value(cx, e);
        return;
    }
    IrRef args[] = { base, index };
    IrRef r = emit(cx, (IrOp)in->op, args, index ? 2 : 1, in, 0);
    fact(cx, r)->nonnull = in->imm.field->flags & IR_FIELD_NONNULL;
    if (is_obj(cx, r)) {
        set_anchor(cx, r, base, in->imm.field);
    }
    remember(cx, base, in->imm.field, index, 0, r);
    cx->map[cx->now_ref] = r;
}

static void replay_load(OptContext *cx) {
    OptVal base = operand(cx, 0);
    IrRef index = is_elem((IrOp)cx->now->op) ? operand(cx, 1) : IR_NONE;
    int i = is_virtual(base) && !index ? virtual_field(cx, base, cx->now->imm.field) : -1;
    if (i >= 0) {
        OptVal v = resolve(cx, virt(cx, base)->values[i]);
        cx->map[cx->now_ref] = v == IR_NONE ? ir_const_obj(cx->out, NULL) : v;
        return;
    }
    load_real(cx, as_real(cx, base), index);
}

/* ---- stores ----------------------------------------------------------------------------- */
static void store_virtual_field(OptContext *cx, OptVal base, int i, OptVal v, bool release) {
    OptVirtual *o = virt(cx, base);
    OptVal old = resolve(cx, o->values[i]);
    bool is_ref = ir_holds_ref(o->klass->fields[i]->width);
    o->values[i] = is_ref && is_nonnull(cx, v) == 0 ? IR_NONE : v;
    if (release && is_ref && old != IR_NONE) {
        count_down(cx, old, cx->now->snap);
    }
}

/* Would what the place holds now run code when it dies? */
static bool old_is_plain(OptContext *cx, IrRef base, const IrField *field, IrRef index) {
    OptCached *e = cached(cx, base, field, index);
    return e && (e->box || e->value == IR_NONE || is_plain(cx, resolve(cx, e->value)));
}

typedef struct {
    IrRef base, index;
    const IrField *field;
    bool replaces;
} Place;

static void emit_store(OptContext *cx, const Place *p, IrOp op, IrRef value) {
    IrRef args[3] = { p->base, p->index ? p->index : value, value };
    uint32_t snap = ir_op_info[op].flags & IRF_SNAP ? snapshot(cx, cx->now->snap) : 0;
    emit(cx, op, args, p->index ? 3 : 2, cx->now, snap);
}

/* The box of that type that the place is known to hold, or IR_NONE. A slot's tag tells more than what it holds. */
static IrRef old_box(OptContext *cx, const Place *p, unsigned type) {
    OptCached *e = pass_on(cx, PASS_forward) && p->field->width == IR_W_OBJ ? cached(cx, p->base, p->field, p->index) : NULL;
    if (!e) {
        return IR_NONE;
    }
    if (!e->box) {
        OptVal old = e->value == IR_NONE ? IR_NONE : resolve(cx, e->value);
        bool known = old != IR_NONE && !is_virtual(old) && (type_flags(cx, old) & type);
        return known ? old : IR_NONE;
    }
    if (e->box - 1 != (type == IR_TYPE_FLOAT ? VIRT_F64 : VIRT_I64)) {
        return IR_NONE;
    }
    IrRef args[] = { p->base, p->index };
    IrRef old = emit(cx, p->index ? IR_load_elem : IR_load, args, p->index ? 2 : 1, cx->now, 0);
    fact(cx, old)->nonnull = true;
    return old;
}

/* A number goes to memory: the box that is there is written in place when nobody else has it. Increfs of what was loaded from
   the place are due before, or it would look as if nobody had it. */
static void store_number(OptContext *cx, const Place *p, OptVal v) {
    OptVirtual *o = virt(cx, v);
    IrRef number = o->values[0];
    int box = (int)o->kind + 1;
    o->refs--;
    IrRef old = old_box(cx, p, o->kind == VIRT_F64 ? IR_TYPE_FLOAT : IR_TYPE_INT);
    forget_aliases(cx, p->base, p->field, p->index);
    remember(cx, p->base, p->field, p->index, box, number);
    if (old) {
        IrRef args[4] = { p->base, p->index ? p->index : old, p->index ? old : number, number };
        IrOp op = p->index ? IR_update_elem_box : IR_update_box;
        emit(cx, op, args, p->index ? 4 : 3, cx->now, snapshot(cx, cx->now->snap));
    } else {
        emit_store(cx, p, p->index ? IR_replace_elem_box : IR_replace_box, number);
    }
}

static void store_object(OptContext *cx, const Place *p, OptVal v) {
    IrRef r = as_owned(cx, v);
    forget_aliases(cx, p->base, p->field, p->index);
    IrRef number = number_in(cx, r);
    OptFact *f = fact(cx, r);
    if (f->held == 0) {
        f->anchor_field = NULL;
    }
    remember(cx, p->base, p->field, p->index, 0, r);
    if (number && f->fresh && f->held == 0 && f->pending == 0) {
        /* A box that only this place has now: later loads make copies, for the place may be written in place. */
        int kind = f->flags & IR_TYPE_INT ? VIRT_I64 : f->flags & IR_TYPE_FLOAT ? VIRT_F64 : VIRT_BOOL;
        cx->heap.data[cx->heap.n - 1].box = kind + 1;
        cx->heap.data[cx->heap.n - 1].value = number;
    }
    emit_store(cx, p, (IrOp)cx->now->op, r);
}

static void store_bare(OptContext *cx, const Place *p, OptVal v) {
    forget_aliases(cx, p->base, p->field, p->index);
    int bytes = ir_width_bytes(p->field->width);
    if (bytes == 8) {
        remember(cx, p->base, p->field, p->index, 0, v);
    }
    emit_store(cx, p, (IrOp)cx->now->op, v);
}

static void store_real(OptContext *cx, const Place *p, OptVal v) {
    bool is_ref = is_virtual(v) || is_obj(cx, v);
    OptVirtKind kind = is_box(cx, v) ? virt(cx, v)->kind : VIRT_NEW;
    bool number = kind == VIRT_I64 || kind == VIRT_F64;
    OptEffect e = { .writes = 1u << p->field->mem, .field = p->index ? NULL : p->field, .slot = -1 };
    e.releases = p->replaces && !old_is_plain(cx, p->base, p->field, p->index);
    if (!is_ref) {
        flush_pending(cx, &e);
        store_bare(cx, p, v);
        return;
    }
    if (!number) {
        as_real(cx, v);
    }
    flush_pending(cx, &e);
    if (p->replaces && number && pass_on(cx, PASS_virtual)) {
        store_number(cx, p, v);
    } else {
        store_object(cx, p, v);
    }
}

static void replay_store(OptContext *cx, bool replaces) {
    const IrInsn *in = cx->now;
    bool elem = is_elem((IrOp)in->op);
    OptVal base = operand(cx, 0);
    OptVal v = operand(cx, elem ? 2 : 1);
    int i = is_virtual(base) && !elem ? virtual_field(cx, base, in->imm.field) : -1;
    if (i >= 0 && !reaches(cx, v, base)) {
        store_virtual_field(cx, base, i, v, replaces);
        return;
    }
    Place p = { .base = as_real(cx, base), .field = in->imm.field, .replaces = replaces };
    p.index = elem ? operand(cx, 1) : IR_NONE;
    store_real(cx, &p, resolve(cx, v));
}

static void replay_address(OptContext *cx) {
    OptVal base = operand(cx, 0);
    int i = is_virtual(base) ? virtual_field(cx, base, cx->now->imm.field) : -1;
    if (i >= 0) {
        virt(cx, base)->values[i] = operand(cx, 1);
        return;
    }
    IrRef args[] = { as_real(cx, base), operand(cx, 1) };
    OptEffect e = { .writes = 1u << cx->now->imm.field->mem, .field = cx->now->imm.field, .slot = -1 };
    flush_pending(cx, &e);
    forget_aliases(cx, args[0], cx->now->imm.field, IR_NONE);
    emit(cx, IR_store_address, args, 2, cx->now, 0);
}

/* Recorded as such: the number is the operand. */
static void replay_box_store(OptContext *cx) {
    const IrInsn *in = cx->now;
    bool elem = is_elem((IrOp)in->op);
    IrRef number = operand(cx, in->nargs - 1);
    OptVirtKind kind = ir_at(cx->out, number)->type == IR_F64 ? VIRT_F64 : VIRT_I64;
    OptVal v = new_box(cx, kind, number, 1);
    OptVal base = operand(cx, 0);
    int i = is_virtual(base) && !elem ? virtual_field(cx, base, in->imm.field) : -1;
    if (i >= 0) {
        store_virtual_field(cx, base, i, v, true);
        return;
    }
    Place p = { .base = as_real(cx, base), .field = in->imm.field, .replaces = true };
    p.index = elem ? operand(cx, 1) : IR_NONE;
    OptEffect e = { .writes = 1u << p.field->mem, .field = elem ? NULL : p.field, .slot = -1 };
    e.releases = !old_is_plain(cx, p.base, p.field, p.index);
    flush_pending(cx, &e);
    store_number(cx, &p, v);
}

bool replay_memory(OptContext *cx) {
    switch ((int)cx->now->op) {
    case IR_load:
    case IR_load_elem: replay_load(cx); return true;
    case IR_store:
    case IR_store_elem: replay_store(cx, false); return true;
    case IR_store_address: replay_address(cx); return true;
    case IR_replace:
    case IR_replace_elem: replay_store(cx, true); return true;
    case IR_replace_box:
    case IR_replace_elem_box:
    case IR_update_box:
    case IR_update_elem_box: replay_box_store(cx); return true;
    }
    return false;
}
