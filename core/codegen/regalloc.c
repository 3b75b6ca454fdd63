/*  Registers.

    The trace is walked forwards with the next use of every value at hand. When no register is free
    the value that is used furthest from here makes room; what only exits need is never used at all,
    so it goes first. A value is stored once, into a spill slot that is its own as long as it lives;
    an exit is content with it there.

    The loop's head is where this view forwards falls short: the walk must come back to the places
    it started from. So the walk is done several times. After each, what was chased out of its
    register inside the loop is given a spill slot at the head instead, and a phi is given the
    register in which its next value was found at the end. The walk with the cheapest loop wins (in
    most loops the first or second).

    Operations say what they need (CgNeeds); nothing here knows a machine. */
#include "codegen/internal.h"

enum { WALKS = 5, NO_REG = -1, NO_SLOT = -1 };

typedef struct {
    int8_t reg;
    bool saved;   /* the spill slot holds it */
    int16_t slot;
} RaValue;

typedef struct { /* what one walk tells the next */
    int8_t reg;  /* wanted at the head, or NO_REG */
    bool spill;  /* not in a register at the head */
} RaAdvice;

typedef struct {
    CgFunc *f;
    CgNeeds *needs;
    RaValue *values;
    RaAdvice *advice;
    IrRef in[CG_NREGS];
    uint32_t locked;  /* registers that the current instruction uses */
    uint32_t heads;   /* registers in which phis are at the head */
    IrRef slots[CG_SPILLS];
    bool slot_fixed[CG_SPILLS]; /* holds a phi at the head: kept free through the loop */
    int nslots;
    int pos;
    int cost;         /* of the loop, or of all without one */
} Ra;

static uint32_t bit(int reg) { return 1u << reg; }
static uint32_t class_of(const Ra *ra, IrRef v) {
    uint32_t floats = 0xffff0000u;
    return ra->f->target->allocatable & (cg_is_float(ra->f, v) ? floats : ~floats);
}
static int last_of(const Ra *ra, IrRef v) { return ra->f->values[v].last; }
static bool is_placed(const Ra *ra, IrRef v) {
    return ra->f->values[v].constant.kind == AT_NOWHERE;
}

static uint32_t occupied(const Ra *ra) {
    uint32_t regs = 0;
    for (int r = 0; r < CG_NREGS; r++) {
        regs |= ra->in[r] ? bit(r) : 0;
    }
    return regs;
}

static void add_move(Ra *ra, CgPlace dst, CgPlace src, IrRef v) {
    cg_add_move(ra->f, dst, src, v);
}

static void bind(Ra *ra, IrRef v, int reg) {
    ra->values[v].reg = (int8_t)reg;
    ra->in[reg] = v;
}

static void unbind(Ra *ra, int reg) {
    if (ra->in[reg]) {
        ra->values[ra->in[reg]].reg = NO_REG;
        ra->in[reg] = IR_NONE;
    }
}

static CgPlace where(const Ra *ra, IrRef v) {
    const RaValue *value = &ra->values[v];
    if (!is_placed(ra, v)) {
        return ra->f->values[v].constant;
    }
    if (value->reg != NO_REG) {
        return place(AT_REG, (unsigned)value->reg);
    }
    return value->saved ? place(AT_SPILL, (unsigned)value->slot) : place(AT_NOWHERE, 0);
}

/* ---- spill slots ----------------------------------------------------------------------------- */
static void take_slot(Ra *ra, IrRef v, int slot) {
    ra->slots[slot] = v;
    ra->values[v].slot = (int16_t)slot;
    ra->nslots = slot >= ra->nslots ? slot + 1 : ra->nslots;
}

static bool slot_is_free(const Ra *ra, int slot) {
    IrRef v = ra->slots[slot];
    return !ra->slot_fixed[slot] &&
           (!v || ra->values[v].slot != slot || last_of(ra, v) < ra->pos);
}

/* The next value of a phi that lives in a spill slot may be stored there at once when the old one
   is dead. */
static int slot_of_phi(const Ra *ra, IrRef v) {
    int phi = ra->f->values[v].hint_phi;
    if (!phi || ra->pos <= 2 * ra->f->loop || last_of(ra, (IrRef)phi) >= ra->pos) {
        return NO_SLOT;
    }
    int slot = ra->values[phi].slot;
    bool fits = slot != NO_SLOT && ra->slot_fixed[slot] && ra->slots[slot] == (IrRef)phi;
    return fits ? slot : NO_SLOT;
}

