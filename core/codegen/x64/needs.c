/*  What each operation wants of the allocator. */
#include "codegen/x64/x64.h"


static bool constant_i64(const CgFunc *f, IrRef v, int64_t *value) {
    uint64_t bits;
    bool is = cg_constant(f, v, &bits);
    *value = is ? (int64_t)bits : 0;
    return is;
}

X64Divisor x64_divisor(const CgFunc *f, const CgInsn *n, int64_t *d) {
    if (!constant_i64(f, n->args[1], d) || *d <= 0) {
        return DIVISOR_ANY;
    }
    return (*d & (*d - 1)) == 0 ? DIVISOR_POWER : DIVISOR_MAGIC;
}

bool x64_is_far_type(const IrKlass *klass) { return !x64_fits32((int64_t)(intptr_t)klass->ptr); }

/* An index goes into the displacement, times the width. */
static bool is_index(const CgFunc *f, const CgInsn *n, int arg) {
    IrOp op = (IrOp)ir_at(f->ir, n->ref)->op;
    return arg == 1 && (op == IR_load_elem || op == IR_store_elem || op == IR_replace_elem ||
                        op == IR_replace_elem_box || op == IR_update_elem_box);
}

bool x64_fits_imm(const CgFunc *f, const CgInsn *n, int arg, uint64_t bits) {
    if (is_index(f, n, arg)) {
        return bits < 1 << 24;
    }
    return cg_is_float(f, n->args[arg]) || x64_fits32((int64_t)bits);
}

/* ---- shapes of operations -------------------------------------------------------------------- */
static void use(CgNeeds *needs, int arg, CgUse how) { needs->use[arg] = how; }

static void use_fixed(CgNeeds *needs, int arg, int reg) {
    needs->use[arg] = USE_FIXED;
    needs->fixed[arg] = place(AT_REG, (unsigned)reg);
    needs->clobbers |= 1u << reg;
}

static void result_in(CgNeeds *needs, int reg) {
    needs->result = RESULT_FIXED;
    needs->result_reg = reg;
    needs->clobbers |= 1u << reg;
}

static void two_address(CgNeeds *needs, bool commutes) {
    use(needs, 0, USE_ANY);
    use(needs, 1, USE_ANY);
    needs->result = RESULT_REG;
    needs->tied = true;
    needs->commutes = commutes;
}

static void with_overflow(CgNeeds *needs, bool commutes) {
    two_address(needs, commutes);
    needs->late_exit = true;
    needs->undo = true;
}

static void one_address(CgNeeds *needs) {
    use(needs, 0, USE_ANY);
    needs->result = RESULT_REG;
    needs->tied = true;
}

static void from_register(CgNeeds *needs) {
    use(needs, 0, USE_REG);
    needs->result = RESULT_REG;
}

static void compare(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    bool swap = cg_is_const(f, n->args[0]) && !cg_is_const(f, n->args[1]);
    use(needs, swap ? 1 : 0, USE_REG);
    use(needs, swap ? 0 : 1, USE_ANY);
}

/* ucomisd tells "above" from unordered but not "below", so a < b is asked as b > a. */
static void compare_f64(IrOp op, CgNeeds *needs) {
    bool swap = op == IR_lt_f64 || op == IR_le_f64;
    use(needs, swap ? 1 : 0, USE_REG);
    use(needs, swap ? 0 : 1, USE_ANY);
}

static void comparison(const CgFunc *f, const CgInsn *n, IrRef cmp, CgNeeds *needs) {
    const IrInsn *insn = ir_at(f->ir, cmp);
    if (insn->op == IR_has_type) {
        use(needs, 0, USE_REG);
        needs->ntemps = x64_is_far_type(insn->imm.klass);
    } else if (insn->op >= IR_eq_f64 && insn->op <= IR_ge_f64) {
        compare_f64((IrOp)insn->op, needs);
    } else {
        compare(f, n, needs);
    }
}

