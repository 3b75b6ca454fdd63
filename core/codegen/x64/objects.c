/*  What touches objects: fields, reference counts, boxes, calls.

    Rare ways are cold parts. A cold part that calls saves what is live in the CgRun, where an exit
    looks for it as well, and brings back what calls lose. */
#include "codegen/x64/x64.h"

#include <stddef.h>

enum { LONG_TAG_ONE_DIGIT = 8, LONG_SIGN_BITS = 3, LONG_COMPACT_BELOW = 16, LONG_DIGIT_BITS = 30 };

/* ---- saving around calls --------------------------------------------------------------------- */
static void transfer(Emit *e, uint32_t regs, bool store) {
    for (int r = 0; r < 16; r++) {
        X64Mem gpr = x64_at(RBP, (int32_t)offsetof(CgRun, gpr) + 8 * r);
        X64Mem xmm = x64_at(RBP, (int32_t)offsetof(CgRun, xmm) + 8 * r);
        if (regs & (1u << r)) {
            x64_rm(&e->a, store ? X64_STORE : X64_MOV, W64, r, gpr);
        }
        if (regs & (1u << (CG_FIRST_XMM + r))) {
            x64_rm(&e->a, store ? X64_MOVSD_STORE : X64_MOVSD, W32, r, xmm);
        }
    }
}

static void save_for_call(Emit *e, uint32_t live) {
    transfer(e, live & (uint32_t)X64_LOST_IN_CALLS, true);
}
static void restore_after_call(Emit *e, uint32_t live) {
    transfer(e, live & (uint32_t)X64_LOST_IN_CALLS, false);
}
static void save_for_exit(Emit *e, uint32_t live) { transfer(e, live | 1u << RBX, true); }

static uint32_t operand_regs(const CgInsn *n) {
    uint32_t regs = 0;
    for (int i = 0; i < n->nargs; i++) {
        regs |= n->at[i].kind == AT_REG ? 1u << n->at[i].index : 0;
    }
    return regs;
}

static const CgExit *exit_of(const Emit *e, const CgInsn *n) { return &e->f->out->exits[n->exit]; }

static void mov_gpr(Emit *e, int dst, int src) {
    if (dst != src) {
        x64_rr(&e->a, X64_MOV, W64, dst, src);
    }
}

static void *helper(const Emit *e, IrCall which) { return e->config->helper(which); }

/* A function pointer as an address; ISO C has no cast for it. */
static const void *code_of(const void *function_pointer) {
    const void *address;
    memcpy(&address, function_pointer, sizeof address);
    return address;
}

/* ---- types ----------------------------------------------------------------------------------- */
static void compare_memory_with_pointer(Emit *e, X64Mem m, const void *p, int temp) {
    if (x64_fits32((int64_t)(intptr_t)p)) {
        x64_alu_mi(&e->a, ALU_CMP, W64, m, (int32_t)(intptr_t)p);
    } else {
        x64_mov_ri(&e->a, temp, (uint64_t)(uintptr_t)p);
        x64_rm(&e->a, X64_CMP, W64, temp, m);
    }
}

void x64_compare_type(Emit *e, int obj, const IrKlass *klass, int temp) {
    compare_memory_with_pointer(e, x64_at(obj, e->config->off_type), klass->ptr, temp);
}

/* ---- reference counts ------------------------------------------------------------------------ */
static void reload_frame(Emit *e) {
    x64_rm(&e->a, X64_MOV, W64, RBX, x64_at(RBP, (int32_t)offsetof(CgRun, frame)));
}

/* c->a is the object. Its count is 0: free it, then go on, or leave when that ran code. */
static void write_dealloc(Emit *e, const Cold *c) {
    X64Asm *a = &e->a;
    const CgExit *exit = exit_of(e, c->n);
    save_for_exit(e, c->n->live);
    mov_gpr(e, RDX, c->a);
    mov_gpr(e, RDI, RBP);
    x64_mov_ri(a, RSI, (uint64_t)(uintptr_t)exit);
    x64_call_address(a, code_of(&e->config->dealloc));
    reload_frame(e);
    x64_rr(a, X64_TEST, W32, RAX, RAX);
    uint32_t go_on = x64_jcc8(a, CC_E);
    x64_leave_through(e, exit);
    x64_bind8(a, go_on);
    restore_after_call(e, c->n->live);
}