static void find_slot(Ra *ra, IrRef v) {
    if (ra->values[v].slot != NO_SLOT) {
        return;
    }
    int slot = slot_of_phi(ra, v);
    if (slot != NO_SLOT) {
        take_slot(ra, v, slot);
        return;
    }
    for (slot = 0; slot < CG_SPILLS; slot++) {
        if (slot_is_free(ra, slot)) {
            take_slot(ra, v, slot);
            return;
        }
    }
    cg_fail(ra->f, "out of spill slots");
    take_slot(ra, v, CG_SPILLS - 1);
}

static void save(Ra *ra, IrRef v) {
    RaValue *value = &ra->values[v];
    if (!value->saved) {
        find_slot(ra, v);
        add_move(ra, place(AT_SPILL, (unsigned)value->slot), where(ra, v), v);
        value->saved = true;
    }
}

/* ---- choosing a register --------------------------------------------------------------------- */
static bool is_in_register_at_head(const Ra *ra, IrRef v) {
    const CgFunc *f = ra->f;
    for (int i = 0; i < f->ninvariants; i++) {
        if (f->invariants[i] == v) {
            return in_reg(f->invariant_head[i]);
        }
    }
    return false;
}

/* An invariant that is in a register at the head must be back there in the end. */
static int next_use(const Ra *ra, IrRef v) {
    int next = cg_next_use(ra->f, v, ra->pos);
    bool in_loop = ra->f->loop >= 0 && ra->pos > 2 * ra->f->loop;
    if (next == CG_NEVER && in_loop && is_in_register_at_head(ra, v)) {
        return 2 * (ra->f->ninsns - 1);
    }
    return next;
}

static int64_t worth_of_evicting(const Ra *ra, IrRef v) {
    int next = next_use(ra, v);
    int64_t distance = next == CG_NEVER ? 100000 : next - ra->pos;
    return ra->values[v].saved ? 2 * distance + 8 : distance;
}

static void evict(Ra *ra, int reg) {
    save(ra, ra->in[reg]);
    unbind(ra, reg);
}

static int choose_victim(const Ra *ra, uint32_t candidates) {
    int best = NO_REG;
    int64_t most = -1;
    for (int r = 0; r < CG_NREGS; r++) {
        if (candidates & bit(r)) {
            int64_t worth = worth_of_evicting(ra, ra->in[r]);
            if (worth > most) {
                most = worth;
                best = r;
            }
        }
    }
    return best;
}

static int first_of(uint32_t regs) { return __builtin_ctz(regs); }

/* Preserved registers are for what lives across calls. */
static uint32_t prefer(uint32_t regs, uint32_t wanted) {
    return regs & wanted ? regs & wanted : regs;
}

static int hinted(const Ra *ra, IrRef v, uint32_t good) {
    const CgValue *value = &ra->f->values[v];
    if (value->hint_phi && ra->pos > 2 * ra->f->loop) {
        for (int i = 0; i < ra->f->nphis; i++) {
            CgPlace head = ra->f->phi_head[i];
            if (ra->f->phis[i] == (IrRef)value->hint_phi && in_reg(head) &&
                (good & bit(head.index))) {
                return head.index;
            }
        }
    }
    if (value->hint_reg >= 0 && (good & bit(value->hint_reg))) {
        return value->hint_reg;
    }
    return NO_REG;
}

/* A register out of `allowed`, free or made free; v is what will be in it, or IR_NONE. Not bound
   yet. */
static int get_reg(Ra *ra, uint32_t allowed, IrRef v, int until) {
    allowed &= ~ra->locked;
    uint32_t unused = allowed & ~occupied(ra);
    if (unused) {
        uint32_t good = unused & ~cg_clobbered(ra->f, ra->pos, until);
        int hint = v ? hinted(ra, v, good) : NO_REG;
        if (hint != NO_REG) {
            return hint;
        }
        good = prefer(good ? good : unused, ~ra->f->target->preserved);
        return first_of(prefer(good, ~ra->heads));
    }
    if (!allowed) {
        cg_fail(ra->f, "out of registers");
        return 0;
    }
    int victim = choose_victim(ra, allowed);
    evict(ra, victim);
    return victim;
}

