#include "base/log.h"

#include <stdarg.h>
#include <string.h>

static const char *const channel_names[LOG__COUNT] = {
#define X(name) [LOG_##name] = #name,
    LOG_CHANNELS(X)
#undef X
};

/* The bits a name stands for, 0 when it is unknown. */
static unsigned bits_of(const char *name, size_t n)
{
    if (n == 3 && memcmp(name, "all", 3) == 0) {
        return (1u << LOG__COUNT) - 1;
    }
    for (unsigned c = 0; c < LOG__COUNT; c++) {
        if (strlen(channel_names[c]) == n && memcmp(channel_names[c], name, n) == 0) {
            return 1u << c;
        }
    }
    return 0;
}

bool log_choose(Log *log, const char *names)
{
    unsigned on = log->on;
    while (*names) {
        size_t n = strcspn(names, ",");
        unsigned bits = bits_of(names, n);
        if (bits == 0) {
            return false;
        }
        on |= bits;
        names += n + (names[n] == ',');
    }
    log->on = on;
    return true;
}

void log_line(const Log *log, LogChannel c, const char *format, ...)
{
    if (!log_is_on(log, c)) {
        return;
    }
    FILE *to = log->to ? log->to : stderr;
    fprintf(to, "%s: ", channel_names[c]);
    va_list args;
    va_start(args, format);
    vfprintf(to, format, args);
    va_end(args);
    fputc('\n', to);
}
