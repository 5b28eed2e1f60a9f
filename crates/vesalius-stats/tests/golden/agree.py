"""Makes agree.json: what statsmodels, krippendorff, irrCAC, pingouin and scikit-learn say, and reader studies written out.

Run: python agree.py > agree.json   (numpy, scipy, pandas, statsmodels, krippendorff, irrCAC, pingouin, scikit-learn)
irrCAC asks for an old SciPy but runs with a new one: install it with --no-deps.
Tolerances stand in the test: 1e-9 for values and closed intervals, 1e-6 where derivatives are numerical.
"""

import importlib.metadata
import json
import platform
import sys
import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from scipy import stats
from sklearn.metrics import cohen_kappa_score, roc_auc_score
from statsmodels.stats import inter_rater

LEVEL = 0.95
Z = stats.norm.ppf((1 + LEVEL) / 2)
CATEGORIES = 5


def ratings(rng, n, k, missing):
    """Ordinal ratings 0 to 4 about a common truth, some missing; every case keeps two."""
    truth = rng.choice(CATEGORIES, n, p=[0.35, 0.3, 0.2, 0.1, 0.05])
    noise = rng.choice([-1, 0, 1], (n, k), p=[0.15, 0.65, 0.2])
    table = np.clip(truth[:, None] + noise, 0, CATEGORIES - 1).astype(float)
    gone = rng.random((n, k)) < missing
    gone[:, :2] = False
    table[gone] = np.nan
    return table


def cohen(table, wt):
    counts = np.zeros((CATEGORIES, CATEGORIES))
    for a, b in table[:, :2].astype(int):
        counts[a, b] += 1
    result = inter_rater.cohens_kappa(counts, wt=wt)
    theirs = cohen_kappa_score(*table[:, :2].T, labels=range(CATEGORIES), weights={None: None}.get(wt, wt))
    assert abs(theirs - result.kappa) < 1e-12
    half = Z * np.sqrt(result.var_kappa)
    return [result.kappa, result.kappa - half, result.kappa + half]


def gwet(table, coefficient, weights="identity"):
    frame = pd.DataFrame(table)
    found = CAC(frame, weights=weights, categories=[float(c) for c in range(CATEGORIES)], digits=12)
    est = getattr(found, coefficient)()["est"]
    return [est["coefficient_value"], *est["confidence_interval"]]


def alpha(table, level, w):
    """Krippendorff's alpha with the weight of each case, from the definition."""
    values = np.unique(table[~np.isnan(table)])
    counts = np.array([[(row == v).sum() for v in values] for row in table], float)
    m = counts.sum(axis=1)
    keep = m >= 2
    counts, m, w = counts[keep], m[keep], w[keep]
    coincidence = sum(w[u] * (np.outer(c, c) - np.diag(c)) / (m[u] - 1) for u, c in enumerate(counts))
    n_c = (w[:, None] * counts).sum(axis=0)
    n = n_c.sum()
    if level == "ordinal":
        middle = np.cumsum(n_c) - n_c / 2
        d = (middle[:, None] - middle) ** 2
    elif level == "interval":
        d = (values[:, None] - values) ** 2
    elif level == "ratio":
        with np.errstate(invalid="ignore"):
            d = np.nan_to_num(((values[:, None] - values) / (values[:, None] + values)) ** 2)
    else:
        d = 1 - np.eye(len(values))
    return 1 - (n - 1) * (coincidence * d).sum() / (np.outer(n_c, n_c) * d).sum()


def with_interval(statistic, n):
    """Infinitesimal jackknife by numerical derivatives, Student's t."""
    value, h, d = statistic(np.ones(n)), 1e-4, []
    for k in range(n):
        up, down = np.ones(n), np.ones(n)
        up[k] += h
        down[k] -= h
        d.append((statistic(up) - statistic(down)) / (2 * h))
    half = stats.t.ppf((1 + LEVEL) / 2, n - 1) * np.sqrt((np.array(d) ** 2).sum() * n / (n - 1))
    return [value, value - half, min(value + half, 1)]


def krippendorffs(table, level):
    found = with_interval(lambda w: alpha(table, level, w), len(table))
    theirs = krippendorff.alpha(reliability_data=table.T, level_of_measurement=level)
    assert abs(theirs - found[0]) < 1e-10, (level, theirs, found)
    return found


def light(table):
    """The mean of Cohen's kappa over pairs, by numerical derivatives over the cases."""
    k = table.shape[1]

    def kappa(a, b, w):
        joint = np.zeros((CATEGORIES, CATEGORIES))
        np.add.at(joint, (a.astype(int), b.astype(int)), w)
        joint /= joint.sum()
        expected = (joint.sum(axis=1) * joint.sum(axis=0)).sum()
        return (np.trace(joint) - expected) / (1 - expected)

    def mean(w):
        return np.mean([kappa(table[:, a], table[:, b], w) for a in range(k) for b in range(a + 1, k)])

    value, h, n = mean(np.ones(len(table))), 1e-4, len(table)
    d = [(mean(np.ones(n) + h * np.eye(n)[i]) - mean(np.ones(n) - h * np.eye(n)[i])) / (2 * h) for i in range(n)]
    half = Z * np.sqrt((np.array(d) ** 2).sum())
    return [value, value - half, value + half]


