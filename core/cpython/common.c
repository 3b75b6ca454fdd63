/*  Frames: reading and writing them, pushing, running and popping them. All versions. */
#include "cpython/private.h"

#ifdef Py_DEBUG
const bool CPY_COUNTS_REFS = true;
#else
const bool CPY_COUNTS_REFS = false;
#endif

const int cpy_slot_offset = (int)offsetof(struct _PyInterpreterFrame, localsplus);
const int64_t cpy_slot_mask = ~(int64_t)SLOT_TAG_BITS;
const int64_t cpy_slot_null = SLOT_NULL;
const int64_t cpy_slot_int_tag = SLOT_INT_TAG;
const bool CPY_LASTI_IS_TAGGED = SLOT_INT_TAG != 0;
const bool CPY_WITH_KEEPS_SELF = SLOT_INT_TAG != 0;
const int cpy_frame_instr_offset = (int)offsetof(struct _PyInterpreterFrame, instr_ptr);
#if SLOT_INT_TAG
const int cpy_slot_flags_offset = (int)offsetof(PyObject, ob_flags);
#else
const int cpy_slot_flags_offset = -1;
#endif

/* ---- what a frame is -------------------------------------------------------------------------- */
CpyFrame *
cpy_current_frame(PyThreadState *ts)
{
    return ts->current_frame;
}

void
cpy_set_current_frame(PyThreadState *ts, CpyFrame *f)
{
    ts->current_frame = f;
}

bool
cpy_is_python_frame(CpyFrame *f)
{
    if (OWNER_IS_SHIM(f->owner)) {
        return false;
    }
    PyObject *code = frame_executable(f);
    PyObject *func = frame_funcobj(f);
    return code != NULL && PyCode_Check(code) && func != NULL && PyFunction_Check(func);
}

bool
cpy_is_generator_frame(CpyFrame *f)
{
    return f->owner == FRAME_OWNED_BY_GENERATOR;
}

CpyFrame *
cpy_frame_previous(CpyFrame *f)
{
    for (f = f->previous; f != NULL && !cpy_is_python_frame(f); f = f->previous) {
    }
    return f;
}

PyCodeObject *
cpy_frame_code(CpyFrame *f)
{
    return (PyCodeObject *)frame_executable(f);
}

PyFunctionObject *
cpy_frame_function(CpyFrame *f)
{
    return (PyFunctionObject *)frame_funcobj(f);
}

PyObject *
cpy_frame_globals(CpyFrame *f)
{
    return f->f_globals;
}

PyObject *
cpy_frame_builtins(CpyFrame *f)
{
    return f->f_builtins;
}

PyObject *
cpy_frame_locals(CpyFrame *f)
{
    return f->f_locals;
}

bool
cpy_frame_has_object(CpyFrame *f)
{
    return f->frame_obj != NULL;
}

bool
cpy_frame_is_held(CpyFrame *f)
{
    PyFrameObject *object = f->frame_obj;
    if (object == NULL) {
        return false;
    }
    bool bare = object->f_trace == NULL && object->f_trace_lines && !object->f_trace_opcodes && object->f_extra_locals == NULL &&
                object->f_locals_cache == NULL && FRAME_OVERWRITTEN(object) == NULL;
    if (Py_REFCNT(object) > 1 || !bare) {
        return true;
    }
    f->frame_obj = NULL;
    Py_DECREF(object);
    return false;
}

PyObject *
cpy_frame_object(PyThreadState *ts, CpyFrame *f)
{
    CpyFrame *current = ts->current_frame;
    ts->current_frame = f;
    PyFrameObject *frame = PyThreadState_GetFrame(ts);
    ts->current_frame = current;
    return (PyObject *)frame;
}

void
cpy_set_handled(PyThreadState *ts, PyObject *exception)
{
    PyObject *old = ts->exc_info->exc_value;
    ts->exc_info->exc_value = exception;
    Py_XDECREF(old);
}

