/*  Traces as text.

    What is printed depends on nothing but the trace's meaning: values and exits are numbered in the order in which they
    appear, constants stand where they are used (so that their places do not matter), objects without a name are numbered
    too. Fields and types that the reader's host may not know are declared first. ir_parse reads it back. */
#include "ir/private.h"

#include "base/map.h"

#include <math.h>
#include <string.h>

enum { EXIT_COLUMN = 48, LINE_WIDTH = 100 };

typedef struct {
    const IrTrace *t;
    Text *out;
    uint32_t *value_number;    /* by IrRef, 0: none */
    uint32_t *snap_number;     /* by index, from 1; 0: unused */
    VEC(uint32_t) snaps;       /* used ones, in order */
    VEC(const IrField *) fields;
    VEC(const IrKlass *) klasses;
    Map objects, addresses;    /* numbers */
} Printer;

/* ---- what is there ------------------------------------------------------------------------- */
static void see_field(Printer *p, const IrField *f)
{
    for (size_t i = 0; i < p->fields.len; i++) {
        if (p->fields.data[i] == f) {
            return;
        }
    }
    vec_push(&p->fields, f);
}

static void see_klass(Printer *p, const IrKlass *k)
{
    for (size_t i = 0; i < p->klasses.len; i++) {
        if (p->klasses.data[i] == k) {
            return;
        }
    }
    vec_push(&p->klasses, k);
    for (int i = 0; i < k->nfields; i++) {
        see_field(p, k->fields[i]);
    }
}

static void see_snap(Printer *p, uint32_t index)
{
    if (index >= p->t->snaps.len || p->snap_number[index]) {
        return;
    }
    vec_push(&p->snaps, index);
    p->snap_number[index] = (uint32_t)p->snaps.len;
    const IrSnapshot *s = &p->t->snaps.data[index];
    for (int i = 0; i < s->nvirtuals; i++) {
        see_klass(p, s->virtuals[i].klass);
    }
}

static void see_insn(Printer *p, IrRef r, uint32_t *next_value)
{
    const IrInsn *insn = ir_at(p->t, r);
    IrImmKind imm = ir_op_info[insn->op].imm;
    if (imm == IR_IMM_FIELD) {
        see_field(p, insn->imm.field);
    }
    if (imm == IR_IMM_TYPE || imm == IR_IMM_KLASS) {
        see_klass(p, insn->imm.klass);
    }
    if (insn->type != IR_VOID && !ir_is_const(p->t, r)) {
        p->value_number[r] = ++*next_value;
    }
    if (insn->snap) {
        see_snap(p, insn->snap - 1);
    }
}

/* A side trace's first snapshot is the state at its entry: it keeps its place though nothing may leave by it. */
static void see_all(Printer *p)
{
    uint32_t next_value = 0;
    if (p->t->nexit_args && p->t->snaps.len) {
        see_snap(p, 0);
    }
    for (IrRef r = 1; r < p->t->insns.len; r++) {
        see_insn(p, r, &next_value);
    }
}

/* ---- names --------------------------------------------------------------------------------- */
static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_.<>'", c) ||
           (unsigned char)c >= 0x80;
}

static void add_name(Text *out, const char *name)
{
    for (const char *c = name; *c; c++) {
        text_add_bytes(out, is_name_char(*c) ? c : "_", 1);
    }
    if (*name == '\0') {
        text_add(out, "_");
    }
}

static void add_object(Printer *p, char sigil, const void *object)
{
    Map *numbers = sigil == '@' ? &p->objects : &p->addresses;
    const IrNames *names = p->t->names;
    const char *name = names && names->object_name ? names->object_name(names->host, object) : NULL;
    text_add(p->out, "%c", sigil);
    if (name) {
        add_name(p->out, name);
        return;
    }
    uint32_t *known = map_get(numbers, map_key(object));
    uint32_t number = known ? *known : (uint32_t)numbers->len + 1;
    if (!known) {
        map_put(numbers, map_key(object), number);
    }
    text_add(p->out, sigil == '@' ? "obj%u" : "ptr%u", number);
}

/* The name alone where that is enough; its offset, and width, where others of its name are about. */
static void add_field(Printer *p, const IrField *f)
{
    bool other_offset = false, other_width = false;
    for (size_t i = 0; i < p->fields.len; i++) {
        const IrField *g = p->fields.data[i];
        if (g != f && strcmp(g->name, f->name) == 0) {
            other_offset |= g->offset != f->offset;
            other_width |= g->offset == f->offset;
        }
    }
    add_name(p->out, f->name);
    if (other_offset || other_width) {
        text_add(p->out, "@%d", f->offset);
    }
    if (other_width) {
        text_add(p->out, "'%s", ir_width_text[f->width]);
    }
}

