"""Where pictures go: a figure of the book's style that does not put a notebook's switches back."""

from matplotlib import pyplot
from matplotlib.colors import to_hex

from nnkit.plots import style
from nnkit.plots.axes import axes_or_new, new_figure


def test_a_new_figure_has_the_book_style_and_the_options():
    figure = new_figure(figsize=(5, 2), dpi=90)
    assert figure.get_size_inches().tolist() == [5, 2] and figure.dpi == 90
    assert to_hex(figure.get_facecolor()) == style.PAPER
    assert to_hex(axes_or_new(None).spines["left"].get_edgecolor()) == style.FAINT


def test_a_back_end_that_becomes_interactive_with_its_first_figure_stays_so(monkeypatch):
    def figure(**options):  # as in a notebook, where the first figure loads the back end
        pyplot.ion()
        return original(**options)

    original = pyplot.figure
    monkeypatch.setattr(pyplot, "figure", figure)
    pyplot.ioff()
    try:
        new_figure()
        assert pyplot.isinteractive()
    finally:
        pyplot.ioff()


def test_a_figure_does_not_become_interactive_by_itself():
    new_figure()
    assert not pyplot.isinteractive()
