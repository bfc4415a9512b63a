"""Node's node:net for Python: TCP and unix-socket servers and clients that call your functions back."""

from pynet._pynet import *  # noqa: F403
from pynet._streams import finished as finished
from pynet._streams import pipeline as pipeline

__version__ = "0.1.0"
