/*  Private to core/runtime: the engine's state, and what its files offer each other.

    A *place* is where a trace may begin: the head of a loop or the start of a function, known by code object and
    index. A *tree* is a root trace with the side traces that grew at its exits; it is valid or not as a whole, and
    one byte, which the machine code of all its traces looks at, says so. An *activation* is a run of machine code
    that has not come to its end yet, frames that it rebuilt included: what it may still touch is not freed. */
#ifndef JITNEY_RUNTIME_STATE_H
#define JITNEY_RUNTIME_STATE_H

#include <Python.h>

#include "codegen/codegen.h"
#include "cpython/cpython.h"
#include "ir/ir.h"
#include "opt/opt.h"
#include "record/record.h"
#include "runtime/runtime.h"

enum {
    RT_AT_START = -1,       /* place of a function's entry */
    RT_MAX_FRAMES = 24,     /* of one exit; more than the recorder inlines */
    RT_MAX_LEAVES = 768,
    RT_MAX_VIRTUALS = 200,
    RT_MAX_INLINE = 8,
    RT_MAX_SIDES = 128,     /* side traces of one tree */
    RT_MAX_ABORTS = 6,      /* tries at one place */
    RT_MAX_MISSES = 40,     /* that came at the wrong moment */
    RT_MAX_RETIRED = 8,
};

/* ---- places ----------------------------------------------------------------------------------- */
struct RtTree;

typedef struct RtPlace {
    PyCodeObject *code; /* borrowed: gone when the code is destroyed */
    int32_t at;         /* loop head, or RT_AT_START */
    int32_t left;       /* rounds until something is tried */
    struct RtTree *tree; /* compiled, or NULL */
    bool given_up;
    uint8_t aborts, misses; /* tries that failed for good reason; that came at the wrong moment */
    int64_t round_cycles;   /* what a round takes in the interpreter: about the median; 0: not known */
    uint64_t clock;         /* of the last round, */
    CpyFrame *clock_frame;  /* which was of this frame */
    uint8_t retired;        /* how often its tree was thrown away because nobody entered it */
    struct RtPlace *next; /* of the same code */
} RtPlace;

struct RtSite;

typedef struct RtCode {
    PyCodeObject *code;
    RtPlace *places;
    struct RtSite *sites; /* calls that consume generators: consumers.c */
    bool no_inline;
    int ntraces;          /* that were ever compiled for its loops */
} RtCode;

/* ---- traces ----------------------------------------------------------------------------------- */
typedef struct RtTrace {
    struct RtTree *tree;
    struct RtTrace *next;  /* older trace of the tree */
    CgTrace *cg;
    Arena *arena;          /* what is kept of the IR: see opt_keep */
    void *memory;          /* code memory block */
    CgExit *from;          /* side traces: the parent's exit */
    struct RtTree *link;   /* tree that it ends by jumping into, or NULL */
    IrLabel *carries;      /* label whose parameters its exits carry, or NULL */
    uint64_t cost;         /* nanoseconds of its compile */
    size_t kept;           /* bytes of memory beside the code */
} RtTrace;

typedef struct {
    int64_t rounds, runs;
    int64_t cycles, clipped; /* in all; without what is far from usual */
} RtSample;

typedef enum { RT_RUNNING, RT_RESTING, RT_MEASURED } RtPhase;

typedef struct {
    RtPhase phase;
    unsigned turn;        /* counts phases: a run that spans two is no measure */
    RtSample off, on;     /* the pair: the interpreter's rounds, the machine code's */
    int balance;          /* pairs won more than lost, a clear one counts twice: by what is clipped, */
    int all_balance;      /* by all */
    int64_t stretch, left; /* cycles from pair to pair; to go */
    int64_t usual;        /* what a round takes in the interpreter: about the median; 0: not known */
    uint64_t clock;       /* the last event, entry or exit; 0: none yet */
    CpyFrame *frame;      /* of the last event while it rested */
    int running;          /* runs that go on */
    int ntraces_seen;
} RtScales; /* pays.c */

