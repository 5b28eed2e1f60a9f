"""What nibabel reads of NIfTI, Analyze and MGH: small files of every kind, and checksums of published ones.

Versions: Python 3.11, NumPy 2.4.6, nibabel 5.4.2. Values are exact: the CRC-32 is that of all values as float64, low
byte first, in the order channel, z, y, x. Affines are voxel to RAS; they agree within 1e-6 of the largest entry,
because spacing and direction are kept apart and multiplied again. `null` stands for a place that the file does not
tell, where nibabel makes one up.
Run: VESALIUS_DATA=../../../../../shared/data python neuro.py
"""

import gzip
import json
import os
import tempfile
import zlib
from pathlib import Path

import nibabel
import numpy as np
from nibabel.analyze import AnalyzeImage
from nibabel.freesurfer import MGHImage
from nibabel.spm99analyze import Spm99AnalyzeImage

here = Path(__file__).parent
data = Path(os.environ["VESALIUS_DATA"])

turn, tilt = np.radians([20.0, 10.0])
affine = np.eye(4)
affine[:3, :3] = (
    np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    @ np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    @ np.diag([-0.5, 0.75, 2.5])
)
affine[:3, 3] = [12.5, -30.25, 100.0]


def channels(image):
    """All values as float64, [channel, z, y, x]."""
    values = np.asanyarray(image.dataobj)
    if values.dtype.names:
        values = np.stack([values[name] for name in values.dtype.names], axis=-1)
    elif np.iscomplexobj(values):
        values = np.stack([values.real, values.imag], axis=-1)
    values = values.reshape(values.shape + (1,) * (3 - values.ndim)) if values.ndim < 3 else values
    long = [axis for axis in range(3, values.ndim) if values.shape[axis] > 1]
    assert len(long) <= 1
    values = values.reshape(values.shape[:3] + (-1,))
    return values.astype("<f8").transpose(3, 2, 1, 0)


def checksum(values):
    return zlib.crc32(np.ascontiguousarray(values).tobytes())


def is_placed(image):
    header = image.header
    if isinstance(image, MGHImage):
        return bool(header["goodRASFlag"])
    return "sform_code" in header and (header["sform_code"] > 0 or header["qform_code"] > 0)


def small(folder, name, image, *others):
    """Saves an image under a name and tells its files and what nibabel reads of it."""
    nibabel.save(image, folder / name)
    read = nibabel.load(folder / name)
    values = channels(read)
    return {
        "files": {file: (folder / file).read_bytes().hex() for file in (name, *others)},
        "shape": list(values.shape),
        "crc": checksum(values),
        "affine": read.affine[:3].tolist() if is_placed(read) else None,
    }


def samples(kind, shape):
    rng = np.random.default_rng(7)
    if kind in ("rgb", "rgba"):
        names = ["R", "G", "B", "A"][: len(kind)]
        values = np.zeros(shape, [(name, "u1") for name in names])
        for name in names:
            values[name] = rng.integers(0, 256, shape)
        return values
    dtype = np.dtype(kind)
    if dtype.kind == "c":
        return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(dtype)
    if dtype.kind == "f":
        return rng.normal(size=shape).astype(dtype)
    low = -100 if dtype.kind == "i" else 0
    values = rng.integers(low, 100, shape).astype(dtype)
    values.flat[0] = min(np.iinfo(dtype).max, 2**40)
    return values


def nifti(kind, order="<", slope=None, shape=(4, 3, 2), version=1, pair=False, forms="sq"):
    values = samples(kind, shape)
    if values.dtype.names is None:
        values = values.astype(values.dtype.newbyteorder(order))
    cls = {
        (1, False): nibabel.Nifti1Image,
        (1, True): nibabel.Nifti1Pair,
        (2, False): nibabel.Nifti2Image,
        (2, True): nibabel.Nifti2Pair,
    }[version, pair]
    header = cls.header_class(endianness=order)
    header.set_data_dtype(values.dtype)
    image = cls(values, None, header, dtype=values.dtype)
    image.header.set_xyzt_units("mm", "sec")
    image.set_sform(affine if "s" in forms else None, int("s" in forms))
    image.set_qform(affine if "q" in forms else None, 3 * int("q" in forms))
    if slope:
        image.header.set_slope_inter(*slope)
    return image


