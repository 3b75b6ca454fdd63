/*  The toy world that traces run over in jn: objects laid out as CPython's, counted as CPython's, watched closely.

    Memory of objects is kept until the world ends, so that any use of a dead one is seen: a count that changed after
    death, and a reference that nobody gave back, are faults of the trace. Frames keep their slots tagged as 3.15 does.
    The interpreter (core/ir/interp.c) and machine code work on the same objects. */
#ifndef JITNEY_JN_WORLD_H
#define JITNEY_JN_WORLD_H

#include "base/text.h"
#include "ir/interp.h"
#include "ir/ir.h"

typedef struct Type Type;

/* What all objects begin with. */
typedef struct {
    int64_t count; /* as CPython: immortal when the low half is negative */
    Type *type;
} Obj;

enum { INT_DIGITS = 4, DIGIT_BITS = 30, SMALL_MIN = -5, SMALL_MAX = 256 };
typedef struct {
    Obj head;
    uint64_t tag; /* digits << 3 | sign: 0 positive, 1 zero, 2 negative */
    uint32_t digit[INT_DIGITS];
} IntObj;
typedef struct {
    Obj head;
    double value;
} FloatObj;
typedef struct {
    Obj head;
    int64_t size;
    char text[];
} StrObj;
typedef struct {
    Obj head;
    int64_t size;
    Obj **items;
    int64_t allocated;
} ListObj;
typedef struct {
    Obj head;
    int64_t size;
    Obj *items[];
} TupleObj;
typedef struct { /* of a declared type */
    Obj head;
    IrWord words[];
} Instance;

typedef enum { KIND_INT, KIND_FLOAT, KIND_BOOL, KIND_NONE, KIND_STR, KIND_LIST, KIND_TUPLE, KIND_INSTANCE, KIND_TYPE } Kind;
struct Type {
    Obj head;
    const char *name;
    Kind kind;
    bool noisy; /* its instances' death is an event, and leaves the trace */
    int nfields;
    const char **field_names;
    IrWidth *field_widths;
};

typedef struct {
    const char *name;
    void *thing;
} Name;

enum { MAX_SLOTS = 64, MAX_FRAMES = 16, SLOT_NULL = 1, SLOT_TAGS = 3 };
typedef struct {
    void *frame_object;
    uint64_t breaker;
    uint64_t slots[MAX_SLOTS];
} RootFrame;

typedef struct { /* an inlined call's frame, as an exit or sync made it */
    IrSnapFrame info;
    Obj *func;             /* owned, or NULL */
    uint64_t slots[MAX_SLOTS];
    int nslots;
} ToyFrame;

typedef struct World {
    Arena *arena;
    VEC(Obj *) objects;    /* all that were ever made */
    VEC(Name) names;       /* objects and addresses by name */
    Type types[9];         /* by Kind */
    VEC(Type *) declared;  /* by the test */
    Type *int_type, *float_type, *bool_type;
    IntObj *small_ints, *true_object, *false_object;
    Obj *none;
    RootFrame root;
    int nslots;            /* of the root frame that are shown */
    int mem_limit;         /* root slots from here on are in memory only during sync */
    int stack_base;        /* root slots from here on are operands: in a raw trace's sync they are nobody's */
    ToyFrame frames[MAX_FRAMES];
    int nframes;           /* the root frame's included once the trace was left */
    IrExitKind left_by;
    bool raw;              /* the trace is a raw one: its snapshots list what memory may hold already */
    uint8_t valid;
    bool must_leave;       /* something noisy died */
    bool error_set;        /* a helper failed */
    Text events;
    Text fault;            /* the first one; empty: none */
    IrNames name_table;
} World;

World *world_new(void);
void world_free(World *w);
__attribute__((format(printf, 2, 3))) void world_fault(World *w, const char *format, ...);

/* objects.c: new references, unless they say otherwise */
Obj *world_int(World *w, int64_t v);
Obj *world_float(World *w, double v);
Obj *world_str(World *w, const char *text, size_t n);
Obj *world_list(World *w, Obj **items, int64_t n); /* steals the items */
Obj *world_tuple(World *w, Obj **items, int64_t n);
Obj *world_instance(World *w, Type *type);         /* all fields 0 */
Obj *world_make(World *w, const IrKlass *klass, const IrWord *values); /* steals */
Type *world_add_type(World *w, const char *name, bool noisy, int nfields, const char **names, const IrWidth *widths);
bool world_is_immortal(const Obj *o);
void world_take(World *w, Obj *o);
void world_release(World *w, Obj *o); /* NULL is fine */
void world_die(World *w, Obj *o);     /* its count went to 0 */
bool world_int_value(const Obj *o, int64_t *v); /* false when it does not fit */
int64_t world_field_offset(const Type *t, int i);
/* After everything that the caller holds was given back: faults for leaks and for what was used after death. */
void world_check_counts(World *w);

/* values.c */
Obj *world_read_value(World *w, const char **at); /* a new reference; NULL: null, or a fault */
void world_show(World *w, const Obj *o, Text *out);
void world_name(World *w, const char *name, void *thing);
void *world_find(World *w, const char *name);
const IrNames *world_names(World *w);

/* frames.c */
void world_set_slot(World *w, int slot, Obj *owned);
void world_set_slot_int(World *w, int slot, int64_t v);
void world_sync(World *w, const IrTrace *t, const IrSnapshot *s, const IrWord *leaves);
void world_unsync(World *w);
/* The trace was left: the frames as the interpreter must see them. */
void world_leave(World *w, const IrTrace *t, const IrSnapshot *s, const IrWord *leaves);
/* Events and frames as one line; then gives all references of the frames back and checks the counts. */
void world_report(World *w, Text *out);

/* calls.c */
void *world_helper(IrCall which); /* NULL: the toy world has no such helper */
IrWord world_call(void *function, IrType result, const IrType *types, const IrWord *args, int nargs);
void world_add_functions(World *w);
/* Machine code calls helpers without a world, so there is one at a time. */
extern World *world_now;

/* host.c */
IrHost world_host(World *w);

#endif