static void write_dealloc_plain(Emit *e, const Cold *c) {
    save_for_call(e, c->n->live);
    mov_gpr(e, RDI, c->a);
    x64_call_address(&e->a, code_of(&e->config->dealloc_plain));
    restore_after_call(e, c->n->live);
}

static X64Mem refcount(const Emit *e, int obj) { return x64_at(obj, e->config->off_refcnt); }

/* Calls fn(obj), keeping all that is live and the object itself; the answer's flags are set from
   EAX. */
static void call_keeping(Emit *e, const CgInsn *n, const void *fn, int obj, bool test) {
    uint32_t live = n->live | 1u << obj;
    save_for_call(e, live);
    mov_gpr(e, RDI, obj);
    x64_call_address(&e->a, fn);
    if (test) {
        x64_rr(&e->a, X64_TEST, W32, RAX, RAX);
    }
    restore_after_call(e, live);
}

static void emit_incref(Emit *e, const CgInsn *n, int obj) {
    if (e->config->count_refs_by_call) {
        call_keeping(e, n, code_of(&e->config->incref), obj, false);
        return;
    }
    x64_alu_mi(&e->a, ALU_CMP, W32, refcount(e, obj), 0);
    uint32_t immortal = x64_jcc8(&e->a, CC_L);
    x64_rm(&e->a, X64_GROUP_FF, W32, FF_INC, refcount(e, obj));
    x64_bind8(&e->a, immortal);
}

/* Releases a reference; `obj` is not NULL. */
static void emit_decref(Emit *e, const CgInsn *n, int obj, bool plain) {
    X64Asm *a = &e->a;
    uint32_t dead, immortal = 0;
    bool by_call = e->config->count_refs_by_call;
    if (by_call) {
        call_keeping(e, n, code_of(&e->config->decref), obj, true);
        dead = x64_jcc(a, CC_NE);
    } else {
        x64_alu_mi(a, ALU_CMP, W32, refcount(e, obj), 0);
        immortal = x64_jcc8(a, CC_L);
        x64_rm(a, X64_GROUP_FF, W32, FF_DEC, refcount(e, obj));
        dead = x64_jcc(a, CC_E);
        x64_bind8(a, immortal);
    }
    Cold *c = x64_cold(e, n, plain ? write_dealloc_plain : write_dealloc);
    x64_cold_from(c, dead);
    c->a = obj;
    c->back = (uint32_t)a->at;
}

static void emit_xdecref(Emit *e, const CgInsn *n, int obj) {
    x64_rr(&e->a, X64_TEST, W64, obj, obj);
    uint32_t null = x64_jcc(&e->a, CC_E);
    emit_decref(e, n, obj, false);
    x64_bind(&e->a, null);
}

static void emit_xincref(Emit *e, const CgInsn *n, int obj) {
    x64_rr(&e->a, X64_TEST, W64, obj, obj);
    uint32_t null = x64_jcc(&e->a, CC_E);
    emit_incref(e, n, obj);
    x64_bind(&e->a, null);
}

/* ---- slots of frames --------------------------------------------------------------------------- */
/* An immortal object is stored with its tag bit set where slots have tags: the interpreter compares
   whole words. */
static void store_tagged(Emit *e, X64Mem m, int value, int temp) {
    X64Asm *a = &e->a;
    if (e->config->slot_flags_offset <= 0) {
        x64_rm(a, X64_STORE, W64, value, m);
        return;
    }
    x64_rm(a, X64_MOVZX8, W32, temp, x64_at(value, e->config->slot_flags_offset));
    x64_alu_ri(a, ALU_AND, W32, temp, 1);
    x64_rr(a, X64_OR, W64, temp, value);
    x64_rm(a, X64_STORE, W64, temp, m);
}

static void add_tag(Emit *e, int object, int temp) {
    if (e->config->slot_flags_offset > 0) {
        x64_rm(&e->a, X64_MOVZX8, W32, temp, x64_at(object, e->config->slot_flags_offset));
        x64_alu_ri(&e->a, ALU_AND, W32, temp, 1);
        x64_rr(&e->a, X64_OR, W64, object, temp);
    }
}

static int32_t tagged_constant(const CgConfig *config, int32_t bits) {
    if (bits == 0) {
        return (int32_t)config->slot_null;
    }
    const uint8_t *object = (const uint8_t *)(uintptr_t)bits;
    return config->slot_flags_offset <= 0 ? bits : bits | (object[config->slot_flags_offset] & 1);
}

