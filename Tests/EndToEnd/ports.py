"""Polling with deadlines, free ports, and processes that are ended by their id."""

import contextlib
import os
import signal
import socket
import subprocess
import time


def until(condition, seconds=20.0, why="condition"):
    """The first true value of `condition`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{why}: not within {seconds:g} s")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Process:
    """A child in a group of its own, its output in a file."""

    def __init__(self, arguments, log, environment=None, directory=None):
        self.log = log
        with open(log, "wb") as output:
            self.child = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=directory,
                start_new_session=True,
            )

    def wait_for_port(self, port: int, seconds=60.0):
        def ready():
            if self.child.poll() is not None:
                raise AssertionError(f"{self.child.args[0]} ended with {self.child.returncode}: {open(self.log).read()}")
            return listens(port)

        until(ready, seconds, f"port {port} of {self.child.args[0]}")

    def end(self):
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGTERM)
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait()
