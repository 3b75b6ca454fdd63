/*  CPython 3.15's frames: tagged references, as tagged.h tells. */
#ifndef JITNEY_CPYTHON_V315_H
#define JITNEY_CPYTHON_V315_H

#include "cpython/tagged.h"

#define CPYTHONS_DICT_WATCHERS 3

#endif
