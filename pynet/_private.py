"""The private functions of the C module, with their types. The comments of the C functions describe them."""

from __future__ import annotations

from collections.abc import Callable

from pynet import _pynet

TYPE_CHECKING = False  # typing takes longer to import than all of pynet
if TYPE_CHECKING:
    from typing import Any, NoReturn

_c: Any = _pynet
_Function = Callable[..., object]

# --- base/names.c ---

alias_type: Callable[[type], Any] = _c._alias_type

# --- base/args.c ---

raise_arg_type: Callable[[str, str, object], NoReturn] = _c._raise_arg_type
raise_unknown: Callable[[str, tuple[str, ...], str], NoReturn] = _c._raise_unknown
check_callback: Callable[..., None] = _c._check_callback

# --- base/errors.c ---

uv_error: Callable[[int, str], _pynet.NetError] = _c._uv_error
unavailable: Callable[[str], NoReturn] = _c._unavailable

# --- loop/driver.c ---

need_driver: Callable[[object], None] = _c._need_driver
driver: Callable[[], tuple[str, bool]] = _c._driver

# --- loop/workers.c ---

set_workers: Callable[[int], None] = _c._set_workers

# --- loop/drive_type.c ---

attached: Callable[[], Any] = _c._attached
attached_to: Callable[[object], bool] = _c._attached_to

# --- module/active.c ---

active: Callable[[], list[tuple[object, str, int, Any]]] = _c._active
other_threads: Callable[[], list[str]] = _c._other_threads

# --- module/open.c, metrics.c ---

open_objects: Callable[[], list[tuple[Any, float]]] = _c._open
set_publish: Callable[[_Function | None], None] = _c._set_publish  # loop/diagnostics.c
slow_listener: Callable[[float, _Function | None], None] = _c._slow_listener  # loop/slow.c
turn_now: Callable[[], tuple[int, float, int, bool] | None] = _c._turn_now
loop_times: Callable[[], tuple[float, float]] = _c._loop_times

# --- events/waiting.c; hear_errors() and peek(): stream/framing.c ---

reached: Callable[[_pynet.EventEmitter, object], tuple[Any, ...] | None] = _c._reached
over: Callable[[_pynet.EventEmitter], bool] = _c._over
failure: Callable[[_pynet.EventEmitter], BaseException | None] = _c._failure
listen: Callable[[_pynet.EventEmitter, object, _Function], None] = _c._listen
unlisten: Callable[[_pynet.EventEmitter, object, _Function], None] = _c._unlisten
hear_errors: Callable[[_pynet.Socket, _Function], None] = _c._hear_errors
check_blocking: Callable[[str], None] = _c._check_blocking
check_awaiting: Callable[[str], None] = _c._check_awaiting
inside: Callable[[], bool] = _c._inside
check_signal: Callable[[object], None] = _c._check_signal
abort_error: Callable[[object], _pynet.AbortError] = _c._abort_error
peek: Callable[[_pynet.Socket], Any] = _c._peek
all_read: Callable[[_pynet.Socket], bool] = _c._all_read

# --- socket/socket_lost.c ---

is_lost: Callable[[object], bool] = _c._is_lost
unheard: Callable[[_pynet.Socket, object], bool] = _c._unheard

# --- server/server_type.c, server_iterate.c, server_shutdown.c ---

server_knows_option: Callable[[str], bool] = _c._server_knows_option
server_changed: object = _c._server_changed
destroy_connections: Callable[[_pynet.Server], None] = _c._destroy_connections
server_list: Callable[[], list[tuple[_pynet.Server, str | None]]] = _c._server_list
set_handled: Callable[[_pynet.Server], None] = _c._set_handled
iter_open: Callable[[_pynet.Server], None] = _c._iter_open
iter_next: Callable[[_pynet.Server], Any] = _c._iter_next
iter_close: Callable[[_pynet.Server], None] = _c._iter_close
take_open: Callable[[_pynet.Server], None] = _c._take_open
take_close: Callable[[_pynet.Server], None] = _c._take_close
put_back: Callable[[_pynet.Server, _pynet.Socket], None] = _c._put_back
shut_down: Callable[[_pynet.Server, Any, bool], Any] = _c._shut_down
destroy_draining: Callable[[_pynet.Server], None] = _c._destroy_draining

