"""The two curves of a training: how much of the gap between them comes from when each is measured."""

from nnkit.course.backpropagation import wishes


def gap_left(seed: int) -> float:
    """Return how much of the first epoch's gap is left when both losses are measured at its end.

    Parameters
    ----------
    seed : int
        Of the initial weights and the order of the images.

    Returns
    -------
    float
        Training loss less validation loss after the epoch, over the same with the training loss that a
        history records: the mean while the epoch runs. 0 if the moment is all; below 0 if the sign turns.
    """
    model, trainer = wishes.start(seed)
    (X, y), (unseen, classes) = wishes.training_digits(), wishes.unseen_digits()
    (record,) = trainer.fit((X, y), 1)
    after, validation = trainer.loss.value(model(X), y), trainer.loss.value(model(unseen), classes)
    return (after - validation) / (record.loss - validation)
