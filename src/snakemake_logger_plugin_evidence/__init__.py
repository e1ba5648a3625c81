"""What Snakemake says on an analyst's terminal: little, since each stage says its own line.

A logger plugin, by the interface that Snakemake documents for them (snakemake-interface-logger-plugins); profiles/default names it.
"""

import logging
import sys

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

FAILED = (LogEvent.JOB_ERROR, LogEvent.GROUP_ERROR)


class LogHandler(LogHandlerBase):
    """Print warnings and errors, but not that a stage has failed: the words of the stage stand above.

    All of Snakemake's words with --verbose, its plan with --dry-run.
    """

    writes_to_stream = True
    writes_to_file = False
    has_filter = False
    has_formatter = False
    needs_rulegraph = False

    def __post_init__(self):
        self.talkative = self.common_settings.verbose or self.common_settings.dryrun
        self.started = self.begun = self.failed = False

    def emit(self, record):
        """Print a record of Snakemake's log, or keep quiet."""
        event = getattr(record, "event", None)
        self.started |= event == LogEvent.WORKFLOW_STARTED
        self.begun |= event in (LogEvent.RUN_INFO, LogEvent.ERROR)
        self.failed |= event in FAILED or getattr(record, "exception", None) == "RuleException"
        if self.talkative or (record.levelno >= logging.WARNING and not self.failed):
            print(self.format(record), file=sys.stderr)

    def close(self):
        """Say at the end that there was nothing to do, where that was so."""
        if not self.talkative and self.started and not self.begun:
            print("Nothing to be done (all requested files are present and up to date).", file=sys.stderr)
            self.started = False
        super().close()