static int get_reg_for(Ra *ra, IrRef v, uint32_t forbidden) {
    const CgValue *value = &ra->f->values[v];
    int last_read = value->nuses ? (int)ra->f->uses[value->first_use + value->nuses - 1] : 0;
    bool invariant = value->last >= 2 * (ra->f->ninsns - 1) && value->def < ra->f->loop;
    return get_reg(ra, class_of(ra, v) & ~forbidden, v, invariant ? value->last : last_read);
}

/* ---- operands -------------------------------------------------------------------------------- */
static void put_constant(Ra *ra, CgInsn *n, int arg, uint32_t forbidden) {
    IrRef v = n->args[arg];
    for (int i = 0; i < arg; i++) { /* the same constant twice */
        if (n->args[i] == v && in_reg(n->at[i]) && ra->needs->use[i] != USE_FIXED) {
            n->at[arg] = n->at[i];
            return;
        }
    }
    int reg = get_reg(ra, class_of(ra, v) & ~forbidden, IR_NONE, ra->pos);
    n->at[arg] = place(AT_REG, (unsigned)reg);
    add_move(ra, n->at[arg], place(AT_CONST, 0), v);
    ra->locked |= bit(reg);
}

static bool may_stay_const(const Ra *ra, const CgInsn *n, int arg) {
    uint64_t bits;
    CgUse use = ra->needs->use[arg];
    return (use == USE_ANY || use == USE_REG_IMM) && cg_constant(ra->f, n->args[arg], &bits) &&
           ra->f->target->fits_imm(ra->f, n, arg, bits);
}

/* Reading memory is as good as a register when the value is not wanted again soon. */
static bool may_stay_in_memory(const Ra *ra, const CgInsn *n, int arg) {
    IrRef v = n->args[arg];
    if (ra->needs->use[arg] != USE_ANY || !ra->values[v].saved) {
        return false;
    }
    uint32_t unused = class_of(ra, v) & ~occupied(ra) & ~ra->locked;
    int next = cg_next_use(ra->f, v, ra->pos + 1);
    return next == CG_NEVER || (!unused && next > ra->pos + 40);
}

static void put_operand(Ra *ra, CgInsn *n, int arg, uint32_t forbidden) {
    IrRef v = n->args[arg];
    CgPlace now = where(ra, v);
    if (now.kind == AT_CONST) {
        if (may_stay_const(ra, n, arg)) {
            n->at[arg] = now;
        } else {
            put_constant(ra, n, arg, forbidden);
        }
        return;
    }
    if (!is_placed(ra, v)) {
        n->at[arg] = now;
        return;
    }
    if (!in_reg(now) && may_stay_in_memory(ra, n, arg)) {
        n->at[arg] = now;
        return;
    }
    if (!in_reg(now) || (forbidden & bit(now.index))) {
        int reg = get_reg_for(ra, v, forbidden);
        now = where(ra, v);
        add_move(ra, place(AT_REG, (unsigned)reg), now, v);
        if (in_reg(now)) {
            unbind(ra, now.index);
        }
        bind(ra, v, reg);
    }
    n->at[arg] = where(ra, v);
    ra->locked |= bit(n->at[arg].index);
}

static bool takes_place(CgUse use) {
    return use == USE_REG || use == USE_ANY || use == USE_REG_IMM;
}

/* Operands that are in registers already are locked before any other is fetched. */
static void put_operands(Ra *ra, CgInsn *n) {
    uint32_t lost = ra->needs->clobbers;
    for (int i = 0; i < n->nargs; i++) {
        CgPlace now = takes_place(ra->needs->use[i]) ? where(ra, n->args[i]) : place(AT_CONST, 0);
        if (in_reg(now) && !(lost & bit(now.index))) {
            ra->locked |= bit(now.index);
        }
    }
    for (int i = 0; i < n->nargs; i++) {
        if (takes_place(ra->needs->use[i])) {
            put_operand(ra, n, i, lost);
        }
    }
}

/* What is in registers that the instruction loses, and is needed behind it or by its exit, goes
   elsewhere. */
