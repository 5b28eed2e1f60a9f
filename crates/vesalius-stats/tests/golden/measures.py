"""Makes measures.json: metrics beyond those of classify.py, intervals, averages, comparisons and groups.

Run: python measures.py > measures.json   (numpy, scipy, scikit-learn and statsmodels)
Values are those of scikit-learn and statsmodels. Delta-method errors are not derived again: they are differences of
scikit-learn's own values when the weight of one case changes a little, so that they share no formula with the code.
Tolerances stand in the test.
"""

import json
import platform
import sys

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import special, stats
from sklearn import metrics
from statsmodels.stats import contingency_tables, inter_rater, proportion

Z = stats.norm.ppf(0.975)
STEP = 1e-4
N_REPLICATES = 4000


def influence(statistic, n):
    """The derivative of a weighted statistic by the weight of each case, by central differences."""
    slopes = np.zeros(n)
    for case in range(n):
        ends = []
        for sign in (1, -1):
            weights = np.ones(n)
            weights[case] += sign * STEP
            ends.append(statistic(weights))
        slopes[case] = (ends[0] - ends[1]) / (2 * STEP)
    return slopes


def logit_interval(value, error):
    half = Z * error / (value * (1 - value))
    return [float(special.expit(special.logit(value) + sign * half)) for sign in (-1, 1)]


def fisher_interval(value, error):
    half = Z * error / (1 - value**2)
    return [float(np.tanh(np.arctanh(value) + sign * half)) for sign in (-1, 1)]


def sample_error(slopes):
    n = len(slopes)
    return float(np.sqrt((slopes**2).sum() * n / (n - 1)))


def sided_error(slopes, truth):
    """With the factor of a sample's variance on either side."""
    variance = 0.0
    for side in (truth == 1, truth == 0):
        n = side.sum()
        variance += (slopes[side] ** 2).sum() * n / (n - 1)
    return float(np.sqrt(variance))


def wilson(hits, n):
    return list(proportion.proportion_confint(hits, n, 0.05, "wilson"))


def average_precision(y, s):
    value = metrics.average_precision_score(y, s)
    slopes = influence(lambda w: metrics.average_precision_score(y, s, sample_weight=w), len(y))
    return [value, *logit_interval(value, sample_error(slopes))]


def partial_area(y, s, weights=None, limit=0.1):
    standardized = metrics.roc_auc_score(y, s, max_fpr=limit, sample_weight=weights)
    chance = limit**2 / 2
    return (2 * standardized - 1) * (limit - chance) + chance


def partial(y, s, limit):
    value = partial_area(y, s, limit=limit)
    error = sided_error(influence(lambda w: partial_area(y, s, w, limit), len(y)), y)
    ends = [limit * end for end in logit_interval(value / limit, error / limit)]
    return [limit, value, *ends, metrics.roc_auc_score(y, s, max_fpr=limit)]


def correlation(y, called):
    value = metrics.matthews_corrcoef(y, called)
    slopes = influence(lambda w: metrics.matthews_corrcoef(y, called, sample_weight=w), len(y))
    return [value, *fisher_interval(value, float(np.sqrt((slopes**2).sum())))]


def kappa(y, called):
    found = inter_rater.cohens_kappa(metrics.confusion_matrix(y, called))
    assert abs(found.kappa - metrics.cohen_kappa_score(y, called)) < 1e-12
    return [found.kappa, found.kappa_low, found.kappa_upp]


def sensitivity_at(y, s, rate):
    fpr, tpr, thresholds = metrics.roc_curve(y, s, drop_intermediate=False)
    at = np.flatnonzero(1 - fpr >= rate - 1e-12)[-1]
    return tpr[at], thresholds[at]


def specificity_at(y, s, rate):
    fpr, tpr, thresholds = metrics.roc_curve(y, s, drop_intermediate=False)
    at = np.flatnonzero(tpr >= rate - 1e-12)[0]
    return 1 - fpr[at], thresholds[at]


def youden(y, s):
    fpr, tpr, thresholds = metrics.roc_curve(y, s, drop_intermediate=False)
    at = np.argmax(tpr - fpr)
    return (tpr - fpr)[at], thresholds[at]


def bootstrap(statistic, n, rng, clusters=None):
    """Percentile interval over cases, or over clusters of them."""
    units = [np.array([case]) for case in range(n)] if clusters is None else [np.flatnonzero(clusters == c) for c in np.unique(clusters)]
    draws = []
    for _ in range(N_REPLICATES):
        cases = np.concatenate([units[idx] for idx in rng.integers(0, len(units), len(units))])
        draws.append(statistic(cases))
    return np.nanquantile(draws, [0.025, 0.975]).tolist(), np.array(draws)


def bca(value, draws, left_out):
    """Efron 1987, with the acceleration of the jackknife; replicates that equal the value count half."""
    share = ((draws < value).mean() + (draws <= value).mean()) / 2
    bias = stats.norm.ppf(share)
    d = left_out.mean() - left_out
    a = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    shares = [stats.norm.cdf(bias + (bias + z) / (1 - a * (bias + z))) for z in (-Z, Z)]
    return np.quantile(draws, shares).tolist()


