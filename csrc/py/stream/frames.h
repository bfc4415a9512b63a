/* frames.h - frames with descriptors over a unix socket: frame_writer.c, frame_reader.c. */
#ifndef PN_PY_STREAM_FRAMES_H
#define PN_PY_STREAM_FRAMES_H

#include "py/stream/duplex_object.h"

/* --- frame_writer.c --- */
/* _send_frame(sock, kind, message, fd, callback): sends a frame, and returns as write(). It takes over `fd` (-1: none),
 * also when it raises. */
PyObject *pn_send_frame(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

/* _check_channel(sock): it can carry handles now; else an exception. */
PyObject *pn_check_channel(PyObject *module, PyObject *sock);

/* --- frame_reader.c --- */
/* The option receive_handles: what comes is frames. 0, or -1 with MemoryError. */
int pn_frame_reader_set(PnDuplex *s);
/* Whether what comes is frames. */
bool pn_takes_frames(const PnDuplex *s);
/* A listener of `handle` was added: delivers what waits, and reads. 0, or -1 with an exception. */
int pn_frame_reader_heard(PnDuplex *s);
/* _receive_frames(sock, function): calls function(kind, flags, message, fd) for each frame, in place of the event
 * `handle`. It owns `fd`; -1: the frame has none, or it has been lost. */
PyObject *pn_receive_frames(PyObject *module, PyObject *const *args, Py_ssize_t nargs);

#endif