static void clear_lost(Ra *ra) {
    uint32_t lost = ra->needs->clobbers;
    for (int r = 0; r < CG_NREGS; r++) {
        IrRef v = ra->in[r];
        if (!v || !(lost & bit(r)) || last_of(ra, v) <= ra->pos) {
            continue;
        }
        uint32_t unused = class_of(ra, v) & ~lost & ~ra->locked & ~occupied(ra);
        bool wanted = next_use(ra, v) != CG_NEVER && cg_next_use(ra->f, v, ra->pos + 1) != CG_NEVER;
        if (unused && !ra->values[v].saved && wanted) {
            int reg = first_of(unused);
            add_move(ra, place(AT_REG, (unsigned)reg), place(AT_REG, (unsigned)r), v);
            unbind(ra, r);
            bind(ra, v, reg);
        } else {
            save(ra, v);
        }
    }
}

/* Values that stay in a register which is about to be lost are still read from it by the moves. */
static void move_fixed(Ra *ra, CgInsn *n) {
    CgMove moves[CG_MAX_ARGS];
    int count = 0;
    for (int i = 0; i < n->nargs; i++) {
        if (ra->needs->use[i] == USE_FIXED) {
            n->at[i] = ra->needs->fixed[i];
            moves[count++] = (CgMove){.dst = n->at[i], .src = where(ra, n->args[i]),
                                      .ref = n->args[i], .kind = MOVE_COPY};
        } else if (ra->needs->use[i] == USE_CONST) {
            n->at[i] = place(AT_CONST, 0);
        }
    }
    cg_parallel_moves(ra->f, moves, count);
    for (int r = 0; r < CG_NREGS; r++) {
        if (ra->needs->clobbers & bit(r)) {
            unbind(ra, r);
        }
    }
    ra->locked |= ra->needs->clobbers;
}

static void get_temps(Ra *ra, CgInsn *n) {
    uint32_t general = ra->f->target->allocatable & 0xffffu;
    uint32_t floating = ra->f->target->allocatable & 0xffff0000u;
    int total = ra->needs->ntemps + ra->needs->nfloat_temps;
    for (int i = 0; i < total; i++) {
        uint32_t allowed = i < ra->needs->ntemps ? general : floating;
        int reg = get_reg(ra, allowed, IR_NONE, ra->pos);
        n->temps[i] = (uint8_t)reg;
        ra->locked |= bit(reg);
    }
}

/* ---- the result ------------------------------------------------------------------------------ */
static bool may_share(const CgNeeds *needs, int arg) {
    return !needs->apart && (!needs->tied || arg == 0 || (needs->commutes && arg == 1));
}

static bool can_undo(const Ra *ra, const CgInsn *n, int arg) {
    return ra->needs->undo && (arg == 0 || (ra->needs->commutes && arg == 1)) &&
           (n->nargs < 2 || n->args[0] != n->args[1]);
}

static bool only_exit_needs(const Ra *ra, IrRef v) { return last_of(ra, v) == ra->pos + 1; }

/* Registers of operands that die here are free for the result. Returns those that must be undone
   for the exit. */
static uint32_t release_operands(Ra *ra, CgInsn *n) {
    uint32_t undo = 0, keep = 0, release = 0;
    for (int i = 0; i < n->nargs; i++) {
        IrRef v = n->args[i];
        if (!in_reg(n->at[i]) || ra->needs->use[i] == USE_FIXED) {
            continue;
        }
        uint32_t reg = bit(n->at[i].index);
        bool bound = is_placed(ra, v);
        bool pinned = !bound && ra->f->values[v].constant.kind == AT_REG;
        bool dead = !pinned && (!bound || last_of(ra, v) <= ra->pos ||
                                (only_exit_needs(ra, v) && !ra->needs->late_exit));
        bool undone = !dead && bound && only_exit_needs(ra, v) && can_undo(ra, n, i);
        if (!may_share(ra->needs, i) || !(dead || undone)) {
            keep |= reg;
            continue;
        }
        release |= reg;
        undo |= undone ? reg : 0;
    }
    release &= ~keep;
    ra->locked &= ~release;
    return undo & release;
}

static void free_dead(Ra *ra, int pos) {
    for (int r = 0; r < CG_NREGS; r++) {
        if (ra->in[r] && last_of(ra, ra->in[r]) <= pos) {
            unbind(ra, r);
        }
    }
}

