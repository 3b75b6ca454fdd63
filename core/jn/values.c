/*  Values as text, and the names that traces use. */
#include "jn/world.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------------------------------- */
void world_name(World *w, const char *name, void *thing)
{
    vec_push(&w->names, ((Name){arena_strdup(w->arena, name), thing}));
}

void *world_find(World *w, const char *name)
{
    for (size_t i = 0; i < w->names.len; i++) {
        if (strcmp(w->names.data[i].name, name) == 0) {
            return w->names.data[i].thing;
        }
    }
    return NULL;
}

/* What nobody declared is a thing that has only a name; it serves as an object, a type, a function, a code object. */
static void *find_or_make(void *host, const char *name)
{
    World *w = host;
    void *found = world_find(w, name);
    if (found) {
        return found;
    }
    Type *t = arena_alloc(w->arena, sizeof *t);
    *t = (Type){.head = {w->types[0].head.count, &w->types[KIND_TYPE]}, .name = arena_strdup(w->arena, name), .kind = KIND_TYPE};
    world_name(w, name, t);
    return t;
}

static const char *name_of(void *host, const void *thing)
{
    World *w = host;
    for (size_t i = 0; i < w->names.len; i++) {
        if (w->names.data[i].thing == thing) {
            return w->names.data[i].name;
        }
    }
    return NULL;
}

/* Fields that traces need not declare: those of built-in types, and attributes that all declared types have at one place. */
static bool find_field(void *host, const char *name, IrField *out)
{
    static const IrField fields[] = {
        {"list_size", offsetof(ListObj, size), IR_W_I64, MEMID_list_header, 0, NULL},
        {"list_items", offsetof(ListObj, items), IR_W_PTR, MEMID_list_header, 0, NULL},
        {"list.item", 0, IR_W_OBJ, MEMID_list_item, 0, NULL},
        {"tuple_size", offsetof(TupleObj, size), IR_W_I64, MEMID_none, 0, NULL},
        {"tuple.item", offsetof(TupleObj, items), IR_W_OBJ, MEMID_none, 0, NULL},
        {"float_value", offsetof(FloatObj, value), IR_W_F64, MEMID_number, 0, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (strcmp(fields[i].name, name) == 0) {
            *out = fields[i];
            return true;
        }
    }
    World *w = host;
    int found = 0;
    for (size_t i = 0; i < w->declared.len && strncmp(name, "attr.", 5) == 0; i++) {
        const Type *t = w->declared.data[i];
        for (int f = 0; f < t->nfields; f++) {
            if (strcmp(t->field_names[f], name + 5) == 0) {
                int offset = (int)world_field_offset(t, f);
                found = found == 0 || found == offset ? offset : -1;
                *out = (IrField){name, offset, t->field_widths[f], MEMID_attr, IR_FIELD_BY_OFFSET, NULL};
            }
        }
    }
    return found > 0;
}

const IrNames *world_names(World *w)
{
    w->name_table = (IrNames){.host = w, .object_name = name_of, .object = find_or_make, .field = find_field};
    return &w->name_table;
}

/* ---- reading ------------------------------------------------------------------------------------------ */
static void skip(const char **at)
{
    while (**at && strchr(" \t,", **at)) {
        ++*at;
    }
}

/* Items up to `close`. */
static Obj **read_items(World *w, const char **at, char close, int64_t *n)
{
    Obj **items = arena_alloc(w->arena, MAX_SLOTS * sizeof *items);
    *n = 0;
    for (skip(at); **at && **at != close && *n < MAX_SLOTS && w->fault.len == 0; skip(at)) {
        items[(*n)++] = world_read_value(w, at);
    }
    if (**at != close) {
        world_fault(w, "expected '%c' in '%s'", close, *at);
        return items;
    }
    ++*at;
    return items;
}

static Obj *read_number(World *w, const char **at)
{
    char *int_end, *float_end;
    long long i = strtoll(*at, &int_end, 10);
    double d = strtod(*at, &float_end);
    bool is_int = int_end == float_end && int_end != *at;
    if (float_end == *at) {
        world_fault(w, "expected a value: '%s'", *at);
        return NULL;
    }
    *at = float_end;
    return is_int ? world_int(w, i) : world_float(w, d);
}

static Obj *read_instance(World *w, const char **at, const char *name)
{
    Type *t = NULL;
    for (size_t i = 0; i < w->declared.len; i++) {
        t = strcmp(w->declared.data[i]->name, name) == 0 ? w->declared.data[i] : t;
    }
    if (t == NULL) {
        world_fault(w, "there is no type %s", name);
        return NULL;
    }
    ++*at;
    int64_t n;
    Obj **items = read_items(w, at, ')', &n);
    Instance *o = (Instance *)world_instance(w, t);
    for (int i = 0; i < n && i < t->nfields; i++) {
        IrWidth width = t->field_widths[i];
        if (width == IR_W_OBJ) {
            o->words[i].p = items[i];
        } else if (width == IR_W_F64) {
            o->words[i].f = ((FloatObj *)items[i])->value;
            world_release(w, items[i]);
        } else {
            world_int_value(items[i], &o->words[i].i);
            world_release(w, items[i]);
        }
    }
    return &o->head;
}

static Obj *take_named(World *w, const char *name)
{
    Obj *o = world_find(w, name);
    if (o == NULL) {
        world_fault(w, "there is no object @%s", name);
        return NULL;
    }
    world_take(w, o);
    return o;
}

static Obj *read_word(World *w, const char **at)
{
    char word[80];
    size_t n = 0;
    while ((isalnum((unsigned char)**at) || **at == '_') && n + 1 < sizeof word) {
        word[n++] = *(*at)++;
    }
    word[n] = '\0';
    if (strcmp(word, "null") == 0) {
        return NULL;
    }
    if (**at == '(') {
        return read_instance(w, at, word);
    }
    if (strcmp(word, "inf") == 0 || strcmp(word, "nan") == 0) {
        return world_float(w, strtod(word, NULL));
    }
    return take_named(w, word);
}

Obj *world_read_value(World *w, const char **at)
{
    skip(at);
    int64_t n;
    Obj **items;
    switch (**at) {
    case '[':
        ++*at;
        items = read_items(w, at, ']', &n);
        return world_list(w, items, n);
    case '(':
        ++*at;
        items = read_items(w, at, ')', &n);
        return world_tuple(w, items, n);
    case '\'': {
        const char *start = ++*at;
        *at += strcspn(*at, "'");
        Obj *o = world_str(w, start, (size_t)(*at - start));
        *at += **at == '\'';
        return o;
    }
    case '@': ++*at; return read_word(w, at);
    default: break;
    }
    return isalpha((unsigned char)**at) ? read_word(w, at) : read_number(w, at);
}

/* ---- showing ------------------------------------------------------------------------------------------ */
static void show_f64(double v, Text *out)
{
    char buffer[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, sizeof buffer, "%.*g", digits, v);
        if (strtod(buffer, NULL) == v) {
            break;
        }
    }
    if (isnan(v)) {
        text_add(out, "nan");
    } else {
        text_add(out, isinf(v) || strpbrk(buffer, ".e") ? "%s" : "%s.0", buffer);
    }
}

