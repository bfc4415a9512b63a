/* socket_checks.c - checks of single options, see socket_checks.h. */
#include "py/socket/socket_checks.h"

#include <math.h>

#include "py/base/args.h"
#include "py/base/errors.h"

#define MAX_SECONDS 32767 /* the longest that Linux accepts */
#define FEW_IDLE_MS 100   /* below this, a number of milliseconds looks like one of seconds */

int
pn_bytes_option(PyObject *obj, const char *name, uint32_t *out)
{
    double value;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, name, &value) < 0)
        return -1;
    if (!(value >= 0 && value <= 2147483647) || value != (double)(uint32_t)value) {
        pn_raise_arg_value(name, "is invalid", obj);
        return -1;
    }
    *out = (uint32_t)value;
    return 0;
}

int
pn_high_water_mark(PyObject *obj, uint32_t *out)
{
    return pn_bytes_option(obj, "options.high_water_mark", out);
}

int
pn_max_write_buffer(PyObject *obj, uint32_t *out)
{
    return pn_bytes_option(obj, "options.max_write_buffer", out);
}

uint16_t
pn_keep_alive_seconds(double ms)
{
    return ms >= MAX_SECONDS * 1000.0 ? MAX_SECONDS : ms > 0 ? (uint16_t)(ms / 1000) : 0;
}

int
pn_keep_alive_delay(PyObject *obj, uint16_t *out)
{
    double ms;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.keep_alive_initial_delay", &ms) < 0)
        return -1;
    *out = pn_keep_alive_seconds(ms);
    return 0;
}

int
pn_check_block_list(PnState *st, PyObject *obj, const char *name)
{
    if (PyObject_TypeCheck(obj, st->BlockList))
        return 0;
    pn_raise_arg_type(name, "an instance of BlockList", obj);
    return -1;
}

static int
integer_option(PyObject *obj, const char *name, double max, const char *range, double *out)
{
    if (pn_arg_number(obj, name, out) < 0)
        return -1;
    if (*out != floor(*out))
        pn_raise_range(name, "an integer", obj);
    else if (!(*out >= 0 && *out <= max))
        pn_raise_range(name, range, obj);
    else
        return 0;
    return -1;
}

int
pn_check_type_of_service(PyObject *obj, const char *name, uint8_t *out)
{
    double value;
    if (integer_option(obj, name, 255, ">= 0 && <= 255", &value) < 0)
        return -1;
    *out = (uint8_t)value;
    return 0;
}

int
pn_check_fd(PyObject *obj, int *out)
{
    double value;
    if (integer_option(obj, "fd", 2147483647, ">= 0 && <= 2147483647", &value) < 0)
        return -1;
    *out = (int)value;
    return 0;
}

int
pn_check_idle_time(PyObject *obj, double *ms)
{
    if (pn_arg_ms(obj, "options.timeout", ms) < 0)
        return -1;
    if (*ms == 0 || *ms >= FEW_IDLE_MS)
        return 0;
    return PyErr_WarnFormat(PyExc_RuntimeWarning, 1,
                            "timeout=%S means %S milliseconds without activity, after which \"timeout\" is emitted; "
                            "to limit the time for connecting, use connect_timeout, in seconds",
                            obj, obj);
}