/* In place when operand 0 (or 1, if they commute) dies here. */
static int tied_reg(const Ra *ra, const CgInsn *n, uint32_t open) {
    for (int i = 0; i < n->nargs && i < (ra->needs->commutes ? 2 : 1); i++) {
        bool same_class = cg_is_float(ra->f, n->args[i]) == cg_is_float(ra->f, n->ref);
        if (in_reg(n->at[i]) && (open & bit(n->at[i].index)) && same_class) {
            return n->at[i].index;
        }
    }
    return NO_REG;
}

static void place_result(Ra *ra, CgInsn *n, uint32_t released, uint32_t undo) {
    IrRef v = n->ref;
    int reg = ra->needs->result_reg;
    if (ra->needs->result == RESULT_REG) {
        int tied = ra->needs->tied ? tied_reg(ra, n, released) : NO_REG;
        uint32_t crossing = tied == NO_REG ? 0 :
            cg_clobbered(ra->f, ra->pos, last_of(ra, v)) & bit(tied) & ~undo;
        uint32_t unused = class_of(ra, v) & ~occupied(ra) & ~ra->locked;
        if (crossing && (unused & ra->f->target->preserved)) {
            tied = NO_REG; /* better copied now than saved at the call */
        }
        uint32_t stay = undo & ~(tied == NO_REG ? 0 : bit(tied));
        reg = tied != NO_REG ? tied : get_reg_for(ra, v, stay);
    }
    n->undo = (undo & bit(reg)) != 0;
    n->result = place(AT_REG, (unsigned)reg);
}

/* ---- exits ----------------------------------------------------------------------------------- */
static void record_exit(Ra *ra, CgInsn *n) {
    if (n->exit < 0) {
        return;
    }
    CgLoc *locs = ra->f->out->exits[n->exit].locs;
    for (int i = 0; i < n->nleaves; i++) {
        locs[i] = cg_loc(ra->f, where(ra, n->leaves[i]), n->leaves[i]);
        locs[i].type = n->leaf_types[i];
    }
}

static uint32_t needed_behind(const Ra *ra) {
    uint32_t regs = 0;
    for (int r = 0; r < CG_NREGS; r++) {
        regs |= ra->in[r] && last_of(ra, ra->in[r]) > ra->pos ? bit(r) : 0;
    }
    return regs;
}

/* ---- one instruction ------------------------------------------------------------------------- */
static void define(Ra *ra, CgInsn *n) {
    bool wanted = last_of(ra, n->ref) > ra->pos;
    unbind(ra, n->result.index);
    if (wanted) {
        bind(ra, n->ref, n->result.index);
    }
}

/* Operands that die are dropped before the result is placed, unless the exit reads them later
   still. */
static void drop_released(Ra *ra, const CgInsn *n, uint32_t undo) {
    for (int i = 0; i < n->nargs; i++) {
        IrRef v = n->args[i];
        int reg = is_placed(ra, v) ? ra->values[v].reg : NO_REG;
        if (reg != NO_REG && !(ra->locked & bit(reg)) &&
            (last_of(ra, v) <= ra->pos + 1) && !(undo & bit(reg))) {
            unbind(ra, reg);
        }
    }
}

static void allocate_insn(Ra *ra, CgInsn *n) {
    ra->locked = 0;
    n->undo = false;
    n->result = place(AT_NOWHERE, 0);
    put_operands(ra, n);
    clear_lost(ra);
    move_fixed(ra, n);
    get_temps(ra, n);
    uint32_t undo = 0;
    if (ra->needs->result == RESULT_NONE) {
        record_exit(ra, n);
        n->live = needed_behind(ra);
    } else {
        uint32_t before = ra->locked;
        if (!ra->needs->late_exit) {
            record_exit(ra, n);
        }
        undo = release_operands(ra, n);
        uint32_t released = before & ~ra->locked;
        if (!ra->needs->late_exit) {
            drop_released(ra, n, undo);
        } else {
            free_dead(ra, ra->pos);
        }
        place_result(ra, n, released, undo);
        if (ra->needs->late_exit) {
            record_exit(ra, n);
        }
        n->live = needed_behind(ra) & ~bit(n->result.index);
        define(ra, n);
    }
    free_dead(ra, ra->pos + 1);
}

/* ---- the loop -------------------------------------------------------------------------------- */
typedef struct {
    IrRef v, entry;
    CgPlace *head;
    int weight;
} Carried;

