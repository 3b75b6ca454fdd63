/*  The one recording that may be running: starting it, feeding it, ending it.

        idle --rt_record_root, rt_record_function, rt_record_side--> running --INSTRUCTION events--> compiled or given up --> idle

    What the recorder takes for a fact is watched from the step on that took it: a change while the recording
    runs spoils it. For that a tree is made at the start (a side trace's facts move to its parent's tree later).

    A recording can be lost: its frame may end by an exception, its generator may be dropped. It notices by
    events of the same code in other frames, and by how many events of others come between its own. */
#include "runtime/state.h"

#include "base/text.h"

enum { MAX_FOREIGN = 50000 };

static RtTree *facts; /* of the running recording */
static RtActivation facts_hold; /* keeps it when a change kills it meanwhile */
static size_t facts_seen;

static void forget_recording(void)
{
    RtRecording *g = &rt.recording;
    PyCodeObject *code = g->code;
    if (g->parent != NULL) {
        rt_release(&g->hold);
    }
    *g = (RtRecording){0};
    Py_XDECREF(code);
}

static void drop_facts(void)
{
    if (facts != NULL) {
        rt_release(&facts_hold);
        rt_tree_kill(facts);
        facts = NULL;
        rt_sweep();
    }
}

static bool is_sane_frame(PyThreadState *ts, CpyFrame *f, PyCodeObject *code)
{
    return cpy_is_python_frame(f) && cpy_frame_code(f) == code && !cpy_others_watch(ts, code) &&
           cpy_monitor_is_ours();
}

static bool start_recorder(const RecStart *how, PyThreadState *ts, PyCodeObject *code, int at, RecAbort *why)
{
    RtRecording *g = &rt.recording;
    facts = rt_tree_new(how->kind, code, at);
    facts_seen = 0;
    if (facts == NULL) {
        *why = ABORT_out_of_memory;
        return false;
    }
    rt_hold(&facts_hold, facts);
    g->rec = rec_start(how, &rt.host, ts, why);
    if (g->rec == NULL) {
        drop_facts();
        return false;
    }
    g->ts = ts;
    g->kind = how->kind;
    g->code = (PyCodeObject *)Py_NewRef(code);
    g->at = at;
    rt.stats.recordings++;
    rt_log(RT_LOG_record, "recording", code, at, "%s", how->kind == REC_SIDE ? "side" : how->kind == REC_LOOP ? "loop" : "function");
    return true;
}

static bool start(const RecStart *how, PyThreadState *ts, PyCodeObject *code, int at, RecAbort *why)
{
    enum { EVENTS = 200 * 1000 }; /* The interpreter looks at all code anew. */
    uint64_t now = rt_start_aside();
    bool started = start_recorder(how, ts, code, at, why);
    rt_end_aside(now, EVENTS);
    return started;
}

/* From that place on; the tree will stand at another when that is a function's start. */
static bool record_root(RecKind kind, PyThreadState *ts, CpyFrame *frame, PyCodeObject *code, int at, int place)
{
    RecAbort why = ABORT_none;
    if (rt.recording.rec != NULL || !is_sane_frame(ts, frame, code)) {
        return false;
    }
    RecStart how = {
        .kind = kind, .frame = frame, .place = place,
        .max_insns = (int)rt.params.max_trace_length * 8, .max_inline_depth = RT_MAX_INLINE,
    };
    if (!start(&how, ts, code, at, &why)) {
        rt_back_off(code, at, why);
        return false;
    }
    rt.recording.root = rt.recording.frame = frame;
    return true;
}

bool rt_record_root(RecKind kind, PyThreadState *ts, CpyFrame *frame, PyCodeObject *code, int at)
{
    return record_root(kind, ts, frame, code, at, at == RT_AT_START ? cpy_frame_place(frame) : at);
}

bool rt_record_function(PyThreadState *ts, CpyFrame *frame, int place)
{
    return record_root(REC_FUNCTION, ts, frame, cpy_frame_code(frame), RT_AT_START, place);
}

