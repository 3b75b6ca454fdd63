/*  The pipeline, and lowering: from IR to the list of instructions that are allocated and emitted.

    Lowering drops what nothing needs, lets a guard test the comparison before it directly, gives
    exits their leaves, and finds values that are in no place of their own: constants, the frame,
    and aliases. */
#include "codegen/internal.h"

#include <stdlib.h>

void *cg_alloc(CgFunc *f, size_t size) { return arena_alloc(f->arena, size); }

void cg_fail(CgFunc *f, const char *why) {
    if (!f->why) {
        f->why = why;
    }
}

bool cg_constant(const CgFunc *f, IrRef r, uint64_t *bits) {
    const IrInsn *insn = ir_at(f->ir, r);
    if (f->values[r].constant.kind != AT_CONST) {
        return false;
    }
    if (insn->op == IR_exit_arg) {
        *bits = f->config->exit_consts[f->config->exit_args[insn->imm.i].index];
    } else {
        *bits = (uint64_t)insn->imm.i;
    }
    return true;
}

/* ---- what needs no place --------------------------------------------------------------------- */
CgPlace cg_place_of(CgLoc loc) {
    switch ((CgLocKind)loc.kind) {
    case CG_GPR:
        return place(AT_REG, loc.index);
    case CG_XMM:
        return place(AT_REG, CG_FIRST_XMM + loc.index);
    case CG_SPILL:
        return place(AT_SPILL, loc.index);
    case CG_CONST:
        return place(AT_CONST, 0);
    case CG_NOWHERE:
        break;
    }
    return place(AT_NOWHERE, 0);
}

/* Whoever links to the label may bring another value: what is constant for us is none for the loop.
   */
static bool is_listed_param(const CgFunc *f, IrRef r) {
    const IrLabel *label = f->ir->label;
    for (int i = 0; label && i < label->nparams; i++) {
        if (label->params[i] == r) {
            return true;
        }
    }
    return false;
}

/* Two leaves of the parent's snapshot that share a place are one value. */
static void classify_exit_arg(CgFunc *f, IrRef r) {
    const CgConfig *config = f->config;
    int64_t number = ir_at(f->ir, r)->imm.i;
    if (number < 0 || number >= config->nexit_args) {
        cg_fail(f, "an exit_arg that the parent has not");
        return;
    }
    CgPlace p = cg_place_of(config->exit_args[number]);
    if (p.kind == AT_CONST || (in_reg(p) && p.index == f->target->frame_reg)) {
        bool varies = p.kind == AT_CONST && is_listed_param(f, r);
        f->values[r].constant = varies ? place(AT_NOWHERE, 0) : p;
        return;
    }
    for (IrRef other = 1; other < r; other++) {
        const IrInsn *insn = ir_at(f->ir, other);
        if (insn->op == IR_exit_arg && !f->values[other].alias &&
            !(is_listed_param(f, r) && is_listed_param(f, other)) &&
            f->values[other].constant.kind == AT_NOWHERE &&
            same_place(cg_place_of(config->exit_args[insn->imm.i]), p)) {
            f->values[r].alias = other;
        }
    }
}

static IrRef resolve(const CgFunc *f, IrRef r) {
    return f->values[r].alias ? f->values[r].alias : r;
}

static void classify(CgFunc *f) {
    for (IrRef r = 1; r < f->ir->insns.len; r++) {
        const IrInsn *insn = ir_at(f->ir, r);
        f->values[r].def = -1;
        if (insn->op >= IR_const_i64 && insn->op <= IR_const_ptr) {
            f->values[r].constant = place(AT_CONST, 0);
        } else if (insn->op == IR_frame) {
            f->values[r].constant = place(AT_REG, (unsigned)f->target->frame_reg);
        } else if (insn->op == IR_exit_arg) {
            classify_exit_arg(f, r);
        } else if (insn->op == IR_bool_to_i64 && !is_listed_param(f, r)) {
            f->values[r].alias = resolve(f, insn->args[0]);
        }
    }
}

