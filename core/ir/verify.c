/*  Is a trace what ir.h says that traces are? What one operation demands comes from the tables; here stand only the
    rules about order, loops and snapshots. The first fault is reported, with the instruction as printed. */
#include "ir/private.h"

#include <stdarg.h>
#include <string.h>

typedef struct {
    const IrTrace *t;
    bool raw;
    IrRef at;         /* instruction being looked at */
    IrRef loop;       /* the `loop`, or 0 */
    bool started;     /* something wrote or called: the entry's values are gone */
    bool in_phis;     /* only phis and constants since `loop` */
    const char *fault;
} Verifier;

__attribute__((format(printf, 2, 3))) static void fault(Verifier *v, const char *format, ...)
{
    if (v->fault) {
        return;
    }
    char what[200];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    Text text = {0};
    if (v->at) {
        ir_print_insn(v->t, v->at, &text);
        char *gap = strstr(text.data, "  ");
        while (gap && *gap == ' ' && gap[1] == ' ') {
            memmove(gap, gap + 1, strlen(gap));
        }
        text.len = strlen(text.data);
        text_add(&text, ": ");
    }
    text_add(&text, "%s", what);
    v->fault = arena_strdup(v->t->arena, text.data);
    text_free(&text);
}

static const IrInsn *now(const Verifier *v)
{
    return ir_at(v->t, v->at);
}

static bool is_op(const Verifier *v, IrRef r, IrOp op)
{
    return r > 0 && r < v->t->insns.len && ir_at(v->t, r)->op == op;
}

/* ---- operands --------------------------------------------------------------------------------- */
static const char *types_text(unsigned types, char *buffer, size_t size)
{
    *buffer = '\0';
    for (int i = 0; i < IR_TYPE__COUNT; i++) {
        if (types >> i & 1) {
            size_t used = strlen(buffer);
            snprintf(buffer + used, size - used, "%s%s", used ? " or " : "", ir_type_text[i]);
        }
    }
    return buffer;
}

static void check_operand(Verifier *v, int i)
{
    const IrInsn *insn = now(v);
    IrRef arg = insn->args[i];
    char buffer[60];
    unsigned types = ir_operand_types(insn, i);
    bool later = insn->op == IR_phi && i == 1;
    if (types == 0) {
        fault(v, "operand %d is too many", i + 1);
    } else if (arg == IR_NONE || arg >= v->t->insns.len) {
        fault(v, "operand %d is no value", i + 1);
    } else if (arg >= v->at && !later) {
        fault(v, "operand %d is used before it is defined", i + 1);
    } else if (!(types >> ir_at(v->t, arg)->type & 1)) {
        fault(v, "operand %d is %s, must be %s", i + 1, ir_type_text[ir_at(v->t, arg)->type],
              types_text(types, buffer, sizeof buffer));
    }
}

static void check_operands(Verifier *v)
{
    const IrInsn *insn = now(v);
    for (int i = 0; i < insn->nargs && !v->fault; i++) {
        check_operand(v, i);
    }
    const char *letters = insn->op == IR_call ? ir_call_info[insn->imm.i].operands : ir_op_info[insn->op].operands;
    bool fields = letters[0] == 'k';
    int least = fields ? insn->imm.klass->nfields : (int)strcspn(letters, "*") - (strchr(letters, '*') != NULL);
    if (insn->nargs < least) {
        fault(v, "has %d operands, needs %d", insn->nargs, least);
    }
}

static void check_imm(Verifier *v)
{
    const IrInsn *insn = now(v);
    IrImmKind kind = ir_op_info[insn->op].imm;
    bool is_pointer = kind == IR_IMM_FIELD || kind == IR_IMM_TYPE || kind == IR_IMM_KLASS || kind == IR_IMM_LABEL;
    if (is_pointer && insn->imm.p == NULL) {
        fault(v, "has no immediate");
    } else if (kind == IR_IMM_SLOT && (insn->imm.i < 0 || insn->imm.i >= 0xffff)) {
        fault(v, "slot %lld is out of range", (long long)insn->imm.i);
    } else if (kind == IR_IMM_HELPER && (insn->imm.i < 0 || insn->imm.i >= IR_CALL__COUNT)) {
        fault(v, "helper %lld is out of range", (long long)insn->imm.i);
    }
}

