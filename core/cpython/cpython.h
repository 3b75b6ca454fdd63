/*  The one door to CPython's private parts.

    Everything that differs by version or lives in CPython's internal headers is behind this file;
    the rest of Jitney speaks only of frames, slots, places, instructions and layouts as named here.
    A *place* is the index of a code unit in a code object (as INSTR_OFFSET in CPython: bytes / 2).
    A *slot* is an index into a frame's localsplus: locals, cells, free variables, then the stack.

    Functions that return int return 0, or -1 with a Python exception set, unless they say otherwise. */
#ifndef JITNEY_CPYTHON_CPYTHON_H
#define JITNEY_CPYTHON_CPYTHON_H

#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct _PyInterpreterFrame CpyFrame;

/* ---- facts about the running version ---------------------------------------------------- */
/* 1 where a loop keeps only its iterator on the stack, 2 where an index (or NULL) lies above it. */
extern const int CPY_ITER_SLOTS;
extern const bool cpy_frame_clears_backwards; /* a frame that ends releases its slots from the last to the first */
/* True in debug builds, where every change of a reference count is counted by the interpreter. */
extern const bool CPY_COUNTS_REFS;
/* What a handler finds of the place that raised, below the exception: a tagged integer, else an int object. */
extern const bool CPY_LASTI_IS_TAGGED;
/* A with block keeps __exit__ and its instance apart on the stack, else a bound method. */
extern const bool CPY_WITH_KEEPS_SELF;
extern const char *const CPY_VERSION_NAME; /* "3.14" */

/* Checks by live probes that every layout we rely on is as we think. NULL, or the reason why not
   (a static or leaked string for people). Run once before enabling. */
const char *cpy_probe_layout(void);

/* ---- frames ------------------------------------------------------------------------------- */
CpyFrame *cpy_current_frame(PyThreadState *ts);          /* may be an entry shim: see cpy_is_python_frame */
void cpy_set_current_frame(PyThreadState *ts, CpyFrame *f);
bool cpy_is_python_frame(CpyFrame *f);                   /* not a C shim, code is a code object */
bool cpy_is_generator_frame(CpyFrame *f);                /* owned by a generator, coroutine... */
CpyFrame *cpy_frame_previous(CpyFrame *f);               /* next outer Python frame, shims skipped; or NULL */
PyCodeObject *cpy_frame_code(CpyFrame *f);               /* borrowed */
PyFunctionObject *cpy_frame_function(CpyFrame *f);       /* borrowed */
PyObject *cpy_frame_globals(CpyFrame *f);                /* borrowed */
PyObject *cpy_frame_builtins(CpyFrame *f);               /* borrowed */
PyObject *cpy_frame_locals(CpyFrame *f);                 /* borrowed, may be NULL: mapping of module and class bodies */
bool cpy_frame_has_object(CpyFrame *f);                  /* somebody holds a PyFrameObject of it */
bool cpy_frame_is_held(CpyFrame *f);                     /* the same, after one that nobody but the frame has, and that says nothing, was freed */
PyObject *cpy_frame_object(PyThreadState *ts, CpyFrame *f); /* its PyFrameObject, new reference; NULL without memory */
/* The exception that the current frame handles (steals a reference). There must have been none. */
void cpy_set_handled(PyThreadState *ts, PyObject *exception);
int cpy_frame_place(CpyFrame *f);                        /* of its instr_ptr */
void cpy_frame_set_place(CpyFrame *f, int place);
/* Entries on the operand stack. 3.13 keeps the number in a register in INSTRUCTION events and while the frame calls C:
   then it is the depth before the instruction at its place (cpy_static_depth), and setting it has no effect. */
int cpy_frame_depth(CpyFrame *f);
void cpy_frame_set_depth(CpyFrame *f, int depth);

/* Since 3.14 LOAD_FAST_BORROW leaves entries that own nothing, and a call moves them into the callee's locals as they
   are: a local, of any type, may be BORROWED from the caller's frame. Overwriting such a slot releases nothing. */
