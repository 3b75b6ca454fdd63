/*  Making, counting and ending objects. */
#include "jn/world.h"

#include <stdarg.h>
#include <string.h>

#define IMMORTAL ((int64_t)3 << 30)
#define DEAD_COUNT 0x1000000 /* counts of the dead, so that changes show */

void world_fault(World *w, const char *format, ...)
{
    if (w->fault.len) {
        return;
    }
    char buffer[300];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    text_add(&w->fault, "%s", buffer);
}

static void *new_object(World *w, Type *type, size_t size)
{
    Obj *o = calloc(1, size);
    if (o == NULL) {
        abort();
    }
    o->count = 1;
    o->type = type;
    vec_push(&w->objects, o);
    return o;
}

static void set_int(IntObj *o, int64_t v)
{
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    uint64_t digits = 0;
    for (; rest; rest >>= DIGIT_BITS) {
        o->digit[digits++] = (uint32_t)(rest & ((1u << DIGIT_BITS) - 1));
    }
    o->tag = digits << 3 | (v < 0 ? 2u : v == 0);
}

bool world_int_value(const Obj *obj, int64_t *v)
{
    const IntObj *o = (const IntObj *)obj;
    uint64_t digits = o->tag >> 3, magnitude = 0;
    if (digits > 3 || (digits == 3 && o->digit[2] >= 8)) {
        return false; /* the minimum as well: machine code does not read it */
    }
    for (uint64_t i = digits; i-- > 0;) {
        magnitude = magnitude << DIGIT_BITS | o->digit[i];
    }
    *v = (o->tag & 3) == 2 ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

Obj *world_int(World *w, int64_t v)
{
    if (v >= SMALL_MIN && v <= SMALL_MAX) {
        return &w->small_ints[v - SMALL_MIN].head;
    }
    IntObj *o = new_object(w, w->int_type, sizeof *o);
    set_int(o, v);
    return &o->head;
}

Obj *world_float(World *w, double v)
{
    FloatObj *o = new_object(w, w->float_type, sizeof *o);
    o->value = v;
    return &o->head;
}

Obj *world_str(World *w, const char *text, size_t n)
{
    StrObj *o = new_object(w, &w->types[KIND_STR], sizeof *o + n + 1);
    o->size = (int64_t)n;
    memcpy(o->text, text, n);
    return &o->head;
}

Obj *world_list(World *w, Obj **items, int64_t n)
{
    ListObj *o = new_object(w, &w->types[KIND_LIST], sizeof *o);
    o->size = n;
    o->allocated = n + 4;
    o->items = calloc((size_t)o->allocated, sizeof *o->items);
    if (o->items == NULL) {
        abort();
    }
    for (int64_t i = 0; i < n; i++) {
        o->items[i] = items[i];
    }
    return &o->head;
}

Obj *world_tuple(World *w, Obj **items, int64_t n)
{
    TupleObj *o = new_object(w, &w->types[KIND_TUPLE], sizeof *o + (size_t)n * sizeof *o->items);
    o->size = n;
    for (int64_t i = 0; i < n; i++) {
        o->items[i] = items[i];
    }
    return &o->head;
}

int64_t world_field_offset(const Type *t, int i)
{
    (void)t;
    return (int64_t)sizeof(Obj) + 8 * i;
}

Obj *world_instance(World *w, Type *type)
{
    return new_object(w, type, sizeof(Obj) + (size_t)type->nfields * sizeof(IrWord));
}

Obj *world_make(World *w, const IrKlass *klass, const IrWord *values)
{
    Type *type = klass->ptr;
    int n = klass->nfields;
    if (type == &w->types[KIND_TUPLE]) {
        Obj *items[MAX_SLOTS];
        for (int i = 0; i < n && i < MAX_SLOTS; i++) {
            items[i] = values[i].p;
        }
        return world_tuple(w, items, n);
    }
    if (type->head.type != &w->types[KIND_TYPE] || type->kind != KIND_INSTANCE) {
        world_fault(w, "new of @%s, whose type the toy world has not", klass->name);
        return world_tuple(w, NULL, 0);
    }
    Obj *o = world_instance(w, type);
    for (int i = 0; i < n; i++) {
        int64_t end = klass->fields[i]->offset + ir_width_bytes(klass->fields[i]->width);
        if (klass->fields[i]->offset < (int)sizeof(Obj) || end > world_field_offset(type, type->nfields)) {
            world_fault(w, "new of @%s: field %s lies outside", klass->name, klass->fields[i]->name);
            break;
        }
        memcpy((char *)o + klass->fields[i]->offset, &values[i], (size_t)ir_width_bytes(klass->fields[i]->width));
    }
    return o;
}

/* ---- counting -------------------------------------------------------------------------------------- */
bool world_is_immortal(const Obj *o)
{
    return (int32_t)(uint32_t)o->count < 0;
}

static bool is_dead(const Obj *o)
{
    return o->count >= DEAD_COUNT / 2;
}

void world_take(World *w, Obj *o)
{
    if (world_is_immortal(o)) {
        return;
    }
    if (is_dead(o)) {
        world_fault(w, "a reference was taken to a dead %s", o->type->name);
    }
    o->count++;
}

void world_release(World *w, Obj *o)
{
    if (o == NULL || world_is_immortal(o)) {
        return;
    }
    if (is_dead(o)) {
        world_fault(w, "a dead %s was released", o->type->name);
        return;
    }
    if (--o->count == 0) {
        world_die(w, o);
    }
}

static void release_parts(World *w, Obj *o)
{
    switch (o->type->kind) {
    case KIND_LIST:
        for (int64_t i = 0; i < ((ListObj *)o)->size; i++) {
            world_release(w, ((ListObj *)o)->items[i]);
        }
        break;
    case KIND_TUPLE:
        for (int64_t i = 0; i < ((TupleObj *)o)->size; i++) {
            world_release(w, ((TupleObj *)o)->items[i]);
        }
        break;
    case KIND_INSTANCE:
        for (int i = 0; i < o->type->nfields; i++) {
            if (o->type->field_widths[i] == IR_W_OBJ) {
                world_release(w, ((Instance *)o)->words[i].p);
            }
        }
        break;
    case KIND_INT:
    case KIND_FLOAT:
    case KIND_BOOL:
    case KIND_NONE:
    case KIND_STR:
    case KIND_TYPE: break;
    }
}

void world_die(World *w, Obj *o)
{
    o->count = DEAD_COUNT;
    if (o->type->noisy) {
        text_add(&w->events, "died ");
        world_show(w, o, &w->events);
        text_add(&w->events, "; ");
        w->must_leave = true;
    }
    release_parts(w, o);
}

void world_check_counts(World *w)
{
    for (size_t i = 0; i < w->objects.len; i++) {
        const Obj *o = w->objects.data[i];
        if (world_is_immortal(o) || o->count == DEAD_COUNT) {
            continue;
        }
        Text shown = {0};
        world_show(w, o, &shown);
        if (is_dead(o)) {
            world_fault(w, "the count of %s was changed by %lld after its death", shown.data,
                        (long long)(o->count - DEAD_COUNT));
        } else {
            world_fault(w, "%s has %lld references too many", shown.data, (long long)o->count);
        }
        text_free(&shown);
    }
}

/* ---- the beginning and the end ----------------------------------------------------------------------- */
static Type *start_type(World *w, Kind kind, const char *name)
{
    Type *t = &w->types[kind];
    *t = (Type){.head = {IMMORTAL, &w->types[KIND_TYPE]}, .name = name, .kind = kind};
    world_name(w, name, t);
    return t;
}

static void start_types(World *w)
{
    start_type(w, KIND_TYPE, "type");
    start_type(w, KIND_NONE, "NoneType");
    start_type(w, KIND_STR, "str");
    start_type(w, KIND_LIST, "list");
    start_type(w, KIND_TUPLE, "tuple");
    w->int_type = start_type(w, KIND_INT, "int");
    w->float_type = start_type(w, KIND_FLOAT, "float");
    w->bool_type = start_type(w, KIND_BOOL, "bool");
}

static void start_singletons(World *w)
{
    size_t n = SMALL_MAX - SMALL_MIN + 1;
    w->small_ints = arena_alloc(w->arena, n * sizeof *w->small_ints);
    for (size_t i = 0; i < n; i++) {
        w->small_ints[i].head = (Obj){IMMORTAL, w->int_type};
        set_int(&w->small_ints[i], (int64_t)i + SMALL_MIN);
    }
    IntObj *bools = arena_alloc(w->arena, 2 * sizeof *bools);
    for (int i = 0; i < 2; i++) {
        bools[i].head = (Obj){IMMORTAL, w->bool_type};
        set_int(&bools[i], i);
    }
    w->false_object = &bools[0];
    w->true_object = &bools[1];
    w->none = arena_alloc(w->arena, sizeof *w->none);
    *w->none = (Obj){IMMORTAL, &w->types[KIND_NONE]};
    world_name(w, "False", w->false_object);
    world_name(w, "True", w->true_object);
    world_name(w, "None", w->none);
}

Type *world_add_type(World *w, const char *name, bool noisy, int nfields, const char **names, const IrWidth *widths)
{
    Type *t = arena_alloc(w->arena, sizeof *t);
    *t = (Type){.head = {IMMORTAL, &w->types[KIND_TYPE]}, .name = arena_strdup(w->arena, name), .kind = KIND_INSTANCE,
                .noisy = noisy, .nfields = nfields};
    t->field_names = arena_alloc(w->arena, ((size_t)nfields + 1) * sizeof *t->field_names);
    t->field_widths = arena_alloc(w->arena, ((size_t)nfields + 1) * sizeof *t->field_widths);
    for (int i = 0; i < nfields; i++) {
        t->field_names[i] = arena_strdup(w->arena, names[i]);
        t->field_widths[i] = widths[i];
    }
    world_name(w, t->name, t);
    vec_push(&w->declared, t);
    return t;
}

World *world_new(void)
{
    Arena *arena = arena_new();
    World *w = arena_alloc(arena, sizeof *w);
    w->arena = arena;
    w->valid = 1;
    w->stack_base = w->mem_limit = MAX_SLOTS;
    for (int i = 0; i < MAX_SLOTS; i++) {
        w->root.slots[i] = SLOT_NULL;
    }
    start_types(w);
    start_singletons(w);
    world_add_functions(w);
    world_now = w;
    return w;
}

void world_free(World *w)
{
    for (size_t i = 0; i < w->objects.len; i++) {
        Obj *o = w->objects.data[i];
        if (o->type->kind == KIND_LIST) {
            free(((ListObj *)o)->items);
        }
        free(o);
    }
    vec_free(&w->objects);
    vec_free(&w->names);
    vec_free(&w->declared);
    text_free(&w->events);
    text_free(&w->fault);
    world_now = NULL;
    arena_free(w->arena);
}
