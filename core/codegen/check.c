/*  Does every use read what its definition wrote?

    Follows the allocated trace as the machine would, remembering which value each place holds, and
    knows nothing of how the allocator came to its choice. Runs in builds with debug checks. */
#include "codegen/internal.h"

#include <stdio.h>

enum { PLACES = CG_NREGS + CG_SPILLS + CG_ARRAY };

typedef struct {
    CgFunc *f;
    IrRef holds[PLACES];
    char *message;
} Check;

static int slot_of(CgPlace p) {
    switch ((CgPlaceKind)p.kind) {
    case AT_REG:
        return p.index < CG_NREGS ? p.index : -1;
    case AT_SPILL:
        return p.index < CG_SPILLS ? CG_NREGS + p.index : -1;
    case AT_ARRAY:
        return p.index < CG_ARRAY ? CG_NREGS + CG_SPILLS + p.index : -1;
    case AT_NOWHERE:
    case AT_CONST:
        break;
    }
    return -1;
}

static void complain(Check *c, const CgInsn *n, const char *what, IrRef v) {
    if (!c->message) {
        c->message = arena_alloc(c->f->ir->arena, 200);
        snprintf(c->message, 200, "allocation: %s of %%%u (%s): %%%u is not there", what, n->ref,
                 ir_op_info[ir_at(c->f->ir, n->ref)->op].name, v);
    }
}

static bool holds(const Check *c, CgPlace p, IrRef v) {
    CgPlace constant = c->f->values[v].constant;
    if (constant.kind != AT_NOWHERE && same_place(constant, p)) {
        return true;
    }
    int slot = slot_of(p);
    return slot >= 0 && c->holds[slot] == v;
}

static void write_place(Check *c, CgPlace p, IrRef v) {
    int slot = slot_of(p);
    if (slot >= 0) {
        c->holds[slot] = v;
    }
}

/* Of two exit_args in one place we remember one; the other is copied before anything else. */
static bool shares_place(const Check *c, const CgInsn *n, const CgMove *m) {
    const IrInsn *insn = ir_at(c->f->ir, m->ref);
    return n == c->f->insns && insn->op == IR_exit_arg &&
           same_place(cg_place_of(c->f->config->exit_args[insn->imm.i]), m->src);
}

static void follow_moves(Check *c, const CgInsn *n) {
    for (int i = 0; i < n->nmoves; i++) {
        const CgMove *m = &c->f->moves.data[n->first_move + i];
        if (!holds(c, m->src, m->ref) && !shares_place(c, n, m)) {
            complain(c, n, "a move before", m->ref);
        }
        if (m->kind == MOVE_SWAP) {
            if (!holds(c, m->dst, m->other)) {
                complain(c, n, "a swap before", m->other);
            }
            write_place(c, m->src, m->other);
        }
        write_place(c, m->dst, m->ref);
    }
}

static void check_operands(Check *c, const CgInsn *n, const CgNeeds *needs) {
    for (int i = 0; i < n->nargs; i++) {
        bool read = needs->use[i] != USE_NONE && needs->use[i] != USE_CONST;
        if (read && !holds(c, n->at[i], n->args[i])) {
            complain(c, n, "an operand", n->args[i]);
        }
    }
}

static void lose(Check *c, const CgInsn *n, const CgNeeds *needs) {
    for (int r = 0; r < CG_NREGS; r++) {
        if (needs->clobbers & (1u << r)) {
            c->holds[r] = IR_NONE;
        }
    }
    for (int i = 0; i < needs->ntemps + needs->nfloat_temps; i++) {
        c->holds[n->temps[i]] = IR_NONE;
    }
}

static void check_exit(Check *c, const CgInsn *n) {
    if (n->exit < 0) {
        return;
    }
    const CgLoc *locs = c->f->out->exits[n->exit].locs;
    for (int i = 0; i < n->nleaves; i++) {
        if (!holds(c, cg_place_of(locs[i]), n->leaves[i])) {
            complain(c, n, "the exit", n->leaves[i]);
        }
    }
}

static void check_insn(Check *c, const CgInsn *n) {
    CgNeeds *needs = c->f->needs_scratch;
    cg_needs(c->f, n, needs);
    check_operands(c, n, needs);
    lose(c, n, needs);
    bool late = needs->late_exit && !n->undo;
    if (!late) {
        check_exit(c, n);
    }
    if (needs->result != RESULT_NONE) {
        write_place(c, n->result, n->ref);
    }
    if (late) {
        check_exit(c, n);
    }
}

static void check_heads(Check *c, const CgInsn *n, const IrRef *phis) {
    CgFunc *f = c->f;
    for (int i = 0; i < f->nphis; i++) {
        if (f->phi_head[i].kind != AT_NOWHERE && !holds(c, f->phi_head[i], phis[i])) {
            complain(c, n, "a phi", phis[i]);
        }
    }
    for (int i = 0; i < f->ninvariants; i++) {
        if (!holds(c, f->invariant_head[i], f->invariants[i])) {
            complain(c, n, "the loop", f->invariants[i]);
        }
    }
}

/* From here on only what holds on every round may be relied on. */
static void enter_loop(Check *c) {
    CgFunc *f = c->f;
    memset(c->holds, 0, sizeof c->holds);
    for (int i = 0; i < f->nphis; i++) {
        write_place(c, f->phi_head[i], f->phis[i]);
    }
    for (int i = 0; i < f->ninvariants; i++) {
        write_place(c, f->invariant_head[i], f->invariants[i]);
    }
}

static void enter_trace(Check *c) {
    CgFunc *f = c->f;
    for (IrRef v = 1; v < f->ir->insns.len; v++) {
        const IrInsn *insn = ir_at(f->ir, v);
        if (insn->op == IR_exit_arg && !f->values[v].alias &&
            f->values[v].constant.kind == AT_NOWHERE) {
            write_place(c, cg_place_of(f->config->exit_args[insn->imm.i]), v);
        }
    }
}

const char *cg_check(const CgFunc *func) {
    CgFunc *f = (CgFunc *)func;
    Check *c = cg_alloc(f, sizeof *c);
    c->f = f;
    enter_trace(c);
    for (int i = 0; i < f->ninsns; i++) {
        const CgInsn *n = &f->insns[i];
        follow_moves(c, n);
        IrOp op = ir_at(f->ir, n->ref)->op;
        if (op == IR_loop) {
            check_heads(c, n, f->phi_entry);
            enter_loop(c);
        } else if (op == IR_end_loop) {
            check_heads(c, n, f->phi_back);
        } else {
            check_insn(c, n);
        }
    }
    return c->message;
}
