/*  Text to trace: what ir_print writes, and what people write.

    The tables say everything about an instruction; there is no code for a single operation here. The text is read into
    a list first and the trace built at its end, because constants stand where they are used in text but come first
    in the trace. Until then a value is a number with a mark: of a constant, of an instruction, or of a number in the text.

    Names are resolved by the host (IrNames); what it does not know is a new thing with that name. Errors are sticky: the
    first is kept, and reading stops at the next token. */
#include "ir/lex.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define MARK_CONST 0x40000000u
#define MARK_INSN 0x20000000u
#define MARK_TEXT 0x10000000u /* a number as in the text, not looked up yet */
#define MARKS (MARK_CONST | MARK_INSN | MARK_TEXT)
enum { MAX_OPERANDS = 255, MAX_VALUES = 1 << 20 };

typedef struct {
    const char *name;
    void *thing;
} Named;

typedef struct {
    IrInsn insn;    /* args and exit as marked numbers; snap + 1 */
    int line;
} Line;

typedef struct {
    Arena *arena;
    Lexer lex;
    IrTrace *t;
    const IrNames *names;
    Text *error;
    bool failed;
    VEC(Line) lines;
    VEC(IrInsn) constants;
    VEC(uint32_t) values;    /* by number in the text: marked, 0 not defined */
    VEC(Named) things;
    VEC(Named) klasses;      /* by label, const IrKlass * */
} Parser;

/* ---- small things --------------------------------------------------------------------------- */
__attribute__((format(printf, 2, 3))) static void fail(Parser *p, const char *format, ...)
{
    if (p->failed) {
        return;
    }
    p->failed = true;
    char buffer[300];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    text_add(p->error, "line %d: %s", p->lex.line, buffer);
}

/* After a failure the text is over. */
static void next(Parser *p)
{
    if (p->failed) {
        p->lex.kind = TOK_END;
        return;
    }
    lex_next(&p->lex);
}

static int shown_len(const Lexer *lex)
{
    return lex->len > 60 ? 60 : (int)lex->len;
}

static void fail_expected(Parser *p, const char *what)
{
    if (p->lex.kind == TOK_LINE || p->lex.kind == TOK_END) {
        fail(p, "expected %s at the end of the line", what);
    } else {
        fail(p, "expected %s, not '%.*s'", what, shown_len(&p->lex), p->lex.text);
    }
    p->lex.kind = TOK_END;
}

static void expect(Parser *p, char punct)
{
    if (!lex_is(&p->lex, punct)) {
        char what[4] = {'\'', punct, '\'', 0};
        fail_expected(p, what);
        return;
    }
    next(p);
}

static bool accept_word(Parser *p, const char *word)
{
    bool is = lex_is_word(&p->lex, word);
    if (is) {
        next(p);
    }
    return is;
}

static char *token_text(Parser *p)
{
    char *s = arena_alloc(p->arena, p->lex.len + 1);
    memcpy(s, p->lex.text, p->lex.len);
    return s;
}

/* The text of a token of that kind, or "?" with an error. */
static const char *take(Parser *p, TokKind kind, const char *what)
{
    if (p->lex.kind != kind || p->lex.len == 0) {
        fail_expected(p, what);
        return "?";
    }
    const char *s = token_text(p);
    next(p);
    return s;
}

static int64_t read_int(Parser *p, const char *text)
{
    char *end;
    errno = 0;
    bool hex = strncmp(text, "0x", 2) == 0;
    long long v = hex ? (long long)strtoull(text, &end, 16) : strtoll(text, &end, 10);
    if (*end || end == text || errno) {
        fail(p, "'%s' is not a 64-bit integer", text);
    }
    return v;
}

static int64_t take_int(Parser *p)
{
    return read_int(p, take(p, TOK_NUMBER, "an integer"));
}

static int take_small(Parser *p)
{
    int64_t v = take_int(p);
    if (v < INT16_MIN || v > INT32_MAX / 2) {
        fail(p, "%lld is out of range here", (long long)v);
    }
    return (int)v;
}

