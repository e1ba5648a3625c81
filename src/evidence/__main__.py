"""``python -m evidence``: the command line."""

import sys

from evidence.cli import main

sys.exit(main())
