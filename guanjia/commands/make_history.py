"""``guanjia simulate --history``: months of a site's life in minutes."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from guanjia.commands.recordings import duration, instant, progress
from guanjia.commands.words import out, refuse
from guanjia.history_maker import NotEmpty, Tell, make_file, make_into, write_truth
from guanjia.system_clock import SystemClock
from model.clock import DAY, MINUTE, SECOND
from model.ports import HistoryUnavailable
from model.site import Site
from simulators.past_made import MadePast, Span

_SHORTEST_STEP_NS, _LONGEST_STEP_NS = SECOND, 15 * MINUTE
"""Below, machines have nothing more to tell; above, pits are pumped out unseen."""
_LONGEST_NS = 3653 * DAY


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, as written."""

    length: str
    step: str
    until: str
    seed: int
    events: bool

    def span(self) -> Span:
        """Or exit with 2."""
        now_ns = SystemClock().now_ns()
        end_ns = instant(self.until, "--until") if self.until else now_ns
        length_ns, step_ns = duration(self.length, "--history"), duration(self.step, "--step")
        if not _SHORTEST_STEP_NS <= step_ns <= _LONGEST_STEP_NS or DAY % step_ns:
            raise refuse(f"--step {self.step}: take 1s to 15min, a whole part of a day, such as 10s, 60s or 5min")
        if not step_ns <= length_ns <= min(_LONGEST_NS, end_ns):
            raise refuse(f"--history {self.length}: take a length from one step to ten years")
        if end_ns > now_ns:
            raise refuse(f"--until {self.until}: that is not past yet")
        return Span.before(end_ns, length_ns, step_ns)


def make_history(site: Site, wanted: Wanted, into: Path | None, file: BinaryIO | None) -> None:
    """Live through it, keep it, write down beside it what was planted."""
    if (into is None) == (file is None):
        raise refuse("--history needs one of --into DIR and --history-file FILE")
    if into is not None and site.store.kind != "embedded":
        raise refuse(f"--into fills the embedded history; this site keeps its history in {site.store.kind}")
    span, truth = wanted.span(), _truth_file(into, file)
    past = MadePast(site, wanted.seed, span, None if wanted.events else ())
    with progress() as bar:
        task = bar.add_task(f"{len(site.devices)} devices, {past.span.steps()} steps", total=past.span.steps())

        def tell(steps: int) -> None:
            bar.advance(task, steps)

        _make(past, site, into, file, tell)
    write_truth(truth, site, wanted.seed, past)
    out.print(f"{len(past.events)} planted events are written down in {truth}", markup=False, soft_wrap=True)


def _make(past: MadePast, site: Site, into: Path | None, file: BinaryIO | None, tell: Tell) -> None:
    if into is None:
        assert file is not None
        make_file(past, site, file, tell)
        return
    try:
        make_into(past, into, tell)
    except NotEmpty as error:
        raise refuse(f"{error}: choose another folder, or another --until") from None
    except HistoryUnavailable as error:
        raise refuse(f"{into} can't be written ({error}): is a platform running on it?") from None


def _truth_file(into: Path | None, file: BinaryIO | None) -> Path:
    if into is not None:
        truth = into / "truth.yaml"
        if truth.exists():
            raise refuse(f"{truth} tells of an earlier history: choose another folder, or give it another name")
        return truth
    name = str(getattr(file, "name", "-"))
    if name in ("-", "<stdout>"):
        raise refuse("--history writes its truth file beside the --history-file: give it a name")
    return Path(name + ".truth.yaml")
