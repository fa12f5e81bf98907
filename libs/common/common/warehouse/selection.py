"""What a SELECT shows: metrics by dimensions, each metric with the rollup it is read from."""

from dataclasses import dataclass, replace

from common.catalog import Metric, Rollup
from common.warehouse.sources import Narrowing, Rows

# A post has as many of these as it likes: with them its row is there several times.
_SEVERAL = frozenset({"label", "plan", "hashtag"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The metrics that are read from one rollup."""

    rollup: Rollup
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Columns in the order dimensions, attributes, metrics. `order` names the metrics where parts mix them."""

    dimensions: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    parts: tuple[Part, ...]
    order: tuple[str, ...]
    narrowed: frozenset[Narrowing] = frozenset()
    own_days: bool = False
    """Days of publishing are those of parameter `timezone`, else UTC's."""
    among: tuple[str, ...] = ()
    """Only posts that have a label, plan or hashtag; each of them once."""
    slots: bool = False
    """The hours of the week, then the formats, instead of each format's hours."""

    @property
    def rows(self) -> Rows:
        several = tuple(one for one in self.dimensions if one in _SEVERAL)
        return Rows(by=several or self.among, once=not several, narrowed=self.narrowed, own_days=self.own_days)

    @property
    def total(self) -> "Selection":
        """Of all rows at once."""
        among = tuple(one for one in self.dimensions if one in _SEVERAL)
        return replace(self, dimensions=(), attributes=(), among=among, slots=False)
