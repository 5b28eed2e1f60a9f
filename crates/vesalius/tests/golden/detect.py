"""Makes detect.json: a real LUNA16 submission by the published rules, and blood cells by pycocotools.

Run: VESALIUS_DATA=FOLDER python detect.py > detect.json   (numpy, pycocotools)
It reads the data and keeps none of it. Tolerance in the test: 1e-9.

The marks on blood cells are their boxes moved and scored by rules of arithmetic, which the test repeats: the k-th box of
all files in the order of their names is left out if 7 divides k, and marked twice if 11 does.
"""

import collections
import contextlib
import csv
import json
import os
import pathlib
import platform
import sys
import xml.etree.ElementTree as ET

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

DATA = pathlib.Path(os.environ.get("VESALIUS_DATA", "../../../../../shared/data"))
RATES = [0.125, 0.25, 0.5, 1, 2, 4, 8]


def luna():
    folder = DATA / "luna16-froc/DeepLung/evaluationScript/annotations"
    cases = [row[0] for row in csv.reader(open(folder / "newseriesuids.csv"))]

    def by_case(name, delimiter=","):
        rows = collections.defaultdict(list)
        for row in list(csv.reader(open(folder / name), delimiter=delimiter))[1:]:
            rows[row[0].zfill(5)].append([float(cell) for cell in row[1:]])
        return rows

    nodules, excluded = by_case("newannotations.csv"), by_case("newannotations_excluded.csv")
    marks = by_case("dpn26bs32.csv", "\t")
    events, n_nodules, n_ignored, n_repeats = [], 0, 0, 0
    for case in cases:
        own = np.array(marks.get(case, [])).reshape(-1, 4)
        hit_by = lambda row: ((own[:, :3] - row[:3]) ** 2).sum(axis=1) < ((10 if row[3] < 0 else row[3]) / 2) ** 2
        used = np.zeros(len(own), bool)
        for row in nodules.get(case, []):
            n_nodules += 1
            hit = hit_by(row)
            used |= hit
            if hit.any():
                events.append((own[hit, 3].max(), 1))
                n_repeats += int(hit.sum()) - 1
        for row in excluded.get(case, []):
            hit = hit_by(row)
            n_ignored += int((hit & ~used).sum())
            used |= hit
        events += [(score, 0) for score in own[~used, 3]]
    scores, found = (np.array(column) for column in zip(*sorted(events, key=lambda event: -event[0])))
    last = np.append(scores[1:] != scores[:-1], True)
    sensitivity = np.concatenate([[0.0], np.cumsum(found)[last] / n_nodules])
    rate = np.concatenate([[0.0], np.cumsum(1 - found)[last] / len(cases)])
    at_rates = np.interp(RATES, rate, sensitivity)
    return {"n_cases": len(cases), "n_marks": sum(map(len, marks.values())), "n_nodules": n_nodules,
            "n_found": int(found.sum()), "n_false": int((1 - found).sum()), "n_ignored": n_ignored,
            "n_repeats": n_repeats, "at_rates": at_rates.tolist(), "cpm": float(at_rates.mean())}


def marked(k, box):
    """The mark of the k-th box: moved by up to a tenth of its size, with a score of its own."""
    size = [box[2] - box[0], box[3] - box[1]]
    move = [size[axis % 2] * ((k * factor % 41) - 20) / 200 for axis, factor in enumerate([7919, 6007, 5003, 4001])]
    ends = [box[axis] + move[axis] for axis in range(4)]
    return [*ends, (k * 104729 % 1000003) / 1000003]


def bccd():
    images, annotations, results, names = [], [], [], []
    k = 0
    for path in sorted((DATA / "bccd/BCCD/Annotations").glob("*.xml")):
        images.append({"id": len(images) + 1, "file_name": path.stem})
        for item in ET.parse(path).getroot().findall("object"):
            k += 1
            name = item.find("name").text
            if name not in names:
                names.append(name)
            bounds = item.find("bndbox")
            box = [float(bounds.find(end).text) for end in ("xmin", "ymin", "xmax", "ymax")]
            where = {"image_id": len(images), "category_id": names.index(name) + 1}
            wide = lambda ends: [ends[0], ends[1], ends[2] - ends[0], ends[3] - ends[1]]
            area = (box[2] - box[0]) * (box[3] - box[1])
            annotations.append({**where, "id": k, "bbox": wide(box), "area": area, "iscrowd": 0})
            for number in [] if k % 7 == 0 else [k, k + 500000] if k % 11 == 0 else [k]:
                *ends, score = marked(number, box)
                results.append({**where, "bbox": wide(ends), "score": score})
    truth = COCO()
    categories = [{"id": idx + 1, "name": name} for idx, name in enumerate(names)]
    truth.dataset = {"info": {}, "images": images, "annotations": annotations, "categories": categories}
    truth.createIndex()
    evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    of = lambda part: [*(float(part[:, :, at].mean()) for at in range(len(names))), float(part.mean())]
    return {"classes": names, "n_images": len(images), "n_boxes": k, "n_marks": len(results),
            "average_precision_coco_50_95": of(precision), "average_precision_coco_50": of(precision[:1]),
            "average_precision_coco_75": of(precision[5:6])}


def main():
    versions = {"python": platform.python_version(), "numpy": np.__version__, "pycocotools": "2.0.11"}
    # pycocotools talks to standard output.
    with contextlib.redirect_stdout(sys.stderr):
        golden = {"versions": versions, "luna": luna(), "bccd": bccd()}
    json.dump(golden, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
