/*  The log: one line an event, written at once, so that a process that dies or forks leaves whole lines. */
#include "runtime/state.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct timespec opened;

void rt_log_open(const char *path)
{
    rt.log_fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    clock_gettime(CLOCK_MONOTONIC, &opened);
}

void rt_log_close(void)
{
    if (rt.log_fd >= 0) {
        close(rt.log_fd);
        rt.log_fd = -1;
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - opened.tv_sec) + (double)(now.tv_nsec - opened.tv_nsec) / 1e9;
}

static void write_all(const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(rt.log_fd, data, n);
        if (done < 0 && errno != EINTR) {
            return;
        }
        data += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
}

static const char *utf8(PyObject *s)
{
    const char *text = PyUnicode_AsUTF8(s);
    if (text == NULL) {
        PyErr_Clear();
    }
    return text != NULL ? text : "?";
}

void rt_log(uint32_t channel, const char *event, PyCodeObject *code, int place, const char *format, ...)
{
    if (!rt_logs(channel)) {
        return;
    }
    PyObject *error = PyErr_GetRaisedException();
    Text line = {0};
    text_add(&line, "%.6f %s", seconds(), event);
    if (code != NULL) {
        int at = place >= 0 ? PyCode_Addr2Line(code, place * 2) : code->co_firstlineno;
        text_add(&line, " %s:%d %s", utf8(code->co_filename), at, utf8(code->co_qualname));
    }
    char words[600];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    text_add(&line, " %s\n", words);
    write_all(line.data, line.len);
    text_free(&line);
    PyErr_SetRaisedException(error);
}

void rt_log_text(uint32_t channel, const char *title, const char *text)
{
    if (rt_logs(channel) && text != NULL) {
        Text block = {0};
        text_add(&block, "%.6f %s\n", seconds(), title);
        text_add_bytes(&block, text, strlen(text));
        text_add(&block, "\n");
        write_all(block.data, block.len);
        text_free(&block);
    }
}