static int count_reads_in_loop(const Ra *ra, IrRef v) {
    const CgValue *value = &ra->f->values[v];
    int reads = 0;
    for (int i = 0; i < value->nuses; i++) {
        reads += (int)ra->f->uses[value->first_use + i] > 2 * ra->f->loop;
    }
    return reads;
}

static void sort_by_weight(Carried *all, int n) {
    for (int i = 1; i < n; i++) {
        Carried one = all[i];
        int j = i;
        for (; j > 0 && all[j - 1].weight < one.weight; j--) {
            all[j] = all[j - 1];
        }
        all[j] = one;
    }
}

static int collect_carried(Ra *ra, Carried *all) {
    CgFunc *f = ra->f;
    int n = 0;
    for (int i = 0; i < f->nphis; i++) {
        f->phi_head[i] = place(AT_NOWHERE, 0);
        bool used = last_of(ra, f->phis[i]) > 2 * f->loop;
        if (used) {
            int weight = 8 * count_reads_in_loop(ra, f->phis[i]) + 4;
            all[n++] = (Carried){f->phis[i], f->phi_entry[i], &f->phi_head[i], weight};
        }
    }
    for (int i = 0; i < f->ninvariants; i++) {
        int weight = 8 * count_reads_in_loop(ra, f->invariants[i]);
        all[n++] = (Carried){f->invariants[i], f->invariants[i], &f->invariant_head[i], weight};
    }
    sort_by_weight(all, n);
    return n;
}

static uint32_t wanted_by_others(const Ra *ra, const Carried *all, int n, IrRef v) {
    uint32_t regs = 0;
    for (int i = 0; i < n; i++) {
        int reg = ra->advice[all[i].v].reg;
        if (all[i].v != v && reg != NO_REG && !ra->advice[all[i].v].spill) {
            regs |= bit(reg);
        }
    }
    return regs;
}

static int choose_head_reg(const Ra *ra, const Carried *one, uint32_t allowed, uint32_t others) {
    int advised = ra->advice[one->v].reg;
    if (advised != NO_REG && (allowed & bit(advised))) {
        return advised;
    }
    allowed = prefer(allowed, ~others);
    CgPlace now = where(ra, one->entry);
    if (in_reg(now) && (allowed & bit(now.index))) {
        return now.index;
    }
    return first_of(prefer(allowed, ~ra->f->target->preserved));
}

static void choose_heads(Ra *ra, Carried *all, int n) {
    uint32_t taken = 0;
    int spare[2] = {3, 2}; /* what the body surely needs for itself */
    for (int i = 0; i < n; i++) {
        IrRef v = all[i].v;
        uint32_t lost = cg_clobbered(ra->f, 2 * ra->f->loop, last_of(ra, v));
        uint32_t open = class_of(ra, v) & ~taken;
        bool full = __builtin_popcount(open) <= spare[cg_is_float(ra->f, v)];
        if (full || ra->advice[v].spill || ra->f->config->spill_all || !(open & ~lost)) {
            *all[i].head = place(AT_SPILL, 0); /* which one is found later */
            continue;
        }
        int reg = choose_head_reg(ra, &all[i], open & ~lost, wanted_by_others(ra, all, n, v));
        taken |= bit(reg);
        *all[i].head = place(AT_REG, (unsigned)reg);
        ra->heads |= bit(reg);
    }
}

/* Invariants keep the slot they have; a phi gets one of its own for the whole loop. */
static void choose_head_slots(Ra *ra, Carried *all, int n) {
    for (int i = 0; i < n; i++) {
        if (all[i].head->kind == AT_SPILL) {
            find_slot(ra, all[i].v);
            all[i].head->index = (uint16_t)ra->values[all[i].v].slot;
        }
    }
}

/* At the head each value is in exactly one place, so that links need to fill only that. */
static void enter_loop_state(Ra *ra, Carried *all, int n) {
    for (int r = 0; r < CG_NREGS; r++) {
        unbind(ra, r);
    }
    for (int i = 0; i < n; i++) {
        IrRef v = all[i].v;
        bool spilled = all[i].head->kind == AT_SPILL;
        ra->values[v].saved = spilled;
        if (spilled) {
            ra->slot_fixed[all[i].head->index] = true;
        } else {
            ra->values[v].slot = NO_SLOT;
            bind(ra, v, all[i].head->index);
        }
    }
}