static void store_to_slot(Emit *e, const CgInsn *n, int arg, X64Mem m, int temp) {
    X64Asm *a = &e->a;
    const CgConfig *config = e->config;
    int32_t imm;
    if (x64_operand_imm(e, n, arg, &imm)) {
        x64_mov_mi(a, W64, m, tagged_constant(config, imm));
        return;
    }
    int value = x64_gpr(n->at[arg]);
    bool plain = config->slot_null == 0 && config->slot_flags_offset <= 0;
    if (plain || e->f->values[n->args[arg]].nonnull) {
        store_tagged(e, m, value, temp);
        return;
    }
    x64_rr(a, X64_TEST, W64, value, value);
    uint32_t some = x64_jcc(a, CC_NE);
    x64_mov_mi(a, W64, m, (int32_t)config->slot_null);
    uint32_t done = x64_jmp(a);
    x64_bind(a, some);
    store_tagged(e, m, value, temp);
    x64_bind(a, done);
}

/* What was in the slot is released unless its tag says that it was not the slot's. */
static void release_from_slot(Emit *e, const CgInsn *n, int old) {
    if (e->config->slot_mask == -1) {
        emit_xdecref(e, n, old);
        return;
    }
    x64_test_ri(&e->a, W32, old, (int32_t)~e->config->slot_mask);
    uint32_t borrowed = x64_jcc(&e->a, CC_NE);
    emit_xdecref(e, n, old);
    x64_bind(&e->a, borrowed);
}

static void replace_in_slot(Emit *e, const CgInsn *n, int arg, X64Mem m) {
    int old = n->temps[0];
    x64_rm(&e->a, X64_MOV, W64, old, m);
    store_to_slot(e, n, arg, m, n->temps[1]);
    release_from_slot(e, n, old);
}

static void emit_store_slot(Emit *e, const CgInsn *n) {
    int64_t slot = ir_at(e->f->ir, n->ref)->imm.i;
    replace_in_slot(e, n, 0, x64_at(RBX, e->config->slot_offset + 8 * (int32_t)slot));
}

static void emit_forget_slot(Emit *e, const CgInsn *n) {
    int64_t slot = ir_at(e->f->ir, n->ref)->imm.i;
    x64_mov_mi(&e->a, W64, x64_at(RBX, e->config->slot_offset + 8 * (int32_t)slot), (int32_t)e->config->slot_null);
}

/* ---- fields ---------------------------------------------------------------------------------- */
/* base + offset, or base + offset + index * width for an element. */
static X64Mem field_mem(const Emit *e, const CgInsn *n, bool element) {
    const IrField *field = ir_at(e->f->ir, n->ref)->imm.field;
    X64Mem m = x64_at(x64_gpr(n->at[0]), field->offset);
    int32_t index;
    if (!element) {
        return m;
    }
    int width = ir_width_bytes(field->width);
    if (x64_operand_imm(e, n, 1, &index)) {
        m.disp += index * width;
    } else {
        m.index = x64_gpr(n->at[1]);
        m.scale = width;
    }
    return m;
}

static bool is_slot(const Emit *e, const CgInsn *n) {
    return ir_at(e->f->ir, n->ref)->imm.field->width == IR_W_SLOT;
}

static void emit_load(Emit *e, const CgInsn *n, bool element) {
    X64Mem m = field_mem(e, n, element);
    X64Asm *a = &e->a;
    int dst = n->result.index;
    switch (ir_at(e->f->ir, n->ref)->imm.field->width) {
    case IR_W_OBJ:
    case IR_W_PTR:
    case IR_W_I64:
        x64_rm(a, X64_MOV, W64, dst, m);
        break;
    case IR_W_F64:
        x64_rm(a, X64_MOVSD, W32, x64_xmm(n->result), m);
        break;
    case IR_W_I32:
        x64_rm(a, X64_MOVSXD, W64, dst, m);
        break;
    case IR_W_U32:
        x64_rm(a, X64_MOV, W32, dst, m);
        break;
    case IR_W_U16:
        x64_rm(a, X64_MOVZX16, W32, dst, m);
        break;
    case IR_W_U8:
        x64_rm(a, X64_MOVZX8, W32, dst, m);
        break;
    case IR_W_SLOT:
        x64_rm(a, X64_MOV, W64, dst, m);
        if (e->config->slot_mask != -1) {
            x64_alu_ri(a, ALU_AND, W64, dst, (int32_t)e->config->slot_mask);
        }
        break;
    }
}

