"""Makes detect.json: what pycocotools, picai_eval, scikit-learn and plain NumPy say of made-up boxes, points and regions.

Run: python detect.py > detect.json   (numpy, scipy, scikit-learn, pycocotools, picai_eval)
Tolerance in the test: 1e-9, as pycocotools adds 2e-16 to denominators.
"""

import contextlib
import json
import platform
import sys

import numpy as np
import scipy
import sklearn
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import roc_auc_score

# It greets on standard output.
with contextlib.redirect_stdout(sys.stderr):
    from picai_eval.metrics import Metrics

N_CASES, CLASSES = 14, 3
RATES = [0.125, 0.25, 0.5, 1, 2, 4, 8]


def make_boxes(rng):
    """Lesions with jittered marks on most of them, some twice, and strays; scores are all different."""
    lesions, marks = [], []
    for case in range(N_CASES):
        for label in range(CLASSES):
            for _ in range(rng.integers(0, 4)):
                low = rng.uniform(0, 80, 2)
                size = rng.uniform(8, 30, 2)
                crowd = bool(rng.random() < 0.12)
                lesions.append([case, label, *low, *(low + size), crowd])
                for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
                    jitter = rng.normal(0, 0.12, 4) * np.tile(size, 2)
                    ends = np.array([*low, *(low + size)]) + jitter
                    marks.append([case, label, *np.sort(ends.reshape(2, 2), axis=0).ravel(), rng.normal(1, 1)])
            for _ in range(rng.integers(0, 3)):
                low = rng.uniform(0, 80, 2)
                marks.append([case, label, *low, *(low + rng.uniform(5, 30, 2)), rng.normal(0, 1)])
    return lesions, marks


