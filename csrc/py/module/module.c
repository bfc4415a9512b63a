/* module.c - defines the module pynet._pynet: its types, functions, values, and the hooks for exit and fork. */

#include "py/address/address.h"
#include "py/address/blocklist_rules.h"
#include "py/address/ip_objects.h"
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/events/awaitable.h"
#include "py/events/emitter.h"
#include "py/events/once_object.h"
#include "py/events/rewake.h"
#include "py/events/waiting.h"
#include "py/loop/diagnostics.h"
#include "py/loop/driver.h"
#include "py/loop/hooks.h"
#include "py/loop/slow.h"
#include "py/loop/timer_types.h"
#include "py/loop/uncaught.h"
#include "py/loop/waiter.h"
#include "py/module/functions.h"
#include "py/server/server.h"
#include "py/socket/bound_socket.h"
#include "py/stream/duplex.h"
#include "py/stream/flushed.h"
#include "py/stream/frames.h"
#include "py/stream/framing.h"
#include "py/stream/pipe.h"
#include "py/stream/read_direct.h"
#include "py/stream/read_loop.h"
#include "py/stream/read_slot.h"
#include "py/tls/tls.h"
#include "uvio/platform.h"

/* --- execution --- */

static int
add_type(PnState *st, PyObject *module, PyType_Spec *spec, PyTypeObject *base, const char *name, PyTypeObject **out)
{
    (void)st;
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, (PyObject *)base);
    if (*out == NULL)
        return -1;
    bool immutable = ((*out)->tp_flags & Py_TPFLAGS_IMMUTABLETYPE) != 0;
    if (!immutable && pn_alias_type(*out) < 0)
        return -1;
    return name != NULL ? PyModule_AddObjectRef(module, name, (PyObject *)*out) : 0;
}

static int
add_types(PnState *st, PyObject *m)
{
    if (add_type(st, m, &pn_emitter_spec, NULL, "EventEmitter", &st->EventEmitter) < 0 ||
        add_type(st, m, &pn_once_spec, NULL, NULL, &st->OnceListener) < 0 ||
        add_type(st, m, &pn_decorator_spec, NULL, NULL, &st->ListenerDecorator) < 0 ||
        add_type(st, m, &pn_socket_spec, st->EventEmitter, "Socket", &st->Socket) < 0 ||
        pn_tls_add_members(st->Socket) < 0 || pn_alias_type(st->Socket) < 0 ||
        add_type(st, m, &pn_tls_spec, NULL, NULL, &st->TLS) < 0 ||
        add_type(st, m, &pn_server_spec, st->EventEmitter, "Server", &st->Server) < 0 ||
        add_type(st, m, &pn_awaitable_spec, NULL, NULL, &st->AwaitableCall) < 0 ||
        add_type(st, m, &pn_pipe_spec, NULL, NULL, &st->Pipe) < 0 ||
        add_type(st, m, &pn_lookup_callback_spec, NULL, NULL, &st->LookupCallback) < 0 ||
        add_type(st, m, &pn_timeout_spec, NULL, "Timeout", &st->Timeout) < 0 ||
        add_type(st, m, &pn_immediate_spec, NULL, "Immediate", &st->Immediate) < 0 ||
        add_type(st, m, &pn_turn_spec, NULL, NULL, &st->Turn) < 0 ||
        add_type(st, m, &pn_drive_spec, NULL, "Drive", &st->Drive) < 0 ||
        add_type(st, m, &pn_delay_spec, NULL, "IntervalHistogram", &st->IntervalHistogram) < 0 ||
        add_type(st, m, &pn_address_spec, NULL, "SocketAddress", &st->SocketAddress) < 0 ||
        add_type(st, m, &pn_blocklist_spec, NULL, "BlockList", &st->BlockList) < 0 ||
        add_type(st, m, &pn_abort_signal_spec, NULL, "AbortSignal", &st->AbortSignal) < 0 ||
        add_type(st, m, &pn_abort_controller_spec, NULL, "AbortController", &st->AbortController) < 0 ||
        add_type(st, m, &pn_bound_socket_spec, NULL, "BoundSocket", &st->BoundSocket) < 0 || pn_address_setup(st) < 0 ||
        pn_blocklist_setup(st) < 0)
        return -1;
    return PyModule_AddObjectRef(m, "Stream", (PyObject *)st->Socket);
}

