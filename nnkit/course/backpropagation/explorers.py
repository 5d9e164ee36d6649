"""The explorers of the chapter "Backpropagation" by name; each is made in a module of its own."""

from nnkit.course.backpropagation.checking import steps
from nnkit.course.backpropagation.circuits import gates
from nnkit.course.backpropagation.directions import directions
from nnkit.course.backpropagation.mutants import clinic as mutants
from nnkit.course.backpropagation.shapes import checker as shapes
from nnkit.course.backpropagation.small_graph import graph
from nnkit.course.backpropagation.stepper import stepper
from nnkit.course.backpropagation.wishes import averaged_wishes as wishes

__all__ = ["directions", "gates", "graph", "mutants", "shapes", "stepper", "steps", "wishes"]
