/*  The jump from the end of a trace to another loop's head.

    Three ways. A side trace whose exit lies in that loop and which changed nothing that the loop's body relies on has all parameters
    at hand: the exit brought them (direct). Any other trace establishes what the loop takes from before it (before.c). Where that does
    not work the trace is made again, writes all to the frame and goes to the start of the other trace, which looks at everything anew;
    options->note has the reason. */
#include "opt/cx.h"

static const OptHead *head_of(const IrLabel *label) { return label ? label->opt : NULL; }

static const IrLabel *target(OptContext *cx) {
    const IrInsn *end = ir_at(cx->raw, NINSNS(cx->raw) - 1);
    return end->op == IR_raw_link && head_of(end->imm.label) ? end->imm.label : NULL;
}

static const OptHeadSlot *head_slot(const OptHead *head, int k) {
    for (int i = 0; i < head->nslots; i++) {
        if (head->slots[i].slot == k) {
            return &head->slots[i];
        }
    }
    return NULL;
}

static int param_of(const IrLabel *label, IrRef r) {
    for (int i = 0; r && i < label->nparams; i++) {
        if (label->params[i] == r) {
            return i;
        }
    }
    return -1;
}

static void load_early(OptContext *cx, int k);

/* ---- what the parent's exit brings ------------------------------------------------------ */
/* A parameter that is what a slot holds all through the loop, or the number in it, tells about that slot here too. */
static void take_slot(OptContext *cx, const OptHead *head, IrRef origin, IrRef r) {
    const IrInsn *from = origin ? ir_at(head->raw, origin) : NULL;
    bool unboxes = from && (from->op == IR_unbox_i64 || from->op == IR_unbox_f64);
    const IrInsn *load = unboxes ? ir_at(head->raw, from->args[0]) : from;
    if (!load || load->op != IR_load_slot || head_slot(head, (int)load->imm.i)) {
        return;
    }
    int k = (int)load->imm.i;
    if (!unboxes) {
        cx->slots[k].entry = r;
        return;
    }
    load_early(cx, k);
    if (cx->slots[k].entry) {
        OptFact *f = fact(cx, cx->slots[k].entry);
        f->flags = IR_TYPE_PLAIN | IR_TYPE_FIXED | (from->op == IR_unbox_i64 ? IR_TYPE_INT : IR_TYPE_FLOAT);
        f->unboxed = r;
        f->nonnull = true;
    }
}

static void take_param(OptContext *cx, const IrLabel *label, int i) {
    const OptHead *head = head_of(label);
    IrInsn imm = { .type = ir_at(head->out, label->params[i])->type, .imm.i = cx->options->first_param_arg + i };
    IrRef r = cx->label_args[i] = emit(cx, IR_exit_arg, NULL, 0, &imm, 0);
    const OptKnown *known = &head->known[i];
    OptFact *f = fact(cx, r);
    f->nonnull = known->nonnull;
    if ((known->flags & IR_TYPE_FIXED) || head->trusts_types) {
        f->klass = known->klass;
        f->flags = known->flags;
    }
    take_slot(cx, head, head->origin[i], r);
}

static IrRef same_const(OptContext *cx, const IrInsn *in) {
    switch ((int)in->op) {
    case IR_const_i64: return ir_const_i64(cx->out, in->imm.i);
    case IR_const_f64: return ir_const_f64(cx->out, in->imm.f);
    case IR_const_bool: return ir_const_bool(cx->out, in->imm.i != 0);
    case IR_const_ptr: return ir_const_ptr(cx->out, in->imm.p);
    }
    return ir_const_obj(cx->out, in->imm.p);
}

/* A value of the head in this trace: a parameter or a constant. */
static IrRef here(OptContext *cx, const IrLabel *label, IrRef r) {
    if (!r) {
        return IR_NONE;
    }
    const IrInsn *in = ir_at(head_of(label)->out, r);
    if (in->op >= IR_const_i64 && in->op <= IR_const_ptr) {
        return same_const(cx, in);
    }
    int i = param_of(label, r);
    return i >= label->nphis ? cx->label_args[i] : IR_NONE;
}

static void take_memory(OptContext *cx, const IrLabel *label) {
    const OptHead *head = head_of(label);
    for (int i = 0; i < head->ntrusted; i++) {
        const OptCached *e = &head->trusted[i];
        IrRef base = here(cx, label, e->base), value = here(cx, label, e->value);
        IrRef index = e->index ? here(cx, label, e->index) : IR_NONE;
        if (base && value && (!e->index || index) && !cached(cx, base, e->field, index)) {
            remember(cx, base, e->field, index, e->box, value);
        }
    }
}