static int take_word_of(Parser *p, const char *const *words, int count, const char *what)
{
    int i = p->lex.kind == TOK_WORD ? ir_find_word(words, count, p->lex.text, p->lex.len) : -1;
    if (i < 0) {
        fail_expected(p, what);
        return 0;
    }
    next(p);
    return i;
}

static void skip_lines(Parser *p)
{
    while (p->lex.kind == TOK_LINE) {
        next(p);
    }
}

static void end_line(Parser *p)
{
    if (p->lex.kind != TOK_LINE && p->lex.kind != TOK_END && !lex_is(&p->lex, '}')) {
        fail_expected(p, "the end of the line");
    }
}

/* ---- named things ----------------------------------------------------------------------------- */
static void *thing(Parser *p, const char *name)
{
    void *found = p->names && p->names->object ? p->names->object(p->names->host, name) : NULL;
    if (found) {
        return found;
    }
    for (size_t i = 0; i < p->things.len; i++) {
        if (strcmp(p->things.data[i].name, name) == 0) {
            return p->things.data[i].thing;
        }
    }
    char *fresh = arena_strdup(p->arena, name);
    vec_push(&p->things, ((Named){name, fresh}));
    return fresh;
}

static const IrKlass *find_klass(Parser *p, const char *label)
{
    for (size_t i = 0; i < p->klasses.len; i++) {
        if (strcmp(p->klasses.data[i].name, label) == 0) {
            return p->klasses.data[i].thing;
        }
    }
    return NULL;
}

static void add_klass(Parser *p, const char *label, const IrKlass *k)
{
    vec_push(&p->klasses, ((Named){label, (void *)(uintptr_t)k}));
}

static const IrKlass *take_klass(Parser *p)
{
    const char *label = take(p, TOK_OBJECT, "a type");
    const IrKlass *k = find_klass(p, label);
    unsigned flags;
    if (k == NULL && ir_known_klass(label, &flags)) {
        k = ir_klass(p->t, label, thing(p, label), flags, 0, 0, NULL, NULL);
        add_klass(p, label, k);
    }
    if (k == NULL) {
        fail(p, "the type @%s is not declared", label);
    }
    return k;
}

/* A field that was declared, by name, name@offset or name@offset'width; else one that the host knows. */
static const IrField *find_field(Parser *p, const char *name, const char *at)
{
    char *rest = NULL;
    long offset = at ? strtol(at, &rest, 10) : 0;
    for (size_t i = 0; i < p->t->fields.len; i++) {
        const IrField *f = p->t->fields.data[i];
        bool fits = strcmp(f->name, name) == 0 && (at == NULL || f->offset == offset);
        if (fits && (rest == NULL || *rest == '\0' || strcmp(rest + 1, ir_width_text[f->width]) == 0)) {
            return f;
        }
    }
    IrField known = {0};
    bool is_known = p->names && p->names->field && p->names->field(p->names->host, name, &known);
    if (is_known && (at == NULL || known.offset == offset)) {
        return ir_field(p->t, name, known.offset, known.width, known.mem, known.flags);
    }
    return NULL;
}

static const IrField *take_field(Parser *p)
{
    const char *name = take(p, TOK_WORD, "a field"), *at = NULL;
    if (p->lex.kind == TOK_OBJECT && p->lex.glued) {
        at = take(p, TOK_OBJECT, "an offset");
    }
    const IrField *f = p->failed ? NULL : find_field(p, name, at);
    if (f == NULL) {
        fail(p, "the field %s is not declared", name);
    }
    return f;
}

