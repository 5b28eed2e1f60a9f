"""Facts about masks made by formula, from the tools that everybody uses.

Versions: Python 3, NumPy 2.4.6, SciPy 1.17.1, SimpleITK 2.5.7, connected-components-3d 4.1.1, edt 3.1.2,
surface-distance-based-measures 0.1. Counts and labels are exact; distances agree within 1e-6 of their size, areas
within 1e-9. Run: python masks.py
"""

import json
from pathlib import Path

import cc3d
import edt
import numpy as np
import SimpleITK as sitk
from scipy import ndimage
from surface_distance import lookup_tables

here = Path(__file__).parent


def scrambled(number):
    """A number without pattern for each number, of 32 bits; `masks.rs` has the same."""
    h = np.asarray(number, dtype=np.uint64)
    for shift, factor in [(16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)]:
        h = ((h ^ (h >> np.uint64(shift))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    return h


def balls(shape):
    """Twelve balls, and one voxel in fifty turned over."""
    z, y, x = np.indices(shape).astype(np.int64)
    mask = np.zeros(shape, dtype=bool)
    for ball in range(12):
        center = [int(scrambled(3 * ball + axis)) % shape[axis] for axis in range(3)]
        radius = 3 + int(scrambled(100 + ball)) % 6
        mask |= (z - center[0]) ** 2 + (y - center[1]) ** 2 + (x - center[2]) ** 2 <= radius**2
    return mask ^ (scrambled(np.arange(mask.size) + 1000).reshape(shape) % np.uint64(50) == 0)


def labels(shape):
    """Each voxel with one of four labels, half of them 0."""
    number = scrambled(np.arange(np.prod(shape)) + 5000).reshape(shape) % np.uint64(6)
    return np.maximum(number.astype(np.int64) - 2, 0).astype(np.uint8)


def weighed(values):
    """One number that depends on every value and its place."""
    values = np.asarray(values).ravel()
    values = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
    return (values * (np.arange(values.size) % 251)).sum().item()


def same_parts(ours, theirs):
    pairs = np.unique(np.stack([ours.ravel(), theirs.ravel()]), axis=1)
    return pairs.shape[1] == len(np.unique(ours)) == len(np.unique(theirs))


def ball(radius, spacing):
    n = [int(radius / s) + 1 for s in spacing]
    offsets = np.meshgrid(*[np.arange(-k, k + 1) * s for k, s in zip(n, spacing)], indexing="ij")
    return sum(o**2 for o in offsets) <= radius**2 * (1 + 1e-6)


def cell_codes(mask):
    flat, solid = lookup_tables.ENCODE_NEIGHBOURHOOD_2D_KERNEL, lookup_tables.ENCODE_NEIGHBOURHOOD_3D_KERNEL
    kernel = flat if mask.ndim == 2 else solid
    padded = np.pad(mask.astype(np.uint8), [(0, 1)] * mask.ndim)
    return ndimage.correlate(padded, kernel, mode="constant", cval=0)


if __name__ == "__main__":
    facts = {}
    for name, shape, spacing in [
        ("small", (23, 31, 37), (2.5, 0.8, 0.7)),
        ("even", (32, 32, 32), (1.0, 1.0, 1.0)),
        ("flat", (1, 61, 47), (5.0, 0.6, 1.1)),
        ("long", (7, 5, 301), (0.3, 4.0, 1.3)),
    ]:
        mask, labeled = balls(shape), labels(shape)
        fact = facts[name] = {"shape": shape, "spacing_mm": spacing, "n_inside": int(mask.sum())}
        inner = ndimage.distance_transform_edt(mask, sampling=spacing)
        outer = ndimage.distance_transform_edt(~mask, sampling=spacing)
        assert np.allclose(inner, edt.edt(mask, anisotropy=spacing), rtol=1e-5)
        fact["to_background"], fact["to_mask"] = weighed(inner), weighed(outer)
        fact["squared_to_mask"] = weighed(outer**2)
        fact["components"] = {}
        faces = ndimage.generate_binary_structure(3, 1)
        for rank, connectivity in enumerate([6, 18, 26], 1):
            structure = ndimage.generate_binary_structure(3, rank)
            found, n = ndimage.label(mask, structure)
            assert same_parts(found, cc3d.connected_components(mask, connectivity=connectivity))
            # Parts of a label map, in the order of their first voxels.
            parts = cc3d.connected_components(labeled, connectivity=connectivity)
            _, first, part = np.unique(parts, return_index=True, return_inverse=True)
            order = np.argsort(np.argsort(np.where(labeled.ravel()[first] == 0, -1, first)))
            fact["components"][str(connectivity)] = {
                "n": n,
                "labels": weighed(found),
                "sizes": weighed(np.bincount(found.ravel())[1:]),
                "of_labels": weighed(order[part]),
            }
        fact["radius_mm"] = radius = 2.0
        structure = ball(radius, spacing)
        dilated = ndimage.binary_dilation(mask, structure)
        eroded = ndimage.binary_erosion(mask, structure, border_value=1)
        fact["dilated"], fact["eroded"] = weighed(dilated), weighed(eroded)
        fact["closed"] = weighed(ndimage.binary_erosion(dilated, structure, border_value=1))
        fact["opened"] = weighed(ndimage.binary_dilation(eroded, structure))
        block = np.ones((1 if shape[0] == 1 else 3, 5, 3), dtype=bool)
        fact["dilated_by_block"] = weighed(ndimage.binary_dilation(mask, block))
        fact["eroded_by_block"] = weighed(ndimage.binary_erosion(mask, block, border_value=1))
        # SimpleITK, whose axes go the other way, has the same edges.
        image, box = sitk.GetImageFromArray(mask.astype(np.uint8)), [1, 2, block.shape[0] // 2]
        assert weighed(sitk.GetArrayFromImage(sitk.BinaryDilate(image, box, sitk.sitkBox))) == fact["dilated_by_block"]
        assert weighed(sitk.GetArrayFromImage(sitk.BinaryErode(image, box, sitk.sitkBox))) == fact["eroded_by_block"]
        if shape[0] == 1:
            fact["filled"] = weighed(ndimage.binary_fill_holes(mask[0]))
            inner_voxels = ndimage.binary_erosion(mask[0])
            lengths = lookup_tables.create_table_neighbour_code_to_contour_length(spacing[1:])
            fact["contour"] = [float(lengths[cell_codes(mask[0])].sum()), weighed(lengths[cell_codes(mask[0])])]
        else:
            fact["filled"] = weighed(ndimage.binary_fill_holes(mask))
            inner_voxels = ndimage.binary_erosion(mask)
        fact["filled_slices"] = weighed([ndimage.binary_fill_holes(plane) for plane in mask])
        fact["boundary"] = weighed(mask & ~inner_voxels.reshape(shape))
        areas = lookup_tables.create_table_neighbour_code_to_surface_area(spacing)
        fact["surface"] = [float(areas[cell_codes(mask)].sum()), weighed(areas[cell_codes(mask)])]
        # Noise holds every code.
        noise = labeled > 1
        assert shape[0] < 9 or len(np.unique(cell_codes(noise))) == 256
        fact["surface_of_noise"] = [float(areas[cell_codes(noise)].sum()), weighed(areas[cell_codes(noise)])]
    (here / "masks.json").write_text(json.dumps(facts, indent=1) + "\n")
