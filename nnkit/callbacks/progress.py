"""A progress bar on the screen."""

from __future__ import annotations

from typing import Any

from nnkit.arguments import check_int, load_library
from nnkit.history import EpochRecord


class Progress:
    """A progress bar on the screen, one tick per epoch. It needs tqdm and never stops training.

    Parameters
    ----------
    total : int >= 1, optional
        How many epochs the whole bar stands for. Without it, the bar counts and does not fill.

    Raises
    ------
    ValueError, TypeError
        If `total` is below 1, or not an int.
    ImportError
        When first called, if tqdm is not installed.

    Examples
    --------
    ``trainer.fit(train, epochs=20, callbacks=[Progress(20)])``
    """

    def __init__(self, total: int | None = None) -> None:
        self.total = None if total is None else check_int("Progress", "total", total)
        self._bar: Any = None

    def __call__(self, record: EpochRecord) -> bool:
        """Move the bar by one epoch and show losses and metrics."""
        if self._bar is None:
            self._bar = load_library("Progress", "tqdm").tqdm(total=self.total, unit="epoch")
        shown = {name: f"{value:.4g}" for name, value in record.scores.items()}
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update()
        if self._bar.n == self.total:
            self.close()
        return False

    def close(self) -> None:
        """End the bar. A bar with a total ends by itself."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