/* ---- what is needed at all ------------------------------------------------------------------- */
typedef struct {
    uint8_t *needed;   /* by IrRef: 1 needed */
    uint32_t *readers; /* how many read it, snapshots included */
    IrRef *todo;
    size_t ntodo;
    IrRef *leaves;
} Lowering;

static bool may_drop(const IrInsn *insn) {
    unsigned flags = ir_op_info[insn->op].flags;
    unsigned keep = IRF_GUARD | IRF_EFFECT | IRF_WRITE | IRF_SNAP | IRF_END | IRF_RUNS;
    return insn->op == IR_phi || !(flags & keep);
}

static void need(CgFunc *f, Lowering *low, IrRef r) {
    if (r == IR_NONE) {
        return;
    }
    r = resolve(f, r);
    low->readers[r]++;
    if (!low->needed[r]) {
        low->needed[r] = 1;
        low->todo[low->ntodo++] = r;
    }
}

static bool carries(const CgFunc *f, IrRef r) {
    const IrInsn *insn = ir_at(f->ir, r);
    return f->ir->carries && insn->snap && insn->op != IR_sync && insn->op != IR_sync_later && r > f->ir->carried_from;
}

/* How many values its exit carries. */
static int carried_by(const CgFunc *f, IrRef r) { return carries(f, r) ? f->ir->ncarried : 0; }

static int leaves_of(CgFunc *f, Lowering *low, IrRef r) {
    const IrInsn *insn = ir_at(f->ir, r);
    if (!insn->snap) {
        return 0;
    }
    int n = ir_snapshot_leaves(&f->ir->snaps.data[insn->snap - 1], low->leaves, CG_MAX_LEAVES);
    int carried = carried_by(f, r);
    if (n + carried > CG_MAX_LEAVES) {
        cg_fail(f, "a snapshot with too many values");
        return 0;
    }
    for (int i = 0; i < carried; i++) {
        low->leaves[n + i] = f->ir->carried[i];
    }
    return n + carried;
}

static void need_operands(CgFunc *f, Lowering *low, IrRef r) {
    const IrInsn *insn = ir_at(f->ir, r);
    for (int i = 0; i < insn->nargs; i++) {
        need(f, low, insn->args[i]);
    }
    int n = leaves_of(f, low, r);
    for (int i = 0; i < n; i++) {
        need(f, low, low->leaves[i]);
    }
}

static void find_needed(CgFunc *f, Lowering *low) {
    for (IrRef r = 1; r < f->ir->insns.len; r++) {
        if (!may_drop(ir_at(f->ir, r)) && !low->needed[r]) {
            low->needed[r] = 1;
            low->todo[low->ntodo++] = r;
        }
        while (low->ntodo > 0) {
            need_operands(f, low, low->todo[--low->ntodo]);
        }
    }
}

/* ---- comparisons that only a guard reads ----------------------------------------------------- */
static bool is_comparison(IrOp op) {
    return (op >= IR_eq_i64 && op <= IR_lt_u64) || (op >= IR_eq_f64 && op <= IR_ge_f64) ||
           op == IR_eq_ptr || op == IR_has_type;
}

/* Not into a loop: its operands are no parameters of the label, the answer is. And has_type reads
   memory that code which runs in between may change. */
static bool can_delay(const CgFunc *f, IrRef from, IrRef to) {
    bool reads = ir_at(f->ir, from)->op == IR_has_type;
    for (IrRef r = from + 1; r < to; r++) {
        const IrInsn *between = ir_at(f->ir, r);
        unsigned flags = ir_op_info[between->op].flags;
        if (between->op == IR_loop || (reads && (flags & (IRF_WRITE | IRF_EFFECT | IRF_RUNS)))) {
            return false;
        }
    }
    return true;
}