KINDS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "c8", "c16", "rgb", "rgba"]
made = {}
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    for kind in KINDS:
        made[f"nifti-1 {kind}"] = small(folder, "a.nii.gz", nifti(kind))
        made[f"nifti-1 {kind} high byte first"] = small(folder, "a.nii.gz", nifti(kind, ">"))
    for kind in ["i2", "f8", "c8"]:
        made[f"nifti-2 {kind} high byte first"] = small(folder, "a.nii.gz", nifti(kind, ">", version=2))
    # nibabel adds an intercept to real parts alone, so complex numbers get none here.
    for kind, slope in [("u1", (1, 3)), ("i2", (0.1, -5)), ("f4", (0.3, 0)), ("f8", (7, 1)), ("u4", (2, 1))]:
        made[f"nifti-1 {kind} scaled"] = small(folder, "a.nii.gz", nifti(kind, slope=slope))
    made["nifti-2 c16 scaled"] = small(folder, "a.nii", nifti("c16", slope=(0.25, 0), version=2))
    made["nifti-1 pair"] = small(folder, "a.hdr", nifti("i2", pair=True), "a.img")
    made["nifti-1 pair by its samples"] = small(folder, "a.img", nifti("i2", ">", (2, 1), pair=True), "a.hdr")
    made["nifti-1 pair gzipped"] = small(folder, "a.img.gz", nifti("f4", pair=True), "a.hdr.gz")
    made["nifti-2 pair"] = small(folder, "a.hdr", nifti("u2", pair=True, version=2), "a.img")
    made["nifti-1 time"] = small(folder, "a.nii.gz", nifti("i2", shape=(4, 3, 2, 5)))
    made["nifti-1 vector"] = small(folder, "a.nii.gz", nifti("f4", shape=(4, 3, 2, 1, 3)))
    made["nifti-1 flat"] = small(folder, "a.nii.gz", nifti("u1", shape=(4, 3)))
    made["nifti-1 qform"] = small(folder, "a.nii.gz", nifti("u1", forms="q"))
    made["nifti-1 sform"] = small(folder, "a.nii.gz", nifti("u1", forms="s"))
    made["nifti-1 unplaced"] = small(folder, "a.nii.gz", nifti("u1", forms=""))
    for kind in ["u1", "i2", "i4", "f4"]:
        image = MGHImage(samples(kind, (4, 3, 2, 2)) if kind != "i4" else samples("i2", (4, 3, 2)).astype("i4"), affine)
        made[f"mgh {kind}"] = small(folder, "a.mgz" if kind in "u1i4" else "a.mgh", image)
    image = MGHImage(samples("f4", (4, 3, 2)), affine)
    image.header["goodRASFlag"] = 0
    made["mgh unplaced"] = small(folder, "a.mgz", image)
    for order in "<>":
        values = samples("i2", (4, 3, 2))
        header = AnalyzeImage.header_class(endianness=order)
        header.set_data_dtype(values.dtype.newbyteorder(order))
        image = AnalyzeImage(values, None, header)
        image.header.set_zooms((0.5, 0.75, 2.5))
        made[f"analyze {order}"] = small(folder, "a.hdr", image, "a.img")
    image = Spm99AnalyzeImage(samples("f4", (4, 3, 2)) * 100, np.diag([-2.0, 2.0, 3.0, 1.0]))
    image.set_data_dtype("i2")
    image.header["origin"][:3] = [2, 3, 1]
    made["analyze of spm"] = small(folder, "a.img", image, "a.hdr")

FOLDERS = ["nifti-misc", "msd-hippocampus", "kits19-masks", "totalseg-ref", "monai-testdata"]
ENDINGS = (".nii", ".nii.gz", ".mgz", ".mgh")
affines, files = [], {}
for folder in FOLDERS:
    for path in sorted((data / folder).rglob("*")):
        if not path.name.endswith(ENDINGS):
            continue
        image = nibabel.load(path)
        name = str(path.relative_to(data))
        if path.name.endswith(".dconn.nii") or path.name == "test.mgz":
            # CIFTI: no image, but a matrix over points of the cortex; and axes that are not at right angles.
            continue
        values = channels(image)
        place = image.affine[:3].tolist()
        if place not in affines:
            affines.append(place)
        files[name] = [list(values.shape), checksum(values), affines.index(place)]
golden = {"made": made, "affines": affines, "files": files}
text = json.dumps(golden, separators=(",", ":"))
(here / "neuro.json").write_text(text.replace('"nifti', '\n"nifti').replace('"msd', '\n"msd') + "\n")