static bool is_tagged_here(const IrTrace *raw, int k) {
    for (IrRef r = 1; r < NINSNS(raw); r++) {
        const IrInsn *in = ir_at(raw, r);
        if ((in->op == IR_load_slot_int || in->op == IR_guard_slot_int) && in->imm.i == k) {
            return true;
        }
    }
    return false;
}

static void load_early(OptContext *cx, int k) {
    if (!is_tagged_here(cx->raw, k) && k < cx->mem_limit && k < cx->nslots && !cx->slots[k].entry) {
        cx->slots[k].entry = emit(cx, IR_load_slot, NULL, 0, &(IrInsn){ .imm.i = k }, 0);
    }
}

static unsigned number_flag(OptRepKind kind) {
    static const unsigned flag[] = { [REP_I64] = IR_TYPE_INT, [REP_F64] = IR_TYPE_FLOAT, [REP_BOOL] = IR_TYPE_BOOL };
    return kind < ARRAY_LEN(flag) ? flag[kind] : 0;
}

/* Before the replay: what only a trace's start may do, for later use. Slots that the raw trace reads as tagged integers are left alone. */
void link_before(OptContext *cx) {
    const IrLabel *parent = cx->options->parent_label;
    const IrLabel *label = target(cx);
    if (head_of(parent)) {
        cx->label_args = opt_alloc(cx, (size_t)(parent->nparams + 1) * sizeof *cx->label_args);
        for (int i = parent->nphis; i < parent->nparams; i++) {
            take_param(cx, parent, i);
        }
        take_memory(cx, parent);
        int args = cx->options->first_param_arg + parent->nparams;
        cx->out->nexit_args = args > cx->out->nexit_args ? args : cx->out->nexit_args;
    }
    const OptHead *head = head_of(label);
    for (IrRef r = 1; head && r < NINSNS(head->raw); r++) {
        const IrInsn *in = ir_at(head->raw, r);
        if (in->op == IR_load_slot) {
            load_early(cx, (int)in->imm.i);
        }
    }
    for (int i = 0; head && i < head->nslots; i++) {
        if (head->slots[i].rep.kind == REP_OBJ || number_flag(head->slots[i].rep.kind)) {
            load_early(cx, head->slots[i].slot);
        }
    }
}

/* ---- common ---------------------------------------------------------------------------- */
typedef struct {
    const IrLabel *label;
    IrRef *args;
} Jump;

static void put(OptContext *cx, const OptRep *rep, IrRef value, void *data) {
    (void)cx;
    Jump *j = data;
    int i = param_of(j->label, rep->phi);
    if (i >= 0) {
        j->args[i] = value;
    }
}

static const IrKlass *find_klass(const IrTrace *t, unsigned flag) {
    for (size_t i = 0; i < t->klasses.len; i++) {
        if (t->klasses.data[i]->flags & flag) {
            return t->klasses.data[i];
        }
    }
    return NULL;
}

static OptRep local_rep(OptContext *cx, const OptHead *head, const OptRep *rep) {
    OptRep r = *rep;
    if (r.kind == REP_CONST) {
        r.phi = same_const(cx, &r.constant);
    }
    if (number_flag(r.kind)) {
        r.klass = find_klass(head->raw, number_flag(r.kind));
    }
    if (r.n) {
        r.parts = opt_alloc(cx, (size_t)r.n * sizeof *r.parts);
        for (int i = 0; i < r.n; i++) {
            r.parts[i] = local_rep(cx, head, &rep->parts[i]);
        }
    }
    return r;
}

static OptHeadSlot *local_slots(OptContext *cx, const OptHead *head) {
    OptHeadSlot *slots = opt_alloc(cx, (size_t)(head->nslots + 1) * sizeof *slots);
    for (int i = 0; i < head->nslots; i++) {
        slots[i] = (OptHeadSlot){ head->slots[i].slot, local_rep(cx, head, &head->slots[i].rep) };
    }
    return slots;
}