static IrRef fused_comparison(const CgFunc *f, const Lowering *low, IrRef guard) {
    const IrInsn *insn = ir_at(f->ir, guard);
    if (insn->op != IR_guard_true && insn->op != IR_guard_false) {
        return IR_NONE;
    }
    IrRef cmp = resolve(f, insn->args[0]);
    bool fits = is_comparison(ir_at(f->ir, cmp)->op) && low->readers[cmp] == 1 &&
                can_delay(f, cmp, guard);
    return fits ? cmp : IR_NONE;
}

/* ---- lowering -------------------------------------------------------------------------------- */
static IrRef *copy_refs(CgFunc *f, const IrRef *refs, int n) {
    IrRef *copy = cg_alloc(f, ((size_t)n + 1) * sizeof *copy);
    for (int i = 0; i < n; i++) {
        copy[i] = refs[i] ? resolve(f, refs[i]) : IR_NONE;
    }
    return copy;
}

/* Machines take an immediate as the second operand. */
static void put_constant_last(const CgFunc *f, const IrInsn *insn, CgInsn *n) {
    bool commutes = ir_op_info[insn->op].flags & IRF_COMM;
    if (commutes && cg_is_const(f, n->args[0]) && !cg_is_const(f, n->args[1])) {
        IrRef constant = n->args[0];
        n->args[0] = n->args[1];
        n->args[1] = constant;
    }
}

static void lower_insn(CgFunc *f, Lowering *low, IrRef r, IrRef cmp) {
    const IrInsn *insn = ir_at(f->ir, r);
    const IrInsn *source = cmp ? ir_at(f->ir, cmp) : insn;
    CgInsn *n = &f->insns[f->ninsns];
    *n = (CgInsn){.ref = r, .cmp = cmp, .nargs = source->nargs, .exit = -1};
    if (source->nargs > CG_MAX_ARGS) {
        cg_fail(f, "an operation with too many operands");
        return;
    }
    n->args = copy_refs(f, source->args, source->nargs);
    n->at = cg_alloc(f, ((size_t)source->nargs + 1) * sizeof *n->at);
    put_constant_last(f, source, n);
    if (insn->snap) {
        int nleaves = leaves_of(f, low, r);
        n->nleaves = nleaves;
        n->ncarried = carried_by(f, r);
        n->leaves = copy_refs(f, low->leaves, nleaves);
        n->leaf_types = cg_alloc(f, (size_t)nleaves + 1);
        for (int i = 0; i < nleaves; i++) {
            n->leaf_types[i] = low->leaves[i] ? ir_at(f->ir, low->leaves[i])->type : (uint8_t)IR_VOID;
        }
        n->exit = f->out->nexits++;
    }
    if (insn->op != IR_loop && insn->type != IR_VOID) {
        f->values[r].def = f->ninsns;
    }
    f->ninsns++;
}

/* The phis of a loop are entered in the table of phis, not as instructions: all change at once. */
static void lower_phi(CgFunc *f, IrRef r) {
    const IrInsn *insn = ir_at(f->ir, r);
    f->phis[f->nphis] = r;
    f->phi_entry[f->nphis] = resolve(f, insn->args[0]);
    f->phi_back[f->nphis] = resolve(f, insn->args[1]);
    f->nphis++;
    f->values[r].def = f->loop;
}

/* `loop` reads what enters the phis and `end_loop` what they become. */
static void give_loop_operands(CgFunc *f) {
    CgInsn *ends[2] = {&f->insns[f->loop], &f->insns[f->ninsns - 1]};
    const IrRef *operands[2] = {f->phi_entry, f->phi_back};
    if (ir_at(f->ir, ends[1]->ref)->op != IR_end_loop) {
        cg_fail(f, "a loop without its end");
        return;
    }
    for (int i = 0; i < 2; i++) {
        ends[i]->nargs = f->nphis;
        ends[i]->args = copy_refs(f, operands[i], f->nphis);
        ends[i]->at = cg_alloc(f, ((size_t)f->nphis + 1) * sizeof *ends[i]->at);
    }
    f->phi_head = cg_alloc(f, ((size_t)f->nphis + 1) * sizeof *f->phi_head);
}

