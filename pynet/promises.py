"""The module pynet.aio under Node's name."""

import sys

from pynet import aio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pynet.aio import *  # noqa: F403
    from pynet.aio import __all__ as __all__

sys.modules[__name__] = aio
