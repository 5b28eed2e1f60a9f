"""Golden rankings by SciPy: writes leaderboard.json beside this file, with versions.

Ranks are scipy.stats.rankdata, tests scipy.stats.wilcoxon, Holm's adjustment statsmodels', tau scipy.stats.kendalltau.
Missing values are null; they get the worst value of their metric here as there.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
from scipy.stats import kendalltau, rankdata, wilcoxon
from statsmodels.stats.multitest import multipletests

N_TEAMS, N_CASES = 5, 24
# metric, target, higher is better, worst value
COLUMNS = [
    ("dice", "liver", True, 0.0),
    ("dice", "kidney", True, 0.0),
    ("surface_dice", "liver", True, 0.0),
    ("surface_dice", "kidney", True, 0.0),
    ("hausdorff95", "liver", False, np.inf),
]


def board(rng):
    skill = np.array([0.01, 0.05, 0.0, 0.03, 0.04])
    values = np.empty((len(COLUMNS), N_TEAMS, N_CASES))
    for at, (_, _, higher, _) in enumerate(COLUMNS):
        difficulty = rng.normal(0, 0.05, N_CASES)
        noise = rng.normal(0, 0.06, (N_TEAMS, N_CASES))
        quality = 0.8 + skill[:, None] + difficulty + noise
        values[at] = np.clip(np.round(quality, 2), 0, 1) if higher else np.round(60 * (1.2 - quality), 1)
    return values


def signed(values, at):
    return -values[at] if COLUMNS[at][2] else values[at]


def final(points, lower=True):
    return rankdata(points if lower else -points, method="min").astype(int).tolist()


def mean_then_rank(values, columns):
    ranks = [rankdata(signed(values, at).mean(axis=1)) for at in columns]
    return np.mean(ranks, axis=0)


def rank_then_mean(values, columns):
    return np.mean([rankdata(signed(values, at), axis=0).mean(axis=1) for at in columns], axis=0)


def p_value(differences):
    """As R's wilcox.test: exact without zeros and ties below 50, else normal with continuity correction."""
    nonzero = differences[differences != 0]
    if len(nonzero) == 0:
        return 1.0
    simple = len(nonzero) == len(differences) < 50 and len(np.unique(np.abs(nonzero))) == len(nonzero)
    method = "exact" if simple else "approx"
    return float(wilcoxon(nonzero, alternative="greater", correction=not simple, method=method).pvalue)


def wins(values, at, alpha=0.05):
    better = -signed(values, at)
    pairs = [(a, b) for a in range(N_TEAMS) for b in range(N_TEAMS) if a != b]
    raw = [p_value(better[a] - better[b]) for a, b in pairs]
    adjusted = multipletests(raw, method="holm")[1]
    won = np.zeros(N_TEAMS)
    for (a, _), p in zip(pairs, adjusted):
        won[a] += p <= alpha
    return won


def test_then_rank(values, columns):
    return np.mean([rankdata(-wins(values, at)) for at in columns], axis=0)


def hecktor(values):
    dice = rankdata(-values[0].mean(axis=1))
    distance = rankdata(np.median(values[4], axis=1))
    return (dice + distance) / 2


def tests(rng):
    """Paired differences with their one-sided p-values: exact, with ties, with zeros, many."""
    samples = [rng.normal(0.3, 1, 12), rng.normal(0, 1, 49), np.round(rng.normal(0.2, 1, 20), 1)]
    samples += [np.array([0, 0, 1.0, 2.0, -3.0]), rng.normal(0.1, 1, 60), np.array([1.0]), np.zeros(4)]
    return [{"differences": s.tolist(), "p": p_value(s)} for s in samples]


def taus(rng):
    rows = []
    for _ in range(6):
        a, b = rng.integers(1, 5, 6), rng.integers(1, 5, 6)
        rows.append({"a": a.tolist(), "b": b.tolist(), "tau": float(kendalltau(a, b).statistic)})
    return rows


def main():
    rng = np.random.default_rng(21)
    values = board(rng)
    absent = values.copy()
    for at, team, case in [(0, 4, 3), (4, 4, 3), (1, 2, 0)]:
        absent[at, team, case] = COLUMNS[at][3]
    everything = range(len(COLUMNS))
    golden = {
        "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
        "values": values.tolist(),
        "absent": [[0, 4, 3], [4, 4, 3], [1, 2, 0]],
        "points": {
            "mean-then-rank": mean_then_rank(values, everything).tolist(),
            "rank-then-mean": rank_then_mean(values, everything).tolist(),
            "test-then-rank": test_then_rank(values, everything).tolist(),
            "hecktor-2021": hecktor(values).tolist(),
            "amos": mean_then_rank(values, [0, 1, 2, 3]).tolist(),
        },
        "with_absent": {
            "mean-then-rank": mean_then_rank(absent, everything).tolist(),
            "rank-then-mean": rank_then_mean(absent, everything).tolist(),
            "hecktor-2021": hecktor(absent).tolist(),
        },
        "ranks": final(mean_then_rank(values, everything)),
        "wins_of_first_column": wins(values, 0).tolist(),
        "tests": tests(rng),
        "taus": taus(rng),
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
