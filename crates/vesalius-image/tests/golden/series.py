"""Makes series.json: what SimpleITK reads of DICOM series, NRRD label volumes beside DICOM segmentations, and names.

Run: python series.py DATA > series.json
(SimpleITK, pynrrd, pydicom, numpy; DATA holds the folders dicom-derived, monai-testdata, pydicom-files, totalseg-ref)

series: spacing, origin, direction, shape [1, z, y, x], and the CRC-32 of the values as little-endian 64-bit floats.
SimpleITK spreads slices evenly where some are missing; `obstacle` is what is to be said of such a series.
segmentations: the same of the label volume that the segmentation was made from, one mask a segment, with the number
of voxels of each. Tolerances are in the tests: 1e-6 mm for series, 1e-4 mm for segmentations, whose files round.
"""

import importlib.metadata
import json
import pathlib
import sys
import warnings
import zlib

import nrrd
import numpy as np
import pydicom
import SimpleITK as sitk

SEG = "dicom-derived/dcmqi/data/segmentations/"
DIRECTORY = "pydicom-files/pydicom/src/pydicom/data/test_files/"
SERIES = {
    "monai-testdata/tests/testing_data/CT_DICOM": "missing-slices",
    "totalseg-ref/example_ct_dicom": None,
    SEG + "24x38x3/image": None,
    SEG + "23x38x3/image": None,
    SEG + "ct-3slice": None,
    DIRECTORY + "dicomdirtests/98892001/CT5N": None,
}
# Enhanced files that were made from a series, which is their truth.
ENHANCED = {SEG + size + "/multiframe/mf.dcm": SEG + size + "/image" for size in ["24x38x3", "23x38x3"]}
# Of each segmentation, file and value of every segment in the order of their numbers.
SEGMENTATIONS = {
    "24x38x3/seg/label.seg": [("24x38x3/nrrd/label.nrrd", 1)],
    "23x38x3/seg/label.seg": [("23x38x3/nrrd/label.nrrd", 1)],
    "liver.dcm": [("liver_seg.nrrd", 1)],
    "partial_overlaps.dcm": [(f"partial_overlaps-{part}.nrrd", n) for part, n in [(1, 1), (2, 2), (3, 3), (1, 4), (1, 5)]],
    "sparse-labelmap-noppv.dcm": [("sparse_labelmap_noppv_seg.nrrd", 1)],
    "sparse-labelmap-ppv5.dcm": [("sparse_labelmap_ppv5_seg.nrrd", 1)],
}


def crc(values):
    return zlib.crc32(np.ascontiguousarray(values, "<f8").tobytes())


def series(folder, obstacle):
    reader = sitk.ImageSeriesReader()
    (uid,) = reader.GetGDCMSeriesIDs(str(folder))
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder), uid))
    image = reader.Execute()
    values = sitk.GetArrayFromImage(image)
    found = {
        "shape": [1, *values.shape],
        "spacing": image.GetSpacing(),
        "origin": image.GetOrigin(),
        "direction": image.GetDirection(),
        "crc": crc(values),
    }
    return found | ({"obstacle": obstacle} if obstacle else {})


def masks(folder, parts):
    volumes = [(nrrd.read(str(folder / name)), value) for name, value in parts]
    header = volumes[0][0][1]
    directions = np.array(header["space directions"])
    spacing = np.linalg.norm(directions, axis=1)
    masks = np.stack([(volume.transpose() == value) for (volume, _), value in volumes])
    return {
        "counts": [int(mask.sum()) for mask in masks],
        "crc": crc(masks),
        "spacing": spacing.tolist(),
        "origin": list(map(float, header["space origin"])),
        "direction": (directions / spacing[:, None]).T.ravel().tolist(),
    }


def structures(path):
    data = pydicom.dcmread(path, force=True)
    contours = {item.ReferencedROINumber: item.get("ContourSequence", []) for item in data.ROIContourSequence}
    closed = {
        number: [c for c in found if c.ContourGeometricType == "CLOSED_PLANAR"] for number, found in contours.items()
    }
    return [
        [item.ROIName, len(closed[item.ROINumber]), sum(len(c.ContourData) // 3 for c in closed[item.ROINumber])]
        for item in data.StructureSetROISequence
    ]


warnings.simplefilter("ignore")
root = pathlib.Path(sys.argv[1])
of_series = {name: series(root / name, obstacle) for name, obstacle in SERIES.items()}
golden = {
    "versions": {name: importlib.metadata.version(name) for name in ["SimpleITK", "pynrrd", "pydicom", "numpy"]},
    "series": of_series | {name: of_series[truth] for name, truth in ENHANCED.items()},
    "segmentations": {SEG.removeprefix("dicom-derived/") + name: masks(root / SEG, parts) for name, parts in SEGMENTATIONS.items()},
    "structures": structures(root / DIRECTORY / "rtstruct.dcm"),
}
print(json.dumps(golden, indent=1))