/* field attr.x @16 obj attr by_offset nonnull */
static void parse_field_decl(Parser *p)
{
    const char *name = take(p, TOK_WORD, "a name");
    int64_t offset = read_int(p, take(p, TOK_OBJECT, "an offset"));
    int width = take_word_of(p, ir_width_text, IR_WIDTH__COUNT, "a width");
    int mem = take_word_of(p, ir_mem_text, MEM__COUNT, "an alias class");
    unsigned flags = 0;
    for (int i = 0; i < IR_FIELD_FLAG__COUNT; i++) {
        flags |= accept_word(p, ir_field_flag_text[i]) ? 1u << i : 0;
    }
    if (!p->failed) {
        ir_field(p->t, name, (int)offset, (IrWidth)width, (unsigned)mem, flags);
    }
    end_line(p);
}

static const IrField **take_fields(Parser *p, int *n)
{
    VEC(const IrField *) list = {0};
    expect(p, '[');
    while (!lex_is(&p->lex, ']') && p->lex.kind != TOK_END) {
        vec_push(&list, take_field(p));
    }
    expect(p, ']');
    *n = (int)list.len;
    const IrField **fields = arena_alloc(p->arena, (list.len + 1) * sizeof *fields);
    memcpy(fields, list.data ? list.data : fields, list.len * sizeof *fields);
    vec_free(&list);
    return fields;
}

/* A type that was declared here, or the host's of that name. */
static void *take_type(Parser *p)
{
    const char *label = take(p, TOK_OBJECT, "a type");
    const IrKlass *k = find_klass(p, label);
    return k ? k->ptr : thing(p, label);
}

/* klass @point'2 of @point plain kind 3 fields [attr.x attr.y] */
static void parse_klass_decl(Parser *p)
{
    const char *label = take(p, TOK_OBJECT, "a type");
    char *name = arena_strdup(p->arena, label);
    name[strcspn(name, "'")] = '\0';
    void *ptr = accept_word(p, "of") ? take_type(p) : NULL;
    unsigned flags = 0;
    int kind = 0, nfields = 0, flag;
    const IrField **fields = NULL;
    while (p->lex.kind == TOK_WORD && !lex_is_word(&p->lex, "kind") && !lex_is_word(&p->lex, "fields")) {
        flag = take_word_of(p, ir_type_flag_text, IR_TYPE_FLAG__COUNT, "a fact about the type");
        flags |= 1u << flag;
    }
    if (accept_word(p, "kind")) {
        kind = take_small(p);
    }
    if (accept_word(p, "fields")) {
        fields = take_fields(p, &nfields);
    }
    end_line(p);
    if (p->failed) {
        return;
    }
    ptr = ptr ? ptr : thing(p, label);
    add_klass(p, label, ir_klass(p->t, name, ptr, flags, kind, nfields, fields, NULL));
}

/* ---- values ------------------------------------------------------------------------------------- */
static uint32_t constant(Parser *p, IrOp op, int64_t bits)
{
    for (size_t i = 0; i < p->constants.len; i++) {
        if (p->constants.data[i].op == op && p->constants.data[i].imm.i == bits) {
            return MARK_CONST | (uint32_t)i;
        }
    }
    vec_push(&p->constants, ((IrInsn){.op = (uint16_t)op, .imm.i = bits}));
    return MARK_CONST | (uint32_t)(p->constants.len - 1);
}

static uint32_t f64_constant(Parser *p, const char *text)
{
    bool minus = *text == '-';
    char *end;
    double v = strtod(text, &end);
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (strncmp(text + minus, "nan", 3) == 0) {
        bits = 0x7ff8000000000000u | (uint64_t)minus << 63;
        end = (char *)(uintptr_t)text + minus + 3;
        if (*end == '\'') {
            bits = 0x7ff0000000000000u | (uint64_t)minus << 63 | strtoull(end + 1, &end, 16);
        }
    }
    if (*end) {
        fail(p, "'%s' is not a number", text);
    }
    return constant(p, IR_const_f64, (int64_t)bits);
}

static bool looks_like_f64(const char *s)
{
    s += *s == '-';
    bool hex = s[0] == '0' && s[1] == 'x';
    return !hex && (strpbrk(s, ".e") || strncmp(s, "inf", 3) == 0 || strncmp(s, "nan", 3) == 0);
}