static PyObject *
add_warning(PyObject *m, const char *name, const char *doc)
{
    char full[64];
    PyOS_snprintf(full, sizeof(full), "pynet.%s", name);
    PyObject *type = pn_new_exception(full, doc, PyExc_RuntimeWarning);
    if (type != NULL && PyModule_AddObjectRef(m, name, type) < 0)
        Py_CLEAR(type);
    return type;
}

/* Adds the hints for lookups, with the values of the module socket. */
static int
add_hints(PyObject *m)
{
    if (PyModule_AddIntConstant(m, "ADDRCONFIG", AI_ADDRCONFIG) < 0 ||
        PyModule_AddIntConstant(m, "V4MAPPED", AI_V4MAPPED) < 0)
        return -1;
    return PyModule_AddIntConstant(m, "ALL", AI_ALL);
}

static int
load_run(PnState *st)
{
#define RUN_NAME(name) #name,
    static const char *const names[] = {PN_RUN(RUN_NAME)};
#undef RUN_NAME
    st->run = PyTuple_New(PN_RUN_COUNT);
    return st->run != NULL ? pn_state_load(st->run, 0, PN_RUN_COUNT, "pynet._run", names) : -1;
}

static int
add_named_tuples(PnState *st, PyObject *m)
{
    st->AddressInfo = Py_NewRef(pn_state_run(st, PN_RUN_AddressInfo));
    st->AbortEvent = Py_NewRef(pn_state_run(st, PN_RUN_AbortEvent));
    if (PyModule_AddObjectRef(m, "AddressInfo", st->AddressInfo) < 0 ||
        PyModule_AddObjectRef(m, "ServerStats", pn_state_run(st, PN_RUN_ServerStats)) < 0)
        return -1;
    return PyModule_AddObjectRef(m, "AbortEvent", st->AbortEvent);
}

static int
add_values(PnState *st, PyObject *m)
{
    /* One after the other: nothing may be called while an exception is set. Event names that are not str are compared
     * by identity, as Node's symbols. */
    PyObject *object = (PyObject *)&PyBaseObject_Type;
    if ((st->MaxListenersExceededWarning =
             add_warning(m, "MaxListenersExceededWarning",
                         "More listeners for an event than set_max_listeners() allows.")) == NULL ||
        (st->TimeoutOverflowWarning =
             add_warning(m, "TimeoutOverflowWarning", "A delay of more than 2,147,483,647 ms.")) == NULL ||
        (st->error_monitor = PyObject_CallNoArgs(object)) == NULL ||
        (st->server_changed = PyObject_CallNoArgs(object)) == NULL ||
        (st->early_write = PyObject_GetAttrString(m, "_early_write")) == NULL ||
        (st->early_reset = PyObject_GetAttrString(m, "_early_reset")) == NULL ||
        (st->read_wait = PyObject_GetAttrString(m, "_read_wait")) == NULL ||
        (st->go_on = PyObject_GetAttrString(m, "_go_on")) == NULL ||
        PyModule_AddObjectRef(m, "_server_changed", st->server_changed) < 0 || add_hints(m) < 0)
        return -1;
    return PyModule_AddObjectRef(m, "error_monitor", st->error_monitor);
}

/* atexit.register(_at_exit), os.register_at_fork(after_in_child=_after_fork) */
static int
add_hooks(PyObject *m)
{
    /* Each step only after the one before: nothing may be called while an exception is set. */
    PyObject *atexit = PyImport_ImportModule("atexit");
    PyObject *os = atexit ? PyImport_ImportModule("os") : NULL;
    PyObject *at_exit = os ? PyObject_GetAttrString(m, "_at_exit") : NULL;
    PyObject *after_fork = at_exit ? PyObject_GetAttrString(m, "_after_fork") : NULL;
    PyObject *result = after_fork ? PyObject_CallMethod(atexit, "register", "O", at_exit) : NULL;
    bool forks = PN_HAS_FORK;
    PyObject *method = result && forks ? PyObject_GetAttrString(os, "register_at_fork") : NULL;
    PyObject *args = method ? PyTuple_New(0) : NULL;
    PyObject *kwargs = args ? Py_BuildValue("{sO}", "after_in_child", after_fork) : NULL;
    PyObject *registered = kwargs ? PyObject_Call(method, args, kwargs) : NULL;
    int status = registered != NULL || (result != NULL && !forks) ? 0 : -1;
    if (status < 0 && result) {
        PyObject *error = pn_take_exception();
        PyObject *undone = PyObject_CallMethod(atexit, "unregister", "O", at_exit);
        Py_XDECREF(undone);
        PyErr_Clear();
        pn_put_back_exception(error);
    }
    Py_XDECREF(registered);
    Py_XDECREF(kwargs);
    Py_XDECREF(args);
    Py_XDECREF(method);
    Py_XDECREF(result);
    Py_XDECREF(after_fork);
    Py_XDECREF(at_exit);
    Py_XDECREF(os);
    Py_XDECREF(atexit);
    return status;
}

