/*  Where each value is needed, which values the loop needs from before it, and hints.

    A trace is one straight line, so a value is needed from its definition to its last use, with one
    addition: what is defined before the loop and used in it is needed until the loop's end. */
#include "codegen/internal.h"

/* An operand of end_link goes where the label wants its parameter. */
static void link_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    const CgLabel *label = ir_at(f->ir, n->ref)->imm.label->code;
    for (int i = 0; i < n->nargs; i++) {
        CgPlace p = label ? cg_place_of(label->params[i]) : place(AT_NOWHERE, 0);
        bool wanted = p.kind == AT_REG || p.kind == AT_SPILL;
        needs->use[i] = wanted ? USE_FIXED : USE_NONE;
        needs->fixed[i] = p;
    }
}

void cg_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    memset(needs, 0, sizeof *needs);
    IrOp op = ir_at(f->ir, n->ref)->op;
    if (op == IR_end_link) {
        link_needs(f, n, needs);
    } else if (op == IR_loop || op == IR_end_loop) {
        for (int i = 0; i < n->nargs; i++) {
            needs->use[i] = USE_ANY;
        }
    } else {
        f->target->needs(f, n, needs);
    }
}

static void count_uses(CgFunc *f, CgInsn *n, CgNeeds *needs) {
    for (int i = 0; i < n->nargs; i++) {
        IrRef v = n->args[i];
        if (v != IR_NONE && needs->use[i] != USE_NONE && needs->use[i] != USE_CONST) {
            f->values[v].nuses++;
        }
    }
}

static void record_uses(CgFunc *f, int at, CgNeeds *needs) {
    CgInsn *n = &f->insns[at];
    for (int i = 0; i < n->nargs; i++) {
        IrRef v = n->args[i];
        if (v == IR_NONE || needs->use[i] == USE_NONE || needs->use[i] == USE_CONST) {
            continue;
        }
        CgValue *value = &f->values[v];
        f->uses[value->first_use + value->nuses++] = 2 * (uint32_t)at;
        value->last = 2 * at;
        value->hint_reg = -1;
        if (needs->use[i] == USE_FIXED && in_reg(needs->fixed[i])) {
            value->hint_reg = needs->fixed[i].index;
        }
    }
    for (int i = 0; i < n->nleaves; i++) {
        f->values[n->leaves[i]].last = 2 * at + 1;
    }
    if (at > 0 && cg_syncs_later(f, n - 1)) {
        for (int i = 0; i < n[-1].nleaves; i++) {
            f->values[n[-1].leaves[i]].last = 2 * at + 1;
        }
    }
    if (needs->clobbers) {
        f->clobbers[f->nclobbers++] = (CgClobber){2 * (uint32_t)at, needs->clobbers};
    }
}

static void lay_out_uses(CgFunc *f) {
    int total = 0;
    for (IrRef v = 0; v < f->ir->insns.len; v++) {
        f->values[v].first_use = total;
        total += f->values[v].nuses;
        f->values[v].nuses = 0;
        f->values[v].last = -1;
        f->values[v].hint_reg = -1;
    }
    f->nuses = total;
    f->uses = cg_alloc(f, ((size_t)total + 1) * sizeof *f->uses);
}

/* Stretches what the loop needs from before it over the whole loop. */
static void find_invariants(CgFunc *f) {
    if (f->loop < 0) {
        return;
    }
    f->invariants = cg_alloc(f, f->ir->insns.len * sizeof *f->invariants);
    for (IrRef v = 1; v < f->ir->insns.len; v++) {
        CgValue *value = &f->values[v];
        bool placed = value->constant.kind == AT_NOWHERE;
        if (placed && value->def >= 0 && value->def < f->loop && value->last > 2 * f->loop) {
            value->last = 2 * (f->ninsns - 1) + 1;
            f->invariants[f->ninvariants++] = v;
        }
    }
    f->invariant_head = cg_alloc(f, ((size_t)f->ninvariants + 1) * sizeof *f->invariant_head);
}

static bool takes_hint(const CgFunc *f, IrRef v, int at, bool undo) {
    const CgValue *value = &f->values[v];
    return value->constant.kind == AT_NOWHERE && value->def > f->loop && !value->hint_phi &&
           value->last <= 2 * at + (undo ? 1 : 0);
}

/* A value that becomes a phi wants to be in its register, and so does the operand it is made from
   in place. */
static void hint_phis(CgFunc *f) {
    for (int i = 0; i < f->nphis; i++) {
        CgValue *back = &f->values[f->phi_back[i]];
        if (back->def > f->loop && !back->hint_phi) {
            back->hint_phi = (int)f->phis[i];
        }
    }
    for (int at = f->ninsns - 1; f->loop >= 0 && at > f->loop; at--) {
        CgInsn *n = &f->insns[at];
        int phi = f->values[n->ref].hint_phi;
        if (!phi || n->nargs == 0 || f->values[n->ref].def != at) {
            continue;
        }
        cg_needs(f, n, f->needs_scratch);
        if (!f->needs_scratch->tied) {
            continue;
        }
        bool undo = f->needs_scratch->undo;
        if (takes_hint(f, n->args[0], at, undo)) {
            f->values[n->args[0]].hint_phi = phi;
        } else if (f->needs_scratch->commutes && takes_hint(f, n->args[1], at, undo)) {
            f->values[n->args[1]].hint_phi = phi;
        }
    }
}

/* Needs: lowered. */
void cg_find_live(CgFunc *f) {
    CgNeeds *needs = f->needs_scratch;
    for (int i = 0; i < f->ninsns; i++) {
        cg_needs(f, &f->insns[i], needs);
        count_uses(f, &f->insns[i], needs);
    }
    lay_out_uses(f);
    f->clobbers = cg_alloc(f, ((size_t)f->ninsns + 1) * sizeof *f->clobbers);
    for (int i = 0; i < f->ninsns; i++) {
        cg_needs(f, &f->insns[i], needs);
        record_uses(f, i, needs);
    }
    find_invariants(f);
    hint_phis(f);
}

int cg_next_use(const CgFunc *f, IrRef r, int pos) {
    const CgValue *value = &f->values[r];
    const uint32_t *uses = f->uses + value->first_use;
    int low = 0, high = value->nuses;
    while (low < high) {
        int middle = (low + high) / 2;
        if ((int)uses[middle] < pos) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < value->nuses ? (int)uses[low] : CG_NEVER;
}

uint32_t cg_clobbered(const CgFunc *f, int from, int to) {
    int low = 0, high = f->nclobbers;
    while (low < high) {
        int middle = (low + high) / 2;
        if ((int)f->clobbers[middle].pos <= from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint32_t regs = 0;
    for (; low < f->nclobbers && (int)f->clobbers[low].pos < to; low++) {
        regs |= f->clobbers[low].regs;
        if (!(f->target->allocatable & ~f->target->preserved & ~regs)) {
            break; /* a call: only preserved ones are left, what follows adds little */
        }
    }
    return regs;
}
