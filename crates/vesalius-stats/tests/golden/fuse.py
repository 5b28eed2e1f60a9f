"""Golden values of label, score and box fusion from other software: writes fuse.json beside this file.

Versions are recorded in the file. STAPLE, MultiLabelSTAPLE and LabelVoting are ITK's (SimpleITK), boxes those of
ensemble-boxes, stacking scikit-learn's logistic regression, ranks and crosses SciPy's; SIMPLE and greedy selection are
written out here voxel by voxel and case by case.
"""

import json
from pathlib import Path

import ensemble_boxes
import importlib.metadata
import numpy as np
import scipy
import scipy.ndimage
import scipy.special
import scipy.stats
import SimpleITK as sitk
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

SHAPE = (16, 16, 16)


def raters_of(rng, n_raters, n_labels, errors):
    """A truth of blocks, and raters who err at random with a bias of their own."""
    truth = np.zeros(SHAPE, dtype=np.uint8)
    for label in range(1, n_labels):
        low = rng.integers(1, 6, 3)
        high = low + rng.integers(5, 9, 3)
        truth[tuple(slice(a, b) for a, b in zip(low, high))] = label
    raters = []
    for error in errors[:n_raters]:
        said = truth.copy()
        wrong = rng.random(SHAPE) < error
        said[wrong] = rng.integers(0, n_labels, int(wrong.sum()))
        raters.append(said)
    return raters


def patterns_of(raters, *outputs):
    """Votes and outputs as patterns with counts, since nothing depends on more."""
    rows = np.stack([r.ravel() for r in raters] + [o.ravel() for o in outputs], axis=1)
    unique, counts = np.unique(rows, axis=0, return_counts=True)
    n = len(raters)
    return {
        "patterns": unique[:, :n].astype(int).tolist(),
        "counts": counts.tolist(),
        "outputs": [unique[:, n + at].tolist() for at in range(len(outputs))],
    }


def image(array):
    return sitk.GetImageFromArray(array)


def staple_binary(rng):
    raters = raters_of(rng, 5, 2, [0.02, 0.05, 0.1, 0.2, 0.35])
    staple = sitk.STAPLEImageFilter()
    staple.SetForegroundValue(1)
    probability = sitk.GetArrayFromImage(staple.Execute([image(r) for r in raters]))
    found = patterns_of(raters, np.round(probability, 12))
    found["sensitivity"] = list(staple.GetSensitivity())
    found["specificity"] = list(staple.GetSpecificity())
    return found


def staple_labels(rng):
    raters = raters_of(rng, 5, 4, [0.05, 0.1, 0.15, 0.2, 0.3])
    staple = sitk.MultiLabelSTAPLEImageFilter()
    staple.SetTerminationUpdateThreshold(1e-9)
    staple.SetLabelForUndecidedPixels(9)
    fused = sitk.GetArrayFromImage(staple.Execute([image(r) for r in raters]))
    voting = sitk.LabelVotingImageFilter()
    voting.SetLabelForUndecidedPixels(0)
    voted = sitk.GetArrayFromImage(voting.Execute([image(r) for r in raters]))
    found = patterns_of(raters, fused, voted)
    found["confusion"] = [np.array(staple.GetConfusionMatrix(at)).reshape(-1, 4)[:4].tolist() for at in range(5)]
    found["simple"] = simple(raters, [1, 2, 3])
    return found


def simple(raters, labels):
    """SIMPLE label by label on whole arrays; the weight of every rater, None for one that left."""
    weights_of = []
    for label in labels:
        masks = [(r == label).ravel() for r in raters]
        staying = list(range(len(masks)))
        weights = np.ones(len(masks))
        estimate = np.mean(masks, axis=0) > 0.5
        while True:
            dice = np.array([2 * (m & estimate).sum() / (m.sum() + estimate.sum()) for m in masks])
            weights[staying] = dice[staying]
            limit = weights[staying].mean() - weights[staying].std()
            behind = sorted((r for r in staying if weights[r] < limit - 1e-12), key=lambda r: weights[r])
            behind = behind[: max(0, len(staying) - 3)]
            staying = [r for r in staying if r not in behind]
            total = sum(weights[r] for r in staying)
            following = sum(weights[r] * masks[r] for r in staying) / total > 0.5
            if not behind and (following == estimate).all():
                break
            estimate = following
        weights_of.append([float(weights[r]) if r in staying else None for r in range(len(masks))])
    return weights_of