static void store_imm(Emit *e, IrWidth width, X64Mem m, int32_t imm) {
    switch (ir_width_bytes(width)) {
    case 8:
        x64_mov_mi(&e->a, W64, m, imm);
        break;
    case 4:
        x64_mov_mi(&e->a, W32, m, imm);
        break;
    case 2:
        x64_store16_mi(&e->a, m, imm);
        break;
    default:
        x64_store8_mi(&e->a, m, imm);
        break;
    }
}

static void emit_store(Emit *e, const CgInsn *n, bool element) {
    X64Mem m = field_mem(e, n, element);
    IrWidth width = ir_at(e->f->ir, n->ref)->imm.field->width;
    int value = n->nargs - 1;
    int32_t imm;
    if (width == IR_W_SLOT) {
        store_to_slot(e, n, value, m, n->temps[0]);
    } else if (x64_operand_imm(e, n, value, &imm)) {
        store_imm(e, width, m, imm);
    } else if (width == IR_W_F64) {
        x64_rm(&e->a, X64_MOVSD_STORE, W32, x64_xmm(n->at[value]), m);
    } else {
        int bytes = ir_width_bytes(width);
        unsigned opcode = bytes == 1 ? X64_STORE8 : bytes == 2 ? X64_STORE16 : X64_STORE;
        x64_rm(&e->a, opcode, bytes == 8, x64_gpr(n->at[value]), m);
    }
}

static void store_object(Emit *e, const CgInsn *n, X64Mem m, int arg) {
    int32_t imm;
    if (x64_operand_imm(e, n, arg, &imm)) {
        x64_mov_mi(&e->a, W64, m, imm);
    } else {
        x64_rm(&e->a, X64_STORE, W64, x64_gpr(n->at[arg]), m);
    }
}

/* The new one is there before the old one goes: its death may look. */
static void emit_replace(Emit *e, const CgInsn *n, bool element) {
    X64Mem m = field_mem(e, n, element);
    int old = n->temps[0];
    if (is_slot(e, n)) {
        replace_in_slot(e, n, n->nargs - 1, m);
        return;
    }
    x64_rm(&e->a, X64_MOV, W64, old, m);
    store_object(e, n, m, n->nargs - 1);
    emit_xdecref(e, n, old);
}

/* ---- boxes ----------------------------------------------------------------------------------- */
static uint64_t small_int_base(const CgConfig *config) {
    return (uint64_t)(uintptr_t)config->small_ints;
}

static void write_box_i64(Emit *e, const Cold *c) {
    save_for_call(e, c->n->live);
    mov_gpr(e, RDI, c->a);
    x64_call_address(&e->a, helper(e, IR_CALL_box_i64_slow));
    mov_gpr(e, c->b, RAX);
    restore_after_call(e, c->n->live);
}

/* Flags: above when the value is not in the table of small ints. Leaves value - min in temp. */
static void compare_with_small(Emit *e, int value, int temp) {
    const CgConfig *config = e->config;
    x64_rm(&e->a, X64_LEA, W64, temp, x64_at(value, -config->small_int_min));
    x64_alu_ri(&e->a, ALU_CMP, W64, temp, config->small_int_max - config->small_int_min);
}

static void emit_box_i64(Emit *e, const CgInsn *n) {
    X64Asm *a = &e->a;
    const CgConfig *config = e->config;
    int value = x64_gpr(n->at[0]), dst = x64_gpr(n->result), temp = n->temps[0];
    compare_with_small(e, value, temp);
    uint32_t large = x64_jcc(a, CC_A);
    x64_imul_rri(a, dst, value, config->small_int_size);
    x64_mov_ri(a, temp, small_int_base(config));
    x64_rr(a, X64_ADD, W64, dst, temp);
    Cold *c = x64_cold(e, n, write_box_i64);
    x64_cold_from(c, large);
    c->a = value;
    c->b = dst;
    c->back = (uint32_t)a->at;
}

static void emit_box_bool(Emit *e, const CgInsn *n) {
    X64Asm *a = &e->a;
    int value = x64_gpr(n->at[0]), dst = x64_gpr(n->result), temp = n->temps[0];
    x64_mov_ri(a, dst, (uint64_t)(uintptr_t)e->config->false_object);
    x64_mov_ri(a, temp, (uint64_t)(uintptr_t)e->config->true_object);
    x64_rr(a, X64_TEST, W32, value, value);
    x64_rr(a, X64_CMOV + CC_NE, W64, dst, temp);
}

