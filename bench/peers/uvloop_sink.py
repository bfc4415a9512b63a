"""asyncio_sink.py, run by uvloop."""

import uvloop

from asyncio_sink import main

if __name__ == "__main__":
    uvloop.run(main())
