"""How fast the topic becomes facts and rollups: each contender in turn, again and again, so that all meet the same
minutes of the machine."""

from collections.abc import Sequence
from itertools import count
from statistics import median

from benchmarks.contenders import AHEAD, DECODING, FACTS, LANDING, WHOLE, Contender, Run, measured
from benchmarks.report import Line
from benchmarks.rig import running_rig
from benchmarks.snapshots import Load, fill


async def throughput(load: Load, *, rounds: int) -> list[Line]:
    """Facts alone and the whole job against their floors."""
    runs = await interleaved((DECODING, AHEAD, FACTS, LANDING, WHOLE), load, rounds=rounds)
    return [
        compared("facts alone / decoding loop", runs, FACTS, DECODING, limit=2.5),
        compared("facts alone / decoding loop, ahead", runs, FACTS, AHEAD, limit=1.0),
        compared("whole job / loop without Faust", runs, WHOLE, LANDING, limit=0.9),
    ]


async def replay(load: Load, *, rounds: int) -> list[Line]:
    """A replay, facts and rollups, against the aggregator's own speed of facts."""
    runs = await interleaved((FACTS, WHOLE), load, rounds=rounds)
    return [compared(f"replay of {load.total:,} / facts alone", runs, WHOLE, FACTS, limit=0.5)]


async def interleaved(contenders: Sequence[Contender], load: Load, *, rounds: int) -> list[Run]:
    runs: list[Run] = []
    numbers = count()
    async with running_rig() as rig:
        print(f"filling the topic with {load.total:,} snapshots")
        await fill(rig.kafka, load)
        for _ in range(rounds):
            for contender in contenders:
                runs.append(await measured(rig, contender, load, number=next(numbers)))
                print(told(runs[-1]))
    return runs


def compared(name: str, runs: Sequence[Run], ours: Contender, floor: Contender, *, limit: float) -> Line:
    """The median of the ratios of neighbours: run k of ours to run k of the floor."""
    mine, other = _of(runs, ours), _of(runs, floor)
    ratios = [one.rate / base.rate for one, base in zip(mine, other, strict=True)]
    said = f"{_rates(mine)} against {_rates(other)}; rounds {' '.join(f'{ratio:.2f}' for ratio in ratios)}"
    return Line(name=name, ratio=median(ratios), limit=limit, n=len(ratios), said=said, runs=(*mine, *other))


def told(run: Run) -> str:
    cpu = ", ".join(f"{part} {spent / run.events * 1e5:.2f}" for part, spent in run.cpu.items())
    return f"{run.contender:24} {run.rate:10,.0f}/s   CPU s per 100k: {cpu}   RSS {run.rss_mb:.0f} MB"


def _of(runs: Sequence[Run], contender: Contender) -> list[Run]:
    return [run for run in runs if run.contender == contender.name]


def _rates(runs: Sequence[Run]) -> str:
    return f"{median(run.rate for run in runs):,.0f}/s"