/* ---- places and the stack --------------------------------------------------------------------- */
int
cpy_frame_place(CpyFrame *f)
{
    return (int)(f->instr_ptr - _PyCode_CODE(cpy_frame_code(f)));
}

void
cpy_frame_set_place(CpyFrame *f, int place)
{
    f->instr_ptr = _PyCode_CODE(cpy_frame_code(f)) + place;
}

void *
cpy_place_pointer(PyCodeObject *code, int place)
{
    return _PyCode_CODE(code) + place;
}

int
cpy_frame_depth(CpyFrame *f)
{
    /* 3.13 keeps it in a register while the frame runs, INSTRUCTION events included; the entries are there. */
    int depth = frame_top(f) - cpy_frame_code(f)->co_nlocalsplus;
    return depth < 0 ? cpy_static_depth(cpy_frame_code(f), cpy_frame_place(f)) : depth;
}

void
cpy_frame_set_depth(CpyFrame *f, int depth)
{
    frame_set_top(f, cpy_frame_code(f)->co_nlocalsplus + depth);
}

/* ---- slots ------------------------------------------------------------------------------------ */
CpySlot
cpy_slot_get(CpyFrame *f, int slot)
{
    uint64_t word = frame_slots(f)[slot];
    if (word_is_int(word)) {
        return (CpySlot){.kind = CPY_SLOT_INT, .num = (intptr_t)word >> 2};
    }
    if (word_is_null(word)) {
        return (CpySlot){.kind = CPY_SLOT_NULL};
    }
    bool owned = (word & SLOT_TAG_BITS) == 0;
    return (CpySlot){.kind = owned ? CPY_SLOT_OWNED : CPY_SLOT_BORROWED, .obj = word_object(word)};
}

uint64_t
cpy_slot_word(PyObject *owned)
{
    return word_of_owned(owned);
}

void
cpy_slot_take(CpyFrame *f, int slot, PyObject *owned)
{
    frame_slots(f)[slot] = word_of_owned(owned);
}

void
cpy_slot_put_int(CpyFrame *f, int slot, intptr_t num)
{
    if (SLOT_INT_TAG == 0) {
        Py_FatalError("jitney: this CPython has no tagged integers");
    }
    frame_slots(f)[slot] = ((uint64_t)num << 2) | SLOT_INT_TAG;
}

void
cpy_slot_release(CpyFrame *f, int slot)
{
    uint64_t word = frame_slots(f)[slot];
    frame_slots(f)[slot] = SLOT_NULL;
    word_release(word);
}

/* ---- recursion -------------------------------------------------------------------------------- */
/* The interpreter lets a frame in while the counter is positive; once a RecursionError is under way
   there is headroom for the handlers, and it stops the process when that is used up too. */
int
cpy_enter_recursive_py(PyThreadState *ts)
{
    if (ts->py_recursion_remaining-- > 0) {
        return 0;
    }
    if (ts->recursion_headroom) {
        if (ts->py_recursion_remaining < -50) {
            Py_FatalError("Cannot recover from Python stack overflow.");
        }
        return 0;
    }
    ts->recursion_headroom++;
    PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded");
    ts->recursion_headroom--;
    ts->py_recursion_remaining++;
    return -1;
}

void
cpy_leave_recursive_py(PyThreadState *ts)
{
    ts->py_recursion_remaining++;
}

/* ---- push, pop, run --------------------------------------------------------------------------- */
/* The sizes are those of CPython: _PyThreadState_PopFrame gives the chunk back by its own size field,
   to the arena allocator that made it. */
#define CHUNK_BYTES (16 * 1024)
#define CHUNK_SPARE_WORDS 1000

