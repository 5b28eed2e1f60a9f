"""Makes jpeg.json: the stored samples of every JPEG in a folder of DICOM files, as the reference library decodes them.

Run: python jpeg.py FOLDER > jpeg.json
(pydicom 3 with numpy and python-gdcm, SimpleITK)
GDCM holds the reference library in its form for 8, 12 and 16 bits. pydicom hands it 8 and 16 bits and refuses 12, so
that these are read by SimpleITK, whose rescaling and inversion are undone here. `crc` is the CRC-32 of the values in
the order of `pixel_array` as little-endian 64-bit floats; colors are converted by pydicom.
"""

import importlib.metadata
import json
import logging
import pathlib
import sys
import warnings
import zlib

import numpy as np
import pydicom
import SimpleITK
from pydicom.pixels import get_decoder

EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG = ["1.2.840.10008.1.2.4.50", EXTENDED, "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"]


def stored(path, data):
    if data.file_meta.TransferSyntaxUID != EXTENDED:
        return get_decoder(data.file_meta.TransferSyntaxUID).as_array(data, decoding_plugin="gdcm")[0]
    values = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path)).astype("f8").squeeze()
    values = (values - float(data.get("RescaleIntercept", 0))) / float(data.get("RescaleSlope", 1))
    if data.PhotometricInterpretation == "MONOCHROME1":
        values = 2**data.BitsStored - 1 - values
    whole = np.rint(values)
    assert np.abs(values - whole).max() < 1e-6, path
    return whole


warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
folder = pathlib.Path(sys.argv[1])
files = {}
for path in sorted(path for path in folder.rglob("*") if path.is_file()):
    data = pydicom.dcmread(path, force=True)
    syntax = str(getattr(getattr(data, "file_meta", None), "TransferSyntaxUID", ""))
    if syntax in JPEG and "PixelData" in data:
        files[str(path.relative_to(folder))] = zlib.crc32(np.ascontiguousarray(stored(path, data), "<f8").tobytes())
versions = {name: importlib.metadata.version(name) for name in ["pydicom", "numpy", "python-gdcm", "simpleitk"]}
lines = (f"{json.dumps(name)}: {crc}" for name, crc in files.items())
print('{"versions": ' + json.dumps(versions) + ',\n"files": {\n' + ",\n".join(lines) + "\n}}")
