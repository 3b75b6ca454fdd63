/*  A loop: one round as preamble, then the head, then the round again with what the preamble found out.

    Nothing is hoisted; what the second round finds done already (pure operations on values from before the loop, loads from
    memory that the round never writes, guards on both) it does not do again. Fields that the round does write, of objects
    from before the loop, are carried in phis when they hold numbers: the store stays, the load goes. */
#include "opt/cx.h"

enum { MAX_CARRIED = 16 };

typedef struct {
    LIST(IrRef) values;
} Values;

static void collect(OptContext *cx, const OptRep *rep, IrRef value, void *data) {
    (void)rep;
    Values *v = data;
    LIST_PUSH(cx, v->values, value);
}

/* ---- carried fields ---------------------------------------------------------------------- */
static bool is_uncarried(const OptPlan *plan, const IrField *field) {
    for (uint32_t i = 0; i < plan->uncarried.n; i++) {
        if (plan->uncarried.data[i] == field) {
            return true;
        }
    }
    return false;
}

static bool can_carry(OptContext *cx, const OptPlan *plan, const OptCached *e) {
    if (is_uncarried(plan, e->field) || (e->index && !is_real_const(cx, e->index)) || !e->value
        || is_virtual(e->value)) {
        return false;
    }
    return e->box ? e->box <= VIRT_F64 + 1 : ir_at(cx->out, e->value)->type != IR_OBJ;
}

/* Of what is known of memory keep what the round does not write; of the rest, choose what to carry. */
static void split_heap(OptContext *cx, const OptPlan *plan, const OptWrites *w, OptHead *head, Values *entries) {
    uint32_t kept = 0;
    head->fields = opt_alloc(cx, MAX_CARRIED * sizeof *head->fields);
    for (uint32_t i = 0; i < cx->heap.n; i++) {
        OptCached e = cx->heap.data[i];
        if (!may_write(w, e.field)) {
            e.trusted = e.field->mem != MEMID_none;
            cx->heap.data[kept++] = e;
        } else if (!w->runs && head->nfields < MAX_CARRIED && pass_on(cx, PASS_carry) && can_carry(cx, plan, &e)) {
            IrRef value = resolve(cx, e.value);
            head->fields[head->nfields++] = (OptHeadField){ .base = e.base, .index = e.index, .field = e.field,
                                                            .at = e.index ? ir_at(cx->out, e.index)->imm.i : 0,
                                                            .box = e.box, .type = (IrType)ir_at(cx->out, value)->type };
            LIST_PUSH(cx, entries->values, value);
        }
    }
    cx->heap.n = kept;
}

static void enter_fields(OptContext *cx, OptHead *head, const IrRef *entries) {
    for (int i = 0; i < head->nfields; i++) {
        OptHeadField *f = &head->fields[i];
        IrRef args[] = { entries[i], entries[i] };
        f->phi = emit(cx, IR_phi, args, 2, &(IrInsn){ .type = (uint8_t)f->type }, 0);
        remember(cx, f->base, f->field, f->index, f->box, f->phi);
    }
}

static bool snapshot_mentions(OptContext *cx, const IrSnapshot *s, IrRef r) {
    IrRef leaves[512];
    int n = ir_snapshot_leaves(s, leaves, 512);
    for (int i = 0; i < n && i < 512; i++) {
        if (leaves[i] == r) {
            return true;
        }
    }
    (void)cx;
    return n > 512;
}

static bool body_uses(OptContext *cx, IrRef r) {
    for (IrRef i = cx->loop_at; i < NINSNS(cx->out); i++) {
        const IrInsn *in = ir_at(cx->out, i);
        for (int a = 0; a < in->nargs; a++) {
            if (in->args[a] == r) {
                return true;
            }
        }
        if (in->snap && snapshot_mentions(cx, &cx->out->snaps.data[in->snap - 1], r)) {
            return true;
        }
    }
    return false;
}

static IrRef carried_value(OptContext *cx, const OptHeadField *f) {
    const OptCached *e = cached(cx, f->base, f->field, f->index);
    if (!e || e->value == IR_NONE) {
        return IR_NONE;
    }
    IrRef value = resolve(cx, e->value);
    if (f->box && !e->box) {
        value = number_in(cx, value);
    } else if (e->box != f->box) {
        return IR_NONE;
    }
    return value && (IrType)ir_at(cx->out, value)->type == f->type ? value : IR_NONE;
}

static void close_fields(OptContext *cx, OptPlan *plan, OptHead *head) {
    for (int i = 0; i < head->nfields; i++) {
        OptHeadField *f = &head->fields[i];
        IrRef value = carried_value(cx, f);
        if (!value) {
            value = f->phi;
            if (body_uses(cx, f->phi)) {
                LIST_PUSH(cx, plan->uncarried, f->field);
                plan->again = true;
            }
        }
        ir_at(cx->out, f->phi)->args[1] = value;
    }
}

