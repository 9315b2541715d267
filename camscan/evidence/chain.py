"""The hash chain: each line of the observations carries the SHA-256 of the line before, the first that of scan.json.

So `head -n 1 observations.jsonl | sha256sum` is what the second line calls `previous`, and a line can be altered, taken
out, put in or moved only together with every line after it, and with the head in the signed manifest.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from camscan.codecs.registry import is_told_beside, read_again
from camscan.errors import EvidenceError
from camscan.evidence import canonical
from camscan.evidence.container import MAX_LINE
from camscan.evidence.manifest import Chain
from camscan.evidence.writing import Sink
from camscan.records import Observation

_PREVIOUS = "previous"


class HashChain:
    """The chain as far as it has come."""

    def __init__(self, scan: bytes) -> None:
        self._head = sha256(scan).hexdigest()
        self._records = 0
        self.beside = 0
        """Observations with fields that do not follow from their bytes: no bytes were kept, or no codec reads them."""
        self.fault = ""  # where an observation first says what today's codec does not read in its bytes

    @property
    def chain(self) -> Chain:
        """What the manifest says of it."""
        return Chain(self._records, self._head)

    def written(self, observations: Iterator[Observation], sink: Sink) -> Iterator[Observation]:
        """Write observations as they pass, with the fields that today's codecs read in their bytes."""
        for stored in observations:
            observation = self._read(stored)
            line = canonical.dump({**canonical.observation_object(observation), _PREVIOUS: self._head})
            if len(line) > MAX_LINE:
                raise EvidenceError(
                    f"an observation of {observation.target} is too large for a bundle: report it as a bug"
                )
            sink.write(line)
            self._add(line)
            yield observation

    def read(self, lines: Iterator[bytes], name: str) -> Iterator[Observation]:
        """The observations of the lines of a part, as today's codecs read their bytes.

        Raises EvidenceError if a line is no observation, or does not follow the one before.
        """
        for number, line in enumerate(lines, start=1):
            where = f"{name} line {number:,}"
            value = canonical.load(line, where)
            if value.pop(_PREVIOUS, None) != self._head:
                raise EvidenceError(f"{where}: does not carry the hash of the line before it")
            observation = canonical.read(value, canonical.to_observation, canonical.observation_object, where)
            again = self._read(observation)
            if again != observation and not self.fault:
                self.fault = f"{where}: its fields are not what its bytes say"
            self._add(line)
            yield again

    def _add(self, line: bytes) -> None:
        self._head = sha256(line).hexdigest()
        self._records += 1

    def _read(self, observation: Observation) -> Observation:
        again = read_again(observation)
        self.beside += is_told_beside(observation, again)
        return again
