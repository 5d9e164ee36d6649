"""Checks of the tasks that go with the explorers of the chapter "Batch and epoch".

Tasks are about looking; what a reader programs is checked in `exercises`.
"""

from nnkit.course.batch_and_epoch import comparison, noise, order, paths, runs, times
from nnkit.course.batch_and_epoch.counting import updates_per_epoch
from nnkit.course.feedback import Feedback


def count(updates: int, last_batch: int) -> Feedback:
    """Check the task of the two loops: 1,297 digits, batches of 32, 20 epochs.

    Parameters
    ----------
    updates : int
        How many in all.
    last_batch : int
        How many examples the last update of an epoch averages.

    Returns
    -------
    Feedback
    """
    per_epoch = updates_per_epoch(runs.EXAMPLES, 32)
    last = runs.EXAMPLES - (per_epoch - 1) * 32
    if updates == per_epoch:
        return Feedback(False, f"{per_epoch} is one epoch. There are 20 of them.")
    if updates == (per_epoch - 1) * 20:
        return Feedback(False, "The last, smaller batch of each epoch makes an update, too.")
    if updates != per_epoch * 20:
        said = "Updates: how often does 32 go into 1,297? Round up for the rest, then count the epochs."
        return Feedback(False, said)
    if last_batch != last:
        return Feedback(
            False, f"{updates} updates, right. The last batch is what 40 batches of 32 leave over."
        )
    return Feedback(
        True, f"Right. 41 updates in each epoch, the last over {last}, and {updates} in 20 epochs."
    )


def nearest(size: int) -> Feedback:
    """Check the task of the walk: the batch size that ends nearest to the least loss, whatever the seed.

    Parameters
    ----------
    size : int
        One of the sizes on the slider.

    Returns
    -------
    Feedback
    """
    if size not in paths.SIZES:
        return _not_on_the_slider(paths.SIZES)
    ends = {
        each: [paths.loss_above_least(paths.walk(each, seed)[-1]) for seed in paths.SEEDS]
        for each in paths.SIZES
    }
    closest = [min(ends, key=lambda each: ends[each][at]) for at in range(len(paths.SEEDS))]
    if all(best == size for best in closest):
        said = "Right, for each of the five seeds. Fewer examples end in jitter, more run out of updates."
        return Feedback(True, said)
    if size > max(closest):
        return Feedback(
            False, f"With {size} per batch eight epochs are too few updates to arrive. Go smaller."
        )
    return Feedback(False, f"With {size} per batch the path arrives and then keeps jumping about. Go larger.")


def quarter_noise(size: int) -> Feedback:
    """Check the task of the fan: the batch whose noise is at most a quarter of that of 32, before training.

    Parameters
    ----------
    size : int
        One of the sizes on the slider.

    Returns
    -------
    Feedback
    """
    if size not in noise.SIZES:
        return _not_on_the_slider(noise.SIZES)
    gradients = noise.example_gradients(0, 0)
    share = (noise.expected_noise(gradients, size) / noise.expected_noise(gradients, 32)) ** 0.5
    if size == 128:
        return Feedback(
            False, "Four times the examples halve the noise: the root of four is two. You want a quarter."
        )
    if size == 512:
        said = (
            f"Right: 16 times as many. With 512 of 1,297 the noise is even a bit shorter, {share:.2f} times."
        )
        return Feedback(True, said)
    return Feedback(
        False, f"With {size:,} the noise is {share:.2f} times as long as with 32. You look for 0.25."
    )


def rules(full_batch: str, small_ones: str) -> Feedback:
    """Check the task of the comparison: which rule lets the full batch keep up, which makes small ones equal.

    Parameters
    ----------
    full_batch : {"epochs", "updates", "scaled", "best"}
        Under which the full batch is within two points of batch 32.
    small_ones : {"epochs", "updates", "scaled", "best"}
        Under which the batch sizes from 1 to 32, without 16, come out most nearly alike, with one rule for
        the rate.

    Returns
    -------
    Feedback
    """
    for given in (full_batch, small_ones):
        if given not in comparison.RULES:
            return Feedback(False, f"Each rule is one of {', '.join(comparison.RULES)}; {given!r} came.")
    if full_batch != "updates":
        said = (
            f"Under {comparison.RULES[full_batch]} the full batch makes 20 updates only. See the far right."
        )
        return Feedback(False, said)
    if small_ones == "updates":
        return Feedback(
            False, "Under equal updates a batch of 1 sees 820 examples in all. Look at the far left."
        )
    if small_ones == "epochs":
        said = "Close. But the dots of 4 and 8 reach further down than under another rule."
        return Feedback(False, said)
    if small_ones == "best":
        return Feedback(
            False, "Close. But there each size has a rate of its own choice; you look for one rule for all."
        )
    return Feedback(True, "Right. Nothing about the networks differs between these two pictures.")


def best_batch(digits: int, mnist: int) -> Feedback:
    """Check the task of the price: a batch size in the valley of the time to the target, on either data set.

    Parameters
    ----------
    digits, mnist : int
        Batch sizes. Right is each that takes at most half as long again as the best.

    Returns
    -------
    Feedback
    """
    for name, given in (("digits", digits), ("mnist", mnist)):
        best = times.valley(name)
        if given not in best:
            way = "smaller" if given > max(best) else "larger"
            return Feedback(
                False, f"{name}: look at the lowest panel; its lowest point lies at a {way} batch."
            )
    digits_valley, mnist_valley = (_listed(times.valley(name)) for name in ("digits", "mnist"))
    return Feedback(
        True,
        f"Right, on this processor. The valley is wide: {digits_valley} on the digits and {mnist_valley} on "
        "MNIST take at most half as long again as the shortest.",
    )


def kinds(mixed: int, shuffled: int) -> Feedback:
    """Check the task of the order: how many sorted batches hold more than one digit, how many kinds meet.

    Parameters
    ----------
    mixed : int
        Sorted batches in the picture with more than one kind of digit.
    shuffled : int
        Kinds of digits in a shuffled batch, on average, as a whole number.

    Returns
    -------
    Feedback
    """
    several = sum(len(set(row)) > 1 for row in order.classes("sorted by class", 1).tolist())
    meet = round(order.kinds(order.classes("new every epoch", 1)))
    if mixed != several:
        return Feedback(False, "Count the rows of the sorted picture in which the color changes.")
    if shuffled != meet:
        return Feedback(
            False, f"{several} sorted batches, right. For a shuffled one, read the sentence and round."
        )
    return Feedback(
        True, f"Right. {several} of 12 against about {meet} kinds in every batch: each step hears them all."
    )


def _not_on_the_slider(sizes: tuple[int, ...]) -> Feedback:
    return Feedback(False, f"Give a size that is on the slider, one of {', '.join(map(str, sizes))}.")


def _listed(sizes: list[int]) -> str:
    """Sizes as one would say them: "32", "32 and 64", "16, 32 and 64"."""
    *first, last = map(str, sizes)
    return f"{', '.join(first)} and {last}" if first else last
