"""Callbacks: what may happen after an epoch. A callback is called with the record; a true answer stops.

Anything finer than an epoch iterates over `Trainer.epochs` or calls `Trainer.step`.
"""

from __future__ import annotations

from typing import Any

from nnkit.history import EpochRecord

__all__ = ["Progress"]


class Progress:
    """A progress bar on the screen, one tick per epoch. It needs tqdm and never stops training.

    Parameters
    ----------
    total : int >= 1, optional
        How many epochs the whole bar stands for. Without it, the bar counts and does not fill.

    Raises
    ------
    ValueError
        If `total` is below 1.
    ImportError
        When first called, if tqdm is not installed.

    Examples
    --------
    ``trainer.fit(train, epochs=20, callbacks=[Progress(20)])``
    """

    def __init__(self, total: int | None = None) -> None:
        if total is not None and total < 1:
            raise ValueError(f"Progress expects total to be at least 1, got {total}.")
        self.total = total
        self._bar: Any = None

    def __call__(self, record: EpochRecord) -> bool:
        """Move the bar by one epoch and show the losses."""
        if self._bar is None:
            self._bar = _open_bar(self.total)
        shown = {"loss": f"{record.loss:.4g}"}
        if record.validation_loss is not None:
            shown["validation_loss"] = f"{record.validation_loss:.4g}"
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


def _open_bar(total: int | None) -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        raise ImportError(
            "Progress expects the package tqdm, which is not installed; pip install tqdm."
        ) from None
    return tqdm(total=total, unit="epoch")
