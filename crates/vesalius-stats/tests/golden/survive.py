"""Makes survive.json: what scikit-survival, lifelines and statsmodels say, and every statistic written out pair by pair.

Run: python survive.py DATA > survive.json   (scikit-survival, lifelines, statsmodels, numpy, scipy, pandas)
DATA holds lifelines-data and sksurv-data; only results on them are written, none of their rows.
Intervals come from derivatives by the weight of each case, taken numerically on the statistics as they are written here.
Tolerances stand in the test: 1e-9 for values, 1e-6 for ends of intervals, whose derivatives are numerical.
"""

import importlib.metadata
import json
import platform
import sys
import warnings

import lifelines
import lifelines.statistics
import lifelines.utils
import numpy as np
import pandas as pd
import statsmodels.api as sm
from lifelines import KaplanMeierFitter
from scipy import stats
from scipy.special import expit, logit
from sksurv.metrics import (
    brier_score,
    concordance_index_censored,
    concordance_index_ipcw,
    cumulative_dynamic_auc,
    integrated_brier_score,
)
from sksurv.util import Surv

Z = stats.norm.ppf(0.975)
DATA = sys.argv[1]


def censoring(time, event, w):
    """G(t) and G(t-) by weighted Kaplan-Meier, events first at equal times."""
    times = np.unique(time[~event])
    factors = []
    for t in times:
        exposed = w[(time > t) | ((time == t) & ~event)].sum()
        factors.append(1 - w[(time == t) & ~event].sum() / exposed)
    factors = np.array(factors)
    until = np.vectorize(lambda t: factors[times <= t].prod())
    before = np.vectorize(lambda t: factors[times < t].prod())
    return until, before


def harrell(time, event, risk, w, weight=None):
    """Weighted share of concordant pairs; weight is that of the sooner event."""
    weight = np.ones(len(time)) if weight is None else weight
    sooner = event[:, None] & ((time[:, None] < time) | ((time[:, None] == time) & ~event))
    pairs = sooner * (w * weight)[:, None] * w
    right = (risk[:, None] > risk) + 0.5 * (risk[:, None] == risk)
    return (pairs * right).sum() / pairs.sum()


def uno(time, event, risk, w, tau=np.inf):
    _, before = censoring(time, event, w)
    return harrell(time, event, risk, w, np.where(event & (time < tau), before(time) ** -2.0, 0))


def auc(time, event, risk, w, t):
    _, before = censoring(time, event, w)
    case, control = event & (time <= t), time > t
    pairs = (case * w / before(time))[:, None] * (control * w)
    right = (risk[:, None] > risk) + 0.5 * (risk[:, None] == risk)
    return (pairs * right).sum() / pairs.sum()


def ipcw(time, event, w, t):
    until, before = censoring(time, event, w)
    return np.where(time > t, 1 / until(t), np.where(event, 1 / before(time), 0))


def brier(time, event, s, w, t):
    had = (time <= t).astype(float)
    return (w * ipcw(time, event, w, t) * (1 - had - s) ** 2).sum() / w.sum()


def integrated(time, event, survival, w, times):
    scores = [brier(time, event, survival[:, k], w, t) for k, t in enumerate(times)]
    return np.trapezoid(scores, times) / (times[-1] - times[0])


def in_the_large(time, event, s, w, t):
    had = ipcw(time, event, w, t) * (time <= t)
    return (w * (had - (1 - s))).sum() / w.sum()


def slope(time, event, s, w, t):
    weight = w * ipcw(time, event, w, t)
    x = sm.add_constant(logit(1 - s))
    known = weight > 0
    family = sm.families.Binomial()
    y = ((time <= t) & event)[known].astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.GLM(y, x[known], family=family, freq_weights=weight[known]).fit(tol=1e-14, maxiter=100)
    return fit.params[1]


def estimate(statistic, n, scale="plain", low=-np.inf):
    """Value and interval by numerical derivatives with respect to the weight of each case."""
    value, h = statistic(np.ones(n)), 1e-4
    d = []
    for k in range(n):
        up, down = np.ones(n), np.ones(n)
        up[k] += h
        down[k] -= h
        d.append((statistic(up) - statistic(down)) / (2 * h))
    error = np.sqrt((np.array(d) ** 2).sum())
    if scale == "logit":
        half = Z * error / (value * (1 - value))
        return [value, expit(logit(value) - half), expit(logit(value) + half)]
    return [value, max(value - Z * error, low), value + Z * error]


def study(rng, n, digits):
    """Exponential times with a risk that tells somewhat; coarse ones have ties of every kind."""
    x = rng.normal(0, 1, n)
    real = rng.exponential(12 * np.exp(-0.8 * x))
    end = rng.exponential(20, n)
    time, event = np.round(np.minimum(real, end), digits) + 10.0**-digits, real <= end
    risk = np.round(x + rng.normal(0, 0.5, n), digits)
    times = np.array([4.3, 8.6, 14.9])
    survival = np.clip(np.exp(-times / 15 * np.exp(0.6 * risk)[:, None]), 0.01, 0.99)
    return time, event, risk, times, survival