/* ---- order --------------------------------------------------------------------------------------- */
static bool is_entry_op(IrOp op)
{
    return op == IR_load_slot || op == IR_load_slot_int || op == IR_guard_slot_int || op == IR_exit_arg;
}

/* May it change what a slot of the root frame holds? References taken do not. */
static bool may_change_slots(const IrInsn *insn)
{
    unsigned changing = IRF_WRITE | IRF_EFFECT | IRF_RUNS;
    return insn->op != IR_incref && insn->op != IR_xincref && (ir_op_info[insn->op].flags & changing);
}

static void check_loop(Verifier *v)
{
    const IrInsn *insn = now(v);
    if (insn->op == IR_loop) {
        if (v->loop) {
            fault(v, "is the second loop");
        }
        v->loop = v->at;
        v->in_phis = true;
    } else if (insn->op == IR_phi) {
        if (!v->in_phis) {
            fault(v, "phis stand right behind loop");
        }
    } else if (!ir_is_const(v->t, v->at)) {
        v->in_phis = false;
    }
    if (insn->op == IR_end_loop && !v->loop) {
        fault(v, "there is no loop");
    }
}

static void check_phi(Verifier *v)
{
    const IrInsn *insn = now(v);
    if (insn->op == IR_phi && !v->fault && ir_at(v->t, insn->args[0])->type != ir_at(v->t, insn->args[1])->type) {
        fault(v, "its operands are %s and %s", ir_type_text[ir_at(v->t, insn->args[0])->type],
              ir_type_text[ir_at(v->t, insn->args[1])->type]);
    }
}

static void check_raw(Verifier *v)
{
    IrOp op = (IrOp)now(v)->op;
    if (v->raw && (op == IR_loop || op == IR_phi || op == IR_end_loop || op == IR_end_link || op == IR_end_start)) {
        fault(v, "is not in raw traces");
    }
    if (!v->raw && (op == IR_raw_close || op == IR_raw_link || op == IR_known_type)) {
        fault(v, "is only in raw traces");
    }
}

static void check_order(Verifier *v)
{
    const IrInsn *insn = now(v);
    bool last = v->at + 1 == v->t->insns.len;
    if (is_entry_op((IrOp)insn->op) && v->started) {
        fault(v, "stands behind what may have changed the slots");
    }
    v->started |= may_change_slots(insn);
    if ((ir_op_info[insn->op].flags & IRF_END) && !last) {
        fault(v, "ends the trace, but is not its last operation");
    }
    if (!(ir_op_info[insn->op].flags & IRF_END) && last) {
        fault(v, "the last operation must be an end");
    }
    check_loop(v);
    check_raw(v);
}

/* ---- snapshots ------------------------------------------------------------------------------------ */
static IrType value_type(const Verifier *v, IrRef r)
{
    return r & IR_VIRTUAL ? IR_OBJ : (IrType)ir_at(v->t, r)->type;
}

/* What may stand in snapshots: values from before the instruction, virtuals below `nvirtuals`. */
static bool check_snap_value(Verifier *v, IrRef r, int nvirtuals)
{
    if (r == IR_NONE) {
        return false;
    }
    if (r & IR_VIRTUAL) {
        if ((int)(r & ~IR_VIRTUAL) >= nvirtuals) {
            fault(v, "its exit refers to v%u, which is not built before", r & ~IR_VIRTUAL);
        }
    } else if (r >= v->at) {
        fault(v, "its exit needs a value that is not defined before");
    } else if (ir_at(v->t, r)->type == IR_VOID) {
        fault(v, "its exit needs the result of an operation that gives none");
    }
    return !v->fault;
}

static void check_snap_slot(Verifier *v, const IrSnapshot *s, int i)
{
    const IrSnapSlot *slot = &s->slots[i];
    if (slot->frame >= s->nframes) {
        fault(v, "its exit has a slot of a frame that it has not");
        return;
    }
    if (i > 0 && !(slot->flags & IR_SNAP_FUNC) && !(slot[-1].flags & IR_SNAP_FUNC) &&
        (slot[-1].frame > slot->frame || (slot[-1].frame == slot->frame && slot[-1].slot >= slot->slot))) {
        fault(v, "slot %u of its exit is out of order", slot->slot);
    }
    if (!check_snap_value(v, slot->value, s->nvirtuals)) {
        return;
    }
    IrType type = value_type(v, slot->value);
    if ((slot->flags & IR_SNAP_OWNED) && type != IR_OBJ) {
        fault(v, "slot %u of its exit is %s, which nobody owns", slot->slot, ir_type_text[type]);
    }
    if ((slot->flags & IR_SNAP_INT) && type != IR_I64) {
        fault(v, "slot %u of its exit is %s, not a small integer", slot->slot, ir_type_text[type]);
    }
    if (type == IR_PTR) {
        fault(v, "slot %u of its exit is a bare address", slot->slot);
    }
}

