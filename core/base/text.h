/*  A text builder, used by all printers. */
#ifndef JITNEY_BASE_TEXT_H
#define JITNEY_BASE_TEXT_H

#include "base/base.h"

typedef struct Text {
    char *data; /* always ends in NUL once something was added */
    size_t len, cap;
} Text;

void text_add(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(Text *t, const char *bytes, size_t n);
void text_free(Text *t);

#endif
