"""What `cargo xtask bench` measures of metrics beside our own: the same work, on the same numbers, in Python.

Run as `cargo xtask bench --only measure` does, with `--json`: one object on standard output,
`{"software": ..., "measure": {METRIC: {"name and version": seconds, ...}}}`.
Needs numpy, and measures scikit-learn, surface-distance, SimpleITK and MONAI where they are installed.

auroc_delong     the AUROC of a million cases with the variance of DeLong, by sorting either side once.
auroc_bootstrap  the AUROC on 2000 draws of ten thousand cases with replacement: by scikit-learn in a loop, and by NumPy
                 with one sort and the drawn counts as weights.
segment          Dice, surface Dice at 2 mm, the 95th percentile of surface distances and their mean, of 15 labels on
                 256 x 256 x 160 voxels. Ours reads both files within its time; the peers have them in memory, and all
                 but MONAI work on the box around each label. SimpleITK has no surface Dice.
"""

import argparse
import json
import os
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

try:
    import surface_distance
except ImportError:
    surface_distance = None
    print("surface-distance is not installed and not measured", file=sys.stderr)
try:
    import SimpleITK as sitk
except ImportError:
    sitk = None
    print("SimpleITK is not installed and not measured", file=sys.stderr)
try:
    import torch
    from monai import metrics as monai_metrics
except ImportError:
    monai_metrics = None
    print("MONAI is not installed and not measured", file=sys.stderr)

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


N_ORGANS = 15
# z, y, x, as the arrays are.
SHAPE = (160, 256, 256)
SPACING = (1.5, 1.0, 1.0)


def organs(name):
    """The label map that our side has written: bytes behind a NIfTI header."""
    path = os.path.join(os.environ["VESALIUS_BENCH_INPUTS"], name)
    return numpy.fromfile(path, numpy.uint8, offset=352).reshape(SHAPE)


def by_surface_distance(truth, pred):
    for label in range(1, N_ORGANS + 1):
        masks = truth == label, pred == label
        found = surface_distance.compute_surface_distances(*masks, SPACING)
        surface_distance.compute_robust_hausdorff(found, 95)
        surface_distance.compute_average_surface_distance(found)
        surface_distance.compute_surface_dice_at_tolerance(found, 2.0)
        surface_distance.compute_dice_coefficient(*masks)


def by_sitk(truth, pred):
    images = [sitk.GetImageFromArray(labels) for labels in (truth, pred)]
    shapes = []
    for image in images:
        image.SetSpacing(SPACING[::-1])
        shapes.append(sitk.LabelShapeStatisticsImageFilter())
        shapes[-1].Execute(image)
    for label in range(1, N_ORGANS + 1):
        boxes = [numpy.array(shape.GetBoundingBox(label)) for shape in shapes]
        low = numpy.maximum(numpy.minimum(*(box[:3] for box in boxes)) - 1, 0)
        high = numpy.minimum(numpy.maximum(*(box[:3] + box[3:] for box in boxes)) + 1, SHAPE[::-1])
        part = tuple(slice(int(a), int(b)) for a, b in zip(low, high))
        masks = [image[part] == label for image in images]
        contours = [sitk.LabelContour(mask, True) for mask in masks]
        maps = [sitk.Abs(sitk.SignedMaurerDistanceMap(contour, False, False, True)) for contour in contours]
        sides = [
            sitk.GetArrayViewFromImage(maps[1 - side])[sitk.GetArrayViewFromImage(contours[side]) > 0] for side in (0, 1)
        ]
        max(numpy.percentile(side, 95) for side in sides), numpy.concatenate(sides).mean()
        overlap = sitk.LabelOverlapMeasuresImageFilter()
        overlap.Execute(*masks)
        overlap.GetDiceCoefficient()


def by_monai(truth, pred):
    one_hot = [
        torch.nn.functional.one_hot(torch.from_numpy(labels).long(), N_ORGANS + 1).permute(3, 0, 1, 2)[None]
        for labels in (pred, truth)
    ]
    monai_metrics.compute_dice(*one_hot, include_background=False)
    monai_metrics.compute_hausdorff_distance(*one_hot, percentile=95, spacing=SPACING)
    monai_metrics.compute_average_surface_distance(*one_hot, symmetric=True, spacing=SPACING)
    monai_metrics.compute_surface_dice(*one_hot, class_thresholds=[2.0] * N_ORGANS, spacing=SPACING)


def segment():
    truth, pred = organs("organs-truth.nii"), organs("organs-pred.nii")
    if surface_distance:
        yield "surface-distance", lambda: by_surface_distance(truth, pred)
    if sitk:
        yield f"SimpleITK {version('SimpleITK')}", lambda: by_sitk(truth, pred)
    if monai_metrics:
        yield f"MONAI {version('monai')}", lambda: by_monai(truth, pred)


METRICS = {
    "auroc_delong_seconds": auroc_delong,
    "auroc_bootstrap_seconds": auroc_bootstrap,
    "segment_seconds": segment,
}


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
        json.dump({"software": "Python", "measure": metrics}, sys.stdout)
        return
    for metric, measured in metrics.items():
        for name, seconds in measured.items():
            print(f"{metric}: {name} {seconds:.4g}")


if __name__ == "__main__":
    main()