static uint32_t number_constant(Parser *p)
{
    const char *s = take(p, TOK_NUMBER, "a number");
    return looks_like_f64(s) ? f64_constant(p, s) : constant(p, IR_const_i64, read_int(p, s));
}

static bool is_nan_word(const Lexer *lex)
{
    return lex->kind == TOK_WORD && lex->len > 3 && memcmp(lex->text, "nan'", 4) == 0;
}

/* Does the token begin an operand? */
static bool at_value(const Parser *p)
{
    const Lexer *lex = &p->lex;
    return lex->kind == TOK_VALUE || lex->kind == TOK_NUMBER || lex->kind == TOK_OBJECT ||
           lex->kind == TOK_POINTER || lex_is_word(lex, "true") || lex_is_word(lex, "false") ||
           lex_is_word(lex, "null") || lex_is_word(lex, "inf") || lex_is_word(lex, "nan") || is_nan_word(lex);
}

static int64_t address(const void *p)
{
    return (int64_t)(intptr_t)p;
}

static uint32_t value_number(Parser *p)
{
    int64_t n = read_int(p, take(p, TOK_VALUE, "a value"));
    if (n < 0 || n > MAX_VALUES) {
        fail(p, "%%%lld is out of range", (long long)n);
        return 0;
    }
    while (p->values.len <= (size_t)n) {
        vec_push(&p->values, 0);
    }
    return (uint32_t)n;
}

/* Marked; a value's number is looked up at the end, for it may be defined later. */
static uint32_t take_value(Parser *p)
{
    switch (p->lex.kind) {
    case TOK_VALUE: return MARK_TEXT | value_number(p);
    case TOK_NUMBER: return number_constant(p);
    case TOK_OBJECT: return constant(p, IR_const_obj, address(thing(p, take(p, TOK_OBJECT, "an object"))));
    case TOK_POINTER: {
        const char *name = take(p, TOK_POINTER, "an address");
        return constant(p, IR_const_ptr, strcmp(name, "null") == 0 ? 0 : address(thing(p, name)));
    }
    default: break;
    }
    if (!at_value(p)) {
        fail_expected(p, "a value");
        return 0;
    }
    const char *word = take(p, TOK_WORD, "a value");
    if (strcmp(word, "null") == 0) {
        return constant(p, IR_const_obj, 0);
    }
    if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
        return constant(p, IR_const_bool, *word == 't');
    }
    return f64_constant(p, word);
}

/* ---- instructions ------------------------------------------------------------------------------- */
static void take_imm(Parser *p, IrImmKind kind, IrInsn *insn)
{
    switch (kind) {
    case IR_IMM_NONE: break;
    case IR_IMM_SLOT: insn->imm.i = take_small(p); break;
    case IR_IMM_I64: insn->imm.i = lex_is_word(&p->lex, "true") ? (next(p), 1) : take_int(p); break;
    case IR_IMM_F64:
    case IR_IMM_OBJ: {
        uint32_t c = take_value(p);
        if (!p->failed && c & MARK_CONST) {
            insn->imm = p->constants.data[c & ~MARKS].imm;
        }
        break;
    }
    case IR_IMM_TYPE:
    case IR_IMM_KLASS: insn->imm.klass = take_klass(p); break;
    case IR_IMM_FIELD: insn->imm.field = take_field(p); break;
    case IR_IMM_HELPER: {
        const char *name = take(p, TOK_WORD, "a helper");
        insn->imm.i = -1;
        for (int i = 0; i < IR_CALL__COUNT; i++) {
            insn->imm.i = strcmp(ir_call_info[i].name, name) == 0 ? i : insn->imm.i;
        }
        if (insn->imm.i < 0) {
            fail(p, "there is no helper %s", name);
        }
        break;
    }
    case IR_IMM_LABEL: {
        IrLabel *label = arena_alloc(p->arena, sizeof *label);
        label->name = take(p, TOK_LABEL, "a label");
        insn->imm.label = label;
        break;
    }
    }
}

