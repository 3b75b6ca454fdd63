/*  Values as text: str(), repr(), f-strings and text % values.

    CPython's str(), repr() and format() look for signals, whose handlers may look at frames; so do conversions of ints to decimals. Of a
    few built-in types the text is made without that, and so without a sync. */
#include "record/call.h"

#include <string.h>

static const char float_or_base[] = "xXobceEfFgG%"; /* types of formats that make no decimals of ints */

/* ---- str() and repr() ---------------------------------------------------------------------------- */
/* The value's str(), or repr() where it `quotes`; a reference of the trace's own unless it is the value itself. ref IR_NONE, with nothing
   emitted: that may look for signals. */
static RecVal written(Recorder *r, IrRef ref, PyObject *o, bool quotes)
{
    int64_t v;
    if (PyLong_CheckExact(o) && rec_fits_i64(o, &v)) {
        return (RecVal){.ref = rec_call1(r, IR_CALL_str_of_i64, rec_unbox_int(r, ref, o)), .owned = true};
    }
    bool text = PyUnicode_CheckExact(o);
    if (!text && !PyFloat_CheckExact(o) && !PyBool_Check(o) && o != Py_None) {
        return (RecVal){0};
    }
    rec_guard_type(r, ref, o);
    return text && !quotes ? (RecVal){.ref = ref} : (RecVal){.ref = rec_call1(r, IR_CALL_repr_plain, ref), .owned = true};
}

bool rec_written_call(Recorder *r, RecCall *c, bool quotes)
{
    if (c->n != 1 || c->kwnames) {
        return false;
    }
    rec_guard_callable(r, c);
    RecVal text = written(r, c->args[0].ref, c->concrete[0], quotes);
    if (text.ref == IR_NONE) {
        return false;
    }
    rec_return_from_call(r, c, text.ref, text.owned);
    return true;
}

/* ---- f-strings ---------------------------------------------------------------------------------- */
static void replace_top(Recorder *r, int n, IrRef text)
{
    for (int i = 0; i < n; i++) {
        rec_drop(r, rec_pop(r));
    }
    rec_push(r, text, true);
}

static void write_top(Recorder *r, bool quotes, IrCall otherwise, IrRef how)
{
    IrRef ref = rec_stack(r, 0)->ref;
    RecVal text = written(r, ref, rec_concrete(r, 0), quotes);
    if (text.ref != ref) {
        replace_top(r, 1, text.ref != IR_NONE ? text.ref : rec_call2(r, otherwise, ref, how));
    }
}

void rec_do_format_simple(Recorder *r)
{
    write_top(r, false, IR_CALL_format_any, ir_const_obj(r->raw, NULL));
}

void rec_do_convert_value(Recorder *r)
{
    enum { STR = 1, REPR, ASCII };
    int which = r->state->insn.arg;
    if (which == ASCII) {
        replace_top(r, 1, rec_call2(r, IR_CALL_str_any, rec_stack(r, 0)->ref, rec_int(r, which)));
        return;
    }
    write_top(r, which == REPR, IR_CALL_str_any, rec_int(r, which));
}

/* Wider text is the interpreter's to make; digits are not read as numbers beyond this. */
enum { MAX_WIDTH = 1000 };

static int read_width(PyObject *text, Py_ssize_t *at)
{
    int width = 0;
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    for (; *at < n && width <= MAX_WIDTH; ++*at) {
        Py_UCS4 c = PyUnicode_READ_CHAR(text, *at);
        if (c < '0' || c > '9') {
            break;
        }
        width = width * 10 + (int)(c - '0');
    }
    return width;
}

static bool take(PyObject *text, Py_ssize_t *at, const char *any_of, char *taken)
{
    Py_UCS4 c = *at < PyUnicode_GET_LENGTH(text) ? PyUnicode_READ_CHAR(text, *at) : 0;
    if (c == 0 || c > 127 || strchr(any_of, (int)c) == NULL) {
        return false;
    }
    *taken = (char)c;
    ++*at;
    return true;
}

/* [[fill]align][sign][0][width][,|_][d] */
static bool parse_decimal(PyObject *spec, RecDecimal *d)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(spec), at = 0;
    char zero, type;
    Py_UCS4 second = n > 1 ? PyUnicode_READ_CHAR(spec, 1) : 0;
    *d = (RecDecimal){.fill = ' ', .align = '>', .sign = '-'};
    bool filled = second == '<' || second == '>' || second == '=' || second == '^';
    if (filled) {
        Py_UCS4 fill = PyUnicode_READ_CHAR(spec, 0);
        if (fill > 127) {
            return false;
        }
        d->fill = (char)fill;
        at = 1;
    }
    bool aligned = take(spec, &at, "<>=^", &d->align);
    take(spec, &at, "+- ", &d->sign);
    if (take(spec, &at, "0", &zero)) {
        if (aligned) {
            return false;
        }
        d->fill = '0';
        d->align = '=';
    }
    int width = read_width(spec, &at);
    d->width = (int16_t)width;
    bool grouped = take(spec, &at, ",_", &d->group);
    take(spec, &at, "d", &type);
    return at == n && width <= MAX_WIDTH && !(grouped && d->align == '='); /* Zeros would be grouped, too. */
}