static IrRef unbox_field(OptContext *cx, const OptHead *head, const OptHeadField *f, IrRef box, uint32_t raw_snap) {
    bool is_int = f->type == IR_I64;
    IrRef number = number_in(cx, box);
    if (number) {
        return (IrType)ir_at(cx->out, number)->type == f->type ? number : IR_NONE;
    }
    const IrKlass *k = find_klass(head->raw, is_int ? IR_TYPE_INT : IR_TYPE_FLOAT);
    if (!k || is_of_type(cx, box, k) == 0) {
        return IR_NONE;
    }
    if (is_of_type(cx, box, k) < 0) {
        emit(cx, IR_guard_type, &box, 1, &(IrInsn){ .imm.klass = k }, snapshot(cx, raw_snap));
        learn_type(cx, box, k);
    }
    number = is_int ? emit_pure(cx, IR_unbox_i64, &box, 1, NULL, raw_snap) : emit1(cx, IR_unbox_f64, box);
    fact(cx, box)->unboxed = number;
    return number;
}

/* What a carried field holds now, from what is known or from memory. */
static IrRef field_value(OptContext *cx, const OptHead *head, const OptHeadField *f, IrRef base, uint32_t raw_snap) {
    IrRef index = f->index ? ir_const_i64(cx->out, f->at) : IR_NONE;
    OptCached *e = cached(cx, base, f->field, index);
    IrRef value = e ? resolve(cx, e->value) : IR_NONE;
    if (e && (e->box || !f->box)) {
        return e->box == f->box && (IrType)ir_at(cx->out, value)->type == f->type ? value : IR_NONE;
    }
    if (!e && f->field->owner) {
        return IR_NONE; /* A generator that may stand elsewhere by now, its slots holding anything. */
    }
    if (!e) {
        IrRef args[] = { base, index };
        value = emit(cx, index ? IR_load_elem : IR_load, args, index ? 2 : 1, &(IrInsn){ .imm.field = f->field }, 0);
    }
    return f->box ? value ? unbox_field(cx, head, f, value, raw_snap) : IR_NONE : value;
}

typedef IrRef (*BaseFn)(OptContext *cx, const IrLabel *label, const OptHeadField *f);

static bool put_fields(OptContext *cx, Jump *j, BaseFn base_of, uint32_t raw_snap) {
    const OptHead *head = head_of(j->label);
    for (int i = 0; i < head->nfields; i++) {
        const OptHeadField *f = &head->fields[i];
        int p = param_of(j->label, f->phi);
        if (p < 0) {
            continue;
        }
        IrRef base = base_of(cx, j->label, f);
        j->args[p] = base ? field_value(cx, head, f, base, raw_snap) : IR_NONE;
        if (!j->args[p]) {
            return false;
        }
    }
    return true;
}

static void finish_jump(OptContext *cx, const Jump *j) {
    for (int i = 0; i < j->label->nparams; i++) {
        IrType want = (IrType)ir_at(head_of(j->label)->out, j->label->params[i])->type;
        if (!j->args[i] || (IrType)ir_at(cx->out, j->args[i])->type != want) {
            opt_fail(cx, "link: a value that the loop needs is not at hand");
            return;
        }
    }
    IrInsn imm = { .imm.label = (IrLabel *)j->label };
    emit(cx, IR_end_link, j->args, j->label->nparams, &imm, 0);
}

/* Slots that the other loop does not write it finds in memory. */
static void sync_up_to(OptContext *cx, const OptHead *head, int limit, uint32_t raw_snap) {
    for (int k = 0; k < limit && k < cx->mem_limit && !cx->why; k++) {
        if (!head_slot(head, k) && (slot_dirty(cx, k) || is_virtual(slot_memory(cx, k)))) {
            sync_slot(cx, k, raw_snap);
        }
    }
}

static void sync_others(OptContext *cx, const OptHead *head, uint32_t raw_snap) { sync_up_to(cx, head, cx->mem_limit, raw_snap); }

/* Behind the last guard: an exit's side trace takes entries of the stack that its parent did not find in memory for its own. */
static void enter_label(OptContext *cx, Jump *j, OptHeadSlot *slots, uint8_t *wishes, uint32_t raw_snap) {
    const OptHead *head = head_of(j->label);
    sync_others(cx, head, raw_snap);
    if (cx->why) {
        return;
    }
    if (!head_match(cx, slots, head->nslots, raw_snap, wishes, put, j)) {
        opt_fail(cx, "link: the loop's state at its head is different");
    } else {
        finish_jump(cx, j);
    }
}

/* Are the values of all slots that the head has in phis at hand? */
static bool all_fit(OptContext *cx, const OptHead *head) {
    for (int i = 0; i < head->nslots; i++) {
        if (slot_value(cx, head->slots[i].slot) >= SLOT_JUNK) {
            return false;
        }
    }
    return true;
}