typedef enum { CPY_SLOT_NULL, CPY_SLOT_OWNED, CPY_SLOT_BORROWED, CPY_SLOT_INT } CpySlotKind;
typedef struct {
    CpySlotKind kind; /* BORROWED: the slot holds no reference of its own (3.14+: deferred, or immortal) */
    PyObject *obj;    /* for OWNED and BORROWED, tag bits stripped */
    intptr_t num;     /* for INT (3.15: a tagged small integer) */
} CpySlot;
CpySlot cpy_slot_get(CpyFrame *f, int slot);
void cpy_slot_take(CpyFrame *f, int slot, PyObject *owned); /* overwrites without releasing; steals; NULL is fine */
void cpy_slot_put_int(CpyFrame *f, int slot, intptr_t num); /* 3.15's tagged integer; elsewhere aborts */
void cpy_slot_release(CpyFrame *f, int slot);               /* sets NULL, then drops the slot's reference if it has one */
/* How machine code reads and writes slots: address of slot s is frame + cpy_slot_offset + 8*s; an object
   pointer is (bits & cpy_slot_mask); a plain owned reference is stored as its bare pointer. NULL is
   (bits & mask) == 0; what must be stored for NULL is cpy_slot_null. */
extern const int cpy_slot_offset;
extern const int64_t cpy_slot_mask;
extern const int64_t cpy_slot_null;
extern const int64_t cpy_slot_int_tag; /* (n << 2) | tag; 0 where there are no tagged ints (3.13). Note that 0
                                          tagged reads as NULL under the mask: compare the low two bits first */
/* An object that is immortal (None, True, False, small ints, constants...) must be stored with its tag bit set in
   3.14 and 3.15: the interpreter tests `is None` and truth by comparing whole words. cpy_slot_word gives what is
   to be stored for an owned reference (for constants of a trace); for an unknown object machine code ors in bit 0
   of the byte at object + cpy_slot_flags_offset; -1: no tags (3.13). */
extern const int cpy_slot_flags_offset;
uint64_t cpy_slot_word(PyObject *owned);
/* Where in a frame the place is kept (a pointer to the code unit), for machine code that keeps lines right. */
extern const int cpy_frame_instr_offset;
void *cpy_place_pointer(PyCodeObject *code, int place); /* what is stored there */

/* Push a new frame for `func` on the thread's data stack, all slots NULL, depth 0, place at the code's
   start, and make it current. Borrowed func. NULL with an exception set (RecursionError, MemoryError).
   The recursion check of Python code is done here. */
CpyFrame *cpy_frame_push(PyThreadState *ts, PyFunctionObject *func);
/* Pops the newest frame: releases all its slots and the frame, makes the previous frame current. */
void cpy_frame_pop(PyThreadState *ts, CpyFrame *f);
/* Run the newest pushed frame from its place on to its end in the interpreter (nested). With `raising`, the
   exception that is set is raised at its place first. Returns a new reference or NULL with an exception
   set. The frame is gone afterwards. */
PyObject *cpy_frame_run(PyThreadState *ts, CpyFrame *f, bool raising);

/* The TypeError of iter(iterable) whose __iter__ returned this. */
void cpy_raise_no_iterator(PyObject *iterable, PyObject *result);

/* ---- array.array: array.c ------------------------------------------------------------------- */
extern const int cpy_array_items, cpy_array_descr; /* offsets: of the address of the items, of what tells their type */
bool cpy_is_array_type(PyTypeObject *t); /* that very type, and its struct is as expected */
/* The type code of an object of it and its descriptor, which is that of all arrays of the code; 0: not one of "bBhHiIlLqQd". */
char cpy_array_code(PyObject *o, const void **descr);

/* ---- generators ---------------------------------------------------------------------------- */
/* Exact generators only (not coroutines). Their frame lies in the object; machine code reaches it by the layouts generator_*.
   The state is one byte; suspended means at a plain yield. What is stored at generator_top says where the frame's stack ends: the
   address of the slot behind it, or (a 32-bit integer) the number of slots. */