static void allocate_loop_head(Ra *ra, CgInsn *n) {
    CgFunc *f = ra->f;
    size_t total = (size_t)(f->nphis + f->ninvariants) + 1;
    Carried *all = cg_alloc(f, total * sizeof *all);
    CgMove *moves = cg_alloc(f, total * sizeof *moves);
    int count = collect_carried(ra, all);
    choose_heads(ra, all, count);
    choose_head_slots(ra, all, count);
    for (int i = 0; i < count; i++) {
        moves[i] = (CgMove){.dst = *all[i].head, .src = where(ra, all[i].entry),
                            .ref = all[i].entry};
        bool there = all[i].v == all[i].entry && all[i].head->kind == AT_SPILL &&
                     ra->values[all[i].v].saved;
        if (there) {
            moves[i].src = moves[i].dst;
        }
    }
    for (int i = 0; i < n->nargs; i++) {
        n->at[i] = f->phi_head[i];
    }
    cg_parallel_moves(f, moves, count);
    enter_loop_state(ra, all, count);
}

static void advise(Ra *ra, IrRef v, CgPlace head) {
    if (in_reg(head) && ra->values[v].reg != (int)head.index) {
        ra->advice[v].spill = true;
    }
}

static bool is_saved_in(const Ra *ra, IrRef v, CgPlace head) {
    const RaValue *value = &ra->values[v];
    return is_placed(ra, v) && head.kind == AT_SPILL && value->saved && value->slot == head.index;
}

static void allocate_loop_end(Ra *ra, CgInsn *n) {
    CgFunc *f = ra->f;
    size_t total = (size_t)(f->nphis + f->ninvariants) + 1;
    CgMove *moves = cg_alloc(f, total * sizeof *moves);
    int count = 0;
    for (int i = 0; i < f->nphis; i++) {
        CgPlace src = where(ra, f->phi_back[i]);
        n->at[i] = f->phi_head[i];
        if (is_saved_in(ra, f->phi_back[i], f->phi_head[i])) {
            continue;
        }
        moves[count++] = (CgMove){.dst = f->phi_head[i], .src = src, .ref = f->phi_back[i]};
        if (in_reg(src) && is_placed(ra, f->phi_back[i])) {
            ra->advice[f->phis[i]].reg = (int8_t)src.index;
        }
    }
    for (int i = 0; i < f->ninvariants; i++) {
        IrRef v = f->invariants[i];
        CgPlace head = f->invariant_head[i];
        advise(ra, v, head);
        bool stays = head.kind == AT_SPILL;
        moves[count++] = (CgMove){.dst = head, .src = stays ? head : where(ra, v), .ref = v};
    }
    cg_parallel_moves(f, moves, count);
}

/* ---- walks ----------------------------------------------------------------------------------- */
/* Two parameters of a label that come from one place need two: one is copied at once. */
static void copy_shared_places(Ra *ra) {
    CgFunc *f = ra->f;
    ra->locked = 0;
    for (IrRef v = 1; v < f->ir->insns.len; v++) {
        const IrInsn *insn = ir_at(f->ir, v);
        if (insn->op != IR_exit_arg || f->values[v].alias || !is_placed(ra, v) ||
            f->values[v].last < 0 || where(ra, v).kind != AT_NOWHERE) {
            continue;
        }
        CgPlace p = cg_place_of(f->config->exit_args[insn->imm.i]);
        if (p.kind == AT_CONST) {
            continue;
        }
        ra->locked = in_reg(p) ? bit(p.index) : 0;
        int reg = get_reg_for(ra, v, 0);
        add_move(ra, place(AT_REG, (unsigned)reg), p, v);
        bind(ra, v, reg);
    }
}

/* Values of the parent are where its exit left them, all at once. */
static void enter_trace(Ra *ra) {
    CgFunc *f = ra->f;
    for (IrRef v = 1; v < f->ir->insns.len; v++) {
        const IrInsn *insn = ir_at(f->ir, v);
        if (insn->op != IR_exit_arg || f->values[v].alias || !is_placed(ra, v) ||
            f->values[v].last < 0) {
            continue;
        }
        CgPlace p = cg_place_of(f->config->exit_args[insn->imm.i]);
        if (p.kind == AT_NOWHERE) {
            cg_fail(f, "an exit_arg that the parent left nowhere");
        } else if (in_reg(p) && !ra->in[p.index]) {
            bind(ra, v, p.index);
        } else if (p.kind == AT_SPILL && !ra->slots[p.index]) {
            take_slot(ra, v, p.index);
            ra->values[v].saved = true;
        }
    }
    copy_shared_places(ra);
}

