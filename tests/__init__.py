"""The tests of the program."""

import signal

# A shell that starts them in the background has turned Ctrl-C off for all that they start, and some press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# As the sitecustomize.py of a process: it sends itself a signal when it does a thing, by the name of the audit event, with a file or module.
SENT = """
import os, signal, sys
def send(event, arguments):
    if event == "{event}" and "{file}" in str(arguments[0]):
        os.kill(os.getpid(), signal.{sign})
sys.addaudithook(send)
"""
