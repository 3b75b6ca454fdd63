/*  The C functions that traces of the toy world call: some helpers of calls.def, and functions of its own (&note, &trip, ...: docs/ir.md
    lists them), whose effects tests can see. */
#include "jn/world.h"

#include <math.h>
#include <string.h>

World *world_now;

/* ---- helpers of calls.def ------------------------------------------------------------------------------ */
static double mod_f64(double a, double b)
{
    double m = fmod(a, b);
    if (m != 0.0 && (b < 0.0) != (m < 0.0)) {
        return m + b;
    }
    return m != 0.0 ? m : copysign(0.0, b);
}

static double floordiv_f64(double a, double b)
{
    double m = mod_f64(a, b), q = (a - m) / b, f = floor(q);
    if (q == 0.0) {
        return copysign(0.0, a / b);
    }
    return q - f > 0.5 ? f + 1.0 : f;
}

static double math_f64(double (*fn)(double), double v)
{
    return fn(v);
}

static int64_t list_append(ListObj *list, Obj *item)
{
    if (list->size == list->allocated) {
        list->allocated = list->allocated * 2 + 1;
        list->items = realloc(list->items, (size_t)list->allocated * sizeof *list->items);
        if (list->items == NULL) {
            abort();
        }
    }
    world_take(world_now, item);
    list->items[list->size++] = item;
    return 0;
}

static Obj *list_pop(ListObj *list, int64_t index)
{
    index += index < 0 ? list->size : 0;
    Obj *item = list->items[index];
    list->size--;
    memmove(&list->items[index], &list->items[index + 1], (size_t)(list->size - index) * sizeof *list->items);
    return item;
}

static int64_t no_error(void)
{
    return world_now->error_set ? -1 : 0;
}

static Obj *box_i64_slow(int64_t v)
{
    return world_int(world_now, v);
}

static Obj *box_f64_slow(double v)
{
    return world_float(world_now, v);
}

static Obj *new_object(const IrKlass *klass, const IrWord *values, int64_t n)
{
    (void)n;
    return world_make(world_now, klass, values);
}

static Obj *fail(void)
{
    world_now->error_set = true;
    return NULL;
}

/* Only + (0), - (10) and * (5) of ints that fit, and of floats. */
static Obj *binary_any(Obj *a, Obj *b, int64_t what)
{
    World *w = world_now;
    int64_t x, y, r = 0;
    if (a->type == w->float_type && b->type == w->float_type) {
        double p = ((FloatObj *)a)->value, q = ((FloatObj *)b)->value;
        return world_float(w, what / 2 == 0 ? p + q : what / 2 == 10 ? p - q : p * q);
    }
    if (a->type != w->int_type || b->type != w->int_type || !world_int_value(a, &x) || !world_int_value(b, &y)) {
        return fail();
    }
    bool over = what / 2 == 0   ? __builtin_add_overflow(x, y, &r)
                : what / 2 == 10 ? __builtin_sub_overflow(x, y, &r)
                                 : __builtin_mul_overflow(x, y, &r);
    return over ? fail() : world_int(w, r);
}

static int64_t is_true(Obj *o)
{
    World *w = world_now;
    if (o->type == w->int_type || o->type == w->bool_type) {
        return (((IntObj *)o)->tag & 3) != 1;
    }
    if (o->type == w->float_type) {
        return ((FloatObj *)o)->value != 0.0;
    }
    return o != w->none;
}

static int64_t length(Obj *o)
{
    return ((ListObj *)o)->size;
}

typedef void (*Function)(void);
#define HELPERS(X) \
    X(floordiv_f64) X(mod_f64) X(math_f64) X(list_append) \
    X(list_pop) X(no_error) X(box_i64_slow) X(box_f64_slow) X(new_object) X(binary_any) X(is_true) X(length)

static void *address_of(Function f)
{
    void *p;
    memcpy(&p, &f, sizeof p); /* ISO C has no cast for it */
    return p;
}