def boxes(rng, n_axes):
    """Three models of noisy boxes around common places, two labels."""
    places = rng.uniform(0.1, 0.6, (8, n_axes))
    sizes = rng.uniform(0.1, 0.3, (8, n_axes))
    models = []
    for _ in range(3):
        rows = []
        for at in range(8):
            for _ in range(rng.integers(0, 3)):
                low = places[at] + rng.normal(0, 0.02, n_axes)
                high = low + sizes[at] * rng.uniform(0.85, 1.15, n_axes)
                rows.append([at % 2, round(rng.uniform(0.05, 0.99), 4), *low.round(4), *high.round(4)])
        models.append(rows)
    fuse = ensemble_boxes.weighted_boxes_fusion if n_axes == 2 else ensemble_boxes.weighted_boxes_fusion_3d
    fused, scores, labels = fuse(
        [[r[2:] for r in m] for m in models],
        [[r[1] for r in m] for m in models],
        [[r[0] for r in m] for m in models],
        iou_thr=0.55,
        skip_box_thr=0.0,
        conf_type="avg",
    )
    rows = [[int(label), float(score), *map(float, box)] for label, score, box in zip(labels, scores, fused)]
    return {"models": [[list(map(float, r)) for r in m] for m in models], "fused": rows}


def logit(p):
    return scipy.special.logit(np.clip(p, 1e-6, 1 - 1e-6))


def scores(rng):
    """Four members of three findings, with unknown labels; and three exclusive classes."""
    truth = (rng.random((80, 3)) < [0.5, 0.3, 0.2]).astype(float)
    members = []
    for skill in [2.0, 1.5, 0.7, 0.1]:
        raw = rng.normal(0, 1, truth.shape) + skill * (truth - 0.5)
        members.append(np.round(scipy.special.expit(raw), 3))
    members[0][0, 0] = 1.0
    members[1][3, 2] = 0.0
    truth[rng.random(truth.shape) < 0.1] = np.nan
    coefficients = []
    for label in range(3):
        known = ~np.isnan(truth[:, label])
        x = np.stack([logit(m[known, label]) for m in members], axis=1)
        fit = LogisticRegression(C=1.0, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
        fit.fit(x, truth[known, label])
        coefficients.append([float(fit.intercept_[0]), *map(float, fit.coef_[0])])
    exclusive = [scipy.special.softmax(rng.normal(0, 1, (20, 3)), axis=1).round(4) for _ in range(3)]
    geometric = np.exp(np.mean([np.log(np.clip(m, 1e-6, 1 - 1e-6)) for m in exclusive], axis=0))
    ranks = [scipy.stats.rankdata(m, axis=0, method="average") for m in members]
    return {
        "members": [m.tolist() for m in members],
        "truth": [[None if np.isnan(v) else int(v) for v in row] for row in truth],
        "mean": np.mean(members, axis=0).tolist(),
        "logit_mean": scipy.special.expit(np.mean([logit(m) for m in members], axis=0)).tolist(),
        "rank_mean": np.mean([(r - 0.5) / len(truth) for r in ranks], axis=0).tolist(),
        "stack": coefficients,
        "greedy": greedy(members, truth),
        "exclusive": [m.tolist() for m in exclusive],
        "exclusive_logit_mean": (geometric / geometric.sum(axis=1, keepdims=True)).tolist(),
    }


def greedy(members, truth):
    def goal(bag):
        areas = []
        for label in range(3):
            known = ~np.isnan(truth[:, label])
            areas.append(roc_auc_score(truth[known, label], bag[known, label]))
        return np.mean(areas)

    taken, best = [], (-1.0, None)
    for _ in range(100):
        reached = [goal(np.round(sum(members[m] for m in [*taken, at]), 9)) for at in range(len(members))]
        at = int(np.argmax(np.round(reached, 12)))
        taken.append(at)
        if reached[at] > best[0] + 1e-12:
            best = (float(reached[at]), np.bincount(taken, minlength=len(members)) / len(taken))
    return {"reached": best[0], "weights": best[1].tolist()}


def cross(rng):
    grid = np.round(rng.random((10, 7)) ** 0.4, 3)
    plus = scipy.ndimage.generate_binary_structure(2, 1)
    centers = scipy.ndimage.binary_erosion(grid > 0.5, plus, border_value=0)
    return {"grid": grid.tolist(), "centers": centers.astype(int).tolist()}


def main():
    rng = np.random.default_rng(20)
    golden = {
        "versions": {
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
            "SimpleITK": sitk.Version_VersionString(),
            "ensemble-boxes": importlib.metadata.version("ensemble-boxes"),
        },
        "staple_binary": staple_binary(rng),
        "staple_labels": staple_labels(rng),
        "boxes": [boxes(rng, 2), boxes(rng, 3)],
        "scores": scores(rng),
        "cross": cross(rng),
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
