"""Scores of two label maps made by formula, from tools that do not share a line with ours.

Versions: Python 3, NumPy 2.2.6, SciPy 1.17.1, surface-distance 0.1, MONAI 1.6.1, panoptica 2.1.7,
PyTorch 2.15.0.
Counts are exact; distances agree within 1e-6 of their size. Run: python segment.py
"""

import json
from pathlib import Path

import numpy as np
import surface_distance
import torch
from monai.metrics import compute_hausdorff_distance
from panoptica import ConnectedComponentsInstanceApproximator, InputType, NaiveThresholdMatching, Panoptica_Evaluator
from scipy import ndimage

SHAPE = (14, 26, 30)  # z, y, x
SPACING = (2.5, 1.1, 0.8)


def ellipsoid(center, radius):
    grid = np.indices(SHAPE).astype(np.float64)
    return sum(((grid[axis] - center[axis]) / radius[axis]) ** 2 for axis in range(3)) <= 1.0


def label_map(shift):
    """An organ of label 1 and three lesions of label 2, the third so far away after the shift that it has no partner."""
    labels = np.zeros(SHAPE, dtype=np.uint8)
    labels[ellipsoid((6.0, 11.0 + shift, 12.0), (4.5, 7.0, 8.0))] = 1
    labels[ellipsoid((6.0, 10.0, 10.0 + shift), (2.2, 3.1, 2.7))] = 2
    labels[ellipsoid((9.0, 20.0, 20.0 + shift), (2.1, 3.0, 3.2))] = 2
    labels[ellipsoid((4.0, 4.0 + 3 * shift, 25.0), (1.5, 2.0, 2.2))] = 2
    return labels


def surfaces(truth, pred):
    found = surface_distance.compute_surface_distances(truth, pred, SPACING)
    sides = [(found["distances_gt_to_pred"], found["surfel_areas_gt"]), (found["distances_pred_to_gt"], found["surfel_areas_pred"])]
    area = sum(areas.sum() for _, areas in sides)
    return {
        "hausdorff": surface_distance.compute_robust_hausdorff(found, 100),
        "hausdorff95": surface_distance.compute_robust_hausdorff(found, 95),
        "surface_dice": surface_distance.compute_surface_dice_at_tolerance(found, 1.0),
        "average_symmetric_surface_distance": sum((d * a).sum() for d, a in sides) / area,
        "root_mean_square_surface_distance": np.sqrt(sum((d**2 * a).sum() for d, a in sides) / area),
    }


def boundary_iou(truth, pred):
    diagonal = np.sqrt(sum((n * mm) ** 2 for n, mm in zip(SHAPE, SPACING)))

    def band(mask):
        padded = np.pad(mask, 1)
        apart = ndimage.distance_transform_edt(padded, sampling=SPACING)
        return mask & (apart[1:-1, 1:-1, 1:-1] <= 0.02 * diagonal)

    a, b = band(truth), band(pred)
    return (a & b).sum() / (a | b).sum()


def lesions(truth, pred):
    evaluator = Panoptica_Evaluator(
        expected_input=InputType.SEMANTIC,
        instance_approximator=ConnectedComponentsInstanceApproximator(),
        instance_matcher=NaiveThresholdMatching(matching_threshold=0.25),
    )
    found = evaluator.evaluate(pred.astype(np.uint8), truth.astype(np.uint8), verbose=False)["ungrouped"]
    return {"counts": [found.tp, found.fp, found.fn], "lesion_f1": found.rq, "panoptic_quality": found.pq}


def scores(truth, pred):
    both = int((truth & pred).sum())
    one_hot = [torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (pred, truth)]
    return {
        "dice": surface_distance.compute_dice_coefficient(truth, pred),
        "iou": both / int((truth | pred).sum()),
        "volume_difference_ml": (int(pred.sum()) - int(truth.sum())) * np.prod(SPACING) / 1000,
        "boundary_iou": boundary_iou(truth, pred),
        "voxels_hausdorff": float(compute_hausdorff_distance(*one_hot, include_background=True, spacing=SPACING)),
        **surfaces(truth, pred),
        **lesions(truth, pred),
    }


truth, pred = label_map(0), label_map(2)
golden = {str(label): scores(truth == label, pred == label) for label in (1, 2)}
text = json.dumps(golden, indent=1, default=float)
(Path(__file__).parent / "segment.json").write_text(text + "\n")
