/*  Byte offsets for machine code, the built-in types by name, and the probes that prove both on live
    objects before Jitney is enabled: a wheel built for one micro release may meet another. */
#include "cpython/private.h"

#include <stdlib.h>
#include <string.h>

/* Objects whose structs are private to CPython's own files. */
typedef struct {
    PyObject_HEAD
    PyObject *start, *stop, *step, *length;
} RangeObject;

typedef struct {
    PyObject_HEAD
    Py_ssize_t index;
    PyObject *iter, *result;
} EnumerateObject;

typedef struct {
    PyObject_HEAD
    Py_ssize_t size;
    PyObject *iters;
} ZipObject;

typedef struct {
    PyObject_HEAD
    PyObject *dict;
    Py_ssize_t used, position;
    PyObject *result;
} DictIterObject;

typedef struct {
    PyObject_HEAD
    PyObject *set;
} SetIterObject;

static const int offsets[] = {
#define AT(name, type, field) [CPY_OFF_##name] = (int)offsetof(type, field)
    AT(object_refcnt, PyObject, ob_refcnt),
    AT(object_type, PyObject, ob_type),
    AT(var_size, PyVarObject, ob_size),
    AT(float_value, PyFloatObject, ob_fval),
    AT(long_tag, PyLongObject, long_value.lv_tag),
    AT(long_digit, PyLongObject, long_value.ob_digit),
    AT(list_items, PyListObject, ob_item),
    AT(list_allocated, PyListObject, allocated),
    AT(tuple_items, PyTupleObject, ob_item),
    AT(bytes_data, PyBytesObject, ob_sval),
    AT(bytearray_start, PyByteArrayObject, ob_start),
    AT(unicode_length, PyASCIIObject, length),
    AT(unicode_state, PyASCIIObject, state),
    [CPY_OFF_unicode_ascii_data] = (int)sizeof(PyASCIIObject),
    [CPY_OFF_unicode_compact_data] = (int)sizeof(PyCompactUnicodeObject),
    AT(unicode_hash, PyASCIIObject, hash),
    AT(cell_value, PyCellObject, ob_ref),
    AT(function_code, PyFunctionObject, func_code),
    AT(function_globals, PyFunctionObject, func_globals),
    AT(function_closure, PyFunctionObject, func_closure),
    AT(function_defaults, PyFunctionObject, func_defaults),
    AT(function_kwdefaults, PyFunctionObject, func_kwdefaults),
    AT(function_vectorcall, PyFunctionObject, vectorcall),
    AT(method_func, PyMethodObject, im_func),
    AT(method_self, PyMethodObject, im_self),
    AT(cfunction_def, PyCFunctionObject, m_ml),
    AT(cfunction_self, PyCFunctionObject, m_self),
    AT(dict_used, PyDictObject, ma_used),
    AT(dict_keys, PyDictObject, ma_keys),
    AT(dict_values, PyDictObject, ma_values),
    AT(set_used, PySetObject, used),
    AT(slice_start, PySliceObject, start),
    AT(slice_stop, PySliceObject, stop),
    AT(slice_step, PySliceObject, step),
    AT(list_iter_index, _PyListIterObject, it_index),
    AT(list_iter_seq, _PyListIterObject, it_seq),
    AT(tuple_iter_index, _PyTupleIterObject, it_index),
    AT(tuple_iter_seq, _PyTupleIterObject, it_seq),
    AT(range_iter_start, _PyRangeIterObject, start),
    AT(range_iter_step, _PyRangeIterObject, step),
    AT(range_iter_len, _PyRangeIterObject, len),
    AT(enumerate_index, EnumerateObject, index),
    AT(enumerate_iter, EnumerateObject, iter),
    AT(enumerate_result, EnumerateObject, result),
    AT(zip_iters, ZipObject, iters),
    AT(dict_iter_dict, DictIterObject, dict),
    AT(dict_iter_result, DictIterObject, result),
    AT(set_iter_set, SetIterObject, set),
    AT(range_start, RangeObject, start),
    AT(range_stop, RangeObject, stop),
    AT(range_step, RangeObject, step),
    AT(range_length, RangeObject, length),
    AT(type_flags, PyTypeObject, tp_flags),
    AT(generator_state, PyGenObject, gi_frame_state),
#define IN_FRAME(name, field) \
    [CPY_OFF_generator_##name] = (int)(offsetof(PyGenObject, gi_iframe) + offsetof(struct _PyInterpreterFrame, field))
    IN_FRAME(place, instr_ptr),
    IN_FRAME(top, FRAME_TOP_FIELD),
    IN_FRAME(frame_object, frame_obj),
    IN_FRAME(globals, f_globals),
    IN_FRAME(builtins, f_builtins),
    IN_FRAME(slots, localsplus),
#undef IN_FRAME
#undef AT
};
_Static_assert(sizeof(offsets) / sizeof(offsets[0]) == CPY_OFF__COUNT, "layout.def has more rows");

int
cpy_offset(CpyLayout which)
{
    return (unsigned)which < CPY_OFF__COUNT ? offsets[which] : -1;
}

/* ---- the bit field of str --------------------------------------------------------------------- */
static uint32_t
state_word(int kind, int compact, int ascii)
{
    PyASCIIObject model;
    uint32_t word;
    memset(&model, 0, sizeof(model));
    model.state.kind = (unsigned)kind;
    model.state.compact = (unsigned)compact;
    model.state.ascii = (unsigned)ascii;
    memcpy(&word, &model.state, sizeof(word));
    return word;
}

uint32_t
cpy_unicode_state(int kind, bool compact, bool ascii)
{
    return state_word(kind, compact, ascii);
}

uint32_t
cpy_unicode_state_mask(void)
{
    return state_word(7, 1, 1);
}

/* ---- types by name ---------------------------------------------------------------------------- */
static const struct {
    const char *name;
    PyTypeObject *type;
} builtin_types[] = {
    {"object", &PyBaseObject_Type}, {"type", &PyType_Type}, {"int", &PyLong_Type},
    {"bool", &PyBool_Type}, {"float", &PyFloat_Type}, {"complex", &PyComplex_Type},
    {"str", &PyUnicode_Type}, {"bytes", &PyBytes_Type}, {"bytearray", &PyByteArray_Type},
    {"memoryview", &PyMemoryView_Type}, {"list", &PyList_Type}, {"tuple", &PyTuple_Type},
    {"dict", &PyDict_Type}, {"set", &PySet_Type}, {"frozenset", &PyFrozenSet_Type},
    {"slice", &PySlice_Type}, {"range", &PyRange_Type}, {"ellipsis", &PyEllipsis_Type},
    {"list_iterator", &PyListIter_Type}, {"list_reverseiterator", &PyListRevIter_Type},
    {"tuple_iterator", &PyTupleIter_Type}, {"range_iterator", &PyRangeIter_Type},
    {"longrange_iterator", &PyLongRangeIter_Type}, {"str_iterator", &PyUnicodeIter_Type},
    {"bytes_iterator", &PyBytesIter_Type}, {"bytearray_iterator", &PyByteArrayIter_Type},
    {"set_iterator", &PySetIter_Type}, {"iterator", &PySeqIter_Type},
    {"callable_iterator", &PyCallIter_Type}, {"dict_keys", &PyDictKeys_Type},
    {"dict_values", &PyDictValues_Type}, {"dict_items", &PyDictItems_Type},
    {"dict_keyiterator", &PyDictIterKey_Type}, {"dict_valueiterator", &PyDictIterValue_Type},
    {"dict_itemiterator", &PyDictIterItem_Type}, {"odict", &PyODict_Type},
    {"enumerate", &PyEnum_Type}, {"zip", &PyZip_Type}, {"map", &PyMap_Type},
    {"filter", &PyFilter_Type}, {"reversed", &PyReversed_Type}, {"function", &PyFunction_Type},
    {"method", &PyMethod_Type}, {"builtin_function_or_method", &PyCFunction_Type},
    {"method_descriptor", &PyMethodDescr_Type}, {"classmethod_descriptor", &PyClassMethodDescr_Type},
    {"wrapper_descriptor", &PyWrapperDescr_Type}, {"getset_descriptor", &PyGetSetDescr_Type},
    {"member_descriptor", &PyMemberDescr_Type}, {"property", &PyProperty_Type},
    {"staticmethod", &PyStaticMethod_Type}, {"classmethod", &PyClassMethod_Type},
    {"super", &PySuper_Type}, {"module", &PyModule_Type}, {"cell", &PyCell_Type},
    {"code", &PyCode_Type}, {"frame", &PyFrame_Type}, {"generator", &PyGen_Type},
    {"coroutine", &PyCoro_Type}, {"async_generator", &PyAsyncGen_Type},
    {"traceback", &PyTraceBack_Type}, {"mappingproxy", &PyDictProxy_Type},
};

/* Types without an exported name, told by what they come out of. */
static PyTypeObject *
type_of_fresh(PyObject *fresh)
{
    if (fresh == NULL) {
        PyErr_Clear();
        return NULL;
    }
    PyTypeObject *type = Py_TYPE(fresh);
    Py_DECREF(fresh);
    return type;
}

PyTypeObject *
cpy_builtin_type(const char *name)
{
    for (size_t i = 0; i < sizeof(builtin_types) / sizeof(builtin_types[0]); i++) {
        if (strcmp(builtin_types[i].name, name) == 0) {
            return builtin_types[i].type;
        }
    }
    if (strcmp(name, "NoneType") == 0) {
        return Py_TYPE(Py_None);
    }
    if (strcmp(name, "NotImplementedType") == 0) {
        return Py_TYPE(Py_NotImplemented);
    }
    if (strcmp(name, "str_ascii_iterator") == 0) {
        return type_of_fresh(PyObject_GetIter(Py_GetConstantBorrowed(Py_CONSTANT_EMPTY_STR)));
    }
    return NULL;
}

/* ---- probes ----------------------------------------------------------------------------------- */
#define FIELD(o, name, type) (*(type *)((char *)(o) + offsets[CPY_OFF_##name]))

static const char *
probe_numbers(void)
{
    PyObject *i = PyLong_FromLong(-123456789), *f = PyFloat_FromDouble(2.5);
    const char *why = NULL;
    if (i == NULL || f == NULL || FIELD(f, float_value, double) != 2.5) {
        why = "float";
    } else if (FIELD(i, long_tag, uintptr_t) != ((1 << 3) | 2) || FIELD(i, long_digit, uint32_t) != 123456789) {
        why = "int";
    } else if (FIELD(i, object_type, PyTypeObject *) != &PyLong_Type) {
        why = "object";
    }
    Py_XDECREF(i);
    Py_XDECREF(f);
    return why;
}

static const char *
probe_sequences(void)
{
    PyObject *list = Py_BuildValue("[ii]", 1, 2), *tuple = Py_BuildValue("(ii)", 1, 2);
    PyObject *list_iter = list ? PyObject_GetIter(list) : NULL;
    PyObject *tuple_iter = tuple ? PyObject_GetIter(tuple) : NULL;
    const char *why = NULL;
    if (list_iter == NULL || tuple_iter == NULL) {
        why = "memory";
    } else if (FIELD(list, var_size, Py_ssize_t) != 2 || FIELD(list, list_allocated, Py_ssize_t) < 2 ||
               FIELD(list, list_items, PyObject **)[1] != PyList_GET_ITEM(list, 1)) {
        why = "list";
    } else if ((&FIELD(tuple, tuple_items, PyObject *))[1] != PySequence_Fast_GET_ITEM(tuple, 1)) {
        why = "tuple";
    } else if (Py_TYPE(list_iter) != &PyListIter_Type || Py_TYPE(tuple_iter) != &PyTupleIter_Type ||
               FIELD(list_iter, list_iter_seq, PyObject *) != list ||
               FIELD(tuple_iter, tuple_iter_seq, PyObject *) != tuple ||
               FIELD(list_iter, list_iter_index, Py_ssize_t) != 0) {
        why = "iterators";
    }
    Py_XDECREF(list_iter);
    Py_XDECREF(tuple_iter);
    Py_XDECREF(list);
    Py_XDECREF(tuple);
    return why;
}

static const char *
probe_range(void)
{
    PyObject *range = PyObject_CallFunction((PyObject *)&PyRange_Type, "iii", 3, 30, 7);
    PyObject *iter = range ? PyObject_GetIter(range) : NULL;
    const char *why = NULL;
    if (iter == NULL || Py_TYPE(iter) != &PyRangeIter_Type) {
        why = "range";
    } else if (PyLong_AsLong(FIELD(range, range_start, PyObject *)) != 3 ||
               PyLong_AsLong(FIELD(range, range_stop, PyObject *)) != 30 ||
               PyLong_AsLong(FIELD(range, range_step, PyObject *)) != 7 ||
               PyLong_AsLong(FIELD(range, range_length, PyObject *)) != 4) {
        why = "range";
    } else if (FIELD(iter, range_iter_start, long) != 3 || FIELD(iter, range_iter_step, long) != 7 ||
               FIELD(iter, range_iter_len, long) != 4) {
        why = "range iterator";
    }
    Py_XDECREF(range);
    Py_XDECREF(iter);
    return why;
}

static const char *
probe_iterators(void)
{
    PyObject *list = Py_BuildValue("[ii]", 1000, 2000), *dict = Py_BuildValue("{i:i}", 1000, 2000);
    PyObject *set = list != NULL ? PySet_New(list) : NULL, *items = dict != NULL ? PyObject_CallMethod(dict, "items", NULL) : NULL;
    PyObject *counted = list != NULL ? PyObject_CallOneArg((PyObject *)&PyEnum_Type, list) : NULL;
    PyObject *zipped = list != NULL ? PyObject_CallFunctionObjArgs((PyObject *)&PyZip_Type, list, list, NULL) : NULL;
    PyObject *of_items = items != NULL ? PyObject_GetIter(items) : NULL, *of_set = set != NULL ? PyObject_GetIter(set) : NULL;
    PyObject *first = counted != NULL ? PyIter_Next(counted) : NULL;
    const char *why = NULL;
    if (first == NULL || zipped == NULL || of_items == NULL || of_set == NULL) {
        why = "memory";
    } else if (FIELD(counted, enumerate_index, Py_ssize_t) != 1 ||
               FIELD(counted, enumerate_result, PyObject *) != first ||
               !Py_IS_TYPE(FIELD(counted, enumerate_iter, PyObject *), &PyListIter_Type)) {
        why = "enumerate";
    } else if (!PyTuple_CheckExact(FIELD(zipped, zip_iters, PyObject *)) ||
               PyTuple_GET_SIZE(FIELD(zipped, zip_iters, PyObject *)) != 2) {
        why = "zip";
    } else if (FIELD(of_items, dict_iter_dict, PyObject *) != dict || FIELD(of_set, set_iter_set, PyObject *) != set ||
               !PyTuple_CheckExact(FIELD(of_items, dict_iter_result, PyObject *))) {
        why = "iterators of dicts and sets";
    }
    PyObject *all[] = {list, dict, set, items, counted, zipped, of_items, of_set, first};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        Py_XDECREF(all[i]);
    }
    return why;
}