static IrRef *take_operands(Parser *p, uint8_t *nargs)
{
    IrRef args[MAX_OPERANDS];
    int n = 0;
    while (at_value(p) && n < MAX_OPERANDS) {
        args[n++] = take_value(p);
    }
    *nargs = (uint8_t)n;
    IrRef *copy = arena_alloc(p->arena, ((size_t)n + 1) * sizeof *copy);
    memcpy(copy, args, (size_t)n * sizeof *copy);
    return copy;
}

/* A trailing TYPE or I64 immediate looks like one more operand, so as many operands are read as the table has. */
static IrRef *take_some_operands(Parser *p, uint8_t *nargs, IrImmKind imm, const char *letters)
{
    if (imm != IR_IMM_TYPE && imm != IR_IMM_I64) {
        return take_operands(p, nargs);
    }
    IrRef args[MAX_OPERANDS];
    int n = 0, most = strchr(letters, '*') ? MAX_OPERANDS : (int)strlen(letters);
    while (n < most && at_value(p)) {
        args[n++] = take_value(p);
    }
    IrRef *copy = arena_alloc(p->arena, ((size_t)n + 1) * sizeof *copy);
    memcpy(copy, args, (size_t)n * sizeof *copy);
    *nargs = (uint8_t)n;
    return copy;
}

static IrOp take_op(Parser *p)
{
    const char *name = take(p, TOK_WORD, "an operation");
    for (int op = 1; op < IR_OP__COUNT && !p->failed; op++) {
        if (strcmp(ir_op_info[op].name, name) == 0) {
            return (IrOp)op;
        }
    }
    fail(p, "there is no operation %s", name);
    return IR_no_op;
}

static void define(Parser *p, uint32_t number, uint32_t marked)
{
    if (number >= p->values.len || p->failed) {
        return;
    }
    if (p->values.data[number]) {
        fail(p, "%%%u is defined twice", number);
    }
    p->values.data[number] = marked;
}

static bool gives_value(const IrInsn *insn)
{
    const IrOpInfo *info = &ir_op_info[insn->op];
    if (info->result == IR_RESULT_CALL) {
        return ir_call_info[insn->imm.i].result != IR_VOID;
    }
    return info->result != IR_VOID;
}

/* The I64 immediate of an operation with any number of operands was read as its last operand. */
static void split_imm(Parser *p, IrInsn *insn)
{
    uint32_t last = insn->nargs ? insn->args[insn->nargs - 1] : 0;
    if (!(last & MARK_CONST) || p->constants.data[last & ~MARKS].op != IR_const_i64) {
        fail(p, "%s ends in an integer", ir_op_info[insn->op].name);
        return;
    }
    insn->imm = p->constants.data[last & ~MARKS].imm;
    insn->nargs--;
}

static void parse_op(Parser *p, IrInsn *insn)
{
    insn->op = (uint16_t)take_op(p);
    const IrOpInfo *info = &ir_op_info[insn->op];
    if (p->failed) {
        return;
    }
    bool leads = ir_imm_leads(info->imm), list = strchr(info->operands, '*') != NULL;
    if (leads) {
        take_imm(p, info->imm, insn);
    }
    if (leads || info->operands[0]) {
        insn->args = take_some_operands(p, &insn->nargs, info->imm, info->operands);
    }
    if (info->imm == IR_IMM_I64 && list) {
        split_imm(p, insn);
    } else if (!leads) {
        take_imm(p, info->imm, insn);
    }
    if (ir_says_type(info)) {
        insn->type = (uint8_t)take_word_of(p, ir_type_text, IR_TYPE__COUNT, "a type of value");
    }
}