static void show_depth(World *w, const Obj *o, Text *out, int depth);

static void show_items(World *w, Obj *const *items, int64_t n, Text *out, int depth)
{
    for (int64_t i = 0; i < n; i++) {
        text_add(out, i ? ", " : "");
        show_depth(w, items[i], out, depth + 1);
    }
}

static void show_int(const Obj *o, Text *out)
{
    int64_t v;
    const IntObj *i = (const IntObj *)o;
    if (world_int_value(o, &v)) {
        text_add(out, "%lld", (long long)v);
    } else if (i->tag == (3u << 3 | 2) && i->digit[2] == 8 && i->digit[1] == 0 && i->digit[0] == 0) {
        text_add(out, "%lld", (long long)INT64_MIN);
    } else {
        text_add(out, "bigint");
    }
}

static void show_instance(World *w, const Obj *o, Text *out, int depth)
{
    const Instance *in = (const Instance *)o;
    text_add(out, "%s(", o->type->name);
    for (int i = 0; i < o->type->nfields; i++) {
        text_add(out, i ? ", " : "");
        switch (o->type->field_widths[i]) {
        case IR_W_OBJ: show_depth(w, in->words[i].p, out, depth + 1); break;
        case IR_W_F64: show_f64(in->words[i].f, out); break;
        default: text_add(out, "%lld", (long long)in->words[i].i);
        }
    }
    text_add(out, ")");
}

static void show_depth(World *w, const Obj *o, Text *out, int depth)
{
    enum { MOST = 5 };
    if (o == NULL || depth > MOST) {
        text_add(out, o ? "..." : "null");
        return;
    }
    switch (o->type->kind) {
    case KIND_INT: show_int(o, out); break;
    case KIND_FLOAT: show_f64(((const FloatObj *)o)->value, out); break;
    case KIND_BOOL: text_add(out, o == &w->true_object->head ? "True" : "False"); break;
    case KIND_NONE: text_add(out, "None"); break;
    case KIND_STR: text_add(out, "'%s'", ((const StrObj *)o)->text); break;
    case KIND_LIST:
        text_add(out, "[");
        show_items(w, ((const ListObj *)o)->items, ((const ListObj *)o)->size, out, depth);
        text_add(out, "]");
        break;
    case KIND_TUPLE:
        text_add(out, "(");
        show_items(w, ((const TupleObj *)o)->items, ((const TupleObj *)o)->size, out, depth);
        text_add(out, ")");
        break;
    case KIND_INSTANCE: show_instance(w, o, out, depth); break;
    case KIND_TYPE: text_add(out, "@%s", ((const Type *)(const void *)o)->name); break;
    }
}

void world_show(World *w, const Obj *o, Text *out)
{
    show_depth(w, o, out, 0);
}