static void emit_unbox_bool(Emit *e, const CgInsn *n) {
    int obj = x64_gpr(n->at[0]), temp = n->temps[0];
    x64_mov_ri(&e->a, temp, (uint64_t)(uintptr_t)e->config->true_object);
    x64_rr(&e->a, X64_CMP, W64, obj, temp);
    x64_setcc(&e->a, CC_E, x64_gpr(n->result));
}

static X64Mem digit(const Emit *e, int obj, int i) {
    return x64_at(obj, e->config->off_long_digit + 4 * i);
}

/* result = (1 - (tag & 3)) * result, the low bits of the tag being 0 for plus, 1 for zero, 2 for
   minus. */
static void give_sign(Emit *e, int obj, int result, int temp) {
    X64Asm *a = &e->a;
    x64_rm(a, X64_MOV, W64, temp, x64_at(obj, e->config->off_long_tag));
    x64_alu_ri(a, ALU_AND, W32, temp, LONG_SIGN_BITS);
    x64_alu_ri(a, ALU_SUB, W64, temp, 1);
    x64_rr(a, X64_GROUP_F7, W64, F7_NEG, temp);
    x64_rr(a, X64_IMUL, W64, result, temp);
}

/* All but one positive digit: zero, negative, two digits, and three if the top one has 3 bits at
   most. c->a is the object, c->b the result, c->c a temp. */
static void write_unbox_i64(Emit *e, const Cold *c) {
    X64Asm *a = &e->a;
    int obj = c->a, dst = c->b, temp = c->c;
    x64_rm(a, X64_MOV, W32, dst, digit(e, obj, 0));
    x64_rm(a, X64_MOV, W64, temp, x64_at(obj, e->config->off_long_tag));
    x64_alu_ri(a, ALU_CMP, W64, temp, LONG_COMPACT_BELOW);
    uint32_t compact = x64_jcc(a, CC_B);
    x64_alu_ri(a, ALU_CMP, W64, temp, 4 * LONG_TAG_ONE_DIGIT);
    x64_exit_if(e, CC_AE, c->n);
    x64_alu_ri(a, ALU_CMP, W64, temp, 3 * LONG_TAG_ONE_DIGIT);
    uint32_t two = x64_jcc(a, CC_B);
    x64_rm(a, X64_MOV, W32, temp, digit(e, obj, 2));
    x64_alu_ri(a, ALU_CMP, W32, temp, 8);
    x64_exit_if(e, CC_AE, c->n);
    x64_shift_ri(a, SHIFT_SHL, W64, temp, 2 * LONG_DIGIT_BITS);
    x64_rr(a, X64_OR, W64, dst, temp);
    x64_bind(a, two);
    x64_rm(a, X64_MOV, W32, temp, digit(e, obj, 1));
    x64_shift_ri(a, SHIFT_SHL, W64, temp, LONG_DIGIT_BITS);
    x64_rr(a, X64_OR, W64, dst, temp);
    x64_bind(a, compact);
    give_sign(e, obj, dst, temp);
}

static void emit_unbox_i64(Emit *e, const CgInsn *n) {
    X64Asm *a = &e->a;
    int obj = x64_gpr(n->at[0]), dst = x64_gpr(n->result);
    x64_alu_mi(a, ALU_CMP, W64, x64_at(obj, e->config->off_long_tag), LONG_TAG_ONE_DIGIT);
    uint32_t other = x64_jcc(a, CC_NE);
    x64_rm(a, X64_MOV, W32, dst, digit(e, obj, 0));
    Cold *c = x64_cold(e, n, write_unbox_i64);
    x64_cold_from(c, other);
    c->a = obj;
    c->b = dst;
    c->c = n->temps[0];
    c->back = (uint32_t)a->at;
}

static void emit_unbox_f64(Emit *e, const CgInsn *n) {
    x64_rm(&e->a, X64_MOVSD, W32, x64_xmm(n->result),
           x64_at(x64_gpr(n->at[0]), e->config->off_float_value));
}