typedef struct RtTree {
    uint8_t valid;         /* what machine code looks at */
    bool dead;             /* was invalidated */
    bool is_new;           /* since rt_retire_trees last looked */
    bool shut;             /* does not pay: not entered from the interpreter, only by the traces that jump into it */
    uint8_t strikes;       /* stretches in a row that gained nothing: function.c, */
    bool looks_at_frame;   /* has guard_valid: useless while the frame has an object */
    void *breaker;         /* the eval breaker that its code looks at: of one thread only */
    RecKind kind;
    PyCodeObject *code;    /* of the root frame; owned through objects */
    int at;
    uint64_t *rounds;      /* its machine code counts them here */
    int first_stack_slot, entry_depth;
    RtTrace *traces;       /* newest first; the root is the last */
    RtTrace *root;
    VEC(PyObject *) objects; /* owned */
    VEC(RecDep) deps;
    int nsides;
    int refs;              /* scratch: reached from an activation */
    uint64_t entries, useless; /* how often entered; left at an exit that is given up */
    uint64_t entries_seen;     /* by rt_retire_trees */
    int64_t spent;             /* cycles of those entries of this one that were timed, */
    int timed, entered;        /* their number, that of all by events, */
    int nsides_seen;           /* what there was before it */
    bool by_events;            /* a function's tree that events at its start lead to */
    bool inlines_itself;       /* so that its entries are not all its calls */
    RtScales scales;
    int64_t stay;              /* cycles of an entry: about the median */
    int64_t cycles;        /* spent in machine code, smoothed, per entry */
    uint64_t unwatched;    /* monitoring version at which no other tool watched its code */
    struct RtTree *next;   /* of all trees */
} RtTree;

/* What an exit needs beside its snapshot, made when it is first taken: CgExit.data. */
typedef struct RtPlan {
    int tries, misses;     /* recordings that failed; that came at the wrong moment */
    bool given_up;
    struct RtReturn *returns; /* of the root frame, nothing to be built: see light.c; or NULL */
    uint32_t left;         /* times until it is recorded */
    uint64_t taken, synced; /* times */
    bool flat; /* each entry of the snapshot stands for itself: leave.c */
    int op_at[RT_MAX_FRAMES]; /* per frame: where the interpreter points while its instruction runs */
} RtPlan;

typedef struct RtActivation {
    RtTree *tree;
    struct RtActivation *next, *prev;
} RtActivation;

/* What entering machine code asks of the C stack, by thread. */
typedef struct RtStack {
    char *floor;            /* no further below */
    int nesting;            /* entries below one another */
} RtStack;
enum { RT_MAX_NESTING = 150 }; /* each may take a C call of the interpreter's own counter */

/* CgRun.runtime: one run of machine code. */
typedef struct RtRun {
    PyThreadState *ts;
    RtStack *stack;
    void *breaker;          /* the thread's */
    CpyFrame *root;
    RtTree *tree;           /* entered */
    PyObject *dying;        /* its count is 0 already; dies when the frames are rebuilt */
    int npushed;            /* frames that sync pushed: pushed[1..npushed] */
    bool kept;              /* somebody holds their frame objects, they stay */
    RtTree *synced;         /* tree whose code called sync last */
    RtTree *shaken;         /* tree whose valid byte was cleared because of kept */
    /* Of a light call: enter.c. */
    CgRun *caller;
    PyFunctionObject *func; /* borrowed */
    bool light;             /* the root is no frame yet, and none of the callers' frames is shown */
    int counted;            /* frames that are counted as recursion but not pushed: this one and those inlined in the caller */
    CpyFrame *pushed[RT_MAX_FRAMES];
} RtRun;

/* ---- recording -------------------------------------------------------------------------------- */
typedef struct RtRecording {
    Recorder *rec;          /* NULL: none is running */
    PyThreadState *ts;
    RecKind kind;
    PyCodeObject *code;     /* owned */
    int at;
    CpyFrame *root;
    CpyFrame *frame;        /* the followed frame that had the last event */
    CgExit *exit;           /* SIDE */
    RtTree *parent;
    int foreign;            /* events since then that were not its own */
    RtActivation hold;      /* keeps the parent */
} RtRecording;

