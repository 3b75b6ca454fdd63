/*  The jump from the end of a trace into another loop. */
#include "opt/cx.h"

void link_before(OptContext *cx) {
    (void)cx;
}

void link_end(OptContext *cx) {
    cx->options->note = "link: leaves";
    emit(cx, IR_leave, NULL, 0, NULL, snapshot(cx, cx->now->snap));
}