/* ---- storing into a box that only this place owns -------------------------------------------- */
/* The old box cannot be used again: make a new one, put it there, release the old. */
static void write_new_box(Emit *e, const Cold *c) {
    X64Asm *a = &e->a;
    const CgInsn *n = c->n;
    CgPlace value = n->at[n->nargs - 1];
    bool floating = value.index >= CG_FIRST_XMM;
    IrOp op = (IrOp)ir_at(e->f->ir, n->ref)->op;
    bool element = op == IR_replace_elem_box || op == IR_update_elem_box;
    uint32_t keep = n->live | operand_regs(n);
    int fresh = n->temps[0], old = n->temps[1];
    save_for_call(e, keep);
    if (!floating) {
        mov_gpr(e, RDI, x64_gpr(value));
    } else if (x64_xmm(value) != 0) {
        x64_rr(a, X64_MOVAPS, W32, 0, x64_xmm(value));
    }
    x64_call_address(a, helper(e, floating ? IR_CALL_box_f64_slow : IR_CALL_box_i64_slow));
    mov_gpr(e, fresh, RAX);
    restore_after_call(e, keep);
    X64Mem m = field_mem(e, n, element);
    if (is_slot(e, n)) {
        add_tag(e, fresh, old);
    }
    x64_rm(a, X64_MOV, W64, old, m);
    x64_rm(a, X64_STORE, W64, fresh, m);
    if (is_slot(e, n)) {
        release_from_slot(e, n, old);
    } else {
        emit_xdecref(e, n, old);
    }
}

static void require_type(Emit *e, Cold *c, int old, const void *type, int temp) {
    X64Asm *a = &e->a;
    x64_rr(a, X64_TEST, W64, old, old);
    x64_cold_from(c, x64_jcc(a, CC_E));
    compare_memory_with_pointer(e, x64_at(old, e->config->off_type), type, temp);
    x64_cold_from(c, x64_jcc(a, CC_NE));
}

static void require_unique(Emit *e, Cold *c, int old) {
    X64Asm *a = &e->a;
    x64_alu_mi(a, ALU_CMP, W32, refcount(e, old), 1);
    x64_cold_from(c, x64_jcc(a, CC_NE));
}

/* One digit, and none of the ints that there is only one of. */
static void require_one_digit(Emit *e, Cold *c, int value, int temp) {
    X64Asm *a = &e->a;
    compare_with_small(e, value, temp);
    x64_cold_from(c, x64_jcc(a, CC_BE));
    x64_rr(a, X64_MOV, W64, temp, value);
    x64_rr(a, X64_GROUP_F7, W64, F7_NEG, temp);
    x64_rr(a, X64_CMOV + CC_S, W64, temp, value); /* the absolute value */
    x64_alu_ri(a, ALU_CMP, W64, temp, 1 << LONG_DIGIT_BITS);
    x64_cold_from(c, x64_jcc(a, CC_AE));
}

/* Needs: temp holds the absolute value. */
static void write_int(Emit *e, int obj, int value, int temp) {
    X64Asm *a = &e->a;
    x64_rm(a, X64_STORE, W32, temp, digit(e, obj, 0));
    x64_rr(a, X64_MOV, W64, temp, value);
    x64_shift_ri(a, SHIFT_SHR, W64, temp, 63);
    X64Mem tag = x64_at(temp, LONG_TAG_ONE_DIGIT); /* + 2 for the sign */
    tag.index = temp;
    x64_rm(a, X64_LEA, W64, temp, tag);
    x64_rm(a, X64_STORE, W64, temp, x64_at(obj, e->config->off_long_tag));
}

static void write_in_place(Emit *e, const CgInsn *n, Cold *cold, int old) {
    const CgConfig *config = e->config;
    CgPlace value = n->at[n->nargs - 1];
    int temp = n->temps[1];
    require_unique(e, cold, old);
    if (value.index >= CG_FIRST_XMM) {
        x64_rm(&e->a, X64_MOVSD_STORE, W32, x64_xmm(value), x64_at(old, config->off_float_value));
    } else {
        require_one_digit(e, cold, x64_gpr(value), temp);
        write_int(e, old, x64_gpr(value), temp);
    }
    cold->back = (uint32_t)e->a.at;
    *x64_cold(e, n, write_new_box) = *cold;
}