# --- server/listen_shared.c, server_shared.c, cluster_page.c ---

cluster_hooks: Callable[..., None] = _c._cluster_hooks
listen_answer: Callable[[_pynet.Server, int, list[int], str], bool] = _c._listen_answer
listen_failed: Callable[[_pynet.Server, int, BaseException], bool] = _c._listen_failed
server_share: Callable[[_pynet.Server, _Function | None], None] = _c._server_share
server_fds: Callable[[_pynet.Server], list[int]] = _c._server_fds
server_accepting: Callable[[_pynet.Server, bool], None] = _c._server_accepting
server_hold: Callable[[_pynet.Server, int], None] = _c._server_hold
accept_fd: Callable[[_pynet.Server, int, int], bool] = _c._accept_fd
cluster_page: Callable[[int, int, int], None] = _c._cluster_page
cluster_slots: Callable[[], list[tuple[int, int]]] = _c._cluster_slots
cluster_clear: Callable[[int], None] = _c._cluster_clear

# --- stream/framing.c ---

read_some: Callable[[_pynet.Socket, int], Any] = _c._read_some
has_read: Callable[[_pynet.Socket, int], Any] = _c._has_read
at_end: Callable[[_pynet.Socket], bool] = _c._at_end

# --- stream/read_loop.c ---

loop_open: Callable[[_pynet.Socket], None] = _c._loop_open
loop_close: Callable[[_pynet.Socket, object], None] = _c._loop_close
loop_next: Callable[..., Any] = _c._loop_next
loop_anext: Callable[..., Any] = _c._loop_anext

# --- socket/socket_closing.c ---

lingers: Callable[[_pynet.Socket], bool] = _c._lingers

# --- stream/frame_writer.c, frame_reader.c ---

check_channel: Callable[[object], None] = _c._check_channel
send_frame: Callable[[_pynet.Socket, int, bytes, int, Any], bool] = _c._send_frame
receive_frames: Callable[[_pynet.Socket, _Function], None] = _c._receive_frames

# --- connect/connect_proxy.c ---

proxy_encode: Callable[[int, bool, object, object, bytes, bool], bytes] = _c._proxy_encode

# --- tls/tls_library.c, tls_state.c ---

tls_knows_connection: Callable[[tuple[Any, ...]], bool] = _c._tls_knows_connection
tls_wrap: Callable[..., tuple[Any, int]] = _c._tls_wrap
tls_set_direct: Callable[[bool], bool] = _c._tls_set_direct
tls_is_direct: Callable[[_pynet.Socket], bool] = _c._tls_is_direct
tls_attach: Callable[[_pynet.Socket, tuple[Any, ...]], None] = _c._tls_attach

# --- socket/socket_travels.c, bound_socket_type.c, server/server_travels.c ---

socket_lend: Callable[[_pynet.Socket], tuple[int, tuple[Any, ...]]] = _c._socket_lend
socket_arrives: Callable[[int, tuple[Any, ...]], Any] = _c._socket_arrives
server_lend: Callable[[_pynet.Server], list[tuple[int, Any]]] = _c._server_lend
server_options: Callable[[_pynet.Server], dict[str, Any]] = _c._server_options
server_forget_files: Callable[[_pynet.Server], None] = _c._server_forget_files
server_arrives: Callable[[_pynet.Server, list[tuple[int, Any]], int], None] = _c._server_arrives
bound_lend: Callable[[_pynet.BoundSocket], tuple[int, Any]] = _c._bound_lend
bound_given: Callable[[_pynet.BoundSocket], None] = _c._bound_given
bound_arrives: Callable[[int, Any], Any] = _c._bound_arrives

# --- stream/flushed.c ---

set_already: Callable[[object], None] = _c._set_already
flushed: Callable[[_pynet.Socket, _Function], bool] = _c._flushed
sent_outside: Callable[[_pynet.Socket, int], None] = _c._sent_outside