extern const int cpy_generator_created, cpy_generator_suspended, cpy_generator_cleared;
extern const bool cpy_generator_top_is_pointer;
CpyFrame *cpy_generator_frame(PyObject *gen);
int cpy_generator_state(PyObject *gen);
bool cpy_generator_is_suspended(PyObject *gen); /* at a yield or a yield from */
/* A new one of a function and its code, in that state at that place; cleared: finished. The slots' references are stolen, `words` are what
   slots from the stack's first on hold that have no object (NULL: nothing); top as stored at generator_top, but from the object's
   start. NULL with an exception. */
PyObject *cpy_generator_make(PyFunctionObject *func, PyCodeObject *code, int state, void *place, int64_t top, PyObject **slots,
                             const int64_t *words);
/* From suspended to executing, as the newest frame of the thread, without running it; what was sent is the caller's to push. The frame,
   or NULL with RecursionError. */
CpyFrame *cpy_generator_enter(PyThreadState *ts, PyObject *gen);
/* The way back: the frame is suspended at its place, with the stack that it has. */
void cpy_generator_suspend(PyThreadState *ts, CpyFrame *f);
/* Suspended there, where no handler of the program is around it, a generator is closed without being resumed. */
bool cpy_closes_quietly(PyCodeObject *code, const void *place);
bool cpy_generator_dies_quietly(PyObject *gen); /* runs no code of its own; what it holds is another matter */
/* A suspended generator has returned: its frame is cleared. What dies with it is asked for by is_silent; the others come back: None,
   the object, or a list of them (new reference). Runs no code and does not fail. */
PyObject *cpy_generator_finish(PyThreadState *ts, PyObject *gen, bool (*is_silent)(PyObject *));

/* ---- instructions ------------------------------------------------------------------------- */
typedef enum {
#define NEUTRAL(name, doc) CPYOP_##name,
#include "cpython/neutral.def"
#undef NEUTRAL
    CPYOP__COUNT
} CpyOp;
const char *cpy_op_name(CpyOp op);

/* Binary operators, one for plain and in-place. */
typedef enum { CPY_ADD, CPY_AND, CPY_FLOORDIV, CPY_LSHIFT, CPY_MATMUL, CPY_MUL, CPY_MOD, CPY_OR, CPY_POW,
               CPY_RSHIFT, CPY_SUB, CPY_TRUEDIV, CPY_XOR } CpyBinary;

typedef struct {
    CpyOp op;
    int arg, arg2;
    int at;         /* place of the instruction itself, its EXTENDED_ARGs included (so at is where it may be resumed) */
    int op_at;      /* place of the opcode's own unit, where INSTRUCTION events and instr_ptr point (= at without EXTENDED_ARG) */
    int next;       /* place of the following instruction, past the caches */
    int target;     /* of a jump or a for_iter's exhausted edge (where FOR_ITER of the version really goes on), or -1 */
    int target_depth_delta; /* for_iter: entries pushed/popped at target relative to before the instruction */
    PyObject *obj;  /* borrowed name or constant, or NULL */
    const char *opcode_name; /* the version's own spelling, for messages */
} CpyInsn;
/* Decode through instrumentation, specialisation and ENTER_EXECUTOR to the base opcode. `place` may point at
   an EXTENDED_ARG or at the opcode after it. Never fails: unknown becomes CPYOP_unknown. */
CpyInsn cpy_decode(PyCodeObject *code, int place);
/* Does this code contain a back-edge; is it a generator, coroutine, class body or module? */
bool cpy_code_has_loop(PyCodeObject *code);
int cpy_code_size(PyCodeObject *code);       /* in code units: places are below it */
/* The operand stack's depth before the instruction at `place`, as it follows from the code; -1 where nothing leads to,
   or without memory. Cheap after the first question about a code object. */
