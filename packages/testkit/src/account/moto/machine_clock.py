"""The account's clock for the threads of moto's interpreter.

Every thread of an execution is one of `MachineThread`, and whatever it waits on is one of `MachineEvent`: so it is known how
many of them have something to do, and when the first of those that wait for a time is due. The time itself is told from
outside: it is the wall's and what the account is ahead of it.
"""

import datetime
import heapq
import itertools
import threading
import time
from types import SimpleNamespace


class Gate:
    """Where one thread waits, until it is opened by an event or by the time."""

    def __init__(self, counts):
        self.counts = counts
        self.is_open = False
        self.by_event = False
        self.lock = threading.Lock()
        self.lock.acquire()


class MachineClock:
    def __init__(self):
        self.lock = threading.Lock()
        self.quiet = threading.Condition(self.lock)
        self.running = 0
        self.ahead = 0.0
        self.timers = []
        self.numbers = itertools.count()

    def now(self):
        """Seconds since the epoch, in the account."""
        return time.time() + self.ahead

    def tell_ahead(self, seconds):
        self.ahead = max(self.ahead, seconds)

    def enter(self):
        with self.lock:
            self.running += 1

    def leave(self):
        with self.lock:
            self._leave()

    def wait(self, gates, seconds):
        """Waits with `lock` held, which it releases, until the gate is opened. True where it was not the time that did it."""
        gate = Gate(counts=isinstance(threading.current_thread(), MachineThread))
        gates.append(gate)
        if seconds is not None:
            heapq.heappush(self.timers, (self.now() + seconds, next(self.numbers), gate))
        if gate.counts:
            self._leave()
        self.lock.release()
        gate.lock.acquire()
        return gate.by_event

    def open(self, gate, by_event):
        """With `lock` held: the thread counts as running before it knows."""
        if gate.is_open:
            return
        gate.is_open = True
        gate.by_event = by_event
        if gate.counts:
            self.running += 1
        gate.lock.release()

    def settle(self, now):
        """Opens what is due, waits until no thread has anything to do, and says when the next one is due, if any is."""
        with self.lock:
            while self.timers and (self.timers[0][2].is_open or self.timers[0][0] <= now):
                self.open(heapq.heappop(self.timers)[2], by_event=False)
            self.quiet.wait_for(lambda: self.running == 0)
            while self.timers and self.timers[0][2].is_open:
                heapq.heappop(self.timers)
            return self.timers[0][0] if self.timers else None

    def sleep(self, seconds):
        if seconds > 0:
            self.lock.acquire()
            self.wait([], seconds)

    def _leave(self):
        self.running -= 1
        if self.running == 0:
            self.quiet.notify_all()


CLOCK = MachineClock()


class MachineEvent:
    """`threading.Event` on the account's clock."""

    def __init__(self):
        self.flag = False
        self.gates = []

    def is_set(self):
        return self.flag

    def set(self):
        with CLOCK.lock:
            self.flag = True
            for gate in self.gates:
                CLOCK.open(gate, by_event=True)
            self.gates = []

    def clear(self):
        with CLOCK.lock:
            self.flag = False

    def wait(self, timeout=None):
        CLOCK.lock.acquire()
        if self.flag:
            CLOCK.lock.release()
            return True
        return CLOCK.wait(self.gates, timeout)


class MachineThread(threading.Thread):
    """`threading.Thread`, counted from its start to its end."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ended = MachineEvent()

    def start(self):
        CLOCK.enter()
        super().start()

    def run(self):
        try:
            super().run()
        finally:
            # who joins it runs before this one does not any more
            self.ended.set()
            CLOCK.leave()

    def join(self, timeout=None):
        self.ended.wait(timeout)

    def is_alive(self):
        return super().is_alive() and not self.ended.is_set()


class DatetimeType(type):
    def __instancecheck__(cls, value):
        return isinstance(value, datetime.datetime)


class MachineDatetime(datetime.datetime, metaclass=DatetimeType):
    """`datetime.datetime`, whose now is the account's. What it makes is the plain one."""

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(CLOCK.now(), tz)


def put_on_the_clock(modules):
    """Has the modules of the interpreter wait on this clock and read it, by the names that they know time by."""
    plain = {name: getattr(threading, name) for name in ("Lock", "RLock", "Condition", "current_thread")}
    known = {"threading": SimpleNamespace(Thread=MachineThread, Event=MachineEvent, **plain)}
    known |= {"Thread": MachineThread, "Event": MachineEvent}
    known["time"] = SimpleNamespace(sleep=CLOCK.sleep, time=CLOCK.now)
    known["datetime"] = SimpleNamespace(**{**vars(datetime), "datetime": MachineDatetime})
    replaced = {id(threading): "threading", id(threading.Thread): "Thread", id(threading.Event): "Event", id(time): "time", id(datetime): "datetime"}
    for module in modules:
        for name, value in list(vars(module).items()):
            if id(value) in replaced:
                setattr(module, name, known[replaced[id(value)]])
