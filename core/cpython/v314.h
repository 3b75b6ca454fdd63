/*  CPython 3.14's frames: tagged references, as tagged.h tells. */
#ifndef JITNEY_CPYTHON_V314_H
#define JITNEY_CPYTHON_V314_H

#include "cpython/tagged.h"

#define CPYTHONS_DICT_WATCHERS 2

#endif
