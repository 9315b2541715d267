"""The stateless sweep: SYN out, answers in; one bit of memory for each question are all that it keeps.

What comes back is known by its cookie alone, so that a forged or stray packet is never an open port. The kernel, which
has no connection for the answer, resets it by itself; that counts against the pace.
"""

from __future__ import annotations

import errno
import time
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from camscan.l2.lines import RefusalError
from camscan.l2.sockets import Stop
from camscan.syn import answers
from camscan.syn.answers import ANSWERED, SILENT, UNREACHABLE
from camscan.syn.carrier import Carrier
from camscan.syn.cookies import Cookies
from camscan.syn.links import SPARE, Links, Segments
from camscan.syn.order import Numbers, Order
from camscan.syn.pace import HostPace
from camscan.syn.packets import BATCH
from camscan.syn.priority import RealtimePriority
from camscan.syn.report import Progress, Report
from camscan.syn.request import Request
from camscan.syn.sending import BACK_OFF, FULL, Sender
from camscan.syn.settled import Settled
from camscan.syn.transmit import Load, Transmitter

_BATCH_SECONDS = 0.04  # what is built at once leaves within this time, so that several interfaces have their turn
_GLANCE = 0.02  # seconds between two looks at the signs to stop
_DRAIN, _SELDOM = 0.008, 0.03
"""Seconds between two looks at what came in, and where little came: a look costs as much as thirty answers, but the
resets that the kernel sent are counted then. The rings hold as much as comes in four times the first."""
_LITTLE = 0.1  # of the packets that may have left between two looks, the answers that are little
_DOUBTFUL = 0.5  # seconds for which the answer to a question may still be on its way
_EXTRA_ROUNDS = 2  # further rounds where answers were lost for want of room
_GONE = frozenset({errno.ENXIO, errno.ENODEV})


