/*  Messages for those who look into Jitney, on channels chosen by name ("record,exits"; "all").

    There is no global log: whoever owns the state has a Log and hands it on. */
#ifndef JITNEY_BASE_LOG_H
#define JITNEY_BASE_LOG_H

#include "base/base.h"

#define LOG_CHANNELS(X) X(record) X(opt) X(codegen) X(exits) X(compile) X(invalidate)

typedef enum {
#define X(name) LOG_##name,
    LOG_CHANNELS(X)
#undef X
    LOG__COUNT
} LogChannel;

typedef struct {
    unsigned on; /* a bit per channel */
    FILE *to;    /* NULL: stderr */
} Log;

/* Switches on the channels of a comma-separated list. False, and nothing changes, when a name is unknown. */
bool log_choose(Log *log, const char *names);
static inline bool log_is_on(const Log *log, LogChannel c) { return log->on >> c & 1; }
/* One line, "channel: text", when the channel is on. */
void log_line(const Log *log, LogChannel c, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