static void parse_insn(Parser *p)
{
    Line line = {.line = p->lex.line};
    bool named = p->lex.kind == TOK_VALUE;
    uint32_t number = named ? value_number(p) : 0;
    if (named) {
        expect(p, '=');
    }
    parse_op(p, &line.insn);
    if (accept_word(p, "exit")) {
        line.insn.snap = (uint32_t)take_small(p) + 1;
    }
    end_line(p);
    if (p->failed) {
        return;
    }
    IrOp op = (IrOp)line.insn.op;
    if (gives_value(&line.insn) != named) {
        fail(p, named ? "%s gives no value" : "%s gives a value: write %%number = before it", ir_op_info[op].name);
        return;
    }
    if (op >= IR_const_i64 && op <= IR_const_ptr) {
        define(p, number, constant(p, op, line.insn.imm.i));
        return;
    }
    if (named) {
        define(p, number, MARK_INSN | (uint32_t)p->lines.len);
    }
    vec_push(&p->lines, line);
}

/* ---- snapshots ------------------------------------------------------------------------------------ */
typedef struct {
    VEC(IrSnapFrame) frames;
    VEC(IrSnapSlot) slots;
    VEC(IrVirtual) virtuals;
    VEC(IrRef) drops;
} Snap;

/* null is IR_NONE, v1 a virtual, all else as an operand. */
static IrRef take_snap_value(Parser *p)
{
    if (accept_word(p, "null")) {
        return IR_NONE;
    }
    bool is_virtual = p->lex.kind == TOK_WORD && p->lex.len > 1 && p->lex.text[0] == 'v';
    if (is_virtual && p->lex.text[1] >= '0' && p->lex.text[1] <= '9') {
        return IR_VIRTUAL | (uint32_t)(read_int(p, take(p, TOK_WORD, "a virtual") + 1) & 0xffff);
    }
    return take_value(p);
}

static void parse_snap_slot(Parser *p, Snap *s)
{
    IrSnapSlot slot = {.frame = (uint8_t)(s->frames.len - 1)};
    if (accept_word(p, "func") || accept_word(p, "handled")) {
        slot.slot = 0xffff;
        slot.flags = IR_SNAP_FUNC;
    } else {
        slot.slot = (uint16_t)take_small(p);
    }
    expect(p, ':');
    slot.value = take_snap_value(p);
    slot.flags |= accept_word(p, "owned") ? IR_SNAP_OWNED : 0u;
    slot.flags |= accept_word(p, "int") ? IR_SNAP_INT : 0u;
    vec_push(&s->slots, slot);
}

static void parse_snap_frame(Parser *p, Snap *s)
{
    IrSnapFrame f = {.name = take(p, TOK_WORD, "a frame's name")};
    f.code = thing(p, f.name);
    f.place = (int)read_int(p, take(p, TOK_OBJECT, "@place"));
    f.from = accept_word(p, "from") ? take_small(p) : f.place;
    f.depth = accept_word(p, "depth") ? take_small(p) : 0;
    f.how = accept_word(p, "how") ? take_small(p) : 0;
    if (accept_word(p, "func")) {
        f.func = thing(p, take(p, TOK_OBJECT, "a function"));
    }
    vec_push(&s->frames, f);
    if (accept_word(p, "slots")) {
        expect(p, '[');
        while (!lex_is(&p->lex, ']') && p->lex.kind != TOK_END) {
            parse_snap_slot(p, s);
        }
        expect(p, ']');
    }
}

static void parse_snap_virtual(Parser *p, Snap *s)
{
    take(p, TOK_WORD, "a virtual's number");
    expect(p, '=');
    IrVirtual v = {.klass = take_klass(p)};
    IrRef values[MAX_OPERANDS];
    expect(p, '[');
    while (!lex_is(&p->lex, ']') && p->lex.kind != TOK_END && v.nvalues < MAX_OPERANDS) {
        values[v.nvalues] = take_snap_value(p);
        if (accept_word(p, "owned") && v.nvalues < 32) {
            v.owned |= 1u << v.nvalues;
        }
        v.nvalues++;
    }
    expect(p, ']');
    v.values = arena_alloc(p->arena, ((size_t)v.nvalues + 1) * sizeof *v.values);
    memcpy(v.values, values, (size_t)v.nvalues * sizeof *v.values);
    vec_push(&s->virtuals, v);
}