/* The k-th type of a name is name'k, from the second on. */
static void add_klass_label(const Printer *p, const IrKlass *k, Text *out)
{
    int before = 0;
    for (size_t i = 0; i < p->klasses.len && p->klasses.data[i] != k; i++) {
        before += strcmp(p->klasses.data[i]->name, k->name) == 0;
    }
    add_name(out, k->name);
    if (before) {
        text_add(out, "'%d", before + 1);
    }
}

static void add_klass(Printer *p, const IrKlass *k)
{
    text_add(p->out, "@");
    add_klass_label(p, k, p->out);
}

/* ---- constants and values ------------------------------------------------------------------ */
/* The shortest decimal that reads back to the same bits. */
static void add_f64(Text *out, double v)
{
    char buffer[40];
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (isnan(v)) {
        bool plain = (bits & 0x7fffffffffffffffu) == 0x7ff8000000000000u;
        text_add(out, bits >> 63 ? "-nan" : "nan");
        if (!plain) {
            text_add(out, "'%llx", (unsigned long long)(bits & 0xfffffffffffffu));
        }
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, sizeof buffer, "%.*g", digits, v);
        if (strtod(buffer, NULL) == v) {
            break;
        }
    }
    text_add(out, isinf(v) || strpbrk(buffer, ".e") ? "%s" : "%s.0", buffer);
}

static void add_const(Printer *p, const IrInsn *insn)
{
    switch (insn->type) {
    case IR_I64: text_add(p->out, "%lld", (long long)insn->imm.i); break;
    case IR_F64: add_f64(p->out, insn->imm.f); break;
    case IR_BOOL: text_add(p->out, insn->imm.i ? "true" : "false"); break;
    case IR_OBJ:
        if (insn->imm.p) {
            add_object(p, '@', insn->imm.p);
        } else {
            text_add(p->out, "null");
        }
        break;
    default:
        if (insn->imm.p) {
            add_object(p, '&', insn->imm.p);
        } else {
            text_add(p->out, "&null");
        }
    }
}

static void add_value(Printer *p, IrRef r)
{
    if (r == IR_NONE) {
        text_add(p->out, "null");
    } else if (r & IR_VIRTUAL) {
        text_add(p->out, "v%u", r & ~IR_VIRTUAL);
    } else if (r >= p->t->insns.len) {
        text_add(p->out, "%%?");
    } else if (ir_is_const(p->t, r)) {
        add_const(p, ir_at(p->t, r));
    } else if (p->value_number[r]) {
        text_add(p->out, "%%%u", p->value_number[r]);
    } else {
        text_add(p->out, "%%?");
    }
}

/* ---- instructions ---------------------------------------------------------------------------- */
static void add_imm(Printer *p, const IrInsn *insn)
{
    switch (ir_op_info[insn->op].imm) {
    case IR_IMM_NONE: break;
    case IR_IMM_I64:
    case IR_IMM_SLOT: text_add(p->out, "%lld", (long long)insn->imm.i); break;
    case IR_IMM_F64: add_f64(p->out, insn->imm.f); break;
    case IR_IMM_OBJ: add_const(p, insn); break;
    case IR_IMM_TYPE:
    case IR_IMM_KLASS: add_klass(p, insn->imm.klass); break;
    case IR_IMM_FIELD: add_field(p, insn->imm.field); break;
    case IR_IMM_HELPER:
        text_add(p->out, "%s", insn->imm.i < IR_CALL__COUNT ? ir_call_info[insn->imm.i].name : "?");
        break;
    case IR_IMM_LABEL:
        text_add(p->out, "^");
        add_name(p->out, insn->imm.label ? insn->imm.label->name : "none");
        break;
    }
}

static void add_operands(Printer *p, const IrInsn *insn)
{
    const IrOpInfo *info = &ir_op_info[insn->op];
    bool has_imm = info->imm != IR_IMM_NONE, leads = has_imm && ir_imm_leads(info->imm);
    const char *gap = " ";
    if (leads) {
        text_add(p->out, " ");
        add_imm(p, insn);
        gap = info->imm == IR_IMM_SLOT ? ", " : " ";
    }
    for (int i = 0; i < insn->nargs; i++) {
        text_add(p->out, "%s", gap);
        add_value(p, insn->args[i]);
        gap = ", ";
    }
    if (has_imm && !leads) {
        text_add(p->out, "%s", gap);
        add_imm(p, insn);
    }
    if (ir_says_type(info)) {
        text_add(p->out, " %s", ir_type_text[insn->type]);
    }
}