static void start_walk(Ra *ra) {
    CgFunc *f = ra->f;
    for (IrRef v = 0; v < f->ir->insns.len; v++) {
        ra->values[v] = (RaValue){.reg = NO_REG, .slot = NO_SLOT};
    }
    memset(ra->in, 0, sizeof ra->in);
    memset(ra->slots, 0, sizeof ra->slots);
    memset(ra->slot_fixed, 0, sizeof ra->slot_fixed);
    ra->nslots = 0;
    ra->heads = 0;
    ra->cost = 0;
    ra->pos = 0;
    f->moves.n = 0;
    enter_trace(ra);
}

static int cost_of(const CgMove *move) {
    if (move->kind == MOVE_SWAP) {
        return 3;
    }
    bool memory = move->dst.kind == AT_SPILL || move->src.kind == AT_SPILL;
    return memory ? 4 : 1;
}

static void count_cost(Ra *ra, const CgInsn *n, int at) {
    if (ra->f->loop >= 0 && at <= ra->f->loop) {
        return;
    }
    for (int i = 0; i < n->nmoves; i++) {
        ra->cost += cost_of(&ra->f->moves.data[n->first_move + i]);
    }
    for (int i = 0; i < n->nargs; i++) {
        ra->cost += n->at[i].kind == AT_SPILL ? 2 : 0;
    }
}

static void spill_everything(Ra *ra) {
    for (int r = 0; r < CG_NREGS; r++) {
        if (ra->in[r]) {
            evict(ra, r);
        }
    }
}

static void walk(Ra *ra) {
    CgFunc *f = ra->f;
    start_walk(ra);
    for (int at = 0; at < f->ninsns && !f->why; at++) {
        CgInsn *n = &f->insns[at];
        IrOp op = ir_at(f->ir, n->ref)->op;
        ra->pos = 2 * at;
        n->first_move = at == 0 ? 0 : f->moves.n; /* entering the trace may have moved something */
        if (f->config->spill_all) {
            spill_everything(ra);
        }
        if (op == IR_loop) {
            allocate_loop_head(ra, n);
        } else if (op == IR_end_loop) {
            allocate_loop_end(ra, n);
        } else {
            cg_needs(f, n, ra->needs);
            allocate_insn(ra, n);
        }
        n->nmoves = f->moves.n - n->first_move;
        count_cost(ra, n, at);
    }
    f->nspills = ra->nslots;
}

static RaAdvice *new_advice(CgFunc *f) {
    RaAdvice *advice = cg_alloc(f, f->ir->insns.len * sizeof *advice);
    for (IrRef v = 0; v < f->ir->insns.len; v++) {
        advice[v].reg = NO_REG;
    }
    return advice;
}

/* Needs: live. */
void cg_allocate(CgFunc *f) {
    size_t size = f->ir->insns.len * sizeof(RaAdvice);
    Ra *ra = cg_alloc(f, sizeof *ra);
    ra->f = f;
    ra->needs = f->needs_scratch;
    ra->values = cg_alloc(f, f->ir->insns.len * sizeof *ra->values);
    ra->advice = new_advice(f);
    RaAdvice *used = new_advice(f), *best = new_advice(f);
    int cheapest = CG_NEVER;
    int walks = f->loop >= 0 && !f->config->spill_all ? WALKS : 1;
    for (int i = 0; i < walks && !f->why && cheapest > 0; i++) {
        memcpy(used, ra->advice, size);
        walk(ra);
        if (ra->cost < cheapest) {
            cheapest = ra->cost;
            memcpy(best, used, size);
        }
        if (memcmp(used, ra->advice, size) == 0) {
            break; /* another walk would be the same */
        }
    }
    bool is_last = memcmp(best, used, size) == 0;
    if (!is_last && !f->why) {
        memcpy(ra->advice, best, size);
        walk(ra);
    }
}
