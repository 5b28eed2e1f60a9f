"""Checksums of real data, computed with NumPy 2.4.6 and Pillow 13.0.0; integers are exact.

Run: VESALIUS_DATA=../../../../../shared/data python real_data.py
"""

import json
import os
from pathlib import Path

import numpy as np
from PIL import Image

data = Path(os.environ["VESALIUS_DATA"])
facts = {"arrays": {}, "jpeg_mean": {}}
for name in ["pneumoniamnist", "adrenalmnist3d_64"]:
    file = np.load(data / name / "dev_trainval.npz")
    for key in file.files:
        values = file[key].astype(np.int64).ravel()
        weights = np.arange(values.size) % 251
        facts["arrays"][f"{name}/{key}"] = {
            "shape": file[key].shape,
            "sum": int(values.sum()),
            "weighted_sum": int((values * weights).sum()),
        }
for folder in sorted((data / "medical-mnist" / "resized").iterdir()):
    pictures = [np.asarray(Image.open(path)) for path in sorted(folder.iterdir())]
    assert all(picture.shape == (64, 64) for picture in pictures)
    facts["jpeg_mean"][folder.name] = float(np.mean(pictures, dtype=np.float64))
(Path(__file__).parent / "real_data.json").write_text(json.dumps(facts, indent=1) + "\n")
