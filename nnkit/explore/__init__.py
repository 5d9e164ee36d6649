"""Explorers: one declaration, alive in a notebook and in a static page.

What a chapter's explorers show stands in `nnkit.course`; here is how any explorer works.
"""

from nnkit.explore.controls import Control, choice, play, slider, toggle
from nnkit.explore.explorer import Explorer, explore
from nnkit.explore.prediction import Prediction, predict
from nnkit.explore.scene import ExplorerError, Scene, Shot
from nnkit.explore.stored import read_states, write_states
from nnkit.explore.template import Template

__all__ = [
    "Control",
    "Explorer",
    "ExplorerError",
    "Prediction",
    "Scene",
    "Shot",
    "Template",
    "choice",
    "explore",
    "play",
    "predict",
    "read_states",
    "slider",
    "toggle",
    "write_states",
]
