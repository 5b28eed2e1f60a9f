"""Makes hypothesis.json: what SciPy and statsmodels say of tests and adjusted p values.

Run: python hypothesis.py > hypothesis.json   (numpy, scipy and statsmodels)
Exact p values agree to 1e-10, those of random permutations within their own error; the tolerance stands in the test.
"""

import json
import platform
import sys

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats import contingency_tables, multitest

ALTERNATIVES = ("two-sided", "greater", "less")


def signed_rank(differences, method):
    """The sum of positive ranks, which SciPy gives for the one-sided alternatives, and three p values."""
    found = [stats.wilcoxon(differences, alternative=a, method=method, zero_method="wilcox", correction=False) for a in ALTERNATIVES]
    return {"differences": differences.tolist(), "statistic": float(found[1].statistic), "p": [float(f.pvalue) for f in found]}


def rank_sum(first, second, method):
    found = [stats.mannwhitneyu(first, second, alternative=a, method=method) for a in ALTERNATIVES]
    return {
        "first": first.tolist(),
        "second": second.tolist(),
        "statistic": float(found[0].statistic),
        "p": [float(f.pvalue) for f in found],
    }


def permuted(samples, kind, rng, n_resamples=np.inf):
    statistic = (lambda x, axis: x.mean(axis=axis)) if kind == "samples" else (lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis))
    p = []
    for alternative in ALTERNATIVES:
        found = stats.permutation_test(
            samples, statistic, permutation_type=kind, alternative=alternative, n_resamples=n_resamples, vectorized=True, rng=rng
        )
        p.append(float(found.pvalue))
    return {"samples": [sample.tolist() for sample in samples], "statistic": float(found.statistic), "p": p}


def mcnemar(table):
    exact = contingency_tables.mcnemar(table, exact=True)
    asymptotic = contingency_tables.mcnemar(table, exact=False, correction=True)
    return [*np.ravel(table).tolist(), exact.statistic, exact.pvalue, asymptotic.statistic, asymptotic.pvalue]


def adjusted(p):
    return {"p": p.tolist(), "holm": multitest.multipletests(p, method="holm")[1].tolist(), "benjamini_hochberg": multitest.multipletests(p, method="fdr_bh")[1].tolist()}


rng = np.random.default_rng(21)
small, large = rng.normal(0.4, 1, 12), rng.normal(0.2, 1, 45)
tied = np.round(rng.normal(0.3, 1, 60), 1)
golden = {
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "signed_rank": [signed_rank(small, "exact"), signed_rank(large, "exact"), signed_rank(tied, "asymptotic"), signed_rank(np.array([1.5]), "exact")],
    "rank_sum": [
        rank_sum(rng.normal(0, 1, 7), rng.normal(1, 1, 9), "exact"),
        rank_sum(rng.normal(0, 1, 30), rng.normal(0.5, 1, 42), "exact"),
        rank_sum(np.round(rng.normal(0, 1, 40), 1), np.round(rng.normal(0.4, 1, 25), 1), "asymptotic"),
        rank_sum(rng.normal(0, 1, 80), rng.normal(0.1, 1, 20), "asymptotic"),
    ],
    "sign_flip": [permuted((small,), "samples", rng), permuted((np.round(small, 0),), "samples", rng), permuted((large,), "samples", rng, 100_000)],
    "permutation": [
        permuted((rng.normal(0, 1, 6), rng.normal(1, 1, 8)), "independent", rng),
        permuted((np.array([1.0, 2.0, 2.0]), np.array([2.0, 3.0])), "independent", rng),
        permuted((rng.normal(0, 1, 30), rng.normal(0.5, 1, 25)), "independent", rng, 100_000),
    ],
    "mcnemar": [mcnemar(table) for table in ([[50, 12], [5, 33]], [[10, 0], [6, 4]], [[8, 3], [3, 8]], [[400, 90], [130, 80]])],
    "adjusted": [adjusted(rng.random(9) ** 3), adjusted(np.array([0.01, 0.01, 0.04, 0.5, 1.0])), adjusted(np.array([0.03]))],
}
json.dump(golden, sys.stdout, separators=(",", ":"), sort_keys=True)
print()
