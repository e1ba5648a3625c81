"""The tests of the program."""

import signal

# A shell that starts them in the background has turned Ctrl-C off for all that they start, and some press it.
signal.signal(signal.SIGINT, signal.default_int_handler)