/* One that has yielded: where it stands, what its slots hold. */
static const char *
probe_generator(void)
{
    PyObject *globals = PyDict_New();
    PyObject *gen = globals != NULL ? PyRun_String("(x for x in (1.5,))", Py_eval_input, globals, globals) : NULL;
    const char *why = gen == NULL ? "memory" : NULL;
    if (why == NULL && (cpy_generator_state(gen) != cpy_generator_created || FIELD(gen, generator_frame_object, void *) != NULL)) {
        why = "generators";
    }
    PyObject *item = why == NULL ? PyIter_Next(gen) : NULL;
    if (item != NULL) {
        CpyFrame *f = cpy_generator_frame(gen);
        CpySlot x = cpy_slot_get(f, 1);
        if (cpy_generator_state(gen) != cpy_generator_suspended || x.kind != CPY_SLOT_OWNED || x.obj != item ||
            cpy_decode(cpy_frame_code(f), cpy_frame_place(f)).op != CPYOP_resume || cpy_frame_depth(f) != CPY_ITER_SLOTS ||
            FIELD(gen, generator_globals, PyObject *) != globals) {
            why = "generators";
        }
    }
    Py_XDECREF(item);
    Py_XDECREF(gen);
    Py_XDECREF(globals);
    return why;
}

static const char *
probe_text(void)
{
    PyObject *ascii = PyUnicode_FromString("jitney"), *wide = PyUnicode_FromString("\xe2\x82\xac!");
    PyObject *bytes = PyBytes_FromString("ab");
    PyObject *array = PyByteArray_FromStringAndSize("ab", 2);
    uint32_t mask = cpy_unicode_state_mask();
    const char *why = NULL;
    if (ascii == NULL || wide == NULL || bytes == NULL || array == NULL) {
        why = "memory";
    } else if (FIELD(ascii, unicode_length, Py_ssize_t) != 6 ||
               memcmp(&FIELD(ascii, unicode_ascii_data, char), "jitney", 6) != 0 ||
               (FIELD(ascii, unicode_state, uint32_t) & mask) != cpy_unicode_state(1, true, true) ||
               (FIELD(wide, unicode_state, uint32_t) & mask) != cpy_unicode_state(2, true, false) ||
               FIELD(wide, unicode_compact_data, uint16_t) != 0x20ac ||
               PyObject_Hash(ascii) != FIELD(ascii, unicode_hash, Py_hash_t)) {
        why = "str";
    } else if (FIELD(bytes, bytes_data, char) != 'a' || FIELD(array, bytearray_start, char *)[1] != 'b') {
        why = "bytes";
    }
    Py_XDECREF(ascii);
    Py_XDECREF(wide);
    Py_XDECREF(bytes);
    Py_XDECREF(array);
    return why;
}

