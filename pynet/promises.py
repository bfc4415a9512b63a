"""The module pynet.aio under Node's name."""

import sys

from pynet import aio
from pynet.aio import connect as connect
from pynet.aio import listen as listen
from pynet.aio import serve as serve

sys.modules[__name__] = aio