/* ---- direct ---------------------------------------------------------------------------- */
/* Does the loop know anything about what the slot held at its entry? */
static bool relies_on_slot(const OptHead *head, int k) {
    for (IrRef r = 1; r < NINSNS(head->out); r++) {
        const IrInsn *in = ir_at(head->out, r);
        bool reads = in->op == IR_load_slot || in->op == IR_load_slot_int || in->op == IR_guard_slot_int;
        if (reads && in->imm.i == k) {
            return true;
        }
    }
    return false;
}

bool keeps_label(OptContext *cx, const IrLabel *label) {
    const OptHead *head = head_of(label);
    if (!head) {
        return false;
    }
    OptWrites w;
    find_writes(cx, cx->out, 1, &w);
    if (w.runs && head->trusts_types) {
        return false;
    }
    for (int i = 0; i < head->ntrusted; i++) {
        if (may_write(&w, head->trusted[i].field)) {
            return false;
        }
    }
    for (int k = 0; k < cx->nslots && k < cx->mem_limit; k++) {
        bool untouched = cx->slots[k].cur == SLOT_ENTRY && cx->slots[k].mem == SLOT_ENTRY;
        if (!untouched && !head_slot(head, k) && relies_on_slot(head, k)) {
            return false;
        }
    }
    return true;
}

static IrRef direct_base(OptContext *cx, const IrLabel *label, const OptHeadField *f) {
    return here(cx, label, f->base);
}

static bool link_direct(OptContext *cx, const IrLabel *label) {
    const OptHead *head = head_of(label);
    if (cx->options->parent_label != label || !keeps_label(cx, label)
        || head->first_stack_slot + head->entry_depth != cx->mem_limit) {
        return false;
    }
    uint32_t raw_snap = cx->now->snap;
    Jump j = { .label = label, .args = opt_alloc(cx, (size_t)(label->nparams + 1) * sizeof *j.args) };
    uint8_t *wishes = opt_alloc(cx, (size_t)cx->nslots);
    for (int i = label->nphis; i < label->nparams; i++) {
        j.args[i] = cx->label_args[i];
    }
    if (!all_fit(cx, head)) {
        return false;
    }
    sync_others(cx, head, raw_snap);
    if (!put_fields(cx, &j, direct_base, raw_snap)
        || !head_match(cx, local_slots(cx, head), head->nslots, raw_snap, wishes, put, &j)) {
        return false;
    }
    finish_jump(cx, &j);
    return true;
}

/* ---- by what is from before the loop ------------------------------------------------------- */
/* What lies above the stack in memory is nobody's. */
static void forget_above(OptContext *cx, int limit) {
    for (int k = limit; k < cx->mem_limit && k < cx->nslots; k++) {
        flush_pending(cx, &(OptEffect){ .slot = k, .releases = true });
        emit(cx, IR_forget_slot, NULL, 0, &(IrInsn){ .imm.i = k }, 0);
        cx->slots[k] = (OptSlot){ .cur = IR_NONE, .mem = IR_NONE };
    }
    cx->mem_limit = limit < cx->mem_limit ? limit : cx->mem_limit;
}

/* The operand stack entries that the other loop has in memory and this trace has not. An earlier link may have left something in those
   slots: the exits behind it gave its reference to their side traces, so that nobody may release it from there. */
static void adopt_stack(OptContext *cx, int limit) {
    const IrSnapshot *s = &cx->raw->snaps.data[cx->now->snap - 1];
    if (cx->options->first_stack_slot + s->frames[0].depth > limit) {
        opt_fail(cx, "link: the other loop has fewer entries on its stack");
        return;
    }
    forget_above(cx, limit);
    for (int k = cx->mem_limit; k < limit; k++) {
        emit(cx, IR_forget_slot, NULL, 0, &(IrInsn){ .imm.i = k }, 0);
    }
    for (int i = 0; i < s->nslots && s->slots[i].frame == 0; i++) {
        const IrSnapSlot *e = &s->slots[i];
        if (e->slot < cx->mem_limit || (e->flags & IR_SNAP_FUNC)) {
            continue;
        }
        if (e->slot >= limit) {
            opt_fail(cx, "link: an operand on the stack");
            return;
        }
        OptSlot *slot = &cx->slots[e->slot];
        slot->cur = e->value ? resolve(cx, cx->map[e->value]) : IR_NONE;
        slot->tagged = e->flags & IR_SNAP_INT;
        if (slot->cur && !(e->flags & (IR_SNAP_INT | IR_SNAP_OWNED))) {
            count_up(cx, slot->cur);
        }
    }
    cx->mem_limit = limit;
}