static void emit_replace_box(Emit *e, const CgInsn *n, bool element) {
    const CgConfig *config = e->config;
    bool floating = n->at[n->nargs - 1].index >= CG_FIRST_XMM;
    int old = n->temps[0];
    Cold cold = {.write = write_new_box, .n = n};
    x64_rm(&e->a, X64_MOV, W64, old, field_mem(e, n, element));
    if (is_slot(e, n) && config->slot_mask != -1) {
        x64_test_ri(&e->a, W32, old, (int32_t)~config->slot_mask);
        x64_cold_from(&cold, x64_jcc(&e->a, CC_NE));
    }
    require_type(e, &cold, old, floating ? config->float_type : config->int_type, n->temps[1]);
    write_in_place(e, n, &cold, old);
}

static void emit_store_address(Emit *e, const CgInsn *n) {
    X64Mem m = x64_at(x64_gpr(n->at[0]), 0);
    int temp = n->temps[0];
    int32_t bytes;
    if (x64_operand_imm(e, n, 1, &bytes)) {
        m.disp = bytes;
    } else {
        m.index = x64_gpr(n->at[1]);
    }
    x64_rm(&e->a, X64_LEA, W64, temp, m);
    x64_rm(&e->a, X64_STORE, W64, temp, field_mem(e, n, false));
}

static void emit_update_box(Emit *e, const CgInsn *n) {
    Cold cold = {.write = write_new_box, .n = n};
    write_in_place(e, n, &cold, x64_gpr(n->at[n->nargs - 2]));
}

/* ---- calls ----------------------------------------------------------------------------------- */
static void take_result(Emit *e, const CgInsn *n) {
    if (ir_at(e->f->ir, n->ref)->type == IR_BOOL) {
        x64_rr(&e->a, X64_MOVZX8, W32, RAX, RAX);
    }
}

static void call_operand(Emit *e, const CgInsn *n, int arg) {
    uint64_t bits;
    if (n->at[arg].kind == AT_CONST && cg_constant(e->f, n->args[arg], &bits)) {
        x64_call_address(&e->a, (const void *)(uintptr_t)bits);
    } else {
        x64_rr(&e->a, X64_GROUP_FF, W32, FF_CALL, x64_gpr(n->at[arg]));
    }
}

static X64Mem array_item(int i) { return x64_at(RBP, (int32_t)offsetof(CgRun, array) + 8 * i); }

static void emit_call_array(Emit *e, const CgInsn *n) {
    x64_rm(&e->a, X64_LEA, W64, RSI, array_item(1));
    x64_mov_ri(&e->a, RDX, (uint64_t)ir_at(e->f->ir, n->ref)->imm.i);
    mov_gpr(e, R8, RBP);
    call_operand(e, n, 0);
}

static void emit_new(Emit *e, const CgInsn *n) {
    x64_mov_ri(&e->a, RDI, (uint64_t)(uintptr_t)ir_at(e->f->ir, n->ref)->imm.klass);
    x64_rm(&e->a, X64_LEA, W64, RSI, array_item(1));
    x64_mov_ri(&e->a, RDX, (uint64_t)n->nargs);
    x64_call_address(&e->a, helper(e, IR_CALL_new_object));
}

static uint32_t exit_regs(const CgExit *exit) {
    uint32_t regs = 0;
    for (int i = 0; i < exit->nlocs; i++) {
        CgPlace p = cg_place_of(exit->locs[i]);
        regs |= p.kind == AT_REG ? 1u << p.index : 0;
    }
    return regs;
}

static void emit_sync(Emit *e, const CgInsn *n) {
    const CgExit *exit = exit_of(e, n);
    transfer(e, exit_regs(exit), true);
    x64_mov_ri(&e->a, RSI, (uint64_t)(uintptr_t)exit);
    if (cg_syncs_later(e->f, n)) {
        x64_rm(&e->a, X64_STORE, W64, RSI, x64_at(RBP, (int32_t)offsetof(CgRun, later)));
        return;
    }
    mov_gpr(e, RDI, RBP);
    x64_call_address(&e->a, code_of(&e->config->sync));
}

/* No side trace goes on behind a return: no stub, and only what the snapshot needs is saved. */
static bool is_return(const Emit *e, const CgInsn *n) {
    return e->f->ir->snaps.data[ir_at(e->f->ir, n->ref)->snap - 1].kind == IR_EXIT_RETURN;
}

static void emit_leave(Emit *e, const CgInsn *n) {
    if (is_return(e, n)) {
        transfer(e, exit_regs(exit_of(e, n)), true);
        x64_leave_through(e, exit_of(e, n));
    } else {
        x64_exit_always(e, n);
    }
}