static bool has_own_place(const CgFunc *f, IrRef r) {
    return f->values[r].constant.kind == AT_NOWHERE && !f->values[r].alias;
}

static void lower_all(CgFunc *f, Lowering *low, IrRef *fused) {
    for (IrRef r = 1; r < f->ir->insns.len && !f->why; r++) {
        const IrInsn *insn = ir_at(f->ir, r);
        if (!low->needed[r] || !has_own_place(f, r) || fused[r] == r) {
            continue;
        }
        if (insn->op == IR_phi) {
            lower_phi(f, r);
            continue;
        }
        if (insn->op == IR_loop) {
            f->loop = f->ninsns;
        }
        lower_insn(f, low, r, fused[r]);
    }
}

/* What is known not to be NULL needs no test before its type is read. */
static void find_nonnull(CgFunc *f) {
    for (int i = 0; i < f->ninsns; i++) {
        CgInsn *n = &f->insns[i];
        const IrInsn *insn = ir_at(f->ir, n->ref);
        bool load = insn->op == IR_load || insn->op == IR_load_elem;
        if ((ir_op_info[insn->op].flags & IRF_ALLOC) || (load && insn->imm.field->flags & IR_FIELD_NONNULL)) {
            f->values[n->ref].nonnull = true;
        }
    }
}

static void move_syncs_to_calls(CgFunc *f);

static void lower(CgFunc *f) {
    size_t count = f->ir->insns.len;
    Lowering low = {
        .needed = cg_alloc(f, count),
        .readers = cg_alloc(f, count * sizeof(uint32_t)),
        .todo = cg_alloc(f, count * sizeof(IrRef)),
        .leaves = cg_alloc(f, CG_MAX_LEAVES * sizeof(IrRef)),
    };
    IrRef *fused = cg_alloc(f, count * sizeof *fused);
    f->insns = cg_alloc(f, count * sizeof *f->insns);
    f->phis = cg_alloc(f, count * sizeof *f->phis);
    f->phi_entry = cg_alloc(f, count * sizeof *f->phi_entry);
    f->phi_back = cg_alloc(f, count * sizeof *f->phi_back);
    f->loop = -1;
    find_needed(f, &low);
    for (IrRef r = 1; r < count && !f->why; r++) {
        IrRef cmp = fused_comparison(f, &low, r);
        if (cmp) {
            fused[r] = cmp;
            fused[cmp] = cmp;
        }
    }
    lower_all(f, &low, fused);
    if (f->loop >= 0 && !f->why) {
        give_loop_operands(f);
    }
    find_nonnull(f);
    move_syncs_to_calls(f);
}

/* ---- calls that show the frames themselves --------------------------------------------------- */
bool cg_calls_function(const CgFunc *f, const CgInsn *n) {
    uint64_t bits;
    return f->config->call_function && ir_at(f->ir, n->ref)->op == IR_call_array &&
           cg_constant(f, n->args[0], &bits) &&
           bits == (uint64_t)(uintptr_t)f->config->call_function;
}

bool cg_syncs_later(const CgFunc *f, const CgInsn *n) {
    return ir_at(f->ir, n->ref)->op == IR_sync_later && n + 1 < f->insns + f->ninsns &&
           cg_calls_function(f, n + 1);
}

static bool may_precede_sync(IrOp op) {
    return op == IR_box_i64 || op == IR_box_f64 || op == IR_box_bool || op == IR_incref;
}

/* Boxes of the arguments are made before the sync that belongs to the call, so that it stands right before it. */
static void move_syncs_to_calls(CgFunc *f) {
    for (int i = 0; i < f->ninsns && f->config->call_function; i++) {
        if (ir_at(f->ir, f->insns[i].ref)->op != IR_sync_later) {
            continue;
        }
        int call = i + 1;
        while (call < f->ninsns && may_precede_sync(ir_at(f->ir, f->insns[call].ref)->op)) {
            call++;
        }
        if (call == f->ninsns || !cg_calls_function(f, &f->insns[call])) {
            continue;
        }
        CgInsn sync = f->insns[i];
        for (int k = i; k < call - 1; k++) {
            f->insns[k] = f->insns[k + 1];
            if (f->values[f->insns[k].ref].def == k + 1) {
                f->values[f->insns[k].ref].def = k;
            }
        }
        f->insns[call - 1] = sync;
    }
}

