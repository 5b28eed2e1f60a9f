"""Makes dicom.json: what pydicom reads of every file of a folder, or why it reads nothing.

Run: python dicom.py FOLDER > dicom.json
(pydicom 3 with numpy, pillow, pylibjpeg, pylibjpeg-libjpeg, pylibjpeg-openjpeg, pylibjpeg-rle, pyjpegls, python-gdcm)
The shape is that of `pixel_array`; `crc` is the CRC-32 of its values as little-endian 64-bit floats. Codecs that lose
something round in their own ways, so that files of theirs have `probes` too: 32 values, evenly spaced.
"""

import importlib.metadata
import json
import pathlib
import sys
import warnings
import zlib

import numpy as np


import pydicom

LOSSY = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91",
         "1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112"}
N_PROBES = 32


def describe(path):
    try:
        data = pydicom.dcmread(path, force=True)
        pixels = data.pixel_array
    except Exception as error:  # whatever it is, it is what pydicom says
        return {"error": f"{type(error).__name__}: {error}".splitlines()[0][:90]}
    values = np.ascontiguousarray(pixels, "<f8").ravel()
    found = {"shape": list(pixels.shape), "crc": zlib.crc32(values.tobytes())}
    syntax = str(getattr(getattr(data, "file_meta", None), "TransferSyntaxUID", ""))
    if syntax in LOSSY:
        found["probes"] = [float(values[i * values.size // N_PROBES]) for i in range(N_PROBES)]
    return found


warnings.simplefilter("ignore")
folder = pathlib.Path(sys.argv[1])
names = ["pydicom", "numpy", "pillow", "pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle",
         "pyjpegls", "python-gdcm"]
files = sorted(path for path in folder.rglob("*") if path.is_file())
golden = {
    "versions": {name: importlib.metadata.version(name) for name in names},
    "files": {str(path.relative_to(folder)): describe(path) for path in files},
}
lines = (f"{json.dumps(name)}: {json.dumps(found)}" for name, found in golden["files"].items())
print('{"versions": ' + json.dumps(golden["versions"]) + ',\n"files": {\n' + ",\n".join(lines) + "\n}}")
