"""Makes classify.json: what scikit-learn, SciPy and the MedMNIST evaluator say, and DeLong written out pair by pair.

Run: python classify.py > classify.json   (numpy, scipy, scikit-learn and medmnist; pandas is not needed)
Tolerances stand in the test: 1e-10 for values and closed intervals, see there for bootstrap intervals.
"""

import contextlib
import json
import platform
import sys
import types

import numpy as np
import scipy
import sklearn
from scipy import optimize, stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

# The evaluator imports pandas for its result files only, and scikit-learn must not take the stand-in for it.
sys.modules["pandas"] = types.ModuleType("pandas")
with contextlib.redirect_stdout(sys.stderr):
    import medmnist.info
    from medmnist.evaluator import getACC, getAUC
del sys.modules["pandas"]

LEVEL = 0.95
Z = stats.norm.ppf((1 + LEVEL) / 2)
N_REPLICATES = 5000


def kernel(positive, negative):
    """1, 1/2 or 0 for every pair."""
    difference = positive[:, None] - negative[None, :]
    return (difference > 0) + 0.5 * (difference == 0)


def structural(truth, score):
    """Area, and DeLong's structural components minus the area, as columns over all cases: (positive, negative)."""
    psi = kernel(score[truth == 1], score[truth == 0])
    area = psi.mean()
    v10, v01 = np.zeros(len(truth)), np.zeros(len(truth))
    v10[truth == 1] = psi.mean(axis=1) - area
    v01[truth == 0] = psi.mean(axis=0) - area
    return area, v10, v01


def delong(truth, score):
    """Mean area over the columns and its variance; with one column DeLong, Clarke-Pearson and DeLong, 1988."""
    areas, influence = [], np.zeros(len(truth))
    for k in range(truth.shape[1]):
        known = ~np.isnan(truth[:, k])
        y, s = truth[known, k], score[known, k]
        m, n = int((y == 1).sum()), int((y == 0).sum())
        area, v10, v01 = structural(y, s)
        areas.append(area)
        influence[known] += (v10 / np.sqrt(m * (m - 1)) + v01 / np.sqrt(n * (n - 1))) / truth.shape[1]
    return float(np.mean(areas)), float((influence**2).sum())


def interval(area, variance, scale):
    error = np.sqrt(variance)
    if scale == "plain":
        return [max(0.0, area - Z * error), min(1.0, area + Z * error)]
    half = Z * error / (area * (1 - area))
    return [float(scipy.special.expit(scipy.special.logit(area) + sign * half)) for sign in (-1, 1)]


def newcombe(area, m, n):
    def variance(t):
        return t * (1 - t) / (m * n) * (1 + ((m + n) / 2 - 1) * ((1 - t) / (2 - t) + t / (1 + t)))

    def low(t):
        return area - t - Z * np.sqrt(variance(t))

    def high(t):
        return t - area - Z * np.sqrt(variance(t))

    ends = [0.0, 1.0]
    if area > 0:
        ends[0] = optimize.brentq(low, 1e-12, area - 1e-9, xtol=1e-14)
    if area < 1:
        ends[1] = optimize.brentq(high, area + 1e-9, 1 - 1e-12, xtol=1e-14)
    return ends


def wilson(hits, n):
    ci = stats.binomtest(int(hits), int(n)).proportion_ci(LEVEL, method="wilson")
    return [hits / n, ci.low, ci.high]


def ece(hit, score, bins=15):
    idx = np.minimum((score * bins).astype(int), bins - 1)
    return float(sum(abs((hit - score)[idx == b].sum()) for b in range(bins)) / len(score))


def ece_equal_mass(hit, score, bins):
    parts = np.array_split(np.argsort(score, kind="stable"), bins)
    return float(sum(abs((hit - score)[part].sum()) for part in parts) / len(score))


def bootstrap(statistic, strata, rng):
    """Percentile interval, cases drawn within strata."""
    groups = [np.flatnonzero(strata == value) for value in np.unique(strata)]
    draws = [
        statistic(np.concatenate([rng.choice(group, len(group)) for group in groups])) for _ in range(N_REPLICATES)
    ]
    return np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()


def one_class(y, score, called):
    """What holds for one class against the rest."""
    (tn, fp), (fn, tp) = metrics.confusion_matrix(y, called, labels=[0, 1])
    return {
        "auroc": float(metrics.roc_auc_score(y, score)),
        "sensitivity": wilson(tp, tp + fn),
        "specificity": wilson(tn, tn + fp),
        "ppv": wilson(tp, tp + fp),
        "npv": wilson(tn, tn + fn),
        "prevalence": wilson(y.sum(), len(y)),
        "f1": float(metrics.f1_score(y, called)),
        "brier": float(metrics.brier_score_loss(y, score)),
        "ece": ece(y, score),
    }