static const char *
probe_dict(void)
{
    PyObject *dict = Py_BuildValue("{s:i,s:i}", "jitney_a", 1, "jitney_b", 2);
    PyObject *key = PyUnicode_FromString("jitney_b");
    const char *why = dict == NULL || key == NULL ? "memory" : NULL;
    int keys = 0, entries = 0;
    if (why == NULL) {
        int index = cpy_dict_entry_index(dict, key);
        if (index != 1 || !cpy_dict_entry_layout(dict, &keys, &entries) ||
            FIELD(dict, dict_used, Py_ssize_t) != 2) {
            why = "dict";
        } else {
            char *entry = *(char **)((char *)dict + keys) + entries + 16 * index;
            if (((PyObject **)entry)[1] != PyDict_GetItemWithError(dict, key)) {
                why = "dict entries";
            }
        }
    }
    Py_XDECREF(dict);
    Py_XDECREF(key);
    return why;
}

/* An instance whose attribute is set the usual way must show it where we would look. */
static const char *
probe_instance(void)
{
    PyObject *type = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", "jitney_probe");
    PyObject *obj = type ? PyObject_CallNoArgs(type) : NULL;
    PyObject *name = PyUnicode_InternFromString("jitney_attribute");
    PyObject *other = PyUnicode_InternFromString("jitney_other");
    const char *why = NULL;
    int offset, valid;
    if (obj == NULL || name == NULL || other == NULL || PyObject_SetAttr(obj, name, Py_True) < 0) {
        why = "memory";
    } else if (!cpy_type_is_plain((PyTypeObject *)type) ||
               (offset = cpy_inline_attr_offset(obj, name)) < 0 ||
               *(PyObject **)((char *)obj + offset) != Py_True ||
               !cpy_inline_valid_offset((PyTypeObject *)type, &valid) || ((char *)obj)[valid] != 1) {
        why = "inline attributes";
    } else if (PyObject_SetAttr(obj, other, Py_False) < 0 || PyObject_DelAttr(obj, name) < 0 ||
               cpy_inline_attr_set(obj, name, Py_None) < 0) {
        why = "inline attributes";
    } else {
        PyObject *dict = PyObject_GenericGetDict(obj, NULL);
        PyObject *names = dict ? PyDict_Keys(dict) : NULL;
        if (names == NULL || PyList_GET_SIZE(names) != 2 || PyList_GET_ITEM(names, 0) != other ||
            PyList_GET_ITEM(names, 1) != name) {
            why = "order of inline attributes";
        }
        Py_XDECREF(names);
        Py_XDECREF(dict);
    }
    Py_XDECREF(name);
    Py_XDECREF(other);
    Py_XDECREF(obj);
    Py_XDECREF(type);
    return why;
}

