"""event_loop_utilization(): how busy the loop is."""

from __future__ import annotations

from typing import NamedTuple

from pynet import _private
from pynet._support import coded

__all__ = ["EventLoopUtilization", "event_loop_utilization", "eventLoopUtilization"]


class EventLoopUtilization(NamedTuple):
    """The result of event_loop_utilization(): milliseconds, and their ratio."""

    idle: float
    active: float
    utilization: float


def event_loop_utilization(previous: EventLoopUtilization | None = None) -> EventLoopUtilization:
    """event_loop_utilization(previous=None) -> EventLoopUtilization(idle, active, utilization)

    Returns how many milliseconds the loop has waited (idle) and worked (active) since its start, and
    active / (idle + active), a number from 0 to 1. With an earlier result as `previous`, it answers for the time since
    then. A turn that waits for Python's GIL is active. Time in which no thread drives the loop is neither. While pynet
    is attached to the loop of a host, such as asyncio's, only pynet's own part of the host's turns is active.

    Any thread may call it. Raises TypeError (ERR_INVALID_ARG_TYPE). Node: performance.eventLoopUtilization().
    """
    idle, active = _private.loop_times()
    if previous is not None:
        if not isinstance(previous, EventLoopUtilization):
            message = (
                f'The "previous" argument must be None or a result of event_loop_utilization(). Received {previous!r}'
            )
            raise coded(TypeError(message), "ERR_INVALID_ARG_TYPE")
        # A child of a fork has a new loop: a result from before the fork may be ahead of it.
        idle, active = max(idle - previous.idle, 0.0), max(active - previous.active, 0.0)
    return EventLoopUtilization(idle, active, active / (idle + active) if idle + active > 0 else 0.0)


eventLoopUtilization = event_loop_utilization