void *world_helper(IrCall which)
{
    static const Function helpers[IR_CALL__COUNT] = {
#define X(name) [IR_CALL_##name] = (Function)name,
        HELPERS(X)
#undef X
        [IR_CALL_binary_plain] = (Function)binary_any,
        [IR_CALL_pow_f64] = (Function)(double (*)(double, double))pow,
    };
    return helpers[which] ? address_of(helpers[which]) : NULL;
}

/* ---- functions of the toy world's own -------------------------------------------------------------------- */
static Obj *none(void)
{
    return world_now->none;
}

static Obj *note(Obj *o)
{
    World *w = world_now;
    text_add(&w->events, "note ");
    world_show(w, o, &w->events);
    text_add(&w->events, "; ");
    return none();
}

static Obj *trip(void)
{
    world_now->root.breaker = 1;
    return none();
}

static Obj *spoil(void)
{
    world_now->valid = 0;
    return none();
}

static Obj *frames(void)
{
    World *w = world_now;
    text_add(&w->events, "frames");
    for (int i = 0; i < w->nframes; i++) {
        ToyFrame *f = &w->frames[i];
        uint64_t *slots = i ? f->slots : w->root.slots;
        int n = i ? f->nslots : w->nslots;
        text_add(&w->events, " %s@%d [", f->info.name, f->info.place);
        for (int j = 0; j < n; j++) {
            text_add(&w->events, j ? ", " : "");
            world_show(w, (Obj *)(uintptr_t)(slots[j] & ~(uint64_t)SLOT_TAGS), &w->events);
        }
        text_add(&w->events, "]");
    }
    text_add(&w->events, "; ");
    return none();
}

static Obj *add(Obj *a, Obj *b)
{
    return binary_any(a, b, 0);
}

/* For call_array: fn(first, items, immediate, last) gives a tuple of the items. */
static Obj *pack(Obj *first, Obj **items, int64_t n, Obj *last)
{
    (void)first;
    (void)last;
    for (int64_t i = 0; i < n; i++) {
        world_take(world_now, items[i]);
    }
    return world_tuple(world_now, items, n);
}

static double half(double v)
{
    return v / 2;
}

void world_add_functions(World *w)
{
    static const struct {
        const char *name;
        Function function;
    } functions[] = {{"note", (Function)note}, {"trip", (Function)trip}, {"spoil", (Function)spoil},
                     {"frames", (Function)frames}, {"add", (Function)add}, {"fail", (Function)fail},
                     {"pack", (Function)pack}, {"half", (Function)half}};
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        world_name(w, functions[i].name, address_of(functions[i].function));
    }
}

/* ---- calling ------------------------------------------------------------------------------------------------ */
/* Whole and floating arguments travel in registers of two kinds, each in order: so a call with all of both, the unused
   ones being ignored, is a call of any function with at most six and four. True of x86-64 and AArch64. */
IrWord world_call(void *function, IrType result, const IrType *types, const IrWord *args, int nargs)
{
    int64_t i[6] = {0};
    double f[4] = {0};
    int ni = 0, nf = 0;
    for (int a = 0; a < nargs; a++) {
        if (types[a] == IR_F64 && nf < 4) {
            f[nf++] = args[a].f;
        } else if (types[a] != IR_F64 && ni < 6) {
            i[ni++] = args[a].i;
        }
    }
    typedef int64_t (*Whole)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, double, double, double, double);
    typedef double (*Floating)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, double, double, double, double);
    Whole whole;
    Floating floating;
    memcpy(&whole, &function, sizeof whole);
    memcpy(&floating, &function, sizeof floating);
    IrWord r = {0};
    if (result == IR_F64) {
        r.f = floating(i[0], i[1], i[2], i[3], i[4], i[5], f[0], f[1], f[2], f[3]);
    } else {
        r.i = whole(i[0], i[1], i[2], i[3], i[4], i[5], f[0], f[1], f[2], f[3]);
        r.i = result == IR_BOOL ? (r.i & 0xff) != 0 : r.i;
    }
    return r;
}