def coco(lesions, marks):
    truth = COCO()
    box = lambda row: [row[2], row[3], row[4] - row[2], row[5] - row[3]]
    truth.dataset = {
        "info": {},
        "images": [{"id": case + 1} for case in range(N_CASES)],
        "categories": [{"id": label + 1, "name": str(label)} for label in range(CLASSES)],
        "annotations": [
            {"id": idx + 1, "image_id": row[0] + 1, "category_id": row[1] + 1, "bbox": box(row),
             "area": (row[4] - row[2]) * (row[5] - row[3]), "iscrowd": int(row[6])}
            for idx, row in enumerate(lesions)
        ],
    }
    truth.createIndex()
    results = truth.loadRes(
        [{"image_id": row[0] + 1, "category_id": row[1] + 1, "bbox": box(row), "score": row[6]} for row in marks]
    )
    evaluation = COCOeval(truth, results, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    mean = lambda part: float(part[part > -1].mean())
    per_class = lambda part: [mean(part[:, :, label]) for label in range(CLASSES)]
    rows = {"50_95": precision, "50": precision[:1], "75": precision[5:6]}
    return {name: [*per_class(part), mean(part)] for name, part in rows.items()}


def iou(a, b):
    width = min(a[4], b[4]) - max(a[2], b[2])
    height = min(a[5], b[5]) - max(a[3], b[3])
    common = max(width, 0) * max(height, 0)
    area = lambda row: (row[4] - row[2]) * (row[5] - row[3])
    return common / (area(a) + area(b) - common)


def voc(lesions, marks, label, least):
    """The rule of Pascal VOC, with difficult for crowd: every mark goes to its nearest lesion, found before or not."""
    of_class = [row for row in lesions if row[1] == label]
    n = sum(not row[6] for row in of_class)
    found, events = set(), []
    for mark in sorted((row for row in marks if row[1] == label), key=lambda row: -row[6]):
        near = [(iou(mark, row), idx) for idx, row in enumerate(of_class) if row[0] == mark[0]]
        best, at = max(near, key=lambda pair: (pair[0], -pair[1])) if near else (0, -1)
        if best < least:
            events.append(0)
        elif not of_class[at][6]:
            events.append(int(at not in found))
            found.add(at)
    tp = np.cumsum(events)
    recall, precision = tp / n, tp / np.arange(1, len(events) + 1)
    eleven = np.mean([max(precision[recall >= t], default=0.0) for t in np.arange(0.0, 1.1, 0.1)])
    closed = np.concatenate([[0.0], recall, [1.0]])
    hull = np.maximum.accumulate(np.concatenate([[0.0], precision, [0.0]])[::-1])[::-1]
    area = np.sum(np.diff(closed) * hull[1:])
    step = np.sum(np.diff(np.concatenate([[0.0], recall])) * precision)
    return [float(eleven), float(area), float(step)]


def make_points(rng):
    """Lesions with a radius, some to be ignored (radius -1 is 5 mm), close together, and marks of coarse scores."""
    lesions, marks = [], []
    for case in range(40):
        for _ in range(rng.integers(0, 4)):
            ignored = bool(rng.random() < 0.3)
            center, diameter = rng.uniform(0, 60, 3), float(rng.uniform(6, 25))
            lesions.append([case, *center, diameter, ignored])
            for _ in range(rng.choice([0, 1, 1, 2, 3])):
                marks.append([case, *(center + rng.normal(0, 4, 3)), round(float(rng.beta(3, 2)), 2)])
        for _ in range(rng.integers(0, 9)):
            marks.append([case, *rng.uniform(0, 60, 3), round(float(rng.beta(2, 3)), 2)])
    return lesions, marks


def luna(lesions, marks, n_cases):
    """The published rules: a mark finds all lesions that it lies in, ignored ones absorb it, repeats do not count."""
    events, n = [], 0
    for case in range(n_cases):
        own = np.array([row[1:] for row in marks if row[0] == case]).reshape(-1, 4)
        used = np.zeros(len(own), bool)
        for row in (row for row in lesions if row[0] == case):
            hit = ((own[:, :3] - row[1:4]) ** 2).sum(axis=1) < (row[4] / 2) ** 2
            used |= hit
            if not row[5]:
                n += 1
                if hit.any():
                    events.append((float(own[hit, 3].max()), 1))
        events += [(float(score), 0) for score in own[~used, 3]]
    scores = np.array([score for score, _ in events])
    is_found = np.array([found for _, found in events])
    cuts = np.unique(scores)[::-1]
    sensitivity = [0.0, *(float(is_found[scores >= cut].sum()) / n for cut in cuts)]
    rate = [0.0, *(float((1 - is_found)[scores >= cut].sum()) / n_cases for cut in cuts)]
    at_rates = np.interp(RATES, rate, sensitivity)
    truth = [any(row[0] == case and not row[5] for row in lesions) for case in range(n_cases)]
    highest = [max((row[4] for row in marks if row[0] == case), default=-1.0) for case in range(n_cases)]
    return {"at_rates": at_rates.tolist(), "cpm": float(at_rates.mean()), "n": n, "n_found": int(is_found.sum()),
            "n_false": int((1 - is_found).sum()), "auroc": float(roc_auc_score(truth, highest))}


def make_regions(rng):
    """For each case the scores of its marks and their overlaps with its lesions, `[lesion][mark]`."""
    cases = []
    for _ in range(25):
        n_lesions, n_marks = rng.integers(0, 4), rng.integers(0, 5)
        overlaps = rng.uniform(0, 0.6, (n_lesions, n_marks)) * (rng.random((n_lesions, n_marks)) < 0.6)
        scores = np.round(rng.uniform(0.05, 1, n_marks), 2)
        cases.append({"scores": scores.tolist(), "overlaps": overlaps.tolist()})
    return cases


def picai(cases):
    """The rule of PI-CAI on given overlaps, and the metrics of picai_eval."""
    results = {}
    for idx, case in enumerate(cases):
        scores = np.array(case["scores"])
        overlaps = np.array(case["overlaps"]).reshape(len(case["overlaps"]), len(scores))
        worth = np.where(overlaps >= 0.1, overlaps + 1, 0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        pairs = [(row, column) for row, column in zip(rows, columns) if worth[row, column] > 0]
        result = [(1, float(scores[column]), float(overlaps[row, column])) for row, column in pairs]
        result += [(1, 0.0, 0.0)] * (len(overlaps) - len(pairs))
        result += [(0, float(scores[column]), 0.0) for column in range(len(scores)) if not (worth[:, column] > 0).any()]
        results[f"{idx:03}"] = result
    metrics = Metrics(
        lesion_results=results,
        case_target={f"{idx:03}": int(len(case["overlaps"]) > 0) for idx, case in enumerate(cases)},
        case_pred={f"{idx:03}": max(case["scores"], default=0.0) for idx, case in enumerate(cases)},
    )
    return {"ap": float(metrics.AP), "auroc": float(metrics.auroc), "n": int(metrics.num_lesions),
            "at_rates": [float(metrics.lesion_TPR_at_FPR(rate)) for rate in RATES]}


def rounded(data):
    """Four digits of every number, so that the file stays small and both sides read the same."""
    if isinstance(data, dict):
        return {name: rounded(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [rounded(value) for value in data]
    return data if isinstance(data, bool) else int(data) if isinstance(data, (int, np.integer)) else round(float(data), 4)


def main():
    # pycocotools talks to standard output.
    with contextlib.redirect_stdout(sys.stderr):
        golden = make()
    json.dump(golden, sys.stdout)
    print()


def make():
    rng = np.random.default_rng(20)
    boxes, points, regions = rounded([make_boxes(rng), make_points(rng), make_regions(rng)])
    return {
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
                     "scikit-learn": sklearn.__version__, "pycocotools": "2.0.11", "picai_eval": "1.4.13"},
        "boxes": {"n_cases": N_CASES, "lesions": boxes[0], "marks": boxes[1], "coco": coco(*boxes),
                  "voc": [voc(*boxes, label, 0.5) for label in range(CLASSES)]},
        "points": {"n_cases": 40, "lesions": points[0], "marks": points[1], "luna": luna(*points, 40)},
        "regions": {"cases": regions, "picai": picai(regions)},
    }


if __name__ == "__main__":
    main()