/* ---- exits ----------------------------------------------------------------------------------- */
/* What is left by it is a death that could be seen. */
static bool may_run_at_exit(IrOp op) {
    return !(ir_op_info[op].flags & (IRF_GUARD | IRF_END)) && op != IR_sync && op != IR_sync_later;
}

static void make_exits(CgFunc *f) {
    CgTrace *out = f->out;
    size_t nlocs = 0;
    for (int i = 0; i < f->ninsns; i++) {
        nlocs += (size_t)f->insns[i].nleaves;
    }
    size_t size = (size_t)out->nexits * sizeof(CgExit) + nlocs * sizeof(CgLoc);
    out->exits = calloc(1, size + 1);
    if (!out->exits) {
        abort();
    }
    out->bytes = size;
    CgLoc *locs = (CgLoc *)(out->exits + out->nexits);
    bool ran = false;
    for (int i = 0; i < f->ninsns; i++) {
        const CgInsn *n = &f->insns[i];
        IrOp op = (IrOp)ir_at(f->ir, n->ref)->op;
        ran = op == IR_unsync || (ran && op != IR_guard_valid);
        if (n->exit >= 0) {
            out->exits[n->exit] = (CgExit){
                .trace = out, .number = (uint32_t)n->exit, .snap = ir_at(f->ir, n->ref)->snap - 1,
                .insn = n->ref, .op = (uint16_t)op,
                .nframes = f->ir->snaps.data[ir_at(f->ir, n->ref)->snap - 1].nframes, .nlocs = n->nleaves - n->ncarried, .ncarried = n->ncarried,
                .carries = carries(f, n->ref), .unsettled = ran || may_run_at_exit(op), .locs = locs,
            };
            locs += n->nleaves;
        }
    }
}

/* ---- the label ------------------------------------------------------------------------------- */
static CgPlace head_place(const CgFunc *f, IrRef r) {
    for (int i = 0; i < f->nphis; i++) {
        if (f->phis[i] == r) {
            return f->phi_head[i];
        }
    }
    for (int i = 0; i < f->ninvariants; i++) {
        if (f->invariants[i] == r) {
            return f->invariant_head[i];
        }
    }
    return f->values[r].constant;
}

/* Its index among the trace's constants. */
static uint16_t pooled(CgFunc *f, IrRef r) {
    CgTrace *t = f->out;
    uint64_t bits = 0;
    if (f->values[r].pooled != 0) {
        return (uint16_t)(f->values[r].pooled - 1);
    }
    if (t->nconsts == UINT16_MAX) {
        cg_fail(f, "too many constants");
        return 0;
    }
    if ((t->nconsts & (t->nconsts - 1)) == 0) { /* Full: room comes in powers of two. */
        t->consts = realloc(t->consts, (t->nconsts != 0 ? 2 * (size_t)t->nconsts : 1) * sizeof *t->consts);
        if (!t->consts) {
            abort();
        }
    }
    cg_constant(f, r, &bits);
    t->consts[t->nconsts++] = bits;
    f->values[r].pooled = (uint32_t)t->nconsts;
    return (uint16_t)(t->nconsts - 1);
}

CgLoc cg_loc(CgFunc *f, CgPlace p, IrRef r) {
    CgLoc loc = {.kind = CG_NOWHERE, .type = ir_at(f->ir, r)->type, .index = p.index};
    if (p.kind == AT_REG) {
        bool floating = p.index >= CG_FIRST_XMM;
        loc.kind = floating ? CG_XMM : CG_GPR;
        loc.index = (uint16_t)(p.index - (floating ? CG_FIRST_XMM : 0));
    } else if (p.kind == AT_SPILL) {
        loc.kind = CG_SPILL;
    } else if (p.kind == AT_CONST) {
        loc.kind = CG_CONST;
        loc.index = pooled(f, r);
    }
    return loc;
}