static void multiply(const CgFunc *f, const CgInsn *n, bool overflow, CgNeeds *needs) {
    int64_t by;
    if (constant_i64(f, n->args[1], &by) && x64_fits32(by)) {
        use(needs, 0, cg_is_const(f, n->args[0]) ? USE_REG : USE_ANY);
        use(needs, 1, USE_CONST);
        needs->result = RESULT_REG;
        needs->tied = !overflow && by > 0 && (by & (by - 1)) == 0;
    } else {
        two_address(needs, true);
    }
    needs->late_exit = overflow;
}

static void divide(const CgFunc *f, const CgInsn *n, bool modulo, CgNeeds *needs) {
    int64_t d;
    switch (x64_divisor(f, n, &d)) {
    case DIVISOR_POWER:
        one_address(needs);
        use(needs, 1, USE_CONST);
        needs->ntemps = modulo && !x64_fits32(d - 1);
        break;
    case DIVISOR_MAGIC:
        use(needs, 0, USE_REG);
        use(needs, 1, USE_CONST);
        needs->clobbers = 1u << RAX | 1u << RDX;
        needs->ntemps = 1;
        result_in(needs, modulo ? RAX : RDX);
        break;
    case DIVISOR_ANY:
        use_fixed(needs, 0, RAX);
        use(needs, 1, USE_REG);
        needs->clobbers |= 1u << RDX;
        needs->ntemps = 1;
        result_in(needs, modulo ? RDX : RAX);
        break;
    }
}

static void shift(const CgFunc *f, const CgInsn *n, bool left, CgNeeds *needs) {
    int64_t count;
    bool constant = constant_i64(f, n->args[1], &count);
    use(needs, 0, left ? USE_REG : USE_ANY);
    needs->result = RESULT_REG;
    needs->tied = !left;
    needs->apart = left;
    needs->late_exit = left;
    needs->ntemps = left;
    if (constant) {
        use(needs, 1, USE_CONST);
    } else {
        use_fixed(needs, 1, RCX);
    }
}

/* ---- calls ----------------------------------------------------------------------------------- */
static void call_result(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    needs->clobbers |= (uint32_t)X64_LOST_IN_CALLS;
    IrType type = (IrType)ir_at(f->ir, n->ref)->type;
    if (type != IR_VOID) {
        result_in(needs, type == IR_F64 ? CG_FIRST_XMM : RAX);
    }
}

static void call_operands(const CgFunc *f, const CgInsn *n, int first, CgNeeds *needs) {
    static const int general[] = {RDI, RSI, RDX, RCX, R8, R9};
    int ngeneral = 0, nfloat = 0;
    for (int i = first; i < n->nargs; i++) {
        if (cg_is_float(f, n->args[i])) {
            use_fixed(needs, i, CG_FIRST_XMM + nfloat++);
        } else if (ngeneral < 6) {
            use_fixed(needs, i, general[ngeneral++]);
        }
    }
}

static void callee(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    if (cg_is_const(f, n->args[0])) {
        use(needs, 0, USE_CONST);
    } else {
        use_fixed(needs, 0, RAX);
    }
}

static void into_array(const CgInsn *n, int first, CgNeeds *needs) {
    for (int i = first; i < n->nargs; i++) {
        needs->use[i] = USE_FIXED;
        needs->fixed[i] = place(AT_ARRAY, (unsigned)(i - first + 1));
    }
}

static void call_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    switch (ir_at(f->ir, n->ref)->op) {
    case IR_call:
        call_operands(f, n, 0, needs);
        break;
    case IR_call_c:
    case IR_call_c_quiet:
        callee(f, n, needs);
        call_operands(f, n, 1, needs);
        break;
    case IR_call_array:
    case IR_call_array_quiet:
        callee(f, n, needs);
        use_fixed(needs, 1, RDI);
        use_fixed(needs, 2, RCX);
        into_array(n, 3, needs);
        break;
    case IR_new:
        into_array(n, 0, needs);
        break;
    case IR_box_f64:
        use_fixed(needs, 0, CG_FIRST_XMM);
        break;
    default: /* sync, unsync */
        break;
    }
    call_result(f, n, needs);
}

/* ---- memory and objects ---------------------------------------------------------------------- */
static CgUse stored(const CgFunc *f, const CgInsn *n, int arg) {
    return cg_is_float(f, n->args[arg]) ? USE_REG : USE_REG_IMM;
}