static void parse_snap_part(Parser *p, Snap *s)
{
    if (accept_word(p, "frame")) {
        parse_snap_frame(p, s);
    } else if (accept_word(p, "virtual")) {
        parse_snap_virtual(p, s);
    } else if (accept_word(p, "drops")) {
        expect(p, '[');
        while (!lex_is(&p->lex, ']') && p->lex.kind != TOK_END) {
            vec_push(&s->drops, take_value(p));
        }
        expect(p, ']');
    } else {
        fail_expected(p, "frame, virtual or drops");
    }
}

static void *to_arena(Arena *arena, const void *data, size_t bytes)
{
    return bytes ? memcpy(arena_alloc(arena, bytes), data, bytes) : NULL;
}

static void parse_snap(Parser *p)
{
    Snap s = {0};
    IrSnapshot out = {0};
    if (take_int(p) != (int64_t)p->t->snaps.len) {
        fail(p, "exits are numbered from 0 on, in order: this is exit %zu", p->t->snaps.len);
    }
    if (p->lex.kind == TOK_WORD) {
        out.kind = (IrExitKind)take_word_of(p, ir_exit_text, IR_EXIT_KIND__COUNT, "a kind of exit");
    }
    expect(p, '{');
    for (skip_lines(p); !lex_is(&p->lex, '}') && p->lex.kind != TOK_END; skip_lines(p)) {
        parse_snap_part(p, &s);
    }
    expect(p, '}');
    out.nframes = (int)s.frames.len;
    out.nslots = (int)s.slots.len;
    out.nvirtuals = (int)s.virtuals.len;
    out.ndrops = (int)s.drops.len;
    out.frames = to_arena(p->arena, s.frames.data, s.frames.len * sizeof *s.frames.data);
    out.slots = to_arena(p->arena, s.slots.data, s.slots.len * sizeof *s.slots.data);
    out.virtuals = to_arena(p->arena, s.virtuals.data, s.virtuals.len * sizeof *s.virtuals.data);
    out.drops = to_arena(p->arena, s.drops.data, s.drops.len * sizeof *s.drops.data);
    vec_push_in(p->arena, &p->t->snaps, out);
    vec_free(&s.frames);
    vec_free(&s.slots);
    vec_free(&s.virtuals);
    vec_free(&s.drops);
}

/* label ^loop phis 2 params [%1, %2] */
static void parse_label(Parser *p)
{
    IrLabel *label = arena_alloc(p->arena, sizeof *label);
    label->name = take(p, TOK_LABEL, "a label");
    label->nphis = accept_word(p, "phis") ? take_small(p) : 0;
    uint8_t n = 0;
    if (accept_word(p, "params")) {
        expect(p, '[');
        label->params = take_operands(p, &n);
        expect(p, ']');
    }
    label->nparams = n;
    p->t->label = label;
    end_line(p);
}

/* ---- building ------------------------------------------------------------------------------------- */
typedef struct {
    const IrRef *constants;
    IrRef first_insn;
} Places;

static void settle(Parser *p, const Places *places, IrRef *value)
{
    uint32_t v = *value;
    if (v == IR_NONE || v & IR_VIRTUAL) {
        return;
    }
    if (v & MARK_TEXT) {
        uint32_t number = v & ~MARKS;
        v = number < p->values.len ? p->values.data[number] : 0;
        if (v == 0) {
            fail(p, "%%%u is never defined", number);
            return;
        }
    }
    *value = v & MARK_CONST ? places->constants[v & ~MARKS] : places->first_insn + (v & ~MARKS);
}

static void settle_all(Parser *p, const Places *places, IrRef *values, int n)
{
    for (int i = 0; i < n; i++) {
        settle(p, places, &values[i]);
    }
}

static void build_snaps(Parser *p, const Places *places)
{
    for (size_t i = 0; i < p->t->snaps.len; i++) {
        IrSnapshot *s = &p->t->snaps.data[i];
        for (int j = 0; j < s->nslots; j++) {
            settle(p, places, &s->slots[j].value);
        }
        for (int j = 0; j < s->nvirtuals; j++) {
            settle_all(p, places, s->virtuals[j].values, s->virtuals[j].nvalues);
        }
        settle_all(p, places, s->drops, s->ndrops);
    }
}