CpyFrame *
grow_data_stack(PyThreadState *ts, int words)
{
    size_t bytes = CHUNK_BYTES;
    while (bytes < sizeof(PyObject *) * (size_t)(words + CHUNK_SPARE_WORDS)) {
        bytes *= 2;
    }
    PyObjectArenaAllocator arena;
    PyObject_GetArenaAllocator(&arena);
    _PyStackChunk *chunk = arena.alloc(arena.ctx, bytes);
    if (chunk == NULL) {
        return NULL;
    }
    chunk->previous = ts->datastack_chunk;
    chunk->size = bytes;
    chunk->top = 0;
    if (chunk->previous != NULL) {
        chunk->previous->top = (size_t)(ts->datastack_top - &chunk->previous->data[0]);
    }
    ts->datastack_chunk = chunk;
    ts->datastack_limit = (PyObject **)((char *)chunk + bytes);
    /* The first word of a thread's first chunk stays unused, so that the chunk is never popped. */
    PyObject **base = &chunk->data[chunk->previous == NULL];
    ts->datastack_top = base + words;
    return (CpyFrame *)base;
}

CpyFrame *
cpy_frame_push(PyThreadState *ts, PyFunctionObject *func)
{
    if (cpy_enter_recursive_py(ts) < 0) {
        return NULL;
    }
    PyCodeObject *code = (PyCodeObject *)func->func_code;
    CpyFrame *f = ver_push_memory(ts, code->co_framesize);
    if (f == NULL) {
        cpy_leave_recursive_py(ts);
        PyErr_NoMemory();
        return NULL;
    }
    ver_frame_init(ts, f, func, ts->current_frame);
    for (int i = 0; i < code->co_stacksize; i++) {
        frame_slots(f)[code->co_nlocalsplus + i] = SLOT_NULL;
    }
    ts->current_frame = f;
    return f;
}

void
cpy_frame_pop(PyThreadState *ts, CpyFrame *f)
{
    /* Unlinked before it is cleared, as what dies with it may look at the stack. */
    ts->current_frame = f->previous;
    cpy_leave_recursive_py(ts);
    _PyEval_FrameClearAndPop(ts, f);
}

PyObject *
cpy_frame_run(PyThreadState *ts, CpyFrame *f, bool raising)
{
    if (raising && !frame_unwind(ts, f)) {
        frame_add_traceback(ts, f);
        cpy_frame_pop(ts, f);
        return NULL;
    }
    /* The interpreter links the frame and counts it itself. */
    ts->current_frame = f->previous;
    cpy_leave_recursive_py(ts);
    return _PyEval_EvalFrameDefault(ts, f, 0);
}

/* ---- exceptions ------------------------------------------------------------------------------- */
void
frame_add_traceback(PyThreadState *ts, CpyFrame *f)
{
    PyCodeObject *code = cpy_frame_code(f);
    if (f->owner != FRAME_OWNED_BY_GENERATOR && cpy_frame_place(f) < code->_co_firsttraceable) {
        return;
    }
    PyObject *frame = cpy_frame_object(ts, f);
    if (frame != NULL) {
        PyTraceBack_Here((PyFrameObject *)frame);
        Py_DECREF(frame);
    }
}

bool
frame_unwind(PyThreadState *ts, CpyFrame *f)
{
    PyCodeObject *code = cpy_frame_code(f);
    int place = cpy_frame_place(f);
    int handler, depth;
    bool lasti;
    if (!cpy_exception_handler(code, place, &handler, &depth, &lasti)) {
        return false;
    }
    frame_add_traceback(ts, f);
    for (int top = cpy_frame_depth(f); top > depth; top--) {
        cpy_frame_set_depth(f, top - 1);
        cpy_slot_release(f, code->co_nlocalsplus + top - 1);
    }
    int slot = code->co_nlocalsplus + depth;
    if (lasti) {
        uint64_t word = ver_lasti_word(place);
        if (word == 0) {
            return frame_unwind(ts, f); /* MemoryError in place of it, at the same place */
        }
        frame_slots(f)[slot++] = word;
    }
    cpy_slot_take(f, slot++, PyErr_GetRaisedException());
    frame_set_top(f, slot);
    cpy_frame_set_place(f, handler);
    return true;
}

/* Entries of the exception table are four numbers of 6 bits a byte, the most significant first: start,
   length, handler, and depth with the lasti flag below. Bit 7 marks an entry's first byte, bit 6 a byte that
   another follows. They are sorted by start. */