/* ---- the loop ----------------------------------------------------------------------------- */
static bool has_loose_guards(const IrTrace *raw) {
    for (IrRef r = 1; r < NINSNS(raw); r++) {
        const IrInsn *in = ir_at(raw, r);
        if ((in->op == IR_guard_type || in->op == IR_has_type) && !(in->imm.klass->flags & IR_TYPE_FIXED)) {
            return true;
        }
    }
    return false;
}

static void start_body(OptContext *cx, OptHead *head, const OptWrites *w) {
    cx->loop_at = emit(cx, IR_loop, NULL, 0, NULL, 0);
    cx->round = 2;
    cx->answers.n = 0;
    cx->first_map = cx->map;
    cx->map = opt_alloc(cx, NINSNS(cx->raw) * sizeof *cx->map);
    if (w->runs) {
        cx->epoch++;
        forget_loose_types(cx);
    }
    for (IrRef r = 1; r < NINSNS(cx->out); r++) {
        if (!ir_is_const(cx->out, r)) {
            fact(cx, r)->held = 0;
        }
    }
    head->known = opt_alloc(cx, NINSNS(cx->out) * sizeof *head->known);
    for (IrRef r = 1; r < NINSNS(cx->out); r++) {
        OptFact *f = fact(cx, r);
        head->known[r] = (OptKnown){ f->klass, f->flags, f->nonnull };
    }
    head->trusts_types = !w->runs && has_loose_guards(cx->raw);
}

static void patch_phis(OptContext *cx, OptHead *head, const Values *ends) {
    IrRef phi = cx->loop_at + 1;
    (void)head;
    for (uint32_t i = 0; i < ends->values.n; i++, phi++) {
        ir_at(cx->out, phi)->args[1] = ends->values.data[i];
    }
}

static void keep_trusted(OptContext *cx, OptHead *head) {
    uint32_t n = cx->trusted.n;
    for (uint32_t i = 0; i < n; i++) {
        OptCached e = cx->trusted.data[i];
        IrRef number = e.box || !e.value ? IR_NONE : number_in(cx, resolve(cx, e.value));
        if (number && number < cx->loop_at) { /* who finds the object gone may still have its number */
            e.box = (ir_at(cx->out, number)->type == IR_F64 ? VIRT_F64 : ir_at(cx->out, number)->type == IR_I64 ? VIRT_I64 : VIRT_BOOL) + 1;
            e.value = number;
            LIST_PUSH(cx, cx->trusted, e);
        }
    }
    head->ntrusted = (int)cx->trusted.n;
    head->trusted = cx->trusted.data;
}

OptHead *peel(OptContext *cx, OptPlan *plan) {
    OptHead *head = opt_alloc(cx, sizeof *head);
    *head = (OptHead){ .raw = cx->raw, .first_stack_slot = cx->options->first_stack_slot,
                       .entry_depth = cx->options->entry_depth, .out = cx->out };
    uint32_t close = cx->now->snap;
    OptWrites writes;
    Values entries = { { 0 } }, fields = { { 0 } }, ends = { { 0 } };
    find_writes(cx, plan->raw_writes ? cx->raw : cx->out, 1, &writes);
    adopt_listed(cx, &cx->raw->snaps.data[close - 1]);
    head->slots = head_plan(cx, &cx->raw->snaps.data[close - 1], plan->wishes, &head->nslots);
    if (!head_match(cx, head->slots, head->nslots, close, plan->wishes, collect, &entries)) {
        plan->again = true;
        return NULL;
    }
    split_heap(cx, plan, &writes, head, &fields);
    start_body(cx, head, &writes);
    head_enter(cx, head->slots, head->nslots, entries.values.data);
    enter_fields(cx, head, fields.values.data);
    replay_all(cx);
    if (cx->why) {
        return NULL;
    }
    adopt_listed(cx, &cx->raw->snaps.data[close - 1]);
    if (!head_match(cx, head->slots, head->nslots, close, plan->wishes, collect, &ends)) {
        plan->again = true;
        return NULL;
    }
    patch_phis(cx, head, &ends);
    close_fields(cx, plan, head);
    emit(cx, IR_end_loop, NULL, 0, NULL, 0);
    OptWrites written;
    find_writes(cx, cx->out, cx->loop_at, &written);
    if (!plan->raw_writes && !covers_writes(&writes, &written)) {
        plan->raw_writes = plan->again = true;
        return NULL;
    }
    keep_trusted(cx, head);
    return head;
}
