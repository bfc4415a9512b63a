/* socket_options.c - the options of Socket(): checks all of them before it applies the first one. */
#include <math.h>

#include "py/base/args.h"
#include "py/socket/bound_socket.h"
#include "py/socket/socket.h"
#include "py/socket/socket_checks.h"
#include "py/stream/duplex.h"
#include "py/stream/encoding.h"
#include "py/stream/frames.h"
#include "uvio/platform.h"

/* The checked values. */
struct settings {
    bool half_open, no_delay, keep_alive, receive_handles;
    uint32_t read_mark, write_mark, max_write;
    uint16_t delay;
    enum pn_encoding encoding, default_encoding;
    uint8_t tos;
    double close_timeout, linger;
    enum pn_text_errors errors;
};

/* --- checks --- */

static int
encoding_option(PyObject *obj, enum pn_encoding *out)
{
    return obj == NULL ? 0 : pn_encoding_lookup(obj, out);
}

static int
flag_option(PyObject *obj, bool *out)
{
    int on = pn_arg_bool(obj);
    *out = on > 0;
    return on < 0 ? -1 : 0;
}

static int
no_object_mode(PyObject **v)
{
    static const struct {
        enum pn_socket_option option;
        const char *name;
    } modes[] = {
        {PN_O_OBJECT_MODE, "options.object_mode"},
        {PN_O_READ_OBJECT_MODE, "options.readable_object_mode"},
        {PN_O_WRITE_OBJECT_MODE, "options.writable_object_mode"},
    };
    for (size_t i = 0; i < 3; i++) {
        bool on;
        if (flag_option(v[modes[i].option], &on) < 0)
            return -1;
        if (on) {
            pn_raise_arg_value(modes[i].name, "is not supported", v[modes[i].option]);
            return -1;
        }
    }
    return 0;
}

static int
check_marks(PyObject **v, struct settings *to)
{
    if (pn_high_water_mark(v[PN_O_MARK], &to->read_mark) < 0)
        return -1;
    to->write_mark = to->read_mark;
    /* As in Node, high_water_mark overrides those of the two sides, which are not even checked then. */
    if (v[PN_O_MARK] == NULL &&
        (pn_bytes_option(v[PN_O_READ_MARK], "options.readable_high_water_mark", &to->read_mark) < 0 ||
         pn_bytes_option(v[PN_O_WRITE_MARK], "options.writable_high_water_mark", &to->write_mark) < 0))
        return -1;
    return pn_max_write_buffer(v[PN_O_MAX_WRITE], &to->max_write);
}

/* Checks the options signal, handle and fd; pn_socket_begin() takes them. */
static int
check_origin(PnSocket *s, PyObject **v)
{
    PnState *st = s->d.em.st;
    if (v[PN_O_SIGNAL] != NULL && pn_check_abort_signal(st, v[PN_O_SIGNAL], "signal") < 0)
        return -1;
    if (v[PN_O_HANDLE] != NULL) {
        if (!pn_is_bound_socket(st, v[PN_O_HANDLE])) {
            pn_raise_arg_type("options.handle", "an instance of BoundSocket", v[PN_O_HANDLE]);
            return -1;
        }
        if (v[PN_O_FD] != NULL) {
            pn_raise_arg_value("options.fd", "cannot be given together with a handle", v[PN_O_FD]);
            return -1;
        }
        return pn_bound_check(st, v[PN_O_HANDLE]);
    }
    return v[PN_O_FD] != NULL ? pn_socket_check_fd(s, v[PN_O_FD]) : 0;
}

static int
check_receive_handles(PnState *st, PyObject **v, struct settings *to)
{
    if (flag_option(v[PN_O_RECEIVE_HANDLES], &to->receive_handles) < 0)
        return -1;
    if (!PN_HAS_UNIX_SOCKETS && to->receive_handles) {
        pn_raise_unavailable(st, "Socket(receive_handles=True)");
        return -1;
    }
    enum pn_socket_option other = v[PN_O_ONREAD] != NULL ? PN_O_ONREAD : PN_O_ENCODING;
    if (!to->receive_handles || v[other] == NULL)
        return 0;
    pn_raise_arg_value(other == PN_O_ONREAD ? "options.onread" : "options.encoding",
                       "cannot be given together with receive_handles", v[other]);
    return -1;
}

static int
check_all(PnSocket *s, PyObject **v, struct settings *to)
{
    if (flag_option(v[PN_O_HALF_OPEN], &to->half_open) < 0 || flag_option(v[PN_O_NO_DELAY], &to->no_delay) < 0 ||
        flag_option(v[PN_O_KEEP_ALIVE], &to->keep_alive) < 0 || no_object_mode(v) < 0 || check_marks(v, to) < 0 ||
        pn_keep_alive_delay(v[PN_O_DELAY], &to->delay) < 0 || encoding_option(v[PN_O_ENCODING], &to->encoding) < 0 ||
        encoding_option(v[PN_O_DEFAULT_ENCODING], &to->default_encoding) < 0)
        return -1;
    if (v[PN_O_BLOCK_LIST] != NULL && pn_check_block_list(s->d.em.st, v[PN_O_BLOCK_LIST], "options.block_list") < 0)
        return -1;
    if (v[PN_O_TOS] != NULL && pn_check_type_of_service(v[PN_O_TOS], "options.type_of_service", &to->tos) < 0)
        return -1;
    if (v[PN_O_CLOSE_TIMEOUT] != NULL &&
        pn_check_close_timeout(v[PN_O_CLOSE_TIMEOUT], "options.close_timeout", &to->close_timeout) < 0)
        return -1;
    if (v[PN_O_LINGER] != NULL && pn_check_close_timeout(v[PN_O_LINGER], "options.linger", &to->linger) < 0)
        return -1;
    if (check_receive_handles(s->d.em.st, v, to) < 0)
        return -1;
    if (pn_text_errors_of(v[PN_O_ERRORS], "options.errors", &to->errors) < 0)
        return -1;
    return check_origin(s, v);
}

