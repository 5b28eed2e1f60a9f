"""Resampled volumes as SimpleITK and SciPy make them; all values agree within 2e-4 of a range of 251 (float32).

Versions: Python 3, NumPy 2.4.6, SciPy 1.17.1, SimpleITK 2.5.7.
SimpleITK resamples without smoothing; where an image is smoothed first, SciPy does it, on its own mirrored borders.
Run: python resample.py
"""

import json
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

OLD = {"shape": [9, 11, 13], "spacing": [0.9, 1.1, 2.0], "origin": [-3.0, 4.0, 10.0], "turn": 10.0}
z, y, x = np.indices(OLD["shape"])
old = ((3 * x * x + 7 * y + 5 * z * x + 2 * y * y * z) % 251).astype("f4")


def direction(degrees):
    """A turn about z, then half of it about x."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    d, t = np.cos(np.radians(degrees / 2)), np.sin(np.radians(degrees / 2))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, d, -t], [0, t, d]])


def image(values, grid):
    made = sitk.GetImageFromArray(values)
    made.SetSpacing(grid["spacing"])
    made.SetOrigin(grid["origin"])
    made.SetDirection(direction(grid["turn"]).ravel().tolist())
    return made


def itk(grid, interpolator):
    target = image(np.zeros(grid["shape"], "f4"), grid)
    source = image(old, OLD)
    return sitk.GetArrayFromImage(sitk.Resample(source, target, sitk.Transform(), interpolator, -7.0))


def scipy(grid, order):
    """Smoothed by the rule of Cardoso et al. 2015 along every old axis, then interpolated."""
    inverse = np.linalg.inv(direction(OLD["turn"]) @ np.diag(OLD["spacing"]))
    matrix = inverse @ direction(grid["turn"]) @ np.diag(grid["spacing"])
    offset = inverse @ (np.array(grid["origin"]) - OLD["origin"])
    factor = np.sqrt((matrix**2).sum(axis=1))
    sigma = np.sqrt(np.maximum(factor**2 - 1, 0) / (8 * np.log(2)))[::-1]
    smooth = ndimage.gaussian_filter(old.astype("f8"), sigma, mode="mirror", truncate=4)
    new = np.indices(grid["shape"]).reshape(3, -1)[::-1]
    positions = (matrix @ new + offset[:, None])[::-1]
    if order == 1:
        positions = np.clip(positions, 0, np.array(OLD["shape"])[:, None] - 1)
    found = ndimage.map_coordinates(smooth, positions, order=order, mode="mirror")
    return found.reshape(grid["shape"])


finer = {"shape": [8, 9, 9], "spacing": [0.7, 1.4, 1.7], "origin": [-1.7, 4.6, 10.9], "turn": 10.0}
beyond = {"shape": [6, 5, 7], "spacing": [2.1, 2.9, 3.7], "origin": [-4.0, 3.0, 9.0], "turn": 10.0}
turned = {"shape": [7, 6, 8], "spacing": [1.3, 1.6, 2.2], "origin": [-1.0, 5.0, 9.0], "turn": -25.0}
coarse = {"shape": [4, 4, 4], "spacing": [2.2, 2.6, 3.9], "origin": [-2.2, 5.4, 11.5], "turn": 10.0}
coarse_turned = {"shape": [3, 3, 3], "spacing": [2.2, 2.6, 3.9], "origin": [1.5, 6.4, 12.5], "turn": 0.0}
cases = []
for grid in [finer, beyond, turned]:
    for name, interpolator in [("nearest", sitk.sitkNearestNeighbor), ("linear", sitk.sitkLinear), ("cubic", sitk.sitkBSpline)]:
        cases.append({"interpolation": name, "antialias": False, **grid, "values": itk(grid, interpolator)})
for grid in [coarse, coarse_turned]:
    for name, order in [("linear", 1), ("cubic", 3)]:
        cases.append({"interpolation": name, "antialias": True, **grid, "values": scipy(grid, order)})
for case in cases:
    case["values"] = [round(float(v), 4) for v in case["values"].ravel()]
Path(__file__).with_suffix(".json").write_text(json.dumps({"old": OLD, "cases": cases}) + "\n")
