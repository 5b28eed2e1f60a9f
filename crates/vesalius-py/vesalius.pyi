"""Medical images into evidence: how good a classifier is, with intervals."""

from collections.abc import Sequence
from typing import Any, TypedDict

class Estimate(TypedDict):
    """A number with its interval, its size and its method; `value` is None where `undefined` says why."""

    metric: str
    target: str
    group: str
    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    n: int
    undefined: str | None

class ClassifyScores(TypedDict):
    """All that is measured of a classification."""

    estimates: list[Estimate]
    roc: list[dict[str, Any]]
    reliability: list[dict[str, Any]]
    confusion: dict[str, Any] | None

def auroc(truth: Sequence[bool], score: Sequence[float]) -> float | None:
    """The area under the ROC curve, ties counted half; None where one of the two classes is absent.

    Raises ValueError where the lengths differ or a score is NaN.
    """

def measure_classify(
    truth: Sequence[int] | Sequence[Sequence[bool | None]],
    scores: Sequence[Sequence[float]],
    classes: Sequence[str],
    *,
    level: float | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    threshold: float | None = None,
) -> ClassifyScores:
    """Every metric of a classification with its interval, and its curves.

    `truth` holds the class index of each case, or for each case a row of True, False or None (unknown) for findings
    that may be present together.
    `scores` holds a row for each case with a score for each class.
    `level` is the nominal coverage of intervals (0.95), `replicates` the size of the bootstrap (2000), `seed` its seed
    (0), `threshold` the score above which a case is called positive (0.5).

    Raises ValueError where lengths, classes, scores or options cannot be used; the message says what was expected.
    """