static int
refuse_subinterpreter(void)
{
    if (PyInterpreterState_Get() == PyInterpreterState_Main())
        return 0;
    PyErr_SetString(PyExc_ImportError, "pynet cannot be imported in a subinterpreter: its loop is one for the process");
    return -1;
}

/* Py_MOD_GIL_USED makes free-threaded Python switch the GIL on, but not when the user has said that it stays off. */
static int
refuse_without_gil(void)
{
#ifdef Py_GIL_DISABLED
    PyObject *is_enabled = PySys_GetObject("_is_gil_enabled");
    PyObject *answer = is_enabled != NULL ? PyObject_CallNoArgs(is_enabled) : NULL;
    if (answer == NULL && PyErr_Occurred())
        return -1;
    int enabled = answer == NULL || answer == Py_True;
    Py_XDECREF(answer);
    if (!enabled) {
        PyErr_SetString(PyExc_ImportError, "pynet cannot be imported while the GIL is off: the GIL guards its loop. "
                                           "Start Python without PYTHON_GIL=0 and -X gil=0");
        return -1;
    }
#endif
    return 0;
}

/* The functions of higher folders that the loop calls. */
static const struct pn_hooks hooks = {
    .flush = pn_writable_flush_gathered,
    .destroy_concerned = pn_socket_destroy_concerned,
    .before_exit = pn_missed_report_all,
    .still_connecting = pn_connect_first_target,
    .close_pending_listens = pn_server_close_pending,
    .connection_gone = pn_server_connection_gone,
};

static int
module_exec(PyObject *m)
{
    PnState *st = pn_state_of_module(m);
    st->module = m;
    st->hooks = &hooks;
    pn_links_init(&st->waiters);
    pn_links_init(&st->awake);
    pn_read_direct_init(st);
    pn_tls_turns_init(st);
    st->default_mark = PN_DEFAULT_HIGH_WATER_MARK;
    st->attempt_timeout = 250;
    st->auto_select_family = st->race = true;
    if (refuse_subinterpreter() < 0 || refuse_without_gil() < 0 || pn_names_init(&st->names) < 0 ||
        pn_driver_init(st) < 0 || pn_ticks_init(st) < 0 || pn_errors_init(st, m) < 0 || load_run(st) < 0 ||
        add_types(st, m) < 0 || add_named_tuples(st, m) < 0 || add_values(st, m) < 0 ||
        pn_connect_read_environment(st) < 0 || pn_alias_module(m) < 0 || add_hooks(m) < 0) {
        if (!PyErr_Occurred()) /* PyType_FromModuleAndSpec() of CPython 3.11 forgets it */
            PyErr_NoMemory();
        return -1;
    }
    /* Never released: when the interpreter exits, a garbage collection may clear the types, and with them the last
     * reference to the module, before the objects that still use its state. */
    Py_INCREF(m);
    return 0;
}

/* --- traversal --- */

