"""An address that refuses, one that does not answer, one that refuses."""

from connecting import named, outgoing, silent
from harness import run


def main():
    def ready(target, release):
        options = named(target, "127.0.0.2", "127.0.0.1", "127.0.0.3")
        outgoing({**options, "auto_select_family_attempt_timeout": 50}).on("close", release)

    silent(ready)


run(main)
