"""``python -m evidence``: the command line."""

import os
import sys

from evidence.forkserver import VARIABLE, asked

status = asked(sys.argv[1:]) if VARIABLE in os.environ else None
if status is None:
    from evidence.cli import main

    status = main()
sys.exit(status)