static IrRef decimal(Recorder *r, IrRef ref, PyObject *o, RecDecimal d)
{
    return rec_call2(r, IR_CALL_decimal, rec_unbox_int(r, ref, o), rec_int(r, rec_pack_decimal(d)));
}

static bool makes_no_decimals(PyObject *spec)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(spec);
    Py_UCS4 last = n > 0 ? PyUnicode_READ_CHAR(spec, n - 1) : 0;
    return last != 0 && last < 128 && strchr(float_or_base, (int)last) != NULL;
}

/* IR_NONE, with nothing emitted: it may look for signals. */
static IrRef formatted(Recorder *r, IrRef ref, PyObject *o, IrRef spec, PyObject *concrete_spec)
{
    PyObject *constant;
    RecDecimal d;
    int64_t v;
    bool fits = PyLong_CheckExact(o) && rec_fits_i64(o, &v), known = rec_is_const(r, spec, &constant);
    if (!PyUnicode_CheckExact(concrete_spec)) {
        return IR_NONE;
    }
    if (fits && known && parse_decimal(concrete_spec, &d)) {
        return decimal(r, ref, o, d);
    }
    if (!PyFloat_CheckExact(o) && !PyUnicode_CheckExact(o) && !(fits && known && makes_no_decimals(concrete_spec))) {
        return IR_NONE;
    }
    rec_guard_type(r, ref, o);
    rec_guard_type(r, spec, concrete_spec);
    return rec_call2(r, IR_CALL_format_plain, ref, spec);
}

void rec_do_format_with_spec(Recorder *r)
{
    IrRef value = rec_stack(r, 1)->ref, spec = rec_stack(r, 0)->ref;
    IrRef text = formatted(r, value, rec_concrete(r, 1), spec, rec_concrete(r, 0));
    replace_top(r, 2, text != IR_NONE ? text : rec_call2(r, IR_CALL_format_any, value, spec));
}

/* BUILD_STRING. The parts were made by FORMAT_*, so they are exact or subclasses. */
static PyObject *join(PyObject *self, PyObject *const *items, size_t n, PyObject *last)
{
    (void)self;
    (void)last;
    return cpy_join(items, (Py_ssize_t)n);
}

void rec_do_build_string(Recorder *r)
{
    int n = r->state->insn.arg;
    bool exact = true;
    for (int i = 0; i < n; i++) {
        PyObject *o = rec_concrete(r, i);
        exact = exact && o != NULL && PyUnicode_CheckExact(o);
    }
    for (int i = 0; exact && i < n; i++) {
        rec_guard_type(r, rec_stack(r, i)->ref, rec_concrete(r, i));
    }
    rec_build_by_call(r, (void *)join, n, n, &PyUnicode_Type, exact);
}

/* ---- text % values ------------------------------------------------------------------------------ */
typedef struct {
    Py_ssize_t start, end; /* of the whole conversion in the text */
    char kind;             /* of str(): 's'; of an int's digits: 'd'; else of numbers */
    bool bare;             /* no flags and no width */
    RecDecimal decimal;    /* of 'd' */
} Conversion;

/* By repr(), of a mapping's items, with widths that are values or with a precision of digits: false. */
static bool read_conversion(PyObject *text, Py_ssize_t at, Conversion *out)
{
    char flag, kind;
    bool left = false, zeros = false, precise = false;
    *out = (Conversion){.start = at++, .decimal = {.fill = ' ', .align = '>', .sign = '-'}};
    while (take(text, &at, "-+ 0#", &flag)) {
        left = left || flag == '-';
        zeros = zeros || flag == '0';
        precise = precise || flag == '#';
        if (flag == '+' || (flag == ' ' && out->decimal.sign == '-')) {
            out->decimal.sign = flag;
        }
    }
    int width = read_width(text, &at);
    out->decimal.width = (int16_t)width;
    if (take(text, &at, ".", &flag)) {
        precise = true;
        read_width(text, &at);
    }
    out->bare = at == out->start + 1;
    if (width > MAX_WIDTH || !take(text, &at, "sdiufFgGeExXoc", &kind)) {
        return false;
    }
    out->kind = kind == 'i' || kind == 'u' ? 'd' : kind;
    out->end = at;
    if (left) {
        out->decimal.align = '<';
    } else if (zeros) {
        out->decimal.align = '=';
        out->decimal.fill = '0';
    }
    return !(precise && out->kind == 'd');
}

