"""Makes localize.json: errors of made-up landmarks by NumPy, and the shares of them within tolerances.

Run: python localize.py > localize.json   (numpy)
Tolerance in the test: 1e-12.
"""

import json
import platform

import numpy as np


def main():
    rng = np.random.default_rng(21)
    n_cases = 30
    rows = []
    for case in range(n_cases):
        spacing, length = rng.uniform(0.3, 2, 3).round(3), round(float(rng.uniform(100, 300)), 3)
        for label in range(2):
            truth = rng.uniform(0, 200, 3).round(3)
            found = (truth + rng.normal(0, 3 + 3 * label, 3)).round(3)
            rows.append([case, label, *truth, *found, *spacing, length])
    table = np.array(rows)
    difference = table[:, 2:5] - table[:, 5:8]
    errors = {
        "px": np.linalg.norm(difference, axis=1),
        "mm": np.linalg.norm(difference * table[:, 8:11], axis=1),
        "normalized": np.linalg.norm(difference, axis=1) / table[:, 11],
    }
    tolerances = {"px": 8.0, "mm": 5.0, "normalized": 0.04}
    expected = {}
    for unit, error in errors.items():
        of_label = [error[table[:, 1] == label] for label in range(2)]
        for name, value in {
            f"mean_error_{unit}": [np.mean(part) for part in of_label],
            f"median_error_{unit}": [np.median(part) for part in of_label],
            f"share_within_{tolerances[unit]:g}_{unit}": [np.mean(part <= tolerances[unit]) for part in of_label],
        }.items():
            expected[name] = [*map(float, value), float(np.mean(value))]
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    print(json.dumps({"versions": versions, "n_cases": n_cases, "rows": rows, "expected": expected}))


if __name__ == "__main__":
    main()
