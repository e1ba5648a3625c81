"""``python -m evidence``: the command line."""

import signal
import sys

try:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a run of the workflow has off until here
    from evidence.cli.cli import main

    status = main()
except KeyboardInterrupt:  # Ctrl-C before the command has begun, which has words of its own
    status = 130
sys.exit(status)