def all_of(rng, n, digits):
    time, event, risk, times, s = study(rng, n, digits)
    ones = np.ones(n)
    km = KaplanMeierFitter().fit(time, event)
    band = km.confidence_interval_
    group = (risk > 0).astype(int) + (risk > 1)
    test = lifelines.statistics.multivariate_logrank_test(time, group, event)
    result = {
        "time": time.tolist(),
        "event": event.astype(int).tolist(),
        "risk": risk.tolist(),
        "horizons": times.tolist(),
        "survival": s.T.tolist(),
        "harrell_c": estimate(lambda w: harrell(time, event, risk, w), n, "logit"),
        "uno_c": estimate(lambda w: uno(time, event, risk, w), n, "logit"),
        "uno_c_tau": estimate(lambda w: uno(time, event, risk, w, 15.0), n, "logit"),
        "time_auc": [estimate(lambda w, t=t: auc(time, event, risk, w, t), n, "logit") for t in times],
        "brier": [estimate(lambda w, k=k: brier(time, event, s[:, k], w, times[k]), n, low=0) for k in range(3)],
        "integrated_brier": estimate(lambda w: integrated(time, event, s, w, times), n, low=0),
        "calibration_in_the_large": [
            estimate(lambda w, k=k: in_the_large(time, event, s[:, k], w, times[k]), n) for k in range(3)
        ],
        "calibration_slope": [estimate(lambda w, k=k: slope(time, event, s[:, k], w, times[k]), n) for k in range(3)],
        "kaplan_meier": [
            km.survival_function_.index[1:].tolist(),
            km.survival_function_.iloc[1:, 0].tolist(),
            band.iloc[1:, 0].tolist(),
            band.iloc[1:, 1].tolist(),
        ],
        "km_survival": [float(km.predict(t)) for t in times],
        "log_rank": {"group": group.tolist(), "chi_square": test.test_statistic, "p_value": test.p_value},
        "lifelines_c": lifelines.utils.concordance_index(time, -risk, event),
    }
    y = Surv.from_arrays(event, time)
    result["sksurv_c"] = concordance_index_censored(event, time, risk)[0]
    if digits > 3:
        # Without ties between events and censorings the weights are the same.
        areas, _ = cumulative_dynamic_auc(y, y, risk, times)
        grid = np.unique(time[event])
        grid = grid[grid < time.max()]
        result["sksurv"] = {
            "uno_c": concordance_index_ipcw(y, y, risk)[0],
            "uno_c_tau": concordance_index_ipcw(y, y, risk, tau=15.0)[0],
            "time_auc": areas.tolist(),
            "mean_time_auc": float(cumulative_dynamic_auc(y, y, risk, grid)[1]),
            "mean_time_auc_of_survival": float(cumulative_dynamic_auc(y, y, 1 - s, times)[1]),
            "brier": brier_score(y, y, s, times)[1].tolist(),
            "integrated_brier": integrated_brier_score(y, y, s, times),
        }
    assert abs(harrell(time, event, risk, ones) - result["lifelines_c"]) < 1e-12
    return result


def real():
    """Harrell's C, Kaplan-Meier and log-rank of published tables, by single columns that need no model."""
    lines = {}
    folder = f"{DATA}/lifelines-data/lifelines/datasets/"
    for name, time, event, risk, group in [
        ("rossi", "week", "arrest", "prio", "fin"),
        ("gbsg2", "time", "cens", "pnodes", "horTh"),
        ("waltons_dataset", "T", "E", None, "group"),
    ]:
        table = pd.read_csv(f"{folder}{name}.csv")
        t, e = table[time].to_numpy(float), table[event].to_numpy() == 1
        g = table[group].to_numpy()
        at = float(np.median(t[e]))
        test = lifelines.statistics.multivariate_logrank_test(t, g, e)
        row = {
            "columns": [time, event, risk, group],
            "n": len(t),
            "n_events": int(e.sum()),
            "at": at,
            "km_survival": float(KaplanMeierFitter().fit(t, e).predict(at)),
            "log_rank": [test.test_statistic, test.p_value],
        }
        if risk:
            row["harrell_c"] = concordance_index_censored(e, t, table[risk].to_numpy(float))[0]
            row["lifelines_c"] = lifelines.utils.concordance_index(t, -table[risk].to_numpy(float), e)
        lines[name] = row
    table = pd.read_csv(f"{DATA}/sksurv-data/tests/data/whas500_predictions.csv", header=None)
    e, t, r = table[0].to_numpy() == 1, table[1].to_numpy(float), table[2].to_numpy()
    ones, times = np.ones(len(t)), [100.0, 365.0, 1000.0]
    y = Surv.from_arrays(e, t)
    lines["whas500_predictions"] = {
        "harrell_c": concordance_index_censored(e, t, r)[0],
        "uno_c": uno(t, e, r, ones),
        "uno_c_of_sksurv": concordance_index_ipcw(y, y, r)[0],
        "times": times,
        "time_auc": [auc(t, e, r, ones, at) for at in times],
        "time_auc_of_sksurv": cumulative_dynamic_auc(y, y, r, times)[0].tolist(),
    }
    return lines


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return float(f"{value:.12g}") if isinstance(value, (float, np.floating)) else value


golden = {
    "versions": {
        "python": platform.python_version(),
        **{
            name: importlib.metadata.version(name)
            for name in ["numpy", "scipy", "pandas", "scikit-survival", "lifelines", "statsmodels"]
        },
    },
    "smooth": all_of(np.random.default_rng(1), 60, 6),
    "tied": all_of(np.random.default_rng(2), 80, 0),
    "real": real(),
}
json.dump(rounded(golden), sys.stdout, separators=(",", ":"), sort_keys=True)
print()
