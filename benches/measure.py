"""What `cargo xtask bench` measures of metrics beside our own: the same work, on the same numbers, in Python.

Run as `cargo xtask bench --only measure` does, with `--json`: one object on standard output,
`{"software": ..., "measure": {METRIC: {"name and version": seconds, ...}}}`.
Needs numpy, and measures scikit-learn where it is installed.

auroc_delong     the AUROC of a million cases with the variance of DeLong, by sorting either side once.
auroc_bootstrap  the AUROC on 2000 draws of ten thousand cases with replacement: by scikit-learn in a loop, and by NumPy
                 with one sort and the drawn counts as weights.
"""

import argparse
import json
import statistics
import sys
import time
from importlib.metadata import version

import numpy

try:
    from sklearn.metrics import roc_auc_score
except ImportError:
    roc_auc_score = None
    print("scikit-learn is not installed and not measured", file=sys.stderr)

N_STEPS = 5
N_DELONG = 1_000_000
N_BOOTSTRAP = 10_000
N_REPLICATES = 2000


def uniform(at):
    """Numbers in [0, 1) by the mixing steps of SplitMix64, as on our side."""
    word = (at + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return ((word ^ (word >> numpy.uint64(31))) >> numpy.uint64(11)).astype(numpy.float64) / 2.0**53


def cases(n):
    """Truth and scores."""
    at = numpy.arange(n, dtype=numpy.uint64) * numpy.uint64(4)
    truth = uniform(at) < 0.3
    score = uniform(at + numpy.uint64(1)) + uniform(at + numpy.uint64(2)) + uniform(at + numpy.uint64(3))
    return truth, score + 0.5 * truth


def delong(truth, score):
    """The area and its variance, from the places of either sorted side in the other, ties counted half."""
    positive, negative = numpy.sort(score[truth]), numpy.sort(score[~truth])

    def places(values, others):
        return (numpy.searchsorted(others, values, "left") + numpy.searchsorted(others, values, "right")) / 2

    above = places(positive, negative) / len(negative)
    below = 1 - places(negative, positive) / len(positive)
    return above.mean(), above.var(ddof=1) / len(positive) + below.var(ddof=1) / len(negative)


def auroc_delong():
    truth, score = cases(N_DELONG)
    yield f"numpy {numpy.__version__}", lambda: delong(truth, score)


def loop(truth, score):
    """One call for each draw."""
    rng = numpy.random.default_rng(0)
    draws = (rng.integers(0, len(truth), len(truth)) for _ in range(N_REPLICATES))
    return numpy.quantile([roc_auc_score(truth[draw], score[draw]) for draw in draws], [0.025, 0.975])


def weighted(truth, score):
    """One sort, and for each draw the counts of cases as weights; scores without ties."""
    rng = numpy.random.default_rng(0)
    positive = truth[numpy.argsort(score)]
    areas = []
    for _ in range(N_REPLICATES):
        count = numpy.bincount(rng.integers(0, len(truth), len(truth)), minlength=len(truth))
        negative = numpy.where(positive, 0, count)
        below = numpy.cumsum(negative)
        n_positive = len(truth) - below[-1]
        areas.append((count * below)[positive].sum() / (n_positive * below[-1]))
    return numpy.quantile(areas, [0.025, 0.975])


def auroc_bootstrap():
    truth, score = cases(N_BOOTSTRAP)
    yield f"numpy {numpy.__version__}", lambda: weighted(truth, score)
    if roc_auc_score:
        yield f"scikit-learn {version('scikit-learn')}", lambda: loop(truth, score)


METRICS = {"auroc_delong_seconds": auroc_delong, "auroc_bootstrap_seconds": auroc_bootstrap}


def median_seconds(step):
    """The median time of a step, after one that warms up; of slow ones fewer."""
    start = time.perf_counter()
    step()
    n_steps = N_STEPS if time.perf_counter() - start < 2 else 1
    seconds = []
    for _ in range(n_steps):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["measure"], help="the one workload, as every program of the benchmark has it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    arguments = parser.parse_args()
    metrics = {metric: {name: median_seconds(step) for name, step in peers()} for metric, peers in METRICS.items()}
    if arguments.json:
        json.dump({"software": "NumPy and scikit-learn", "measure": metrics}, sys.stdout)
        return
    for metric, measured in metrics.items():
        for name, seconds in measured.items():
            print(f"{metric}: {name} {seconds:.4g}")


if __name__ == "__main__":
    main()