def icc(values):
    """McGraw and Wong's intervals in full, checked against the rounded ones of pingouin."""
    n, k = values.shape
    grand, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    r = k * ((rows - grand) ** 2).sum() / (n - 1)
    c = n * ((columns - grand) ** 2).sum() / (k - 1)
    e = ((values - rows[:, None] - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    w = ((values - rows[:, None]) ** 2).sum() / (n * (k - 1))
    q = (1 + LEVEL) / 2
    result = {}
    for name, f, df in [("1", r / w, n * (k - 1)), ("3", r / e, (n - 1) * (k - 1))]:
        low, high = f / stats.f.ppf(q, n - 1, df), f * stats.f.ppf(q, df, n - 1)
        result[f"icc_{name}_1"] = [(x - 1) / (x + k - 1) for x in (f, low, high)]
        result[f"icc_{name}_k"] = [1 - 1 / x for x in (f, low, high)]
    single = (r - e) / (r + (k - 1) * e + k * (c - e) / n)
    fj = c / e
    v = (k - 1) * (n - 1) * (k * single * fj + n * (1 + (k - 1) * single) - k * single) ** 2
    v /= (n - 1) * k**2 * single**2 * fj**2 + (n * (1 + (k - 1) * single) - k * single) ** 2
    upper, lower = stats.f.ppf(q, n - 1, v), stats.f.ppf(q, v, n - 1)
    low = n * (r - upper * e) / (upper * (k * c + (k * n - k - n) * e) + n * r)
    high = n * (lower * r - e) / (k * c + (k * n - k - n) * e + n * lower * r)
    result["icc_2_1"] = [single, low, high]
    result["icc_2_k"] = [k * x / (1 + (k - 1) * x) for x in (single, low, high)]
    long = pd.DataFrame(values).reset_index().melt(id_vars="index")
    theirs = pingouin.intraclass_corr(long, targets="index", raters="variable", ratings="value").set_index("Type")
    names = {"1_1": "ICC(1,1)", "2_1": "ICC(A,1)", "3_1": "ICC(C,1)", "1_k": "ICC(1,k)", "2_k": "ICC(A,k)", "3_k": "ICC(C,k)"}
    for ours, name in names.items():
        row = theirs.loc[name]
        assert abs(row["ICC"] - result[f"icc_{ours}"][0]) < 1e-10, ours
        assert np.allclose(row["CI95"], result[f"icc_{ours}"][1:], atol=0.0051), (ours, row["CI95"], result[f"icc_{ours}"])
    return result


def bland_altman(a, b):
    d = b - a
    n, s = len(d), d.std(ddof=1)
    t = stats.t.ppf((1 + LEVEL) / 2, n - 1)
    result = {}
    for name, side in [("lower_limit_of_agreement", -Z), ("bias", 0), ("upper_limit_of_agreement", Z)]:
        half = t * s * np.sqrt(1 / n + side**2 / (2 * (n - 1)))
        value = d.mean() + side * s
        result[name] = [value, value - half, value + half]
    assert np.allclose(result["bias"][1:], stats.ttest_1samp(d, 0).confidence_interval(LEVEL))
    return result


def reader_study(rng, n_readers, n_positive, n_negative):
    """Scores by readers who share cases, in two arms; [arm, reader, case]."""
    truth = np.r_[np.ones(n_positive), np.zeros(n_negative)].astype(int)
    n = len(truth)
    common = rng.normal(0, 0.8, n)
    scores = np.zeros((2, n_readers, n))
    for arm in range(2):
        of_arm = rng.normal(0, 0.3, n)
        for reader in range(n_readers):
            skill = 1.2 + 0.4 * arm + rng.normal(0, 0.15)
            scores[arm, reader] = skill * truth + common + of_arm + rng.normal(0, 0.7, n)
    return truth, np.round(scores, 1)


def obuchowski_rockette(truth, scores):
    """The tables of Hillis 2007, covariances by kernels written out for every pair of cases."""
    t, r, n = scores.shape
    m, k = int(truth.sum()), int((1 - truth).sum())
    areas, columns = np.zeros((t, r)), []
    for i in range(t):
        for j in range(r):
            s = scores[i, j]
            psi = np.sign(s[truth == 1][:, None] - s[truth == 0]) / 2 + 0.5
            areas[i, j] = psi.mean()
            assert abs(areas[i, j] - roc_auc_score(truth, s)) < 1e-12
            columns.append((psi.mean(axis=1), psi.mean(axis=0)))
    v10, v01 = (np.cov(np.array([c[side] for c in columns])) for side in (0, 1))
    cov = (v10 / m + v01 / k).reshape(t, r, t, r)
    pairs = [(i, j, a, b) for i in range(t) for j in range(r) for a in range(t) for b in range(r)]
    mean = lambda rule: np.mean([cov[q] for q in pairs if rule(*q)])
    variance = mean(lambda i, j, a, b: i == a and j == b)
    cov1 = mean(lambda i, j, a, b: i != a and j == b)
    cov2 = mean(lambda i, j, a, b: i == a and j != b)
    cov3 = mean(lambda i, j, a, b: i != a and j != b)
    grand, arms, readers = areas.mean(), areas.mean(axis=1), areas.mean(axis=0)
    ms_t = r * ((arms - grand) ** 2).sum() / (t - 1)
    ms_r = t * ((readers - grand) ** 2).sum() / (r - 1)
    ms_tr = ((areas - arms[:, None] - readers + grand) ** 2).sum() / ((t - 1) * (r - 1))
    noise = ms_tr + max(r * (cov2 - cov3), 0)
    df = noise**2 / (ms_tr**2 / ((t - 1) * (r - 1)))
    q = (1 + LEVEL) / 2
    difference = arms[1] - arms[0]

    def ends(value, error, quantile):
        return [value, value - quantile * error, value + quantile * error]

    fixed = variance - cov1 + (r - 1) * max(cov2 - cov3, 0)
    singles = []
    for i in range(t):
        own = np.mean([cov[i, j, i, b] for j in range(r) for b in range(r) if j != b])
        ms = areas[i].var(ddof=1)
        spread = ms + r * max(own, 0)
        singles.append(ends(arms[i], np.sqrt(spread / r), stats.t.ppf(q, spread**2 / (ms**2 / (r - 1)))))
    return {
        "truth": truth.tolist(),
        "scores": scores.tolist(),
        "areas": areas.tolist(),
        "components": [ms_t, ms_r, ms_tr, variance, cov1, cov2, cov3, ms_t / noise, df, stats.f.sf(ms_t / noise, t - 1, df)],
        "mrmc_auroc": singles,
        "mrmc_auroc_difference": [
            ends(difference, np.sqrt(2 / r * noise), stats.t.ppf(q, df)),
            ends(difference, np.sqrt(2 / r * fixed), Z),
            ends(difference, np.sqrt(2 / r * ms_tr), stats.t.ppf(q, (t - 1) * (r - 1))),
        ],
    }


def bootstrap(truth, scores, rng, n_replicates=4000):
    """The difference of each reader and of the mean, on the same cases for both arms."""
    positive, negative = np.flatnonzero(truth), np.flatnonzero(1 - truth)
    draws = []
    for _ in range(n_replicates):
        p, q = rng.choice(positive, len(positive)), rng.choice(negative, len(negative))
        psi = np.sign(scores[:, :, p][..., None] - scores[:, :, q][:, :, None, :]) / 2 + 0.5
        areas = psi.mean(axis=(2, 3))
        draws.append([*(areas[1] - areas[0]), (areas[1] - areas[0]).mean()])
    return np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0).T.tolist()


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else float(f"{value:.12g}")
    return value


def categories(rng):
    table = ratings(rng, 60, 4, 0.15)
    full = ratings(rng, 50, 3, 0)
    fleiss = inter_rater.fleiss_kappa(inter_rater.aggregate_raters(full)[0])
    found = gwet(full, "fleiss")
    assert abs(found[0] - fleiss) < 1e-10
    return {
        "table": table.tolist(),
        "full": full.tolist(),
        "cohen_kappa": cohen(table, None),
        "cohen_kappa_linear": cohen(table, "linear"),
        "cohen_kappa_quadratic": cohen(table, "quadratic"),
        "cohen_kappa_mean": light(full),
        "observed_agreement": [CAC(pd.DataFrame(table), digits=12).gwet()["est"]["pa"]],
        "fleiss_kappa": gwet(table, "fleiss"),
        "fleiss_kappa_full": found,
        "gwet_ac1": gwet(table, "gwet"),
        "gwet_ac2": gwet(table, "gwet", "quadratic"),
        "krippendorff_alpha_nominal": krippendorffs(table, "nominal"),
        "krippendorff_alpha_ordinal": krippendorffs(table, "ordinal"),
    }


def measurements(rng):
    values = np.round(rng.normal(50, 8, 25)[:, None] + np.array([0, 1.5, -0.5]) + rng.normal(0, 2.5, (25, 3)), 1)
    some = values.copy()
    some[rng.random(some.shape) < 0.2] = np.nan
    return {
        "values": values.tolist(),
        "some": some.tolist(),
        **icc(values),
        **bland_altman(values[:, 0], values[:, 1]),
        "krippendorff_alpha_interval": krippendorffs(values, "interval"),
        "krippendorff_alpha_ratio": krippendorffs(values, "ratio"),
        "krippendorff_alpha_some": krippendorff.alpha(reliability_data=some.T, level_of_measurement="interval"),
    }


warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
truth, scores = reader_study(rng, 5, 30, 40)
names = ["numpy", "scipy", "pandas", "statsmodels", "krippendorff", "irrCAC", "pingouin", "scikit-learn"]
golden = {
    "versions": {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}},
    "categories": categories(rng),
    "measurements": measurements(rng),
    "readers": {**obuchowski_rockette(truth, scores), "reader_auroc_difference": bootstrap(truth, scores, rng)},
}
json.dump(rounded(golden), sys.stdout, separators=(",", ":"), sort_keys=True)
print()