/* Nothing to do where a sync was left to a call and the call did not need it. */
static void emit_unsync(Emit *e) {
    X64Mem later = x64_at(RBP, (int32_t)offsetof(CgRun, later));
    x64_alu_mi(&e->a, ALU_CMP, W64, later, 0);
    uint32_t needed = x64_jcc8(&e->a, CC_E);
    x64_mov_mi(&e->a, W64, later, 0);
    uint32_t done = x64_jmp8(&e->a);
    x64_bind8(&e->a, needed);
    mov_gpr(e, RDI, RBP);
    x64_call_address(&e->a, code_of(&e->config->unsync));
    reload_frame(e);
    x64_bind8(&e->a, done);
}

static bool emit_call(Emit *e, const CgInsn *n) {
    const IrInsn *insn = ir_at(e->f->ir, n->ref);
    switch (insn->op) {
    case IR_call:
        x64_call_address(&e->a, helper(e, (IrCall)insn->imm.i));
        take_result(e, n);
        return true;
    case IR_call_c:
    case IR_call_c_quiet:
        call_operand(e, n, 0);
        return true;
    case IR_call_array:
    case IR_call_array_quiet:
        emit_call_array(e, n);
        return true;
    case IR_new:
        emit_new(e, n);
        return true;
    case IR_box_f64:
        x64_call_address(&e->a, helper(e, IR_CALL_box_f64_slow));
        return true;
    case IR_leave:
        emit_leave(e, n);
        return true;
    case IR_sync:
    case IR_sync_later:
        emit_sync(e, n);
        return true;
    case IR_unsync:
        emit_unsync(e);
        return true;
    default:
        return false;
    }
}

static bool emit_boxing(Emit *e, const CgInsn *n) {
    switch (ir_at(e->f->ir, n->ref)->op) {
    case IR_box_i64:
        emit_box_i64(e, n);
        return true;
    case IR_box_bool:
        emit_box_bool(e, n);
        return true;
    case IR_unbox_i64:
        emit_unbox_i64(e, n);
        return true;
    case IR_unbox_f64:
        emit_unbox_f64(e, n);
        return true;
    case IR_unbox_bool:
        emit_unbox_bool(e, n);
        return true;
    default:
        return false;
    }
}

static bool emit_memory(Emit *e, const CgInsn *n) {
    switch (ir_at(e->f->ir, n->ref)->op) {
    case IR_load:
        emit_load(e, n, false);
        return true;
    case IR_load_elem:
        emit_load(e, n, true);
        return true;
    case IR_store:
        emit_store(e, n, false);
        return true;
    case IR_store_elem:
        emit_store(e, n, true);
        return true;
    case IR_replace:
        emit_replace(e, n, false);
        return true;
    case IR_replace_elem:
        emit_replace(e, n, true);
        return true;
    case IR_replace_box:
        emit_replace_box(e, n, false);
        return true;
    case IR_replace_elem_box:
        emit_replace_box(e, n, true);
        return true;
    case IR_update_box:
    case IR_update_elem_box:
        emit_update_box(e, n);
        return true;
    case IR_store_address:
        emit_store_address(e, n);
        return true;
    case IR_store_slot:
        emit_store_slot(e, n);
        return true;
    case IR_forget_slot:
        emit_forget_slot(e, n);
        return true;
    default:
        return false;
    }
}

static bool emit_references(Emit *e, const CgInsn *n) {
    switch (ir_at(e->f->ir, n->ref)->op) {
    case IR_incref:
        emit_incref(e, n, x64_gpr(n->at[0]));
        e->f->values[n->args[0]].nonnull = true;
        return true;
    case IR_xincref:
        emit_xincref(e, n, x64_gpr(n->at[0]));
        return true;
    case IR_decref:
        emit_decref(e, n, x64_gpr(n->at[0]), false);
        return true;
    case IR_xdecref:
        emit_xdecref(e, n, x64_gpr(n->at[0]));
        return true;
    case IR_decref_plain:
        emit_decref(e, n, x64_gpr(n->at[0]), true);
        return true;
    default:
        return false;
    }
}

bool x64_emit_object(Emit *e, const CgInsn *n) {
    return emit_references(e, n) || emit_memory(e, n) || emit_boxing(e, n) || emit_call(e, n);
}