/* ---- all of it -------------------------------------------------------------------------------- */
typedef struct {
#define STAT(name, doc) uint64_t name;
#include "runtime/stats.def"
#undef STAT
    uint64_t aborts_by[ABORT__COUNT];
} RtStats;

typedef struct JnState {
    bool on;
    bool watching;          /* the watchers are started */
    RtParams params;        /* texts owned */
    RtPlace **places;       /* open addressing by code and place */
    size_t nplaces, places_mask;
    RtCode **codes;         /* by code */
    size_t ncodes, codes_mask;
    RtTree *trees;
    RtActivation activations; /* ring head */
    RtRecording recording;
    uint64_t aside;         /* cycles that recording and compiling took */
    size_t kept;            /* by all traces */
    RecHost host;
    CgConfig config;        /* what is the same for each compile */
    CgEnterFn enter;
    RtStats stats;
    int log_fd;
    bool sweep_due;
} JnState;

extern JnState rt; /* one engine a process, in the main interpreter */

/* places.c */
RtPlace *rt_place(PyCodeObject *code, int at, bool make); /* NULL when there is none, or no memory */
RtCode *rt_code(PyCodeObject *code, bool make);
void rt_forget_code(PyCodeObject *code);
void rt_free_places(void);

/* profile.c */
int rt_on_event(CpyEvent what, PyCodeObject *code, int place, int dest);
void rt_give_up_place(PyCodeObject *code, int at, RecAbort why);
void rt_back_off(PyCodeObject *code, int at, RecAbort why);

/* recording.c */
bool rt_record_root(RecKind kind, PyThreadState *ts, CpyFrame *frame, PyCodeObject *code, int at);
bool rt_record_function(PyThreadState *ts, CpyFrame *frame, int place); /* its start is done: from that place on */
/* The frames of the exit are rebuilt; they are run right after. */
bool rt_record_side(RtTree *tree, CgExit *exit, PyThreadState *ts, CpyFrame **frames);
void rt_record_step(PyThreadState *ts, PyCodeObject *code, int place);
void rt_record_stop(RecAbort why);     /* gives a running recording up */
void rt_record_note_foreign(PyThreadState *ts); /* an event that may mean that the recorded frame is lost */
static inline bool rt_is_followed(PyThreadState *ts, CpyFrame *f)
{
    return rt.recording.rec != NULL && rt.recording.ts == ts && rt.recording.frame == f;
}

/* compile.c: recorded to installed. On failure *why says it in words and *abort in the table's. */
RtTrace *rt_compile(Recorder *rec, RtTree *tree, CgExit *from, const char **why, RecAbort *abort);

/* trace.c */
RtTree *rt_tree_new(RecKind kind, PyCodeObject *code, int at);
void rt_tree_add(RtTree *tree, RtTrace *trace);
bool rt_is_jumped_into(const RtTree *tree); /* by other trees */
void rt_tree_kill(RtTree *tree); /* no longer entered; freed when nothing runs it. Trees that jump into it go too */
void rt_hold(RtActivation *a, RtTree *tree);
void rt_release(RtActivation *a);
void rt_sweep(void);             /* frees what is dead and not running */
void rt_kill_all(void);
void rt_retire_trees(void);      /* now and then: kills those that nobody enters any more; rt_sweep follows */

void rt_mark_running(void);      /* `refs` of each tree: can an activation reach it */

/* keeper.c */
int rt_keeper_start(void);  /* -1 with an exception */
void rt_keeper_renew(void); /* the next collection looks at it, come what may */

/* codemem.c */
int rt_codemem_start(size_t bytes); /* -1 with an exception */
void rt_codemem_stop(void);
uint64_t *rt_code_counter(void);               /* for machine code to count in; there are so many, then they are shared */
uint8_t *rt_code_take(size_t *room);           /* the largest piece there is, writable; NULL: none */
void *rt_code_keep(uint8_t *code, size_t used); /* the rest goes back; executable from here on */
void rt_code_drop(void *block);
void rt_code_open(const void *at, size_t size); /* writable, until */
void rt_code_close(void);
size_t rt_code_bytes(void);

/* config.c */
int rt_config_start(void);
void *rt_helper(IrCall which);

struct RtLeaving;