bool rt_record_side(RtTree *tree, CgExit *exit, PyThreadState *ts, CpyFrame **frames)
{
    RtRecording *g = &rt.recording;
    IrTrace *ir = exit->trace->ir;
    const IrSnapshot *snap = &ir->snaps.data[exit->snap];
    uint8_t types[RT_MAX_LEAVES];
    RecAbort why = ABORT_none;
    if (g->rec != NULL) {
        return false;
    }
    for (int i = 0; i < exit->nlocs; i++) {
        types[i] = exit->locs[i].type;
    }
    for (int i = 0; i < snap->nframes; i++) {
        if (cpy_others_watch(ts, cpy_frame_code(frames[i]))) {
            return false;
        }
    }
    RecStart how = {
        .kind = REC_SIDE, .exit = snap, .leaf_types = types,
        .unsettled = exit->unsettled, .frames = frames, .root_entry_depth = tree->entry_depth,
        .max_insns = (int)rt.params.max_trace_length * 8, .max_inline_depth = RT_MAX_INLINE,
        .raised = PyErr_GetRaisedException(),
    };
    PyCodeObject *code = cpy_frame_code(frames[0]);
    bool started = start(&how, ts, code, snap->frames[0].place, &why);
    PyErr_SetRaisedException(how.raised);
    if (!started) {
        rt_side_failed(exit, why);
        return false;
    }
    g->root = frames[0];
    g->frame = frames[snap->nframes - 1];
    g->exit = exit;
    g->parent = tree;
    rt_hold(&g->hold, tree);
    return true;
}

/* ---- ending ------------------------------------------------------------------------------------- */
static void blame(RecAbort why, const char *words)
{
    RtRecording *g = &rt.recording;
    Recorder *r = g->rec;
    PyCodeObject *code = r->abort_code != NULL ? r->abort_code : g->code;
    int place = r->abort_code != NULL ? r->abort_place : g->at;
    rt.stats.aborts++;
    rt.stats.aborts_by[why]++;
    rt_log(RT_LOG_abort, "aborted", code, place, "%s: %s%s%s%s", rec_abort_name[why], rec_abort_sentence[why],
           words != NULL ? ": " : "", words != NULL ? words : "", "");
    if (r->abort_opcode != NULL && rt_logs(RT_LOG_abort)) {
        rt_log(RT_LOG_abort, "opcode", code, place, "%s", r->abort_opcode);
    }
}

static void free_recorder(Recorder *r)
{
    Arena *arena = r->raw != NULL ? r->raw->arena : NULL;
    rec_free(r);
    if (arena != NULL) {
        arena_free(arena);
    }
}

/* Did the tree follow a call whose function turned out to have a loop that cannot be part of a trace? Made anew, it will not. */
static bool followed_in_vain(const RtRecording *g, RecAbort why)
{
    if (g->kind != REC_SIDE || why != ABORT_unrolled_too_often) {
        return false;
    }
    const IrSnapshot *snap = &g->exit->trace->ir->snaps.data[g->exit->snap];
    for (int i = 1; i < snap->nframes; i++) {
        if (snap->frames[i].code == g->rec->abort_code) {
            return true;
        }
    }
    return false;
}

static void give_up(RecAbort why, const char *words)
{
    RtRecording g = rt.recording;
    bool in_vain = followed_in_vain(&g, why);
    blame(why, words);
    rec_stop_events(g.rec);
    free_recorder(g.rec);
    if (in_vain) {
        rt_tree_kill(g.parent);
    } else if (g.kind == REC_SIDE) {
        rt_side_failed(g.exit, why);
    } else {
        rt_back_off(g.code, g.at, why);
    }
    forget_recording();
    drop_facts();
}

void rt_record_stop(RecAbort why)
{
    if (rt.recording.rec != NULL) {
        give_up(why, NULL);
    }
}

/* What was recorded of facts and objects goes to the tree that the trace will belong to. */
static bool move_facts(Recorder *r, RtTree *tree)
{
    size_t first = tree->deps.len;
    if (tree != facts) {
        for (size_t i = 0; i < r->deps.len; i++) {
            vec_push(&tree->deps, r->deps.data[i]);
        }
    }
    for (size_t i = 0; i < r->objects.len; i++) {
        vec_push(&tree->objects, r->objects.data[i]);
    }
    r->objects.len = 0;
    return tree == facts || rt_watch_deps(tree, first) == 0;
}