def off_edges(score):
    """No score lies on the edge of a bin, where conventions differ."""
    return np.round(score, 2) * 0.998 + 0.0007


def binary(rng):
    y = (rng.random(60) < 0.4).astype(int)
    s = off_edges(scipy.special.expit(rng.normal(0, 1, 60) + 1.2 * (y - 0.5)))
    called = (s > 0.5).astype(int)
    area, variance = delong(y[:, None].astype(float), s[:, None])
    fpr, tpr, thresholds = metrics.roc_curve(y, s, drop_intermediate=False)
    observed, mean = calibration_curve(y, s, n_bins=15)
    n = len(y)
    return {
        "truth": y.tolist(),
        "score": s.tolist(),
        "classes": one_class(y, s, called),
        "variance": variance,
        "logit": interval(area, variance, "logit"),
        "plain": interval(area, variance, "plain"),
        "accuracy": wilson((called == y).sum(), n),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(y, called)),
        "majority_accuracy": wilson(max(y.sum(), n - y.sum()), n),
        "ece_equal_mass": ece_equal_mass(y, s, 4),
        "f1_interval": bootstrap(lambda i: metrics.f1_score(y[i], called[i]), y, rng),
        "brier_interval": bootstrap(lambda i: ((s - y)[i] ** 2).mean(), np.zeros(n), rng),
        "roc": [fpr.tolist(), tpr.tolist(), thresholds[1:].tolist()],
        "reliability": [mean.tolist(), observed.tolist()],
        "medmnist": [getAUC(y[:, None], s, "binary-class"), getACC(y[:, None], s, "binary-class")],
    }


def multi_class(rng):
    n, k = 80, 4
    y = rng.choice(k, n, p=[0.4, 0.3, 0.2, 0.1])
    logits = rng.normal(0, 1, (n, k)) + 1.5 * np.eye(k)[y]
    s = np.round(scipy.special.softmax(logits, axis=1), 2)
    s = s * 0.998 + 0.0007
    called = s.argmax(axis=1)
    truth = np.eye(k)[y]
    area, variance = delong(truth, s)
    right = (called == y).astype(int)
    recall = metrics.recall_score(y, called, average=None)
    return {
        "truth": y.tolist(),
        "score": s.tolist(),
        "classes": [one_class((y == c).astype(int), s[:, c], (called == c).astype(int)) for c in range(k)],
        "macro_auroc": [area, *interval(area, variance, "logit")],
        "macro_f1": float(metrics.f1_score(y, called, average="macro")),
        "macro_f1_interval": bootstrap(lambda i: metrics.f1_score(y[i], called[i], average="macro"), y, rng),
        "accuracy": wilson(right.sum(), n),
        "balanced_accuracy": float(recall.mean()),
        "brier": float(((s - truth) ** 2).sum(axis=1).mean()),
        "ece": ece(right, s.max(axis=1)),
        "confusion": metrics.confusion_matrix(y, called).tolist(),
        "medmnist": [getAUC(y[:, None], s, "multi-class"), getACC(y[:, None], s, "multi-class")],
    }


def multi_label(rng):
    n, k = 70, 3
    y = (rng.random((n, k)) < [0.5, 0.3, 0.15]).astype(int)
    s = off_edges(scipy.special.expit(rng.normal(0, 1, (n, k)) + 1.4 * (y - 0.5)))
    unknown = rng.random((n, k)) < 0.2
    partial = np.where(unknown, np.nan, y)
    area, variance = delong(y.astype(float), s)
    partial_area, partial_variance = delong(partial, s)
    task = "multi-label, binary-class"
    return {
        "truth": y.tolist(),
        "score": s.tolist(),
        "unknown": unknown.astype(int).tolist(),
        "classes": [one_class(y[:, c], s[:, c], (s[:, c] > 0.5).astype(int)) for c in range(k)],
        "macro_auroc": [area, *interval(area, variance, "logit")],
        "partial_macro_auroc": [partial_area, *interval(partial_area, partial_variance, "logit")],
        "medmnist": [getAUC(y, s, task), getACC(y, s, task)],
    }


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return float(f"{value:.15g}") if isinstance(value, (float, np.floating)) else value


golden = {
    "versions": {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "medmnist": medmnist.info.__version__,
    },
    "wilson": [[k, n, *wilson(k, n)[1:]] for k, n in [(0, 1), (0, 20), (1, 10), (7, 10), (20, 20), (812, 1000)]],
    "newcombe": [[a, m, n, *newcombe(a, m, n)] for a, m, n in [(1.0, 10, 20), (1.0, 1, 5), (0.5, 8, 8), (0.0, 4, 9)]],
    "binary": binary(np.random.default_rng(1)),
    "multi_class": multi_class(np.random.default_rng(2)),
    "multi_label": multi_label(np.random.default_rng(3)),
}
json.dump(rounded(golden), sys.stdout, separators=(",", ":"), sort_keys=True)
print()