static void build_insn(Parser *p, const Places *places, Line *line)
{
    IrInsn *in = &line->insn;
    IrOpInfo info = ir_op_info[in->op];
    p->lex.line = line->line;
    settle_all(p, places, in->args, in->nargs);
    bool same = info.result == IR_RESULT_SAME && !ir_says_type(&info);
    if (same && (in->nargs == 0 || in->args[0] >= p->t->insns.len)) {
        fail(p, "the first operand of %s says its type, so it comes before", info.name);
    }
    if (in->snap > p->t->snaps.len) {
        fail(p, "there is no exit %u", in->snap - 1);
    }
    if (p->failed) {
        return;
    }
    IrRef r = ir_append_imm(p->t, (IrOp)in->op, in->args, in->nargs, *in);
    ir_set_snap(p->t, r, in->snap);
    if (info.imm == IR_IMM_LABEL && in->imm.label) {
        in->imm.label->nparams = in->nargs;
    }
    if (in->op == IR_exit_arg && in->imm.i >= p->t->nexit_args && in->imm.i < MAX_VALUES) {
        p->t->nexit_args = (int)in->imm.i + 1;
    }
}

static void build(Parser *p)
{
    IrTrace *t = p->t;
    t->max_insns = MAX_VALUES;
    IrRef *constants = arena_alloc(p->arena, (p->constants.len + 1) * sizeof *constants);
    for (size_t i = 0; i < p->constants.len; i++) {
        IrInsn *c = &p->constants.data[i];
        /* ir_trace_new made the first one: 0. */
        bool zero = c->op == IR_const_i64 && c->imm.i == 0;
        constants[i] = zero ? 1 : ir_append_imm(t, (IrOp)c->op, NULL, 0, *c);
    }
    Places places = {constants, (IrRef)t->insns.len};
    for (size_t i = 0; i < p->lines.len && !p->failed; i++) {
        build_insn(p, &places, &p->lines.data[i]);
    }
    build_snaps(p, &places);
    if (t->label) {
        settle_all(p, &places, t->label->params, t->label->nparams);
    }
}

/* ---- the whole -------------------------------------------------------------------------------------- */
static void parse_line(Parser *p)
{
    if (accept_word(p, "field")) {
        parse_field_decl(p);
    } else if (accept_word(p, "klass")) {
        parse_klass_decl(p);
    } else if (accept_word(p, "exit")) {
        parse_snap(p);
    } else if (accept_word(p, "label")) {
        parse_label(p);
    } else if (accept_word(p, "exit_args")) {
        p->t->nexit_args = take_small(p);
    } else {
        parse_insn(p);
    }
}

static void parse_trace(Parser *p)
{
    skip_lines(p);
    if (!accept_word(p, "trace")) {
        fail_expected(p, "trace");
    }
    p->t->name = take(p, TOK_WORD, "the trace's name");
    expect(p, '{');
    for (skip_lines(p); !lex_is(&p->lex, '}') && p->lex.kind != TOK_END; skip_lines(p)) {
        parse_line(p);
    }
    expect(p, '}');
    skip_lines(p);
    if (!p->failed && p->lex.kind != TOK_END) {
        fail_expected(p, "nothing behind the trace");
    }
    if (!p->failed) {
        build(p);
    }
}

IrTrace *ir_parse(Arena *arena, const char *text, const IrNames *names, Text *error)
{
    Parser p = {.arena = arena, .names = names, .error = error};
    p.t = ir_trace_new(arena, "?");
    p.t->names = names;
    lex_start(&p.lex, text);
    parse_trace(&p);
    vec_free(&p.lines);
    vec_free(&p.constants);
    vec_free(&p.values);
    vec_free(&p.things);
    vec_free(&p.klasses);
    return p.failed ? NULL : p.t;
}