static const char *
probe_frame(void)
{
    PyThreadState *ts = PyThreadState_Get();
    PyFrameObject *frame = PyEval_GetFrame();
    if (frame == NULL) {
        return NULL; /* nothing to look at: no Python code is running */
    }
    CpyFrame *f = ts->current_frame;
    while (f != NULL && !cpy_is_python_frame(f)) {
        f = f->previous;
    }
    PyCodeObject *code = f == NULL ? NULL : PyFrame_GetCode(frame);
    bool same = code != NULL && cpy_frame_code(f) == code && f->frame_obj == frame &&
                cpy_frame_place(f) >= 0 && cpy_frame_place(f) < (int)Py_SIZE(code) &&
                2 * cpy_frame_place(f) == PyFrame_GetLasti(frame);
    Py_XDECREF(code);
    return same ? NULL : "frame";
}

static const char *
probe_constants(void)
{
    PyObject *first = ver_common_constant(0);
    return first == NULL || first == PyExc_AssertionError ? NULL : "common constants";
}

static const char *
probe_functions(void)
{
    return find_plain_vectorcall() < 0 ? "functions" : NULL;
}

const char *
cpy_probe_layout(void)
{
    static const char *(*const probes[])(void) = {
        probe_opcodes, probe_numbers, probe_sequences, probe_range, probe_text, probe_dict,
        probe_instance, probe_frame, probe_constants, probe_iterators, probe_generator, probe_functions,
    };
    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
        const char *why = probes[i]();
        PyErr_Clear();
        if (why != NULL) {
            char *text = malloc(200);
            if (text == NULL) {
                return why;
            }
            snprintf(text, 200, "the layout of this CPython's objects is not the one Jitney was built "
                     "for (%s)", why);
            return text;
        }
    }
    return NULL;
}