static void log_raw(const IrTrace *t)
{
    if (rt_logs(RT_LOG_opt)) {
        Text text = {0};
        ir_print(t, &text);
        rt_log_text(RT_LOG_opt, "raw", text.data);
        text_free(&text);
    }
}

static void finish(void)
{
    RtRecording g = rt.recording;
    const char *words = NULL;
    RecAbort why = ABORT_none;
    rec_stop_events(g.rec);
    log_raw(g.rec->raw);
    if (facts->dead || (g.parent != NULL && g.parent->dead)) {
        give_up(ABORT_global_changes, NULL);
        return;
    }
    RtTree *tree = g.kind == REC_SIDE ? g.parent : facts;
    RtTrace *trace = rt_compile(g.rec, tree, g.exit, &words, &why);
    if (trace == NULL) {
        give_up(why, words);
        return;
    }
    if (!move_facts(g.rec, tree)) {
        rt_tree_kill(tree);
    }
    free_recorder(g.rec);
    if (g.kind == REC_SIDE) {
        if (!tree->dead) {
            rt_side_done(g.exit, trace);
        }
        forget_recording();
        drop_facts();
        return;
    }
    RtPlace *p = rt_place(g.code, g.at, true);
    if (p != NULL && !tree->dead) {
        rt_weigh_new(tree, p->round_cycles);
        p->tree = tree;
    }
    rt_release(&facts_hold);
    facts = NULL;
    forget_recording();
    rt_keeper_renew();
    rt_retire_trees();
    rt_sweep();
}

/* ---- running -------------------------------------------------------------------------------------- */
static bool is_on_stack(PyThreadState *ts, CpyFrame *root)
{
    for (CpyFrame *f = cpy_current_frame(ts); f != NULL; f = cpy_frame_previous(f)) {
        if (f == root) {
            return true;
        }
    }
    return false;
}

void rt_record_note_foreign(PyThreadState *ts)
{
    RtRecording *g = &rt.recording;
    bool lost = ++g->foreign > MAX_FOREIGN;
    if (!lost && ts == g->ts && (g->foreign & 63) == 0) {
        lost = !is_on_stack(ts, g->root);
    }
    if (lost) {
        give_up(ABORT_left_frame, NULL);
    }
}

static bool watch_new_facts(Recorder *r)
{
    bool ok = true;
    for (; facts_seen < r->deps.len; facts_seen++) {
        size_t at = facts->deps.len;
        vec_push(&facts->deps, r->deps.data[facts_seen]);
        ok = ok && rt_watch_deps(facts, at) == 0;
    }
    return ok;
}

static void step(PyThreadState *ts, PyCodeObject *code, int place)
{
    RtRecording *g = &rt.recording;
    RecStatus status = rec_step(g->rec, ts, code, place);
    if (PyErr_Occurred()) {
        PyErr_Clear();
    }
    if (status == REC_NOT_MINE) {
        if (ts == g->ts && code == g->code && !is_on_stack(ts, g->root)) {
            give_up(ABORT_left_frame, NULL);
        } else {
            rt_record_note_foreign(ts);
        }
        return;
    }
    g->foreign = 0;
    rt.stats.steps++;
    g->frame = cpy_current_frame(ts);
    if (status == REC_ABORTED) {
        give_up(g->rec->abort, NULL);
    } else if (!watch_new_facts(g->rec)) {
        PyErr_Clear();
        give_up(ABORT_watcher, NULL);
    } else if (facts->dead) {
        give_up(ABORT_global_changes, NULL);
    } else if (status == REC_DONE) {
        finish();
    }
}

void rt_record_step(PyThreadState *ts, PyCodeObject *code, int place)
{
    enum { EVENT = 400 };
    if (rt.recording.rec != NULL) {
        uint64_t now = rt_start_aside();
        step(ts, code, place);
        rt_end_aside(now, EVENT);
    }
}