class Sweep:
    """One run. `sent` and the like are said at the end."""

    def __init__(self, request: Request, report: Report, stop: Stop) -> None:
        self._request = request
        self._report = report
        self._stop = stop
        self._links = Links(request.ways)
        self._space = self._links.space
        self._order = Order(len(self._space), len(request.ports), request.seed)
        self._ports = np.array(request.ports, np.uint32)
        self._numbers = np.zeros(65_536, np.int64) - 1
        self._numbers[self._ports] = np.arange(len(request.ports))
        hosts, barred = len(self._space), request.barred
        self._settled = Settled(hosts, len(request.ports), request.settled, barred, telling=request.checkpoints)
        self._first_is_fresh = not self._settled.count
        self._cookies = Cookies()
        now = time.monotonic()
        self._tx = Transmitter(request.rate)
        self._priority = RealtimePriority(wanted=bool(request.rate))
        sources = [(way.interface, way.source) for way in request.ways]
        self._carrier = Carrier(dict(sources), stop, sources)
        self._host_pace = HostPace(request.host_rate, self._order.size, len(request.ports), unlimited=not request.rate)
        self._position = request.position  # all before it has left
        self._under_way: deque[tuple[int, list[Load]]] = deque()  # what was built, and the position that follows it
        self._passed = deque([(now, request.position)])
        self._has_lost = False
        self._refusal = ""
        self._progress = Progress(report, self._settled, now, checkpoints=request.checkpoints)
        self._drained, self._every = now, _DRAIN
        self._counts = dict.fromkeys(("answered", "other", "stray", "dropped", "waited", "failed", "moved"), 0)

    def run(self) -> None:
        """Ask in rounds, the later ones only for what is not settled, and say how it went."""
        questions = len(self._space) * len(self._ports)
        self._report.emit("begin", questions=questions)
        with (
            self._priority,
            self._links.opened(self, self._report.note),
            self._tx.with_workers(self._links.senders, self._priority, unpaced=self._request.senders > 1),
        ):
            left = self._request.rounds - self._position // self._order.round_size
            extra = _EXTRA_ROUNDS
            while left > 0 and not self._stop and self._settled.count < questions:
                began = time.monotonic()
                self._round()
                left -= 1
                self._wait_for_answers(self._spared(began, questions) if left else 0.0)
                self._look_for_losses()
                if self._has_lost and not left and extra:
                    left, extra = 1, extra - 1
        if self._request.want == "all" and not self._stop:
            self._emit_silent()
        if self._request.checkpoints:
            self._emit_position(time.monotonic())
        if self._refusal:
            self._report.note(f"{self._counts['failed']:,} packets were not let out by this host: {self._refusal}")
        self._counts["waited"] += self._tx.waits
        told = {"sent": self._tx.sent, **self._counts}
        self._report.emit("end", **told, position=self._position, interrupted=bool(self._stop))

    def _round(self) -> None:
        self._has_lost = False
        number = self._position // self._order.round_size
        begin, end = self._position, (number + 1) * self._order.round_size
        # Not with few hosts: what waits with others comes to each of them the closer together.
        spare = SPARE if self._order.size >= BATCH else 0
        while begin < end and not self._stop:
            self._carrier.wait()
            count = self._host_pace.batch(self._batch_size())
            self._until(lambda: self._host_pace.wait(time.monotonic()))
            hosts, numbers, after = self._order.batch(begin, count)
            self._host_pace.note(after - begin, time.monotonic())
            if self._settled.count and not (self._first_is_fresh and number == 0):  # which asks nothing twice
                fresh = ~self._settled.has(hosts, numbers)
                hosts, numbers = hosts[fresh], numbers[fresh]
            self._under_way.append((after, self._ask(hosts, numbers, number)))
            self._let_out(spare)
            begin = after
        self._let_out()

    def _batch_size(self) -> int:
        return self._tx.whole(min(BATCH, int(rate * _BATCH_SECONDS))) if (rate := self._tx.rate) else BATCH

    def _ask(self, hosts: Numbers, numbers: Numbers, number: int) -> list[Load]:
        """Have a SYN for each of these questions leave, on the way that leads there."""
        source_port = np.uint32(self._links.source_port(number))
        loads = []
        for route, mask in self._links.split(hosts):
            chosen, ports = (hosts, self._ports[numbers]) if mask is None else (hosts[mask], self._ports[numbers[mask]])
            source_ports = np.full(len(ports), source_port)
            cookies = self._cookies.of(chosen, ports, source_ports)
            count = route.fill(Segments(chosen, ports, source_ports, cookies))
            loads.append(self._tx.put(route.sender, count, route.way.interface))
        return loads

    def _let_out(self, spare: int = 0) -> None:
        """See to it that no more than `spare` batches have not left."""
        while len(self._under_way) > spare and not self._stop:
            after, loads = self._under_way[0]
            for load in loads:
                self._send(load)
            if not self._stop:
                self._position = after
                self._under_way.popleft()

    def send(self, sender: Sender, count: int, interface: str) -> None:
        """See `Paced.send`."""
        self._send(self._tx.put(sender, count, interface))

    def _send(self, load: Load) -> None:
        while load.left and not self._stop:
            wait, error = self._tx.step()
            if error:
                self._refused(error)
            elif wait:
                self.pause(wait)
            else:
                self._drain()

    def _refused(self, error: int) -> None:
        """Wait, where that may help, else leave out the packet that this host did not let out."""
        if error in _GONE:
            raise RefusalError(f"cannot use interface {self._tx.interface} any more: {errno.errorcode[error]}")
        if error == errno.ENETDOWN:
            self._carrier.wait()
        elif error in FULL:
            self._counts["waited"] += 1
            self.pause(BACK_OFF)
        else:
            self._counts["failed"] += 1
            self._refusal = errno.errorcode.get(error, str(error))
        self._tx.resume(skip=error != errno.ENETDOWN and error not in FULL)

    def now(self) -> float:
        """See `Paced.now`."""
        return time.monotonic()

    @property
    def stopped(self) -> bool:
        """See `Paced.stopped`."""
        return bool(self._stop)

    def _until(self, wait: Callable[[], float]) -> None:
        while not self._stop and (left := wait()) > 0:
            self.pause(left)

    def pause(self, seconds: float) -> None:
        """Let time pass, no longer than a glance, and take in what has come."""
        time.sleep(min(seconds, _GLANCE))
        self._drain()

    def _wait_for_answers(self, spared: float) -> None:
        end = time.monotonic() + self._request.wait - spared
        self._until(lambda: end - time.monotonic())

    def _spared(self, began: float, questions: int) -> float:
        """Seconds that lie between a question and the same one in the next round anyhow: the shorter of both rounds.

        The next takes no less than what is not settled takes at the rate; without one, who knows.
        """
        rate = self._tx.rate
        return min(time.monotonic() - began, (questions - self._settled.count) / rate) if rate else 0.0

    def _drain(self) -> None:
        """Take in what has come, and now and then say what was found."""
        now = time.monotonic()
        if (passed := now - self._drained) < self._every:
            return
        self._drained = now
        self._priority.check(now)
        came = 0
        for ring in self._links.rings:
            for packets in ring.batches():
                came += len(packets)
                self._take(answers.read(packets, self._space))
        self._every = _SELDOM if came < _LITTLE * passed * self._tx.rate else _DRAIN
        self._tell(now)

    def _take(self, found: answers.Answers) -> None:
        """Keep what bears the right cookie and was not known yet."""
        numbers = self._numbers[found.ports]
        expected = self._cookies.of(found.hosts.astype(np.uint32), found.ports, found.source_ports)
        true = (found.hosts >= 0) & (numbers >= 0) & (expected == found.sequences)
        self._counts["stray"] += len(true) - int(true.sum())
        found, numbers = found.only(true), numbers[true].astype(np.uint32)
        hosts = found.hosts.astype(np.uint32)
        new = self._settled.add(hosts, numbers)
        self._reset(found, hosts, new)
        for number in sorted({*found.errnos[new].tolist()}):
            chosen = new[found.errnos[new] == number]
            self._counts["other" if number else "answered"] += len(chosen)
            if number == ANSWERED or self._request.want != "open":
                self._emit(number, hosts[chosen], found.ports[chosen])

    def _reset(self, found: answers.Answers, hosts: Numbers, new: NDArray[np.intp]) -> None:
        """Count the resets that the kernel sends for new answers, and send one ourselves where an answer comes again.

        Then a firewall of this host has kept the kernel from it, and the host would hold the connection half open.
        """
        again = found.errnos == ANSWERED
        resets = int(again[new].sum())
        again[new] = False
        if again.any():
            found, hosts = found.only(again), hosts[again]
            refused = Segments(hosts, found.ports, found.source_ports, found.sequences + np.uint32(1))
            for route, mask in self._links.split(hosts):
                resets += route.reset(refused if mask is None else refused.only(mask))
        self._tx.charge(resets)

    def _emit(self, number: int, hosts: Numbers, ports: Numbers, *, local: bool = False) -> None:
        self._report.found(number, zip(self._space.texts(hosts), ports.tolist(), strict=True), local=local)

    def _emit_silent(self) -> None:
        for hosts, port in self._settled.open_questions():
            for route, mask in self._links.split(hosts):
                chosen = hosts if mask is None else hosts[mask]
                ports = np.full(len(chosen), self._ports[port], np.uint32)
                self._emit(SILENT if route.usable else UNREACHABLE, chosen, ports, local=not route.usable)

    def _look_for_losses(self) -> None:
        """Slow down where answers came faster than they were read; the round after asks for them again."""
        if lost := self._links.dropped():
            self._counts["dropped"] += lost
            self._has_lost = True
            self._tx.slow_down()

    def _look_after_gateways(self, now: float) -> None:
        """Follow them where they get other MACs; the round after asks for what went to a MAC that nobody had."""
        for route in self._links.routes:
            sent, moved = route.look_after(now)
            self._tx.charge(sent)
            self._counts["moved"] += moved
            self._has_lost |= moved

    def _tell(self, now: float) -> None:
        if self._progress.is_due(now):
            self._look_for_losses()
            self._look_after_gateways(now)
            self._emit_position(now)

    def _emit_position(self, now: float) -> None:
        """How far it is; another run is to go on from a place that all answers are in before."""
        self._passed.append((now, self._position))
        while len(self._passed) > 1 and now - self._passed[1][0] >= _DOUBTFUL:
            self._passed.popleft()
        self._progress.emit(self._tx.sent, self._passed[0][1])