/* Whether text in the encoding of that name is encoded and decoded strictly. */
static bool
is_strict(const struct settings *to, PyObject *name)
{
    return to->errors == PN_ERRORS_DEFAULT ? !pn_encoding_is_nodes(name) : to->errors == PN_ERRORS_STRICT;
}

/* --- applying --- */

int
pn_socket_apply_options(PnSocket *s, PyObject **v)
{
    uint32_t mark = s->d.em.st->default_mark;
    struct settings to = {
        .read_mark = mark,
        .write_mark = mark,
        .max_write = UINT32_MAX,
        .encoding = PN_UTF8,
        .default_encoding = PN_UTF8,
    };
    if (check_all(s, v, &to) < 0)
        return -1;
    bool extras = v[PN_O_TOS] != NULL || v[PN_O_BLOCK_LIST] != NULL || v[PN_O_CLOSE_TIMEOUT] != NULL ||
                  v[PN_O_LINGER] != NULL || s->extras != NULL;
    if (extras && pn_extras_of(s) == NULL)
        return -1;
    /* The last steps that may fail: nothing else has been changed yet. */
    if ((to.receive_handles && pn_frame_reader_set(&s->d) < 0) ||
        (v[PN_O_ONREAD] != NULL && pn_onread_set(&s->d, v[PN_O_ONREAD]) < 0) ||
        (v[PN_O_ENCODING] != NULL &&
         pn_readable_set_encoding(&s->d, to.encoding, is_strict(&to, v[PN_O_ENCODING])) < 0))
        return -1;
    s->d.allow_half_open = to.half_open;
    s->no_delay = v[PN_O_NO_DELAY] != NULL ? to.no_delay : s->d.em.st->no_delay;
    s->keep_alive = to.keep_alive;
    s->d.read_mark = to.read_mark;
    s->d.write_mark = to.write_mark;
    s->d.max_write_buffer = to.max_write;
    s->keep_alive_delay = to.delay;
    s->d.default_encoding = to.default_encoding & 15u;
    s->d.default_strict = is_strict(&to, v[PN_O_DEFAULT_ENCODING]);
    s->d.text_errors = (unsigned)to.errors & 3;
    if (extras && s->extras != NULL) {
        s->extras->type_of_service = to.tos;
        s->extras->has_close_timeout = v[PN_O_CLOSE_TIMEOUT] != NULL;
        s->extras->close_timeout = to.close_timeout;
        s->extras->has_linger = v[PN_O_LINGER] != NULL;
        s->extras->linger = to.linger;
        Py_XSETREF(s->extras->block_list, Py_XNewRef(v[PN_O_BLOCK_LIST]));
    }
    return 0;
}

int
pn_socket_begin(PnSocket *s, PyObject **v)
{
    if (v[PN_O_HANDLE] != NULL) {
        if (pn_socket_take_bound(s, v[PN_O_HANDLE]) < 0)
            return -1;
    }
    else if (v[PN_O_FD] != NULL && pn_socket_take_fd(s, v) < 0) {
        return -1;
    }
    return v[PN_O_SIGNAL] != NULL ? pn_socket_follow(s, v[PN_O_SIGNAL]) : 0;
}

static const char *const option_names[] = {PN_SOCKET_OPTIONS, NULL};

/* Accepts Socket(options) and Socket(fd), each with keyword options. */
int
pn_socket_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PnSocket *s = PN_SOCKET(op);
    PyObject *v[PN_SOCKET_OPTION_COUNT];
    PyObject *first = NULL, *mapping = NULL, *fd = NULL;
    if (pn_check_alive(&s->d.em) < 0 || !PyArg_UnpackTuple(args, "Socket", 0, 1, &first))
        return -1;
    if (first != NULL && (PyLong_Check(first) || PyFloat_Check(first)) && !PyBool_Check(first))
        fd = first;
    else if (first != NULL && first != Py_None)
        mapping = first;
    if (mapping != NULL && !pn_is_options(mapping)) {
        pn_raise_arg_type("options", "a mapping or a file descriptor", mapping);
        return -1;
    }
    if (pn_options_dict("Socket", option_names, mapping, kwargs, v) < 0)
        return -1;
    if (fd != NULL)
        Py_XSETREF(v[PN_O_FD], Py_NewRef(fd));
    int status = pn_socket_apply_options(s, v);
    if (status == 0)
        status = pn_socket_begin(s, v);
    pn_options_clear(v, PN_SOCKET_OPTION_COUNT);
    return status;
}
