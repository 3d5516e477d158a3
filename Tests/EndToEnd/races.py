"""What happens at once, and how often a race is run."""

import os
import threading

RUNS = int(os.environ.get("RACE_RUNS", "5"))
"""Enough while one works on something else; `Tests/run` makes it 20, and RACE_RUNS=100 makes it 100."""


def at_once(count, act):
    """`count` threads that all begin when the last is ready; their results."""
    barrier = threading.Barrier(count)
    results = [None] * count

    def run(index):
        barrier.wait()
        results[index] = act(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