static void add_insn(Printer *p, IrRef r)
{
    const IrInsn *insn = ir_at(p->t, r);
    size_t start = p->out->len;
    if (p->value_number[r]) {
        text_add(p->out, "%%%u = ", p->value_number[r]);
    }
    text_add(p->out, "%s", ir_op_info[insn->op].name);
    add_operands(p, insn);
    if (insn->snap) {
        int used = (int)(p->out->len - start);
        uint32_t n = insn->snap <= p->t->snaps.len ? p->snap_number[insn->snap - 1] : 0;
        text_add(p->out, "%*s", used < EXIT_COLUMN ? EXIT_COLUMN - used : 2, "");
        text_add(p->out, n ? "exit %u" : "exit ?", n - 1);
    }
}

/* ---- declarations ------------------------------------------------------------------------------ */
static bool host_knows_field(const IrNames *names, const IrField *f)
{
    IrField known = {0};
    return names && names->field && names->field(names->host, f->name, &known) && known.offset == f->offset &&
           known.width == f->width && known.mem == f->mem && known.flags == f->flags;
}

static void add_field_decl(Printer *p, const IrField *f)
{
    if (host_knows_field(p->t->names, f)) {
        return;
    }
    text_add(p->out, "  field ");
    add_name(p->out, f->name);
    text_add(p->out, " @%d %s %s", f->offset, ir_width_text[f->width], ir_mem_text[f->mem]);
    for (int i = 0; i < IR_FIELD_FLAG__COUNT; i++) {
        if (f->flags & 1u << i) {
            text_add(p->out, " %s", ir_field_flag_text[i]);
        }
    }
    text_add(p->out, "\n");
}

static bool is_first_of_name(Printer *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(p->klasses.data[i]->name, p->klasses.data[n]->name) == 0) {
            return false;
        }
    }
    return true;
}

/* The type that a klass is of when its name does not say it. */
static void add_klass_base(Printer *p, size_t n)
{
    const IrKlass *k = p->klasses.data[n];
    const IrNames *names = p->t->names;
    for (size_t i = 0; i < n; i++) {
        if (p->klasses.data[i]->ptr == k->ptr) {
            text_add(p->out, " of ");
            add_klass(p, p->klasses.data[i]);
            return;
        }
    }
    const char *name = names && names->object_name ? names->object_name(names->host, k->ptr) : NULL;
    Text label = {0};
    add_klass_label(p, k, &label);
    if (name && strcmp(name, label.data) != 0) {
        text_add(p->out, " of @");
        add_name(p->out, name);
    }
    text_free(&label);
}

static void add_klass_decl(Printer *p, size_t n)
{
    const IrKlass *k = p->klasses.data[n];
    unsigned flags;
    bool plain = k->kind == 0 && k->nfields == 0 && is_first_of_name(p, n);
    if (plain && ir_known_klass(k->name, &flags) && flags == k->flags) {
        return;
    }
    text_add(p->out, "  klass ");
    add_klass(p, k);
    add_klass_base(p, n);
    for (int i = 0; i < IR_TYPE_FLAG__COUNT; i++) {
        if (k->flags >> i & 1) {
            text_add(p->out, " %s", ir_type_flag_text[i]);
        }
    }
    if (k->kind) {
        text_add(p->out, " kind %d", k->kind);
    }
    for (int i = 0; i < k->nfields; i++) {
        text_add(p->out, i ? ", " : " fields [");
        add_field(p, k->fields[i]);
    }
    text_add(p->out, k->nfields ? "]\n" : "\n");
}

static void add_label(Printer *p)
{
    const IrLabel *l = p->t->label;
    if (l == NULL) {
        return;
    }
    text_add(p->out, "  label ^");
    add_name(p->out, l->name);
    text_add(p->out, " phis %d params [", l->nphis);
    for (int i = 0; i < l->nparams; i++) {
        text_add(p->out, i ? ", " : "");
        add_value(p, l->params[i]);
    }
    text_add(p->out, "]\n");
}

/* ---- snapshots ----------------------------------------------------------------------------------- */
static void add_snap_slot(Printer *p, const IrSnapSlot *s)
{
    if (s->flags & IR_SNAP_FUNC) {
        text_add(p->out, s->frame == 0 ? "handled: " : "func: ");
    } else {
        text_add(p->out, "%u: ", s->slot);
    }
    add_value(p, s->value);
    text_add(p->out, "%s%s", s->flags & IR_SNAP_OWNED ? " owned" : "", s->flags & IR_SNAP_INT ? " int" : "");
}

