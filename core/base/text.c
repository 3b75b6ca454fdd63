#include "base/text.h"

#include <stdarg.h>
#include <string.h>

static void make_room(Text *t, size_t more)
{
    if (t->len + more + 1 <= t->cap) {
        return;
    }
    t->cap = (t->len + more + 1) * 2;
    t->data = realloc(t->data, t->cap);
    if (t->data == NULL) {
        abort();
    }
}

void text_add_bytes(Text *t, const char *bytes, size_t n)
{
    make_room(t, n);
    memcpy(t->data + t->len, bytes, n);
    t->len += n;
    t->data[t->len] = 0;
}

void text_add(Text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n > 0) {
        make_room(t, (size_t)n);
        vsnprintf(t->data + t->len, (size_t)n + 1, format, again);
        t->len += (size_t)n;
    }
    va_end(again);
}

void text_free(Text *t)
{
    free(t->data);
    *t = (Text){0};
}