static IrRef before_base(OptContext *cx, const IrLabel *label, const OptHeadField *f) {
    (void)label;
    OptVal v = resolve(cx, cx->before[f->base]);
    return v == IR_NONE || is_box(cx, v) ? IR_NONE : as_real(cx, v);
}

static IrRef before_param(OptContext *cx, const IrLabel *label, int i) {
    OptVal v = resolve(cx, cx->before[label->params[i]]);
    return v == IR_NONE || is_box(cx, v) ? IR_NONE : as_real(cx, v); /* The box in memory would be another. */
}

/* By what the loop takes from before it, established anew. */
static void link_before_loop(OptContext *cx, const IrLabel *label) {
    const OptHead *head = head_of(label);
    uint32_t raw_snap = cx->now->snap;
    sync_up_to(cx, head, head->first_stack_slot, raw_snap);
    adopt_stack(cx, head->first_stack_slot + head->entry_depth);
    if (cx->why) {
        return;
    }
    cx->before = before_loop(cx, label, raw_snap);
    if (!cx->before && !cx->why) {
        opt_fail(cx, "link: what the loop takes from before it is not there");
    }
    if (cx->why) {
        return;
    }
    Jump j = { .label = label, .args = opt_alloc(cx, (size_t)(label->nparams + 1) * sizeof *j.args) };
    uint8_t *wishes = opt_alloc(cx, (size_t)cx->nslots);
    OptHeadSlot *slots = local_slots(cx, head);
    for (int i = label->nphis; i < label->nparams && !cx->why; i++) {
        j.args[i] = before_param(cx, label, i);
    }
    if (cx->why) {
        return;
    }
    if (!put_fields(cx, &j, before_base, raw_snap)) {
        opt_fail(cx, "link: a field that the loop keeps in a register holds something else");
    } else if (!head_prepare(cx, slots, head->nslots, raw_snap, wishes)) {
        opt_fail(cx, "link: the loop's state at its head is different");
    } else {
        enter_label(cx, &j, slots, wishes, raw_snap);
    }
}

void link_end(OptContext *cx) {
    const IrLabel *label = target(cx);
    if (!label) {
        opt_fail(cx, "link: the other loop's state is not known");
        return;
    }
    adopt_listed(cx, &cx->raw->snaps.data[cx->now->snap - 1]);
    if (!link_direct(cx, label)) {
        link_before_loop(cx, label);
    }
}

/* ---- by the loop's start ------------------------------------------------------------------ */
static void store_tagged(OptContext *cx, int k, uint32_t raw_snap) {
    OptSlot *s = &cx->slots[k];
    IrRef value = s->cur;
    if (s->mem == SLOT_ENTRY && s->entry_int && value == s->entry) {
        return;
    }
    if (!s->entry_int) {
        clear_slot_memory(cx, k, raw_snap);
    }
    emit(cx, IR_store_slot_int, &value, 1, &(IrInsn){ .imm.i = k }, 0);
}

static void write_all(OptContext *cx, int limit, uint32_t raw_snap) {
    for (int k = 0; k < limit && k < cx->mem_limit && !cx->why; k++) {
        if (cx->slots[k].cur != SLOT_ENTRY && cx->slots[k].tagged) {
            store_tagged(cx, k, raw_snap);
        } else if ((!cx->slots[k].entry_int || cx->slots[k].cur != SLOT_ENTRY) && (slot_dirty(cx, k) || is_virtual(slot_memory(cx, k)))) {
            sync_slot(cx, k, raw_snap);
        }
    }
}

/* As the interpreter would come there: all is in the frame, nothing is assumed. */
void link_to_start(OptContext *cx) {
    const IrLabel *label = target(cx);
    uint32_t raw_snap = cx->now->snap;
    if (!label) {
        opt_fail(cx, "link: the other loop's state is not known");
        return;
    }
    const OptHead *head = head_of(label);
    adopt_listed(cx, &cx->raw->snaps.data[raw_snap - 1]);
    forget_above(cx, cx->options->first_stack_slot + cx->raw->snaps.data[raw_snap - 1].frames[0].depth);
    write_all(cx, cx->mem_limit, raw_snap);
    adopt_stack(cx, head->first_stack_slot + head->entry_depth);
    write_all(cx, cx->mem_limit, raw_snap);
    if (!cx->why) {
        flush_pending(cx, &(OptEffect){ .writes = MEM_ALL, .runs = true, .slot = -1 });
        emit(cx, IR_end_start, NULL, 0, &(IrInsn){ .imm.label = (IrLabel *)label }, 0);
    }
}