int cpy_static_depth(PyCodeObject *code, int place);
int cpy_code_stack_base(PyCodeObject *code); /* nlocalsplus: slot of the first stack entry */
/* Handler of an exception raised at `place`: place of the handler, stack depth there before the exception
   is pushed, and whether lasti is pushed too; false when there is none. */
bool cpy_exception_handler(PyCodeObject *code, int place, int *handler, int *depth, bool *lasti);

/* ---- types, instances, layouts ------------------------------------------------------------ */
/* Instances whose attributes are kept inline ("inline values"): is this one such now, and where is attribute `name`
   (interned str)? Returns byte offset of the value from the object's start, or -1. The value may be NULL (unset). */
int cpy_inline_attr_offset(PyObject *obj, PyObject *name);
/* Facts by which machine code checks that an instance of the (guarded) type still has valid inline values: load a byte at
   obj + *offset, nonzero means valid. False if the type has no inline values. */
bool cpy_inline_valid_offset(PyTypeObject *type, int *offset);
/* Offset of the managed dict pointer from the object's start (negative), or 0 when the type has none. */
int cpy_managed_dict_offset(PyTypeObject *type);
/* The index that a name has in a type's shared keys, or -1; adding a key changes nothing of old indices. How many entries an instance has
   limits which of them are valid in it. */
int cpy_shared_key_index(PyTypeObject *type, PyObject *name);
/* All names of a type's shared keys in order (borrowed) and the byte offsets of their inline values from an instance's start. The
   number of them, or -1 when the type has no inline values or more than max. */
int cpy_shared_keys(PyTypeObject *type, PyObject **names, int *offsets, int max);
/* Address of a 32- or 64-bit word in the shared keys that grows when a name is added, and how wide it is in bytes; NULL without. */
void *cpy_shared_keys_count(PyTypeObject *type, int *bytes);
/* Setting an attribute that is still NULL in inline values must record the insertion order as the interpreter does:
   call this instead of a bare store then (steals nothing, borrows value). 0 / -1. */
int cpy_inline_attr_set(PyObject *obj, PyObject *name, PyObject *value);
/* The same for an instance that cpy_new_instance just made, by offset: steals value. False: nothing done. */
bool cpy_inline_attr_init(PyObject *obj, int offset, PyObject *value);
/* The attributes of an instance of a plain type (cpy_type_is_plain), entries may be NULL; NULL when it does not keep them inline. */
PyObject *const *cpy_inline_attrs(PyObject *obj, int *n);
/* A new instance of a plain heap class exactly as object.__new__ makes it (inline values set up, tracked by the collector). */
PyObject *cpy_new_instance(PyTypeObject *type);
/* True when instances of `type` are made by object.__new__, with inline values, no __slots__ memory besides,
   no tp_finalize/tp_del, default dealloc (subtype_dealloc): a trace may leave them unmade. */
bool cpy_type_is_plain(PyTypeObject *type);
unsigned int cpy_type_version(PyTypeObject *type); /* assigns one if needed; 0 when there is none to be had */
/* Calls fn for each function that there is. It may do anything. */
void cpy_each_function(void (*fn)(PyFunctionObject *));
extern vectorcallfunc cpy_plain_vectorcall; /* the interpreter's own for functions; cpy_probe_layout finds it */
bool cpy_function_is_plain(PyFunctionObject *f); /* its vectorcall is the interpreter's own */
/* Lookup along the MRO without side effects; borrowed; NULL without exception when absent. */
PyObject *cpy_type_lookup(PyTypeObject *type, PyObject *name);
/* For guarded look-ups: the index of a str key's entry in a dict with unicode keys and no split table; -1 otherwise. Address
   arithmetic for machine code: dict->ma_keys at *keys_offset; entries begin at keys + *entries; entry i has key at +16*i and
   value at +16*i+8. */
int cpy_dict_entry_index(PyObject *dict, PyObject *key);
bool cpy_dict_is_str(PyObject *dict); /* has an exact dict only str keys (a unicode key table, or a split one) */
bool cpy_dict_entry_layout(PyObject *dict, int *keys_offset, int *entries);
/* Lookups that run no code of the program: 1 found, 0 absent, -1 can't tell (an odd key, or one in the table with its hash).
   The value is borrowed. The puts: 0 done, 1 can't tell, or no memory, and nothing done; no exception. */