def net_benefit(y, s, threshold):
    n, odds = len(y), threshold / (1 - threshold)
    hits, alarms = ((s > threshold) & (y == 1)).sum(), ((s > threshold) & (y == 0)).sum()
    a, b = hits / n, alarms / n
    (al, au), (bl, bu) = wilson(hits, n), wilson(alarms, n)
    rho = -np.sqrt(a * b / ((1 - a) * (1 - b)))

    def reach(x, z):
        return np.sqrt(x**2 + (odds * z) ** 2 - 2 * rho * x * odds * z)

    value = a - odds * b
    prevalence = y.mean()
    return [threshold, value, value - reach(a - al, bu - b), value + reach(au - a, b - bl), prevalence - (1 - prevalence) * odds]


def binary(rng):
    n = 90
    y = (rng.random(n) < 0.4).astype(int)
    s = np.round(special.expit(rng.normal(0, 1, n) + 1.6 * (y - 0.5)), 2)
    called = (s > 0.5).astype(int)
    precision, recall, thresholds = metrics.precision_recall_curve(y, s)
    clusters = np.arange(n) // 3

    def area(i):
        return metrics.roc_auc_score(y[i], s[i])

    def left_out_area(case):
        return area(np.delete(np.arange(n), case))

    plain, draws = bootstrap(area, n, rng)
    left_out = np.array([left_out_area(case) for case in range(n)])
    return {
        "truth": y.tolist(),
        "score": s.tolist(),
        "clusters": clusters.tolist(),
        "average_precision": average_precision(y, s),
        "partial": [partial(y, s, limit) for limit in (0.1, 0.25, 1.0)],
        "mcc": correlation(y, called),
        "kappa": kappa(y, called),
        "youden": [*youden(y, s)],
        "youden_threshold_interval": bootstrap(lambda i: youden(y[i], s[i])[1], n, rng)[0],
        "sensitivity_at_specificity": [*sensitivity_at(y, s, 0.9), *bootstrap(lambda i: sensitivity_at(y[i], s[i], 0.9)[0], n, rng)[0]],
        "specificity_at_sensitivity": [*specificity_at(y, s, 0.9), *bootstrap(lambda i: specificity_at(y[i], s[i], 0.9)[0], n, rng)[0]],
        "net_benefit": [net_benefit(y, s, t) for t in (0.1, 0.3, 0.5, 0.8)],
        "precision_recall": [thresholds.tolist(), recall[:-1].tolist(), precision[:-1].tolist()],
        "auroc_percentile": plain,
        "auroc_bca": bca(area(np.arange(n)), draws, left_out),
        "auroc_clustered": bootstrap(area, n, rng, clusters)[0],
        "accuracy_clustered": bootstrap(lambda i: (called == y)[i].mean(), n, rng, clusters)[0],
    }


AVERAGED = {
    "f1": lambda y, c, average, w=None: metrics.f1_score(y, c, average=average, sample_weight=w),
    "ppv": lambda y, c, average, w=None: metrics.precision_score(y, c, average=average, sample_weight=w),
    "sensitivity": lambda y, c, average, w=None: metrics.recall_score(y, c, average=average, sample_weight=w),
}


def averages(y, called):
    """Of each metric and average the value and its delta-method interval."""
    found = {}
    for name, score in AVERAGED.items():
        for average in ("macro", "weighted", "micro"):
            value = score(y, called, average)
            slopes = influence(lambda w: score(y, called, average, w), len(y))
            found[f"{name} {average}"] = [value, *logit_interval(value, sample_error(slopes))]
    return found


def areas(truth, s):
    """Means of one-against-the-rest areas; their errors from DeLong's components over all pairs."""
    n, k = truth.shape

    def components(y, score):
        psi = (score[y == 1][:, None] > score[y == 0][None, :]) + 0.5 * (score[y == 1][:, None] == score[y == 0][None, :])
        d, (m, n_) = np.zeros(len(y)), psi.shape
        d[y == 1] = (psi.mean(axis=1) - psi.mean()) / np.sqrt(m * (m - 1))
        d[y == 0] = (psi.mean(axis=0) - psi.mean()) / np.sqrt(n_ * (n_ - 1))
        return psi.mean(), d

    parts = [components(truth[:, c], s[:, c]) for c in range(k)]
    weights = truth.sum(axis=0) / truth.sum()
    value = float(sum(w * a for w, (a, _) in zip(weights, parts)))
    deviations = sum(w * d for w, (_, d) in zip(weights, parts))
    deviations = deviations + sum((truth[:, c] == 1) * (parts[c][0] - value) / truth.sum() for c in range(k))
    weighted = [value, *logit_interval(value, np.sqrt((deviations**2).sum()))]
    assert abs(value - metrics.roc_auc_score(truth, s, average="weighted")) < 1e-12
    value, d = components(truth.ravel(), s.ravel())
    assert abs(value - metrics.roc_auc_score(truth, s, average="micro")) < 1e-12
    micro = [value, *logit_interval(value, np.sqrt((d.reshape(n, k).sum(axis=1) ** 2).sum()))]
    macro_precision = metrics.average_precision_score(truth, s, average="macro")
    slopes = influence(lambda w: metrics.average_precision_score(truth, s, average="macro", sample_weight=w), n)
    return {"weighted": weighted, "micro": micro, "average_precision": [macro_precision, *logit_interval(macro_precision, sample_error(slopes))]}


