/*  Appending to a trace. A failed trace takes appends without harm: they all give value 1, a constant. */
#include "ir/ir.h"

#include <string.h>

enum { DEFAULT_MAX_INSNS = 20000 };

IrTrace *ir_trace_new(Arena *arena, const char *name)
{
    IrTrace *t = arena_alloc(arena, sizeof *t);
    t->arena = arena;
    t->name = arena_strdup(arena, name ? name : "?");
    t->max_insns = DEFAULT_MAX_INSNS;
    vec_push_in(arena, &t->insns, ((IrInsn){0}));
    ir_const_i64(t, 0);
    return t;
}

void ir_fail(IrTrace *t, const char *why)
{
    if (t->failed == NULL) {
        t->failed = why;
    }
}

static IrType result_type(const IrTrace *t, IrOp op, const IrRef *args, int nargs, const IrInsn *imm)
{
    const IrOpInfo *info = &ir_op_info[op];
    switch (info->result) {
    case IR_RESULT_FIELD:
        return ir_width_type(imm->imm.field->width);
    case IR_RESULT_CALL:
        return ir_call_info[imm->imm.i].result;
    case IR_RESULT_SAME:
        return imm->type || nargs == 0 ? (IrType)imm->type : (IrType)ir_at(t, args[0])->type;
    default:
        return (IrType)info->result;
    }
}

IrRef ir_append_imm(IrTrace *t, IrOp op, const IrRef *args, int nargs, IrInsn imm)
{
    if (t->failed) {
        return 1;
    }
    if ((int)t->insns.len >= t->max_insns) {
        ir_fail(t, "the trace is too long");
        return 1;
    }
    IrInsn insn = {.op = (uint16_t)op, .nargs = (uint8_t)nargs, .imm = imm.imm};
    insn.type = (uint8_t)result_type(t, op, args, nargs, &imm);
    if (nargs > 0) {
        insn.args = arena_alloc(t->arena, (size_t)nargs * sizeof *insn.args);
        memcpy(insn.args, args, (size_t)nargs * sizeof *insn.args);
    }
    vec_push_in(t->arena, &t->insns, insn);
    return (IrRef)(t->insns.len - 1);
}

IrRef ir_append(IrTrace *t, IrOp op, const IrRef *args, int nargs)
{
    return ir_append_imm(t, op, args, nargs, (IrInsn){0});
}

void ir_set_snap(IrTrace *t, IrRef r, uint32_t snap)
{
    if (t->failed == NULL) {
        ir_at(t, r)->snap = snap;
    }
}

/* ---- constants: an open table of those there are -------------------------------------------- */
/* Where the constant is in the table, or the free place for it. */
static IrRef *find_const(const IrTrace *t, IrOp op, int64_t bits)
{
    uint64_t h = ((uint64_t)bits ^ (uint64_t)op << 56) * 0x9E3779B97F4A7C15u;
    for (size_t i = (size_t)(h >> 32);; i++) {
        IrRef *at = &t->consts[i & (t->consts_size - 1)];
        if (*at == IR_NONE || (ir_at(t, *at)->op == op && ir_at(t, *at)->imm.i == bits)) {
            return at;
        }
    }
}

static void grow_consts(IrTrace *t)
{
    IrRef *old = t->consts;
    size_t old_size = t->consts_size;
    t->consts_size = old_size ? old_size * 2 : 32;
    t->consts = arena_alloc(t->arena, t->consts_size * sizeof *t->consts);
    for (size_t i = 0; i < old_size; i++) {
        if (old[i] != IR_NONE) {
            *find_const(t, (IrOp)ir_at(t, old[i])->op, ir_at(t, old[i])->imm.i) = old[i];
        }
    }
}

void ir_take_back(IrTrace *t, IrRef from)
{
    if (t->failed) {
        return;
    }
    IrRef *old = t->consts;
    t->consts = arena_alloc(t->arena, t->consts_size * sizeof *t->consts);
    t->nconsts = 0;
    for (size_t i = 0; i < t->consts_size; i++) {
        if (old[i] != IR_NONE && old[i] < from) {
            *find_const(t, (IrOp)ir_at(t, old[i])->op, ir_at(t, old[i])->imm.i) = old[i];
            t->nconsts++;
        }
    }
    t->insns.len = from;
}

static IrRef constant(IrTrace *t, IrOp op, int64_t bits)
{
    if (t->nconsts * 2 >= t->consts_size) {
        grow_consts(t);
    }
    IrRef *at = find_const(t, op, bits);
    if (*at == IR_NONE) {
        IrInsn imm = {.imm.i = bits};
        IrRef r = ir_append_imm(t, op, NULL, 0, imm);
        if (t->failed) {
            return r;
        }
        *at = r;
        t->nconsts++;
    }
    return *at;
}

IrRef ir_const_i64(IrTrace *t, int64_t v) { return constant(t, IR_const_i64, v); }
IrRef ir_const_bool(IrTrace *t, bool v) { return constant(t, IR_const_bool, v); }
IrRef ir_const_obj(IrTrace *t, void *obj) { return constant(t, IR_const_obj, (int64_t)(intptr_t)obj); }
IrRef ir_const_ptr(IrTrace *t, void *p) { return constant(t, IR_const_ptr, (int64_t)(intptr_t)p); }

IrRef ir_const_f64(IrTrace *t, double v)
{
    int64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return constant(t, IR_const_f64, bits);
}

bool ir_is_const(const IrTrace *t, IrRef r)
{
    IrOp op = (IrOp)ir_at(t, r)->op;
    return op == IR_const_i64 || op == IR_const_f64 || op == IR_const_bool || op == IR_const_obj || op == IR_const_ptr;
}

static const IrField *intern_field(IrTrace *t, const char *name, int offset, IrWidth width, unsigned memid, unsigned flags, const void *owner)
{
    for (size_t i = 0; i < t->fields.len; i++) {
        const IrField *f = t->fields.data[i];
        if (f->offset == offset && f->width == width && f->owner == owner && strcmp(f->name, name) == 0) {
            return f;
        }
    }
    IrField *f = arena_alloc(t->arena, sizeof *f);
    *f = (IrField){arena_strdup(t->arena, name), offset, width, memid, flags, owner};
    vec_push_in(t->arena, &t->fields, f);
    return f;
}

const IrField *ir_field(IrTrace *t, const char *name, int offset, IrWidth width, unsigned memid, unsigned flags)
{
    return intern_field(t, name, offset, width, memid, flags, NULL);
}

const IrField *ir_owned_field(IrTrace *t, const char *name, int offset, IrWidth width, unsigned memid, const void *owner)
{
    return intern_field(t, name, offset, width, memid, IR_FIELD_BY_OFFSET, owner);
}

const IrKlass *ir_klass(IrTrace *t, const char *name, void *ptr, unsigned flags, int kind, int nfields,
                        const IrField **fields, void *data)
{
    for (size_t i = 0; i < t->klasses.len; i++) {
        const IrKlass *k = t->klasses.data[i];
        if (k->ptr == ptr && k->kind == kind && k->nfields == nfields && strcmp(k->name, name) == 0) {
            return k;
        }
    }
    IrKlass *k = arena_alloc(t->arena, sizeof *k);
    *k = (IrKlass){arena_strdup(t->arena, name), ptr, flags, kind, nfields, fields, data};
    vec_push_in(t->arena, &t->klasses, k);
    return k;
}