int cpy_dict_find(PyObject *dict, PyObject *key, PyObject **value);
int cpy_dict_put(PyObject *dict, PyObject *key, PyObject *value);
bool cpy_dies_unseen(PyObject *o); /* should this be its last reference: no code runs */
int cpy_set_find(PyObject *set, PyObject *key);
int cpy_set_put(PyObject *set, PyObject *key);
int cpy_sequence_find(PyObject *sequence, PyObject *item); /* a list or tuple */
int cpy_same_key(PyObject *a, PyObject *b); /* the same object or equal: 1, 0, -1 can't tell */
int cpy_set_compare(PyObject *l, PyObject *r, int op); /* exact sets or frozensets, Py_LT...: 1, 0, -1 can't tell */
/* What must be guarded for such an index and layout to be readable after the dict may have changed: the 32-bit load
   at (keys + *offset) & *mask equals *shape. The entry's key then still has to be compared by identity; entries
   not in use hold NULL keys. */
bool cpy_dict_keys_shape(PyObject *dict, int *offset, uint32_t *mask, uint32_t *shape);

/* Named byte offsets of the public and private objects machine code touches. -1: not in this version. */
typedef enum {
#define LAYOUT(name) CPY_OFF_##name,
#include "cpython/layout.def"
#undef LAYOUT
    CPY_OFF__COUNT
} CpyLayout;
int cpy_offset(CpyLayout which);
/* The 32-bit load at CPY_OFF_unicode_state, under the mask, equals cpy_unicode_state(kind, compact, ascii); kind is the
   width of a character in bytes: 1, 2, 4. */
uint32_t cpy_unicode_state(int kind, bool compact, bool ascii);
uint32_t cpy_unicode_state_mask(void);
PyTypeObject *cpy_builtin_type(const char *name); /* "list_iterator", "range_iterator", "dict_keys", ... or NULL */

/* ---- watchers ------------------------------------------------------------------------------ */
/* Kinds of change reported to the one callback. For types: anything about the type or its bases changed. For dicts: a key
   was added, replaced, deleted, or the dict cleared/deallocated (key may be NULL: anything). For functions: code, defaults or
   kwdefaults replaced, made, or destroyed. For code: destroyed. */
typedef enum { CPY_CHANGED_TYPE, CPY_CHANGED_DICT, CPY_CHANGED_FUNCTION, CPY_MADE_FUNCTION, CPY_DESTROYED_FUNCTION,
               CPY_DESTROYED_CODE, CPY_DESTROYED_DICT } CpyChange;
typedef void (*CpyChangeFn)(CpyChange what, PyObject *subject, PyObject *key, PyObject *new_value);
int cpy_watch_start(CpyChangeFn fn);
void cpy_watch_stop(void);
/* A type reports once after each call of this: call it again when it is assumed upon again. Nothing reports that a
   function's vectorcall was replaced: guard it where that matters. */
int cpy_watch_type(PyTypeObject *type);
int cpy_watch_dict(PyObject *dict);
/* Who is told of its changes? CPython's own watchers run no code of the program and do not count. */
typedef enum { CPY_UNWATCHED, CPY_WATCHED_BY_US, CPY_WATCHED_BY_OTHERS } CpyWatched;
CpyWatched cpy_dict_watched(PyObject *dict);

/* ---- monitoring ------------------------------------------------------------------------------ */
typedef enum { CPY_EVENT_JUMP, CPY_EVENT_START, CPY_EVENT_INSTRUCTION } CpyEvent;
/* From a JUMP or START event the frame may be moved (place, depth, slots). Moving it to the event's own place has no
   effect: a jump then goes to its dest. From an INSTRUCTION event it cannot be moved, and an exception is raised by
   returning -1; END_FOR and RESUME get no INSTRUCTION events. */