static void box(const CgFunc *f, const CgInsn *n, int arg, CgNeeds *needs) {
    use(needs, arg, USE_REG);
    needs->ntemps = 2;
    (void)f;
    (void)n;
}

static void object_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    const IrInsn *insn = ir_at(f->ir, n->ref);
    switch (insn->op) {
    case IR_load_elem:
        use(needs, 1, USE_REG_IMM);
        /* fall through */
    case IR_load:
    case IR_unbox_f64:
        from_register(needs);
        break;
    case IR_store_elem:
        use(needs, 1, USE_REG_IMM);
        /* fall through */
    case IR_store:
        use(needs, 0, USE_REG);
        use(needs, n->nargs - 1, stored(f, n, n->nargs - 1));
        needs->ntemps = insn->imm.field->width == IR_W_SLOT;
        break;
    case IR_store_address:
        use(needs, 0, USE_REG);
        use(needs, 1, USE_REG_IMM);
        needs->ntemps = 1;
        break;
    case IR_replace_elem:
        use(needs, 1, USE_REG_IMM);
        /* fall through */
    case IR_replace:
        use(needs, 0, USE_REG);
        use(needs, n->nargs - 1, USE_REG_IMM);
        needs->ntemps = insn->imm.field->width == IR_W_SLOT ? 2 : 1;
        break;
    case IR_replace_elem_box:
        use(needs, 1, USE_REG_IMM);
        /* fall through */
    case IR_replace_box:
        use(needs, 0, USE_REG);
        box(f, n, n->nargs - 1, needs);
        break;
    case IR_update_elem_box:
        use(needs, 1, USE_REG_IMM);
        /* fall through */
    case IR_update_box:
        use(needs, 0, USE_REG);
        use(needs, n->nargs - 2, USE_REG);
        box(f, n, n->nargs - 1, needs);
        break;
    case IR_store_slot:
        use(needs, 0, USE_REG_IMM);
        needs->ntemps = 2;
        break;
    case IR_box_i64:
        from_register(needs);
        needs->apart = true;
        needs->ntemps = 1;
        break;
    case IR_box_bool:
        from_register(needs);
        needs->apart = true;
        needs->ntemps = 1;
        break;
    case IR_unbox_i64:
        from_register(needs);
        needs->apart = true;
        needs->late_exit = true; /* its long way writes the result before it knows */
        needs->ntemps = 1;
        break;
    case IR_unbox_bool:
        from_register(needs);
        needs->ntemps = 1;
        break;
    default:
        break;
    }
}

static void guard_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    const IrInsn *insn = ir_at(f->ir, n->ref);
    switch (insn->op) {
    case IR_guard_type:
    case IR_guard_not_type:
        use(needs, 0, USE_REG);
        needs->ntemps = x64_is_far_type(insn->imm.klass);
        break;
    case IR_guard_is:
    case IR_guard_is_not:
        compare(f, n, needs);
        break;
    case IR_guard_valid:
    case IR_guard_breaker:
    case IR_guard_slot_int:
        needs->ntemps = 1;
        break;
    default: /* true, false, null, nonnull, ok */
        use(needs, 0, cg_is_const(f, n->args[0]) ? USE_REG : USE_ANY);
        break;
    }
}