/* The number of conversions, or -1. Text beside them is in `pieces`, one more than conversions; new references, NULL where there is none. */
static int take_format_apart(PyObject *text, Conversion *list, PyObject **pieces, int room)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), from = 0;
    int n = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        if (PyUnicode_READ_CHAR(text, i) != '%') {
            continue;
        }
        if (n == room || !read_conversion(text, i, &list[n])) {
            return -1;
        }
        i = list[n].end - 1;
        n++;
    }
    for (int i = 0; i <= n; i++) {
        Py_ssize_t to = i < n ? list[i].start : length;
        pieces[i] = to > from ? PyUnicode_Substring(text, from, to) : NULL;
        from = i < n ? list[i].end : length;
    }
    return n;
}

static bool converts_plainly(const Conversion *how, PyObject *o)
{
    int64_t v;
    bool fits = PyLong_CheckExact(o) && rec_fits_i64(o, &v);
    bool text = how->kind == 's' && (PyUnicode_CheckExact(o) || PyBool_Check(o) || o == Py_None || PyFloat_CheckExact(o));
    bool number = how->kind != 's' && how->kind != 'd' && how->kind != 'c' && PyFloat_CheckExact(o);
    return fits || text || (number && strchr("xXo", how->kind) == NULL);
}

/* One value, as text of its own. */
static RecVal convert(Recorder *r, const Conversion *how, PyObject *format, IrRef ref, PyObject *o)
{
    if (how->kind == 'd') {
        return (RecVal){.ref = decimal(r, ref, o, how->decimal), .owned = true};
    }
    RecVal value = {.ref = ref};
    if (how->kind == 's') {
        value = written(r, ref, o, false);
    } else if (PyLong_CheckExact(o)) {
        rec_unbox_int(r, ref, o);
    } else {
        rec_guard_type(r, ref, o);
    }
    if (how->kind == 's' && how->bare) {
        return value;
    }
    PyObject *part = PyUnicode_Substring(format, how->start, how->end);
    RecVal out = {.ref = rec_call3(r, IR_CALL_binary_plain, rec_const(r, part), value.ref, rec_int(r, CPY_MOD * 2)), .owned = true};
    rec_set_known(r, out.ref, &PyUnicode_Type);
    Py_XDECREF(part);
    rec_drop(r, value);
    return out;
}

static IrRef convert_all(Recorder *r, PyObject *format, const Conversion *list, PyObject *const *pieces, int n, const IrRef *refs,
                         PyObject *const *values)
{
    IrRef parts[2 * CALL_MAX_ARGS + 1], null = ir_const_obj(r->raw, NULL);
    int count = 0;
    for (int i = 0; i <= n; i++) {
        if (pieces[i] != NULL) {
            parts[count++] = rec_const(r, pieces[i]);
        }
        if (i < n) {
            RecVal text = convert(r, &list[i], format, refs[i], values[i]);
            rec_drop(r, text);
            parts[count++] = text.ref;
        }
    }
    return rec_call_array_quiet(r, (void *)join, null, null, count, count, parts);
}

IrRef rec_format_plainly(Recorder *r, IrRef text, PyObject *format, IrRef values, PyObject *concrete)
{
    Conversion list[CALL_MAX_ARGS];
    PyObject *pieces[CALL_MAX_ARGS + 1] = {NULL}, *constant;
    const IrInsn made = *ir_at(r->raw, values);
    bool tuple = PyTuple_CheckExact(concrete), unpacked = made.op == IR_new && made.imm.klass->kind == REC_KLASS_TUPLE;
    if (!rec_is_const(r, text, &constant) || !PyUnicode_CheckExact(format) || (tuple && !unpacked)) {
        return IR_NONE;
    }
    PyObject *const *objects = tuple ? &PyTuple_GET_ITEM(concrete, 0) : &concrete;
    int n = take_format_apart(format, list, pieces, 16);
    bool plain = n >= 1 && n == (tuple ? PyTuple_GET_SIZE(concrete) : 1);
    for (int i = 0; plain && i < n; i++) {
        plain = converts_plainly(&list[i], objects[i]);
    }
    IrRef out = plain ? convert_all(r, format, list, pieces, n, tuple ? made.args : &values, objects) : IR_NONE;
    for (int i = 0; i <= n; i++) {
        Py_XDECREF(pieces[i]);
    }
    return out;
}