static const uint8_t *
read_number(const uint8_t *at, int *value)
{
    int sum = *at & 63;
    while (*at++ & 64) {
        sum = (sum << 6) | (*at & 63);
    }
    *value = sum;
    return at;
}

bool
cpy_exception_handler(PyCodeObject *code, int place, int *handler, int *depth, bool *lasti)
{
    const uint8_t *at = (const uint8_t *)PyBytes_AS_STRING(code->co_exceptiontable);
    const uint8_t *end = at + PyBytes_GET_SIZE(code->co_exceptiontable);
    while (at < end) {
        int start, length, target, flags;
        at = read_number(at, &start);
        at = read_number(at, &length);
        at = read_number(at, &target);
        at = read_number(at, &flags);
        if (place < start) {
            return false;
        }
        if (place < start + length) {
            *handler = target;
            *depth = flags >> 1;
            *lasti = flags & 1;
            return true;
        }
    }
    return false;
}

/* ---- the interpreter's duties ----------------------------------------------------------------- */
void *
cpy_eval_breaker(PyThreadState *ts, uint64_t *mask)
{
    *mask = _PY_EVAL_EVENTS_MASK;
    return &ts->eval_breaker;
}

bool
cpy_eval_breaker_is_set(PyThreadState *ts)
{
    return (_Py_atomic_load_uintptr_relaxed(&ts->eval_breaker) & _PY_EVAL_EVENTS_MASK) != 0;
}

uint64_t
cpy_monitoring_version(PyThreadState *ts)
{
    return _Py_atomic_load_uintptr_relaxed(&ts->eval_breaker) & ~(uint64_t)_PY_EVAL_EVENTS_MASK;
}

bool
cpy_is_main_interpreter(PyThreadState *ts)
{
    return ts->interp == PyInterpreterState_Main();
}

_Static_assert(NB_ADD == (int)CPY_ADD && NB_AND == (int)CPY_AND &&
               NB_FLOOR_DIVIDE == (int)CPY_FLOORDIV && NB_LSHIFT == (int)CPY_LSHIFT &&
               NB_MATRIX_MULTIPLY == (int)CPY_MATMUL && NB_MULTIPLY == (int)CPY_MUL &&
               NB_REMAINDER == (int)CPY_MOD && NB_OR == (int)CPY_OR && NB_POWER == (int)CPY_POW &&
               NB_RSHIFT == (int)CPY_RSHIFT && NB_SUBTRACT == (int)CPY_SUB &&
               NB_TRUE_DIVIDE == (int)CPY_TRUEDIV && NB_XOR == (int)CPY_XOR &&
               NB_INPLACE_ADD == NB_XOR + 1 && NB_INPLACE_XOR == NB_INPLACE_ADD + NB_XOR,
               "CpyBinary is CPython's numbering, in-place forms following");

PyObject *
cpy_binary(CpyBinary op, bool inplace, PyObject *l, PyObject *r)
{
    return _PyEval_BinaryOps[(int)op + (inplace ? NB_INPLACE_ADD : 0)](l, r);
}

PyObject *
cpy_call_intrinsic_1(PyThreadState *ts, int which, PyObject *v)
{
    return _PyIntrinsics_UnaryFunctions[which].func(ts, v);
}

PyObject *
cpy_format_simple(PyObject *v)
{
    return PyUnicode_CheckExact(v) ? Py_NewRef(v) : PyObject_Format(v, NULL);
}

PyObject *
cpy_join(PyObject *const *items, Py_ssize_t n)
{
    PyObject *empty = PyUnicode_New(0, 0);
    PyObject *all = empty != NULL ? _PyUnicode_JoinArray(empty, items, n) : NULL;
    Py_XDECREF(empty);
    return all;
}

int64_t
cpy_int_value(PyObject *exact_int, bool *fits)
{
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(exact_int, &overflow);
    *fits = overflow == 0;
    return value;
}

void
cpy_dealloc(PyObject *o)
{
    _Py_Dealloc(o);
}