/* pays.c: does a tree pay? */
uint64_t rt_now(void);                                    /* cycles, but for what goes by between */
uint64_t rt_start_aside(void);                            /* this and */
void rt_end_aside(uint64_t start, uint64_t beside);       /* this; `beside` are some more */
void rt_clock_round(RtPlace *p, CpyFrame *f);             /* at each event of a loop that is counted */
void rt_shut(RtTree *tree);                               /* it does not pay */
bool rt_rests(RtTree *tree, CpyFrame *f);                 /* at each event of a compiled loop: leave it to the interpreter */
bool rt_may_spend(void);                                  /* time for one more recording */
typedef struct { uint64_t now, rounds; unsigned turn; bool timed; } RtEntry;
void rt_weigh_new(RtTree *tree, int64_t usual);           /* cycles of a round in the interpreter, or 0 */
RtEntry rt_weigh_entry(RtTree *tree);                     /* before each run */
void rt_weigh(RtTree *tree, RtEntry entry);              /* after it */

/* enter.c */
int rt_enter(PyThreadState *ts, CpyFrame *f, RtPlace *p); /* as an event callback's result */
PyObject *rt_enter_function(PyThreadState *ts, CpyFrame *f, RtTree *tree); /* a frame that was pushed for it, which is gone then */
/* What comes behind the first run of machine code that was not entered by those. */
PyObject *rt_finish_run(PyThreadState *ts, RtTree *tree, struct RtLeaving *leaving);

/* light.c: as PyObject_Vectorcall, from the machine code of `caller`, which left a sync to it (CgRun.later) */
PyObject *rt_call_function(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames, CgRun *caller);
void rt_make_real(CgRun *run); /* its root frame and all above it are shown */
struct RtReturn *rt_plan_return(const CgExit *exit); /* NULL: it is no plain one */
void rt_forget_light_calls(void); /* places are about to be freed */
/* call.c: the same with frames */
PyObject *rt_call_heavily(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames, CgRun *caller);
bool rt_is_simple_code(const PyCodeObject *code); /* a frame of it is filled by copying arguments: nothing happens before its RESUME */

/* leave.c */
typedef struct RtLeaving {
    PyThreadState *ts;
    CgExit *exit;
    const IrSnapshot *snap;
    const RtPlan *plan;
    int nframes;            /* that exist */
    bool raising;           /* the innermost one */
    RtTree *record;         /* the exit is to be recorded: its tree */
    CpyFrame *frames[RT_MAX_FRAMES];
} RtLeaving;
RtPlan *rt_plan(CgExit *exit);
void rt_rebuild(CgRun *run, CgExit *exit, RtLeaving *leaving);
int rt_go_on(RtLeaving *leaving);
PyObject *rt_finish_function(RtLeaving *leaving); /* the same for a root frame that the interpreter is not in */
/* Callbacks of machine code. */
void rt_sync(CgRun *run, CgExit *exit);
void rt_unsync(CgRun *run);
int rt_dealloc(CgRun *run, CgExit *exit, void *obj);

/* results.c: what a frame does with the result of the one above it. Steals result; NULL: an exception is set. Sets depth and place of the
   frame. True when it must go on by raising. */
bool rt_take_result(RtLeaving *leaving, int frame, int how, PyObject *result);
bool rt_next_item_missing(CpyFrame *f, int place); /* a FOR_ITER's iterator gave NULL: as rt_take_result */

