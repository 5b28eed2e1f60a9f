"""Makes the golden files beside this script with the tools that everybody uses.

Versions: Python 3, NumPy 2.4.6, nibabel 5.4.2. Values are exact; positions agree within 1e-4 mm (float32 headers).
Run: python make.py
"""

import json
from pathlib import Path

import nibabel
import numpy as np

here = Path(__file__).parent
count = np.arange(24)

# One array for each type, order and layout that the reader takes; every one counts from 0 in C order.
arrays = {}
for kind in "u1 i1 <u2 >u2 <i2 >i2 <u4 >u4 <i4 >i4 <u8 >u8 <i8 >i8 <f2 >f2 <f4 >f4 <f8 >f8".split():
    arrays["c_" + kind.replace("<", "low_").replace(">", "high_")] = count.astype(kind).reshape(2, 3, 4)
arrays["c_bool"] = (count % 2 == 1).reshape(2, 3, 4)
arrays["fortran"] = np.asfortranarray(count.astype("<i2").reshape(2, 3, 4))
arrays["scalar"] = np.float32(7.5)
arrays["empty"] = np.zeros((0, 3), "u1")
arrays["wide"] = np.array([0, 2**40], "<i8")
arrays["too_wide"] = np.array([0, 2**60 + 1], "<i8")
arrays["text"] = np.array(["a", "b"])
arrays["complex"] = np.array([1j])
np.savez_compressed(here / "numpy.npz", **arrays)
np.save(here / "numpy.npy", arrays["fortran"])

# An oblique grid: sform only, qform only, and neither; positions of three voxels in RAS as nibabel gives them.
angle = np.radians(20.0)
turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
tilt = np.array([[1, 0, 0], [0, np.cos(angle / 2), -np.sin(angle / 2)], [0, np.sin(angle / 2), np.cos(angle / 2)]])
affine = np.eye(4)
affine[:3, :3] = turn @ tilt @ np.diag([-0.5, 0.75, 2.5])
affine[:3, 3] = [12.5, -30.25, 100.0]
voxels = [[0, 0, 0], [3, 0, 0], [1, 2, 1]]
expected = {}
for name, sform, qform in [("sform", 1, 0), ("qform", 0, 1), ("neither", 0, 0)]:
    image = nibabel.Nifti1Image(count.astype("<i2").reshape(4, 3, 2, order="F"), None)
    image.header.set_xyzt_units("mm")
    image.set_sform(affine if sform else None, sform)
    image.set_qform(affine if qform else None, qform)
    image.header.set_slope_inter(2.0, -5.0)
    nibabel.save(image, here / f"{name}.nii")
    read = nibabel.load(here / f"{name}.nii").affine
    expected[name] = [(read @ [*voxel, 1])[:3].tolist() for voxel in voxels] if sform or qform else None
(here / "nifti.json").write_text(json.dumps({"voxels_xyz": voxels, "ras_mm": expected}, indent=1) + "\n")
