"""Many clients at once: all are ready, then all start."""

import threading


def together(count, act, seconds=120):
    """Calls act(index) in `count` threads that start at one moment; returns their results in order of index."""
    barrier = threading.Barrier(count)
    results = [None] * count

    def run(index):
        try:
            barrier.wait(30)
            results[index] = act(index)
        except Exception as error:  # told to the caller below
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        if thread.is_alive():
            raise AssertionError(f"a client was still waiting for its answer after {seconds} s")
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


class Load:
    """Clients that keep asking until they are told to stop: `with Load(8, act): ...`. act(index, turn) is called again and again."""

    def __init__(self, count, act):
        self.stopping = threading.Event()
        self.errors = []
        self.turns = [0] * count
        self.act = act
        self.threads = [threading.Thread(target=self._run, args=(index,), daemon=True) for index in range(count)]

    def _run(self, index):
        while not self.stopping.is_set():
            try:
                self.act(index, self.turns[index])
            except Exception as error:
                self.errors.append(error)
                return
            self.turns[index] += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        if kind is None:
            assert not any(thread.is_alive() for thread in self.threads), "a client was still waiting after 60 s"
            if self.errors:
                raise self.errors[0]