/* clang-format off */
#define FOR_EACH_OWNED(X) \
    X(uncaught) X(uncaught_handler) X(slow_report) X(publish) X(raised) X(spare) X(direct[0]) X(direct[1]) X(direct[2]) \
    X(EventEmitter) X(OnceListener) X(ListenerDecorator) X(Socket) X(Server) X(Pipe) X(Timeout) X(Immediate) X(Turn) X(Drive) X(IntervalHistogram) \
    X(TLS) X(SocketAddress) X(BlockList) X(AbortSignal) X(AbortController) X(BoundSocket) X(LookupCallback) X(AwaitableCall) \
    X(IPv4Address) X(IPv6Address) X(IPv4Network) X(IPv6Network) X(AddressInfo) X(AbortEvent) \
    X(NetError) X(AggregateError) X(AbortError) X(LookupError) X(errors_by_code) X(MaxListenersExceededWarning) \
    X(TimeoutOverflowWarning) X(error_monitor) X(early_write) X(early_reset) X(read_wait) X(waiting) X(tls) X(run) X(get_running_loop) X(future_type) X(future_set_result) X(future_blocking) X(go_on) X(already) \
    X(server_changed) X(cluster_ask) X(cluster_watch) X(threading) X(checked_lock) X(direct_room)
/* clang-format on */

static int
module_traverse(PyObject *m, visitproc visit, void *arg)
{
    PnState *st = pn_state_of_module(m);
    if (st == NULL)
        return 0;
#define VISIT(field) Py_VISIT(st->field);
    FOR_EACH_OWNED(VISIT)
#undef VISIT
    Py_VISIT(st->driver.thread_object);
    int status = pn_ring_traverse(&st->ticks, visit, arg);
    return status != 0 ? status : pn_ring_traverse(&st->immediates, visit, arg);
}

static int
module_clear(PyObject *m)
{
    PnState *st = pn_state_of_module(m);
    if (st == NULL)
        return 0;
#define CLEAR(field) Py_CLEAR(st->field);
    FOR_EACH_OWNED(CLEAR)
#undef CLEAR
    for (int i = 0; i < PN_LENT; i++)
        Py_CLEAR(st->lent[i].bytes);
    Py_CLEAR(st->driver.thread_object);
    return 0;
}

static void
module_free(void *m)
{
    PnState *st = pn_state_of_module(m);
    if (st == NULL || st->names.connect == NULL)
        return;
    (void)module_clear(m);
    pn_calls_free(st);
    pn_waiters_free(st);
    pn_names_clear(&st->names);
    pn_rewake_free(st);
    pn_driver_clear(st);
    pn_fd_table_clear(&st->bound_fds);
}

/* --- tables --- */

#define KW(name, f, doc)   {name, PN_FASTCALL(f), METH_FASTCALL | METH_KEYWORDS, doc}
#define FAST(name, f, doc) {name, PN_FASTCALL(f), METH_FASTCALL, doc}

