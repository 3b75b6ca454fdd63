/*  What a stretch of a trace may change, by alias class and field. */
#include "opt/cx.h"

static void add_call(OptWrites *w, const IrInsn *in) {
    if (in->op != IR_call) {
        w->runs = true;
        return;
    }
    const IrCallInfo *info = &ir_call_info[in->imm.i];
    w->runs |= (info->flags & IRF_RUNS) != 0;
    w->classes |= info->writes;
}

void find_writes(OptContext *cx, const IrTrace *t, IrRef from, OptWrites *w) {
    *w = (OptWrites){ 0 };
    for (IrRef r = from; r < NINSNS(t); r++) {
        const IrInsn *in = ir_at(t, r);
        if (in->op == IR_call || (ir_op_info[in->op].flags & IRF_RUNS)) {
            add_call(w, in);
        } else if (ir_op_info[in->op].flags & IRF_WRITE) {
            LIST_PUSH(cx, w->fields, in->imm.field);
        }
    }
}

bool covers_writes(const OptWrites *all, const OptWrites *some) {
    bool covers = (all->runs || !some->runs) && !(some->classes & ~all->classes);
    for (uint32_t i = 0; i < some->fields.n && covers && !all->runs; i++) {
        bool found = all->classes >> some->fields.data[i]->mem & 1;
        for (uint32_t j = 0; j < all->fields.n && !found; j++) {
            found = same_field(all->fields.data[j], some->fields.data[i]);
        }
        covers = found;
    }
    return covers || all->runs;
}

bool may_write(const OptWrites *w, const IrField *field) {
    if (field->mem == MEMID_none) {
        return false;
    }
    if (w->runs || (w->classes >> field->mem & 1)) {
        return true;
    }
    for (uint32_t i = 0; i < w->fields.n; i++) {
        if (may_overlap(w->fields.data[i], field, false)) {
            return true;
        }
    }
    return false;
}
