/*  What one round of a raw trace may change, by alias class and field. */
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

void find_writes(OptContext *cx, const IrTrace *raw, OptWrites *w) {
    *w = (OptWrites){ 0 };
    for (IrRef r = 1; r < NINSNS(raw); r++) {
        const IrInsn *in = ir_at(raw, r);
        if (in->op == IR_call || (ir_op_info[in->op].flags & IRF_RUNS)) {
            add_call(w, in);
        } else if (ir_op_info[in->op].flags & IRF_WRITE) {
            LIST_PUSH(cx, w->fields, in->imm.field);
        }
    }
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