static void check_virtual(Verifier *v, const IrSnapshot *s, int n)
{
    const IrVirtual *o = &s->virtuals[n];
    if (o->klass == NULL || o->nvalues != o->klass->nfields) {
        fault(v, "v%d of its exit has %d values, its type %d fields", n, o->nvalues, o->klass ? o->klass->nfields : 0);
        return;
    }
    for (int i = 0; i < o->nvalues; i++) {
        if (!check_snap_value(v, o->values[i], n)) {
            continue;
        }
        IrType is = value_type(v, o->values[i]), field = ir_width_type(o->klass->fields[i]->width);
        bool boxed = field == IR_OBJ && is != IR_PTR;
        if (is != field && !boxed) {
            fault(v, "v%d.%s of its exit is %s, must be %s", n, o->klass->fields[i]->name, ir_type_text[is],
                  ir_type_text[field]);
        }
        if (is != IR_OBJ && i < 32 && (o->owned >> i & 1)) {
            fault(v, "v%d.%s of its exit is %s, which nobody owns", n, o->klass->fields[i]->name, ir_type_text[is]);
        }
    }
}

static void check_snap(Verifier *v)
{
    const IrInsn *insn = now(v);
    bool wants = ir_op_info[insn->op].flags & (IRF_SNAP | IRF_GUARD);
    if (wants != (insn->snap != 0)) {
        fault(v, wants ? "has no exit" : "never leaves, but has an exit");
        return;
    }
    if (insn->snap > v->t->snaps.len) {
        fault(v, "there is no exit %u", insn->snap - 1);
    }
    if (insn->snap == 0 || v->fault) {
        return;
    }
    const IrSnapshot *s = &v->t->snaps.data[insn->snap - 1];
    if (s->nframes == 0) {
        fault(v, "its exit has no frame");
    }
    if (v->raw && s->nvirtuals) {
        fault(v, "its exit builds objects, in a raw trace");
    }
    for (int i = 0; i < s->nslots && !v->fault; i++) {
        check_snap_slot(v, s, i);
    }
    for (int i = 0; i < s->nvirtuals && !v->fault; i++) {
        check_virtual(v, s, i);
    }
    for (int i = 0; i < s->ndrops && !v->fault; i++) {
        bool is_obj = check_snap_value(v, s->drops[i], 0) && value_type(v, s->drops[i]) == IR_OBJ;
        if (!is_obj) {
            fault(v, "drop %d of its exit is no object", i + 1);
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------------------ */
static void check_insn(Verifier *v)
{
    const IrInsn *insn = now(v);
    if (insn->op == IR_no_op || insn->op >= IR_OP__COUNT) {
        v->at = 0;
        fault(v, "operation %u is out of range", insn->op);
        return;
    }
    check_imm(v);
    if (!v->fault) {
        check_operands(v);
    }
    check_phi(v);
    check_order(v);
    check_snap(v);
}

static void check_label(Verifier *v)
{
    const IrLabel *l = v->t->label;
    v->at = 0;
    if (l == NULL || v->fault) {
        return;
    }
    if (!v->loop) {
        fault(v, "the label is of no loop");
    }
    for (int i = 0; i < l->nparams && !v->fault; i++) {
        bool is_phi = is_op(v, l->params[i], IR_phi);
        if (l->params[i] == IR_NONE || l->params[i] >= v->t->insns.len || is_phi != (i < l->nphis) ||
            (!is_phi && l->params[i] > v->loop)) {
            fault(v, "parameter %d of the label is not at the loop's head", i + 1);
        }
    }
}

const char *ir_verify(const IrTrace *t, bool raw)
{
    Verifier v = {.t = t, .raw = raw};
    if (t->insns.len < 2) {
        fault(&v, "the trace is empty");
    }
    for (IrRef r = 1; r < t->insns.len && !v.fault; r++) {
        v.at = r;
        check_insn(&v);
    }
    check_label(&v);
    return v.fault;
}