static void add_snap_frame(Printer *p, const IrSnapshot *s, int n)
{
    const IrSnapFrame *f = &s->frames[n];
    text_add(p->out, "frame ");
    add_name(p->out, f->name ? f->name : "?");
    text_add(p->out, "@%d", f->place);
    if (f->from != f->place) {
        text_add(p->out, " from %d", f->from);
    }
    if (f->depth) {
        text_add(p->out, " depth %d", f->depth);
    }
    if (f->how) {
        text_add(p->out, " how %d", f->how);
    }
    if (f->func) {
        text_add(p->out, " func ");
        add_object(p, '@', f->func);
    }
    bool any = false;
    for (int i = 0; i < s->nslots; i++) {
        if (s->slots[i].frame == n) {
            text_add(p->out, any ? ", " : " slots [");
            add_snap_slot(p, &s->slots[i]);
            any = true;
        }
    }
    text_add(p->out, any ? "]" : "");
}

static void add_snap_virtual(Printer *p, const IrSnapshot *s, int n)
{
    const IrVirtual *v = &s->virtuals[n];
    text_add(p->out, "virtual v%d = ", n);
    add_klass(p, v->klass);
    text_add(p->out, " [");
    for (int i = 0; i < v->nvalues; i++) {
        text_add(p->out, i ? ", " : "");
        add_value(p, v->values[i]);
        text_add(p->out, i < 32 && (v->owned >> i & 1) ? " owned" : "");
    }
    text_add(p->out, "]");
}

static void add_snap_drops(Printer *p, const IrSnapshot *s)
{
    for (int i = 0; i < s->ndrops; i++) {
        text_add(p->out, i ? ", " : "drops [");
        add_value(p, s->drops[i]);
    }
    text_add(p->out, "]");
}

/* One part a line, or all in one where there is room: `between` says which. */
static void add_snap_parts(Printer *p, const IrSnapshot *s, const char *between)
{
    for (int i = 0; i < s->nframes; i++) {
        text_add(p->out, "%s", between);
        add_snap_frame(p, s, i);
    }
    for (int i = 0; i < s->nvirtuals; i++) {
        text_add(p->out, "%s", between);
        add_snap_virtual(p, s, i);
    }
    if (s->ndrops) {
        text_add(p->out, "%s", between);
        add_snap_drops(p, s);
    }
}

static void add_snap(Printer *p, uint32_t number)
{
    const IrSnapshot *s = &p->t->snaps.data[p->snaps.data[number]];
    size_t start = p->out->len;
    text_add(p->out, "  exit %u %s%s{", number, s->kind ? ir_exit_text[s->kind] : "", s->kind ? " " : "");
    size_t head = p->out->len;
    add_snap_parts(p, s, " ");
    if (p->out->len - start + 2 <= LINE_WIDTH && s->nframes == 1) {
        text_add(p->out, " }\n");
        return;
    }
    p->out->len = head;
    add_snap_parts(p, s, "\n    ");
    text_add(p->out, "\n  }\n");
}

/* ---- the whole ------------------------------------------------------------------------------------ */
static void start_printer(Printer *p, const IrTrace *t, Text *out)
{
    *p = (Printer){.t = t, .out = out};
    p->value_number = calloc(t->insns.len + 1, sizeof *p->value_number);
    p->snap_number = calloc(t->snaps.len + 1, sizeof *p->snap_number);
    if (p->value_number == NULL || p->snap_number == NULL) {
        abort();
    }
    see_all(p);
}

static void end_printer(Printer *p)
{
    free(p->value_number);
    free(p->snap_number);
    vec_free(&p->snaps);
    vec_free(&p->fields);
    vec_free(&p->klasses);
    map_free(&p->objects);
    map_free(&p->addresses);
}

static void add_head(Printer *p)
{
    text_add(p->out, "trace ");
    add_name(p->out, p->t->name);
    text_add(p->out, " {\n");
    if (p->t->nexit_args) {
        text_add(p->out, "  exit_args %d\n", p->t->nexit_args);
    }
    for (size_t i = 0; i < p->fields.len; i++) {
        add_field_decl(p, p->fields.data[i]);
    }
    for (size_t i = 0; i < p->klasses.len; i++) {
        add_klass_decl(p, i);
    }
}

void ir_print(const IrTrace *t, Text *out)
{
    Printer p;
    start_printer(&p, t, out);
    add_head(&p);
    for (IrRef r = 1; r < t->insns.len; r++) {
        if (!ir_is_const(t, r)) {
            text_add(out, "  ");
            add_insn(&p, r);
            text_add(out, "\n");
        }
    }
    add_label(&p);
    for (uint32_t i = 0; i < p.snaps.len; i++) {
        add_snap(&p, i);
    }
    text_add(out, "}\n");
    end_printer(&p);
}

void ir_print_insn(const IrTrace *t, IrRef r, Text *out)
{
    Printer p;
    start_printer(&p, t, out);
    add_insn(&p, r);
    end_printer(&p);
}
