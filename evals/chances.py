"""How far a win chance can be believed: what the firm's closed deals teach, judged out of fold. `rapport eval --only chances`."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evals import stores
from evals.briefs import ADMINS
from knowledge.understanding.chances import learned_here
from knowledge.understanding.learning import Learned
from store.unit import Store

HEAD = ("win chances", "closed deals", "method", "AUC", "of the other", "Brier", "said → came true")


@dataclass(frozen=True)
class Judged:
    """None when the store has too few closed deals to learn from."""

    store: str
    learned: Learned | None

    def row(self) -> tuple[str, ...]:
        if self.learned is None:
            return (self.store, "too few", "averages by stage", "", "", "", "")
        found = self.learned
        bins = ", ".join(f"{100 * each.said:.0f} → {100 * each.came:.0f} %" for each in found.calibration)
        figures = (f"{value:.3f}" for value in (found.auc, found.others_auc, found.brier))
        return (self.store, str(found.positives + found.negatives), found.method, *figures, bins)

    def points(self) -> list[tuple[float, float, int]]:
        """For a reliability plot: chance said, share that came true, how many deals."""
        return [(each.said, each.came, round(each.weight)) for each in self.learned.calibration] if self.learned else []


def run(*, only: str | None = None) -> list[Judged]:
    """The stores that can be made here, as their administrators see them."""
    found = []
    with TemporaryDirectory(prefix="rapport-eval-chances-") as folder:
        for name, admin in ADMINS.items():
            if only in (None, name):
                store = Store(stores.fill(name, Path(folder) / name).settings())
                with store.reading(store.principal(admin)) as unit:
                    found.append(Judged(name, learned_here(unit, unit.today())[0]))
                store.close()
    return found
