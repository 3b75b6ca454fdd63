/*  Events: counting, and what to do when a place is hot.

    Every back-edge of the program that was not disabled comes by here, so the common ways are short: a forward jump is
    disabled at once, a cold loop counts down, a compiled one is entered, one that was given up is disabled (again,
    where somebody re-armed all events). */
#include "runtime/state.h"

static bool is_recording_elsewhere(PyThreadState *ts, CpyFrame *f)
{
    if (rt.recording.rec == NULL || rt_is_followed(ts, f)) {
        return false;
    }
    rt_record_note_foreign(ts);
    return rt.recording.rec != NULL;
}

static int on_hot(PyThreadState *ts, CpyFrame *f, RtPlace *p)
{
    PyCodeObject *code = p->code;
    int at = p->at;
    if (rt.recording.rec != NULL) {
        p->left = 1 + (int32_t)(rt.params.threshold / 16); /* One recording at a time: again soon. */
        return 0;
    }
    p->left = (int32_t)rt.params.threshold;
    if (!rt_may_spend()) {
        return 0;
    }
    if (cpy_is_generator_frame(f)) {
        rt_note_consumer(ts, f);
    }
    rt_record_root(REC_LOOP, ts, f, code, at);
    p = rt_place(code, at, false);
    return p != NULL && p->given_up;
}

static int on_jump(PyCodeObject *code, int place, int dest)
{
    if (dest > place) {
        return 1;
    }
    RtPlace *p = rt_place(code, dest, true);
    if (p == NULL) {
        return 1;
    }
    PyThreadState *ts = PyThreadState_GetUnchecked();
    CpyFrame *f = cpy_current_frame(ts);
    if (rt.recording.rec != NULL) {
        is_recording_elsewhere(ts, f);
    }
    if (p->tree != NULL) {
        return rt_enter(ts, f, p);
    }
    if (p->given_up) {
        return 1;
    }
    rt_clock_round(p, f);
    return --p->left > 0 ? 0 : on_hot(ts, f, p);
}

int rt_on_event(CpyEvent what, PyCodeObject *code, int place, int dest)
{
    if (!rt.on) {
        return 1;
    }
    if (rt.sweep_due && what != CPY_EVENT_INSTRUCTION) {
        rt_sweep();
    }
    /* Our INSTRUCTION events are in another tool's way (a branch seems to come from elsewhere), and may come no more when it joins. */
    if (rt.recording.rec != NULL && cpy_others_watch(rt.recording.ts, code)) {
        rt_record_stop(ABORT_other_tool);
    }
    switch (what) {
    case CPY_EVENT_JUMP:
        return on_jump(code, place, dest);
    case CPY_EVENT_START:
        return rt_on_start(PyThreadState_GetUnchecked(), code, place);
    case CPY_EVENT_INSTRUCTION:
        rt_record_step(PyThreadState_GetUnchecked(), code, place);
        return rt_on_instruction(PyThreadState_GetUnchecked(), code, place);
    }
    return 0;
}

/* ---- what did not work ------------------------------------------------------------------------- */
void rt_give_up_place(PyCodeObject *code, int at, RecAbort why)
{
    RtPlace *p = rt_place(code, at, true);
    if (p == NULL || p->given_up) {
        return;
    }
    p->given_up = true;
    rt.stats.places_given_up++;
    rt_log(RT_LOG_abort, "given_up", code, at, "%s: %s", rec_abort_name[why], rec_abort_sentence[why]);
}

void rt_back_off(PyCodeObject *code, int at, RecAbort why)
{
    RtPlace *p = rt_place(code, at, true);
    if (p == NULL) {
        return;
    }
    int64_t threshold = at == RT_AT_START ? rt.params.function_threshold : rt.params.threshold;
    if (rec_abort_policy[why] == REC_SOON && p->misses < RT_MAX_MISSES) {
        p->misses++;
        p->left = (int32_t)(1 + threshold / 16 + p->misses * p->misses * 7 % 31 + (threshold >> 6) * p->misses);
        return;
    }
    p->aborts++;
    int64_t left = threshold << p->aborts;
    p->left = left < INT32_MAX ? (int32_t)left : INT32_MAX;
    if (rec_abort_policy[why] == REC_NEVER || p->aborts >= RT_MAX_ABORTS) {
        rt_give_up_place(code, at, why);
    }
}