/* materialize.c */
typedef struct RtValues {
    CgRun *run;
    const CgExit *exit;
    int nleaves;
    IrRef refs[RT_MAX_LEAVES];
    PyObject *boxes[RT_MAX_LEAVES]; /* made for a number; borrowed from whoever got it first */
    PyObject *virtuals[RT_MAX_VIRTUALS];
    bool used[RT_MAX_VIRTUALS];
    PyObject *kept[RT_MAX_VIRTUALS]; /* what an object was made of and does not keep: until all else has its references */
    int nkept;
    bool borrow; /* sync: references stay the trace's */
} RtValues;
void rt_values_start(RtValues *v, CgRun *run, const CgExit *exit, bool borrow);
/* Only those virtuals, by number, their parts among them; there are at most 64, unless all are wanted. */
void rt_values_start_some(RtValues *v, CgRun *run, const CgExit *exit, bool borrow, uint64_t wanted);
PyObject *rt_value_new(RtValues *v, IrRef value, int *leaf, bool owned); /* new reference or NULL; *leaf goes on */
int64_t rt_value_int(RtValues *v, int leaf);
PyObject *rt_leaf_new(const CgRun *run, const CgExit *exit, int leaf); /* new reference to it, or a box */
uint64_t rt_leaf_bits(const CgRun *run, const CgExit *exit, int leaf);
PyObject *rt_copy_items(PyObject *list, int64_t start, int64_t stop, int64_t step); /* bounds as PySlice_Unpack gives them */
PyObject *rt_build_object(const IrKlass *klass, const uint64_t *words, int n); /* steals references; NULL with an exception */

/* tracebacks.c: exceptions that were never made */
PyObject *rt_build_of_exception(const IrKlass *klass, const uint64_t *words, int n);
bool rt_has_exceptions(const IrSnapshot *snap);
/* The exit's frames exist: its tracebacks get them, and what is handled is put where the interpreter has it (steals; may be NULL). */
void rt_finish_exceptions(RtValues *v, RtLeaving *leaving, PyObject *handled);

/* side.c */
void rt_side_done(CgExit *exit, RtTrace *side);
void rt_side_failed(CgExit *exit, RecAbort why);
RtTree *rt_tree_at(const CgExit *exit);
uint32_t rt_side_threshold(const CgExit *exit); /* times that it is taken before it is recorded */
/* Counts the exit; true when it is to be recorded now. */
bool rt_side_is_due(RtTree *tree, CgExit *exit);

/* invalidate.c */
int rt_watch_deps(RtTree *tree, size_t from); /* those from this index on; -1: one cannot be watched */
void rt_unwatch_deps(RtTree *tree);
void rt_on_change(CpyChange what, PyObject *subject, PyObject *key, PyObject *new_value);
bool rt_is_assumed(PyObject *dict, PyObject *key); /* by a tree; true also where that is not known */
bool rt_is_volatile(PyObject *dict, PyObject *key);
void rt_set_volatile(PyObject *dict, PyObject *key);
void rt_forget_deps(void);

/* dying.c */
bool rt_death_is_silent(PyObject *o);
/* Its instances refer to nothing and die silently. */
static inline bool rt_holds_nothing(const PyTypeObject *t)
{
    return t == &PyLong_Type || t == &PyFloat_Type || t == &PyUnicode_Type || t == &PyBytes_Type ||
           t == &PyBool_Type || t == Py_TYPE(Py_None) || t == &PyComplex_Type || t == &PyRangeIter_Type;
}

/* function.c */
void rt_note_function(PyFunctionObject *func); /* one that there is now */
void rt_notice_functions(void);                /* all that there are; until */
void rt_ignore_functions(void);
int rt_on_start(PyThreadState *ts, PyCodeObject *code, int place);

/* consumers.c */
int rt_consumers_start(void); /* -1 with an exception */
void rt_consumers_stop(void);
void rt_free_sites(RtCode *c);
void rt_note_consumer(PyThreadState *ts, CpyFrame *generator_frame); /* a loop in a generator is hot: who drives it? */
int rt_on_instruction(PyThreadState *ts, PyCodeObject *code, int place);
int rt_observe(PyCodeObject *code, bool on);
PyObject *rt_consumer_at(PyCodeObject *code, int place, PyObject *callable); /* borrowed; NULL: none */

/* log.c */
void rt_log_open(const char *path);
void rt_log_close(void);
void rt_log(uint32_t channel, const char *event, PyCodeObject *code, int place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void rt_log_text(uint32_t channel, const char *title, const char *text);
static inline bool rt_logs(uint32_t channel) { return rt.log_fd >= 0 && (rt.params.log_mask & channel); }

/* helpers_*.c: each puts the functions that it has into the table by IrCall. */
void rt_helpers_number(void **table);
void rt_helpers_text(void **table);
void rt_helpers_container(void **table);
void rt_helpers_object(void **table);
void rt_helpers_lookup(void **table);

#endif