/* Needs: `needs` is all zero. */
void x64_needs(const CgFunc *f, const CgInsn *n, CgNeeds *needs) {
    const IrInsn *insn = ir_at(f->ir, n->ref);
    if (n->cmp) {
        comparison(f, n, n->cmp, needs);
        return;
    }
    switch ((IrOp)insn->op) {
    case IR_exit_arg: /* is where the parent left it, but for a constant that a loop varies */
        if (f->config->exit_args[insn->imm.i].kind == CG_CONST) {
            needs->result = RESULT_REG;
        }
        break;
    case IR_load_slot:
    case IR_load_slot_int:
        needs->result = RESULT_REG;
        break;
    case IR_guard_true:
    case IR_guard_false:
    case IR_guard_type:
    case IR_guard_not_type:
    case IR_guard_is:
    case IR_guard_is_not:
    case IR_guard_nonnull:
    case IR_guard_null:
    case IR_guard_ok:
    case IR_guard_valid:
    case IR_guard_breaker:
    case IR_guard_slot_int:
        guard_needs(f, n, needs);
        break;
    case IR_add_i64:
    case IR_add_ptr:
    case IR_and_i64:
    case IR_or_i64:
    case IR_xor_i64:
    case IR_add_f64:
    case IR_mul_f64:
        two_address(needs, true);
        break;
    case IR_sub_i64:
    case IR_sub_f64:
    case IR_div_f64:
        two_address(needs, false);
        break;
    case IR_add_i64_ov:
        with_overflow(needs, true);
        break;
    case IR_sub_i64_ov:
        with_overflow(needs, false);
        break;
    case IR_neg_i64_ov:
        one_address(needs);
        needs->late_exit = true;
        needs->undo = true;
        break;
    case IR_mul_i64:
    case IR_mul_i64_ov:
        multiply(f, n, insn->op == IR_mul_i64_ov, needs);
        break;
    case IR_floordiv_i64:
    case IR_mod_i64:
        divide(f, n, insn->op == IR_mod_i64, needs);
        break;
    case IR_not_i64:
    case IR_neg_f64:
    case IR_abs_f64:
    case IR_not_bool:
    case IR_bool_to_i64:
        one_address(needs);
        break;
    case IR_sqrt_f64:
        use(needs, 0, USE_ANY);
        needs->result = RESULT_REG;
        break;
    case IR_shl_i64_ov:
        shift(f, n, true, needs);
        break;
    case IR_sar_i64:
    case IR_shr_u64:
        shift(f, n, false, needs);
        break;
    case IR_eq_i64:
    case IR_ne_i64:
    case IR_lt_i64:
    case IR_le_i64:
    case IR_gt_i64:
    case IR_ge_i64:
    case IR_lt_u64:
    case IR_eq_f64:
    case IR_ne_f64:
    case IR_lt_f64:
    case IR_le_f64:
    case IR_gt_f64:
    case IR_ge_f64:
    case IR_eq_ptr:
    case IR_has_type:
        comparison(f, n, n->ref, needs);
        needs->result = RESULT_REG;
        needs->ntemps += insn->op == IR_eq_f64 || insn->op == IR_ne_f64;
        break;
    case IR_i64_to_f64:
        use(needs, 0, cg_is_const(f, n->args[0]) ? USE_REG : USE_ANY);
        needs->result = RESULT_REG;
        break;
    case IR_f64_to_i64:
        use(needs, 0, USE_ANY);
        needs->result = RESULT_REG;
        needs->late_exit = true;
        break;
    case IR_box_f64:
    case IR_new:
    case IR_call:
    case IR_call_c:
    case IR_call_c_quiet:
    case IR_call_array:
    case IR_call_array_quiet:
    case IR_sync:
    case IR_sync_later:
    case IR_unsync:
        call_needs(f, n, needs);
        break;
    case IR_box_i64:
    case IR_box_bool:
    case IR_unbox_i64:
    case IR_unbox_f64:
    case IR_unbox_bool:
    case IR_load:
    case IR_store:
    case IR_load_elem:
    case IR_store_elem:
    case IR_store_address:
    case IR_replace:
    case IR_replace_elem:
    case IR_replace_box:
    case IR_replace_elem_box:
    case IR_update_box:
    case IR_update_elem_box:
    case IR_store_slot:
        object_needs(f, n, needs);
        break;
    case IR_incref:
    case IR_xincref:
    case IR_decref:
    case IR_xdecref:
    case IR_decref_plain:
        use(needs, 0, USE_REG);
        break;
    case IR_store_slot_int:
        use(needs, 0, USE_REG);
        needs->ntemps = 1;
        break;
    case IR_forget_slot:
    case IR_no_op:
    case IR_const_i64:
    case IR_const_f64:
    case IR_const_bool:
    case IR_const_obj:
    case IR_const_ptr:
    case IR_phi:
    case IR_frame:
    case IR_loop:
    case IR_end_loop:
    case IR_end_link:
    case IR_end_start:
    case IR_leave:
    case IR_raw_close:
    case IR_raw_link:
    case IR_known_type:
    case IR_OP__COUNT:
        break;
    }
}