/* Called for every delivered event. `place` is the instruction's place (op_at), `dest` the jump's destination place or -1.
   tstate->tracing is already lowered to its value outside while it runs, and put back after. Return 0 to go on, 1 to
   DISABLE this place's event, -1 with an exception set to raise. */
typedef int (*CpyEventFn)(CpyEvent what, PyCodeObject *code, int place, int dest);
/* Take tool id 5 and register the callbacks; JUMP becomes a global event. Fails (RuntimeError) if the slot is taken. */
int cpy_monitor_start(CpyEventFn fn);
void cpy_monitor_stop(void);
bool cpy_monitor_is_ours(void); /* is the slot still ours, with our callbacks */
/* INSTRUCTION events of one code object on or off (local events; keeps JUMP and START as they are). Cheap when already so. */
int cpy_observe(PyCodeObject *code, bool on);
/* START events of one code object on or off. Cheap when already so. That they were disabled at their place is not undone. */
void cpy_tell_starts(PyCodeObject *code, bool on);
/* The code of a function of ours that ran once (so that its jumps have events): from here on its frames are in no traceback and no
   sys._getframe(), and other tools get no events from it. */
void cpy_code_hide(PyCodeObject *code);
/* Does any other tool, settrace or setprofile watch this code, or all code? */
bool cpy_others_watch(PyThreadState *ts, PyCodeObject *code);
/* Arrange that the exception now set (taken from the thread state) is raised in frame `f` at its place, as if the instruction there had
   raised it. f is the frame of the JUMP or START event that is being handled, its slots and depth as before that instruction;
   the caller returns 0 from its event callback next, or -1 when this failed. When the frame has a handler it is entered at
   once (f's place, depth and stack change here, traceback entry included); else the callback returns the error itself, or
   an INSTRUCTION event is armed at the place, whichever is right for where the interpreter believes to be. */
int cpy_raise_at(PyThreadState *ts, CpyFrame *f);

/* ---- the interpreter's duties --------------------------------------------------------------- */
/* Address of the word that machine code tests on back-edges: nonzero after masking with *mask means leave the trace. */
void *cpy_eval_breaker(PyThreadState *ts, uint64_t *mask);
bool cpy_eval_breaker_is_set(PyThreadState *ts);
uint64_t cpy_monitoring_version(PyThreadState *ts); /* the word's other bits: they change when tools begin or cease to monitor */
bool cpy_is_main_interpreter(PyThreadState *ts);
int cpy_enter_recursive_py(PyThreadState *ts); /* as the interpreter's own Python-call depth check: -1 with RecursionError */
void cpy_leave_recursive_py(PyThreadState *ts);

/* The collector, asked by a tp_traverse or tp_finalize of ours. */
bool cpy_gc_is_collecting(void);
bool cpy_gc_is_unreachable(PyObject *o); /* among what is about to go */
void cpy_gc_forget_finalized(PyObject *o); /* its tp_finalize is called again */

/* The exact functions the interpreter calls, where they are not public API. */
PyObject *cpy_binary(CpyBinary op, bool inplace, PyObject *l, PyObject *r);
PyObject *cpy_call_intrinsic_1(PyThreadState *ts, int which, PyObject *v);
PyObject *cpy_format_simple(PyObject *v);
PyObject *cpy_join(PyObject *const *items, Py_ssize_t n); /* of strs; -> NULL with an exception set */
/* The dict or set that an exact iterator of such goes over, borrowed; NULL when it is over, and for others. */
PyObject *cpy_iterated_container(PyObject *it);
/* l * r, l // r or l % r of exact ints, of up to 127 bits each, without a look for signals. NULL, with no exception set: they or the result are
   longer, the divisor is zero, the operator is another, or no memory. */
PyObject *cpy_int_wide(CpyBinary op, PyObject *l, PyObject *r);
int64_t cpy_int_value(PyObject *exact_int, bool *fits); /* any int that fits i64 */
void cpy_dealloc(PyObject *o); /* _Py_Dealloc */

#endif