static bool is_param(const CgFunc *f, const IrLabel *label, IrRef r) {
    for (int i = 0; i < label->nparams; i++) {
        if (resolve(f, label->params[i]) == r) {
            return true;
        }
    }
    return false;
}

/* A link can bring only what is a parameter, so the loop may need nothing else. */
static void check_label(CgFunc *f) {
    const IrLabel *label = f->ir->label;
    for (int i = 0; label && f->loop >= 0 && i < f->ninvariants; i++) {
        if (!is_param(f, label, f->invariants[i])) {
            cg_fail(f, "the loop needs a value that is no parameter of its label");
        }
    }
}

static void make_label(CgFunc *f) {
    IrLabel *label = f->ir->label;
    if (!label || f->loop < 0) {
        return;
    }
    CgLabel *out = calloc(1, sizeof *out + ((size_t)label->nparams + 1) * sizeof(CgLoc));
    if (!out) {
        abort();
    }
    out->params = (CgLoc *)(out + 1);
    out->rounds = f->config->rounds;
    for (int i = 0; i < label->nparams; i++) {
        IrRef r = resolve(f, label->params[i]);
        out->params[i] = cg_loc(f, head_place(f, r), r);
    }
    f->out->label = out;
}

/* ---- the pipeline ---------------------------------------------------------------------------- */
static void run_pipeline(CgFunc *f, uint8_t *code, size_t room) {
    f->values = cg_alloc(f, f->ir->insns.len * sizeof *f->values);
    f->needs_scratch = cg_alloc(f, sizeof *f->needs_scratch);
    classify(f);
    lower(f);
    if (f->why) {
        return;
    }
    make_exits(f);
    cg_find_live(f);
    check_label(f);
    cg_allocate(f);
    if (f->why) {
        return;
    }
#ifdef JN_DEBUG_CHECKS
    const char *wrong = cg_check(f);
    if (wrong) {
        cg_fail(f, wrong);
        return;
    }
#endif
    make_label(f);
    f->out->code = code;
    f->target->emit(f, code, room);
}

CgTrace *cg_compile(IrTrace *t, const CgConfig *config, uint8_t *code, size_t room,
                    const char **why) {
    CgFunc f = {.ir = t, .config = config, .target = &cg_target_x64, .why = t->failed,
                .arena = arena_new()};
    f.out = calloc(1, sizeof *f.out);
    if (!f.out) {
        abort();
    }
    f.out->ir = t;
    if (!f.why) {
        run_pipeline(&f, code, room);
    }
    arena_free(f.arena);
    free(f.moves.data);
    if (f.why) {
        *why = f.why;
        cg_free(f.out);
        return NULL;
    }
    f.out->nspills = f.nspills;
    if (t->label && f.out->label) {
        t->label->code = f.out->label;
    }
    return f.out;
}

void cg_free(CgTrace *t) {
    if (t) {
        free(t->exits);
        free(t->consts);
        free(t->label);
        free(t);
    }
}

size_t cg_write_thunks(const CgConfig *config, uint8_t *code, size_t room, CgEnterFn *enter) {
    return cg_target_x64.write_thunks(config, code, room, enter);
}

void cg_patch_exit(CgExit *exit, const uint8_t *target) { cg_target_x64.patch_exit(exit, target); }

const char *cg_loc_name(CgLoc loc) {
    switch ((CgLocKind)loc.kind) {
    case CG_GPR:
        return cg_target_x64.reg_names[loc.index];
    case CG_XMM:
        return cg_target_x64.reg_names[CG_FIRST_XMM + loc.index];
    case CG_SPILL:
        return "spill";
    case CG_CONST:
        return "const";
    case CG_NOWHERE:
        break;
    }
    return "nowhere";
}