static PyMethodDef module_methods[] = {
    KW("connect", pn_create_connection, pn_create_connection_doc),
    KW("create_connection", pn_create_connection, "create_connection(*args, **options)\n--\n\nThe same as connect()."),
    KW("create_server", pn_create_server, pn_create_server_doc),
    KW("run", pn_run, pn_run_doc),
    {"stop", pn_stop, METH_NOARGS, pn_stop_doc},
    KW("embed", pn_embed, pn_embed_doc),
    {"turn", pn_turn, METH_NOARGS, pn_turn_doc},
    FAST("next_tick", pn_next_tick, pn_next_tick_doc),
    FAST("set_timeout", pn_set_timeout, pn_set_timeout_doc),
    FAST("set_interval", pn_set_interval, pn_set_interval_doc),
    FAST("set_immediate", pn_set_immediate, pn_set_immediate_doc),
    {"clear_timeout", pn_clear_timeout, METH_O, pn_clear_timeout_doc},
    {"clear_interval", pn_clear_timeout, METH_O, "clear_interval(timer, /)\n--\n\nThe same as clear_timeout()."},
    {"clear_immediate", pn_clear_immediate, METH_O, pn_clear_immediate_doc},
    {"set_uncaught_handler", pn_set_uncaught_handler, METH_O, pn_set_uncaught_handler_doc},
    {"get_default_high_water_mark", pn_get_default_high_water_mark, METH_NOARGS, pn_get_default_high_water_mark_doc},
    {"get_default_no_delay", pn_get_default_no_delay, METH_NOARGS, pn_get_default_no_delay_doc},
    {"set_default_no_delay", pn_set_default_no_delay, METH_O, pn_set_default_no_delay_doc},
    {"set_default_high_water_mark", pn_set_default_high_water_mark, METH_O, pn_set_default_high_water_mark_doc},
    {"get_default_auto_select_family", pn_get_default_auto_select_family, METH_NOARGS,
     pn_get_default_auto_select_family_doc},
    {"set_default_auto_select_family", pn_set_default_auto_select_family, METH_O,
     pn_set_default_auto_select_family_doc},
    {"get_default_auto_select_family_attempt_timeout", pn_get_default_auto_select_family_attempt_timeout, METH_NOARGS,
     pn_get_default_auto_select_family_attempt_timeout_doc},
    {"set_default_auto_select_family_attempt_timeout", pn_set_default_auto_select_family_attempt_timeout, METH_O,
     pn_set_default_auto_select_family_attempt_timeout_doc},
    {"get_default_happy_eyeballs", pn_get_default_happy_eyeballs, METH_NOARGS, pn_get_default_happy_eyeballs_doc},
    {"set_default_happy_eyeballs", pn_set_default_happy_eyeballs, METH_O, pn_set_default_happy_eyeballs_doc},
    {"is_ip", pn_is_ip, METH_O, pn_is_ip_doc},
    {"is_ipv4", pn_is_ipv4, METH_O, pn_is_ipv4_doc},
    {"is_ipv6", pn_is_ipv6, METH_O, pn_is_ipv6_doc},
    {"_early_write", pn_early_marker, METH_VARARGS, NULL},
    {"_early_reset", pn_early_marker, METH_VARARGS, NULL},
    {"_read_wait", pn_early_marker, METH_VARARGS, NULL},
    FAST("_read_some", pn_read_some, NULL),
    FAST("_has_read", pn_has_read, NULL),
    {"_at_end", pn_at_end, METH_O, NULL},
    {"_loop_open", pn_read_loop_open, METH_O, NULL},
    FAST("_loop_close", pn_read_loop_close, NULL),
    FAST("_loop_next", pn_read_loop_next, NULL),
    FAST("_loop_anext", pn_read_loop_anext, NULL),
    {"_lingers", pn_socket_lingers_function, METH_O, NULL},
    FAST("_flushed", pn_flushed, NULL),
    {"_set_already", pn_set_already, METH_O, NULL},
    {"_proxy_encode", pn_proxy_encode, METH_VARARGS, NULL},
    FAST("_tls_attach", pn_tls_attach_function, NULL),
    KW("_tls_wrap", pn_tls_wrap, NULL),
    {"_tls_set_direct", pn_tls_set_direct, METH_O, NULL},
    {"_tls_knows_connection", pn_tls_knows_connection, METH_O, NULL},
    {"_tls_is_direct", pn_tls_is_direct, METH_O, NULL},
    {"_socket_lend", pn_socket_lend, METH_O, NULL},
    FAST("_socket_arrives", pn_socket_arrives, NULL),
    {"_server_lend", pn_server_lend, METH_O, NULL},
    {"_server_options", pn_server_options, METH_O, NULL},
    {"_server_forget_files", pn_server_forget_files, METH_O, NULL},
    FAST("_server_arrives", pn_server_arrives, NULL),
    {"_bound_lend", pn_bound_lend, METH_O, NULL},
    {"_bound_given", pn_bound_given, METH_O, NULL},
    FAST("_bound_arrives", pn_bound_arrives, NULL),
    {"_check_channel", pn_check_channel, METH_O, NULL},
    FAST("_send_frame", pn_send_frame, NULL),
    FAST("_receive_frames", pn_receive_frames, NULL),
    FAST("_sent_outside", pn_sent_outside, NULL),
    {"_uv_error", pn_uv_error_function, METH_VARARGS, NULL},
    {"_unavailable", pn_unavailable_function, METH_O, NULL},
    {"_raise_arg_type", pn_raise_arg_type_function, METH_VARARGS, NULL},
    {"_raise_unknown", pn_raise_unknown_function, METH_VARARGS, NULL},
    {"_set_workers", pn_set_workers, METH_O, NULL},
    {"_alias_type", pn_alias_type_function, METH_O, NULL},
    {"_check_callback", pn_check_callback_function, METH_VARARGS, NULL},
    {"_server_knows_option", pn_server_knows_option, METH_O, NULL},
    FAST("_reached", pn_reached, NULL),
    {"_over", pn_over, METH_O, NULL},
    {"_failure", pn_failure, METH_O, NULL},
    FAST("_listen", pn_listen_internal, NULL),
    FAST("_unlisten", pn_unlisten, NULL),
    FAST("_hear_errors", pn_hear_errors, NULL),
    {"_peek", pn_peek, METH_O, NULL},
    {"_all_read", pn_all_read, METH_O, NULL},
    {"_check_blocking", pn_check_blocking, METH_O, NULL},
    {"_check_awaiting", pn_check_awaiting, METH_O, NULL},
    {"_inside", pn_is_in_callback, METH_NOARGS, NULL},
    {"_check_signal", pn_check_signal, METH_O, NULL},
    {"_abort_error", pn_make_abort_error, METH_O, NULL},
    {"_is_lost", pn_socket_is_lost_function, METH_O, NULL},
    {"_unheard", PN_FASTCALL(pn_socket_unheard_function), METH_FASTCALL, NULL},
    {"_server_list", pn_server_list, METH_NOARGS, NULL},
    {"_set_handled", pn_server_set_handled, METH_O, NULL},
    {"_iter_open", pn_server_iter_open, METH_O, NULL},
    {"_iter_next", pn_server_iter_next, METH_O, NULL},
    {"_take_open", pn_server_take_open, METH_O, NULL},
    {"_take_close", pn_server_take_close, METH_O, NULL},
    {"_put_back", PN_FASTCALL(pn_server_put_back), METH_FASTCALL, NULL},
    {"_iter_close", pn_server_iter_close, METH_O, NULL},
    FAST("_cluster_hooks", pn_cluster_hooks, NULL),
    FAST("_listen_answer", pn_listen_answer, NULL),
    FAST("_listen_failed", pn_listen_failed, NULL),
    FAST("_server_share", pn_server_share, NULL),
    {"_server_fds", pn_server_fds, METH_O, NULL},
    FAST("_server_accepting", pn_server_accepting, NULL),
    FAST("_server_hold", pn_server_hold, NULL),
    FAST("_accept_fd", pn_accept_fd, NULL),
    FAST("_cluster_page", pn_cluster_page, NULL),
    {"_cluster_slots", pn_cluster_slots, METH_NOARGS, NULL},
    {"_cluster_clear", pn_cluster_clear, METH_O, NULL},
    FAST("_shut_down", pn_server_shut_down, NULL),
    {"_destroy_draining", pn_server_destroy_draining, METH_O, NULL},
    {"_destroy_connections", pn_server_destroy_connections, METH_O, NULL},
    {"_counts", pn_counts, METH_NOARGS, "Counts open handles and existing objects, for the tests."},
    KW("monitor_event_loop_delay", pn_monitor_event_loop_delay, pn_monitor_event_loop_delay_doc),
    {"metrics", pn_metrics, METH_NOARGS, pn_metrics_doc},
    {"_set_publish", pn_set_publish, METH_O, NULL},
    FAST("_slow_listener", pn_slow_listener, NULL),
    {"_turn_now", pn_turn_now, METH_NOARGS, NULL},
    {"_open", pn_open, METH_NOARGS, NULL},
    {"_loop_times", pn_loop_times, METH_NOARGS, NULL},
    {"_active", pn_active, METH_NOARGS, NULL},
    {"_other_threads", pn_other_threads_function, METH_NOARGS, NULL},
    {"_aggregate_error", pn_make_aggregate_error, METH_O, NULL},
    {"_drive", pn_drive, METH_NOARGS, NULL},
    {"_attached", pn_attached, METH_NOARGS, NULL},
    {"_attached_to", pn_is_attached_to, METH_O, NULL},
    {"_anything_left", pn_anything_left, METH_NOARGS, NULL},
    {"_driver", pn_driver_mode, METH_NOARGS, NULL},
    {"_need_driver", pn_need_driver, METH_O, NULL},
    {"_go_on", pn_waiters_go_on_function, METH_O, NULL},
    FAST("_on_signal", pn_on_signal, NULL),
    {"_at_exit", pn_at_exit, METH_NOARGS, NULL},
    {"_after_fork", pn_after_fork, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_USED},
#endif
    {0, NULL},
};

struct PyModuleDef pn_module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "pynet._pynet",
    .m_doc = "The C part of pynet. Use it through the package pynet.",
    .m_size = sizeof(PnState),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__pynet(void)
{
    return PyModuleDef_Init(&pn_module_def);
}
