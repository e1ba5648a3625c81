"""``python -m evidence``: the command line."""

import os
import signal
import sys

try:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a run of the workflow has off until here
    from evidence.cli.forkserver import VARIABLE, asked

    status = asked(sys.argv[1:]) if VARIABLE in os.environ else None
    if status is None:
        from evidence.cli.cli import main

        status = main()
except KeyboardInterrupt:  # Ctrl-C before the command has begun, which has words of its own
    status = 130
sys.exit(status)
