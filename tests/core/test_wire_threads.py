"""All that is received and sent can be stopped, and nothing else is."""

import threading

from a2f.blender_audio2face.realtime.wire.threads import WireThread, stop_all


class Waiting(WireThread):
    def __init__(self) -> None:
        super().__init__("waiting")
        self.told = threading.Event()

    def run(self) -> None:
        self.told.wait()

    @property
    def stopping(self) -> bool:
        return self.told.is_set()

    def stop(self) -> None:
        self.told.set()
        self.join()


def test_every_thread_with_a_socket_is_stopped() -> None:
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    threads = [Waiting(), Waiting()]
    for thread in (other, *threads):
        thread.start()
    try:
        assert {thread.name for thread in threads} == {"audio2face waiting"}
        stop_all()
        assert all(thread.stopping and not thread.is_alive() for thread in threads)
        assert other.is_alive()
    finally:
        end.set()
        other.join()