def multi_class(rng):
    n, k = 120, 4
    y = rng.choice(k, n, p=[0.4, 0.3, 0.2, 0.1])
    s = np.round(special.softmax(rng.normal(0, 1, (n, k)) + 1.2 * np.eye(k)[y], axis=1), 6)
    called = s.argmax(axis=1)
    return {
        "truth": y.tolist(),
        "score": s.tolist(),
        "mcc": correlation(y, called),
        "kappa": kappa(y, called),
        "top_k": [[q, metrics.top_k_accuracy_score(y, s, k=q)] for q in (1, 2, 3)],
        "averages": averages(y, called),
        "auroc": areas(np.eye(k)[y], s),
    }


def multi_label(rng):
    n, k = 100, 3
    y = (rng.random((n, k)) < [0.5, 0.3, 0.2]).astype(int)
    s = np.round(special.expit(rng.normal(0, 1, (n, k)) + 1.4 * (y - 0.5)), 3)
    called = (s > 0.5).astype(int)
    loss = metrics.hamming_loss(y, called)
    slopes = influence(lambda w: metrics.hamming_loss(y, called, sample_weight=w), n)
    hits = int((called == y).all(axis=1).sum())
    return {
        "truth": y.tolist(),
        "score": s.tolist(),
        "hamming_loss": [loss, *logit_interval(loss, sample_error(slopes))],
        "subset_accuracy": [metrics.accuracy_score(y, called), *wilson(hits, n)],
        "mcc": [correlation(y[:, c], called[:, c]) for c in range(k)],
        "averages": averages(y, called),
        "auroc": areas(y.astype(float), s),
    }


def comparison(rng):
    """Two models on the same cases: paired DeLong over all pairs, McNemar by statsmodels, bootstrap of pairs."""
    n = 110
    y = (rng.random(n) < 0.45).astype(int)
    shared = rng.normal(0, 1, n)
    a, b = (np.round(special.expit(0.6 * shared + 0.8 * rng.normal(0, 1, n) + shift * (y - 0.5)), 2) for shift in (1.9, 1.1))

    def psi(s):
        difference = s[y == 1][:, None] - s[y == 0][None, :]
        return (difference > 0) + 0.5 * (difference == 0)

    kernel = psi(a) - psi(b)
    m, q = kernel.shape
    variance = kernel.mean(axis=1).var(ddof=1) / m + kernel.mean(axis=0).var(ddof=1) / q
    value, error = kernel.mean(), np.sqrt(variance)
    right = [(s > 0.5).astype(int) == y for s in (a, b)]
    table = [[int((right[0] & right[1]).sum()), int((right[0] & ~right[1]).sum())], [int((~right[0] & right[1]).sum()), int((~right[0] & ~right[1]).sum())]]
    exact = contingency_tables.mcnemar(table, exact=True)
    chi2 = contingency_tables.mcnemar(table, exact=False, correction=True)
    gain = right[0].astype(int) - right[1].astype(int)
    of = {"accuracy": np.arange(n), "sensitivity": np.flatnonzero(y == 1), "specificity": np.flatnonzero(y == 0)}
    shares = {name: [gain[i].mean(), *bootstrap(lambda d, i=i: gain[i][d].mean(), len(i), rng)[0]] for name, i in of.items()}
    return {
        "truth": y.tolist(),
        "first": a.tolist(),
        "second": b.tolist(),
        "auroc": [value, value - Z * error, value + Z * error, value / error, 2 * stats.norm.sf(abs(value / error))],
        "table": table,
        "mcnemar": [exact.statistic, exact.pvalue, chi2.statistic, chi2.pvalue],
        "shares": shares,
    }


def clopper_pearson():
    cases = [(0, 1), (0, 20), (1, 10), (7, 10), (20, 20), (812, 1000), (3, 50_000)]
    return [[k, n, *proportion.proportion_confint(k, n, 0.05, "beta")] for k, n in cases]


def newcombe_differences():
    """Differences of independent proportions: Newcombe's method 10, as statsmodels has it."""
    rows = []
    for k, m, q, n in [(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (10, 10, 0, 10)]:
        rows.append([k, m, q, n, *proportion.confint_proportions_2indep(k, m, q, n, method="newcomb", compare="diff")])
    return rows


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
        "statsmodels": statsmodels.__version__,
    },
    "binary": binary(np.random.default_rng(11)),
    "multi_class": multi_class(np.random.default_rng(12)),
    "multi_label": multi_label(np.random.default_rng(13)),
    "comparison": comparison(np.random.default_rng(14)),
    "clopper_pearson": clopper_pearson(),
    "newcombe_differences": newcombe_differences(),
}
json.dump(rounded(golden), sys.stdout, separators=(",", ":"), sort_keys=True)
print()
