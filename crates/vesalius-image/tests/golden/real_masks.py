"""Facts about published masks; tools, versions and tolerances are those of masks.py.

Versions: also nibabel 5.4.2. Run: VESALIUS_DATA=../../../../../shared/data python real_masks.py
"""

import json
import os
from pathlib import Path

import cc3d
import nibabel
import numpy as np
from scipy import ndimage
from surface_distance import lookup_tables

from masks import cell_codes, weighed

data = Path(os.environ["VESALIUS_DATA"])
facts = {}
for name in [
    "kits19-masks/case_00004/segmentation.nii.gz",
    "totalseg-ref/example_seg_fast_force_split.nii.gz",
    "totalseg-ref/example_seg_mr.nii.gz",
]:
    image = nibabel.load(data / name)
    # Files have x first, arrays here have it last.
    labels = np.asarray(image.dataobj).astype(np.uint8).T
    spacing = [float(s) for s in image.header.get_zooms()[::-1]]
    mask = labels > 0
    structure = np.ones((3, 3, 3))
    found, n = ndimage.label(mask, structure)
    sizes = np.sort(np.bincount(found.ravel())[1:])[::-1]
    areas = lookup_tables.create_table_neighbour_code_to_surface_area(spacing)
    facts[name] = {
        "ml": float(mask.sum() * np.prod(spacing) / 1000),
        "to_mask": weighed(ndimage.distance_transform_edt(~mask, sampling=spacing)),
        "to_background": weighed(ndimage.distance_transform_edt(mask, sampling=spacing)),
        "components": n,
        "labels": weighed(found),
        "largest": sizes[:3].tolist(),
        "parts_of_labels": int(cc3d.connected_components(labels, connectivity=6).max()),
        "filled": weighed(ndimage.binary_fill_holes(mask)),
        "surface_mm2": float(areas[cell_codes(mask)].sum()),
    }
(Path(__file__).parent / "real_masks.json").write_text(json.dumps(facts, indent=1) + "\n")
