"""Makes formats.npz (small files of many formats) and formats.json (what their own libraries read from them).

Versions: Python 3, NumPy 2.4.6, SimpleITK 2.5.7, pynrrd 1.1.3, tifffile 2026.3.3, Pillow 13.0.0. Values are exact, but
those unpacked from JPEG, which agree within 2 gray levels; positions agree within 1e-9 mm.
Run: VESALIUS_DATA=../../../../../shared/data python formats.py
"""

import io
import json
import os
import tempfile
from pathlib import Path

import nrrd
import numpy as np
import SimpleITK as sitk
import tifffile
from PIL import Image

here = Path(__file__).parent
data = Path(os.environ["VESALIUS_DATA"])
folder = Path(tempfile.mkdtemp())
Image.MAX_IMAGE_PIXELS = None
facts = {"placed": {}, "pages": {}, "real": {}}


def checksums(values):
    """Sums of [channel, z, y, x] samples, exact for whole numbers."""
    flat = np.ascontiguousarray(values).ravel().astype(np.float64)
    weights = np.arange(flat.size) % 251
    return {"sum": float(flat.sum()), "weighted_sum": float((flat * weights).sum())}


def planes(values, n_axes=3):
    """[z, y, x] or [z, y, x, channel] to [channel, z, y, x]."""
    return values[None] if values.ndim == n_axes else np.moveaxis(values, -1, 0)


# Volumes with a place: SimpleITK says where and what.
angle = np.radians(20.0)
turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
tilt = np.array([[1, 0, 0], [0, np.cos(angle / 2), -np.sin(angle / 2)], [0, np.sin(angle / 2), np.cos(angle / 2)]])
oblique = turn @ tilt @ np.diag([-1.0, 1.0, 1.0])
count = np.arange(24).reshape(2, 3, 4)


def image(values, is_vector=False):
    made = sitk.GetImageFromArray(values, isVector=is_vector)
    made.SetSpacing((0.5, 0.75, 2.5))
    made.SetOrigin((12.5, -30.25, 100.0))
    made.SetDirection(oblique.ravel().tolist())
    return made


for kind in "u1 i1 u2 i2 u4 i4 u8 i8 f4 f8".split():
    for ending in ["nrrd", "mha"]:
        sitk.WriteImage(image(count.astype(kind)), folder / f"{kind}.{ending}", useCompression=kind[1] in "28")
vector = np.arange(72, dtype="u1").reshape(2, 3, 4, 3)
sitk.WriteImage(image(vector, True), folder / "vector.nrrd")
sitk.WriteImage(image(vector, True), folder / "vector.mha")
sitk.WriteImage(image(count.astype("i2")), folder / "pair.mhd", useCompression=True)
sitk.WriteImage(image(count.astype("i2")), folder / "plain.mhd")
sitk.WriteImage(image(count.astype("i2")), folder / "pair.nhdr")

steps = (oblique @ np.diag([0.5, 0.75, 2.5])).T
place = {"space directions": steps, "space origin": [12.5, -30.25, 100.0]}
written = {"order": "C", "endian": "little"}
x_first = {"index_order": "C"}
for name, space, encoding in [
    ("ras", "right-anterior-superior", "raw"),
    ("las", "LAS", "gzip"),
    ("text", "left-posterior-superior", "ascii"),
]:
    nrrd.write(str(folder / f"{name}.nrrd"), count.astype("i2"), {**place, "space": space, "encoding": encoding}, index_order="C")
big = count.astype(">i2")
nrrd.write(str(folder / "big.nrrd"), big, {**place, "space": "LPS", "encoding": "raw", "endian": "big"}, index_order="C")

for path in sorted(folder.iterdir()):
    if path.suffix not in {".nrrd", ".mha", ".mhd", ".nhdr"}:
        continue
    read = sitk.ReadImage(path)
    values = planes(sitk.GetArrayFromImage(read))
    facts["placed"][path.name] = {
        "shape": values.shape,
        "spacing_mm": read.GetSpacing(),
        "origin_mm": read.GetOrigin(),
        "direction": read.GetDirection(),
        **checksums(values),
    }

# Pages without a place: tifffile, or Pillow where it wrote them, says what.
rng = np.random.default_rng(7)
gray = (rng.integers(0, 16, (5, 20, 35)) * 3001 + 17).astype("u2")
soft = (np.add.outer(np.arange(40) // 4, np.arange(48) // 3) * 9.5).astype("u1")
color = np.stack([soft, soft[::-1], soft[:, ::-1]], -1)


def tiff(name, values, **options):
    tifffile.imwrite(folder / name, values, **options)
    facts["pages"][name] = {}


tiff("gray.tif", gray)
tiff("deflate.tif", gray, compression="zlib", predictor=True, photometric="minisblack")
tiff("big.tif", gray[:2], bigtiff=True, byteorder=">")
tiff("tiles.tif", gray[:2], tile=(16, 32), compression="zlib", photometric="minisblack")
tiff("strips.tif", gray[0], rowsperstrip=7)
tiff("double.tif", gray[0].astype("f8") / 7)
tiff("half.tif", (gray[0] / 7).astype("f2"))
tiff("int8.tif", gray[0].astype("i1"))
tiff("int32.tif", gray[0].astype("i4") - 30_000, compression="zlib", predictor=2)
tiff("long.tif", gray[0].astype("u8"))
tiff("color.tif", color, photometric="rgb")
tiff("planar.tif", np.moveaxis(color, -1, 0), photometric="rgb", planarconfig="separate")
tiff("color16.tif", color.astype("u2") * 100, photometric="rgb", tile=(32, 32))
tiff("bands.tif", np.moveaxis(gray, 0, -1), photometric="minisblack", planarconfig="contig")
tiff("white.tif", gray[0], photometric="miniswhite")
for name, values, options in [
    ("float.tif", gray[0].astype("f4") / 7, {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 3}}),
    ("lzw.tif", soft, {"compression": "tiff_lzw"}),
    ("lzw_color.tif", color, {"compression": "tiff_lzw"}),
    ("lzw_long.tif", gray[0], {"compression": "tiff_lzw"}),
    ("packbits.tif", soft // 16, {"compression": "packbits"}),
    ("adobe.tif", color, {"compression": "tiff_adobe_deflate"}),
    ("jpeg.tif", soft, {"compression": "jpeg", "quality": 95}),
    ("jpeg_color.tif", color, {"compression": "jpeg", "quality": 95}),
]:
    Image.fromarray(values).save(folder / name, **options)
    facts["pages"][name] = {"by": "Pillow"}
Image.fromarray(soft > 60).save(folder / "bits.tif")
facts["pages"]["bits.tif"] = {"by": "Pillow"}
tiff("imagej.tif", gray[:4].reshape(2, 2, 20, 35), imagej=True, resolution=(2000.0, 4000.0),
     metadata={"axes": "ZCYX", "spacing": 3.5, "unit": "um"})
tiff("resolution.tif", soft, resolution=(20000.0, 40000.0), resolutionunit="CENTIMETER")

for name, fact in facts["pages"].items():
    if fact.pop("by", None):
        values = np.asarray(Image.open(folder / name))
        values = values[None, None] if values.ndim == 2 else np.moveaxis(values, -1, 0)[:, None]
    else:
        values = tifffile.imread(folder / name)
        if name == "white.tif":
            # tifffile gives stored values, and black is at the other end of the range.
            values = 65535 - values
        if name == "imagej.tif":
            values = np.moveaxis(values, 1, 0)
        elif name in {"color.tif", "color16.tif", "bands.tif"}:
            values = np.moveaxis(values, -1, 0)[:, None]
        elif name == "planar.tif":
            values = values[:, None]
        else:
            values = values.reshape((1, -1, *values.shape[-2:]))
    fact.update({"shape": values.shape, **checksums(values)})

# A slide: levels in sub-directories, and one as pages behind each other.
levels = [np.add.outer(np.arange(200 >> n) // 9 * 5, np.arange(300 >> n) // 11 * 3)[..., None] + [0, 50, 90] for n in range(3)]
levels = [(level % 251).astype("u1") for level in levels]
options = {"photometric": "rgb", "tile": (64, 64), "compression": "zlib", "resolutionunit": "CENTIMETER"}
with tifffile.TiffWriter(folder / "sub.tif") as file:
    file.write(levels[0], subifds=2, resolution=(20000, 20000), metadata=None, **options)
    for n in (1, 2):
        file.write(levels[n], subfiletype=1, metadata=None, **options)
aperio = "Aperio Image Library v1\n300x200 [0,0 300x200] (64x64)|AppMag = 20|MPP = 0.4990"
with tifffile.TiffWriter(folder / "pages.svs", bigtiff=True) as file:
    file.write(levels[0], description=aperio, metadata=None, **options)
    file.write(levels[2], photometric="rgb", description="Aperio thumbnail", metadata=None)
    for n in (1, 2):
        file.write(levels[n], description="Aperio level", metadata=None, **options)
    file.write(levels[2][:20], photometric="rgb", subfiletype=1, description="Aperio\nlabel 75x20", metadata=None)
    file.write(levels[2][:30], photometric="rgb", subfiletype=9, description="Aperio\nmacro 75x30", metadata=None)
region = levels[1][10:80, 30:130]
facts["slide"] = {
    "levels": [checksums(np.moveaxis(level, -1, 0)) for level in levels],
    "region": {"level": 1, "at": [30, 10], "size": [100, 70], **checksums(np.moveaxis(region, -1, 0))},
    "label": checksums(np.moveaxis(levels[2][:20], -1, 0)),
}

np.savez_compressed(
    here / "formats.npz",
    **{path.name: np.frombuffer(path.read_bytes(), "u1") for path in sorted(folder.iterdir())},
)



def upright(path):
    """The same file without the wish to be turned, which Pillow would grant."""
    bytes = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        order = "<" if file.byteorder == "<" else ">"
        turned = [tag.valueoffset for page in file.pages for tag in page.tags if tag.code == 274]
    for at in turned:
        bytes[at : at + 2] = np.array(1, order + "u2").tobytes()
    return io.BytesIO(bytes)


# Published files, by the library of their format; what it gives for each, or that it is not read and why.
for path in sorted(data.glob("**/*.nrrd")):
    values, header = nrrd.read(str(path), index_order="C")
    read = sitk.ReadImage(path)
    facts["real"][str(path.relative_to(data))] = {
        "shape": (1, *values.shape),
        "spacing_mm": read.GetSpacing(),
        "origin_mm": read.GetOrigin(),
        "direction": read.GetDirection(),
        **checksums(values),
    }
refused = {
    "small_la.tiff": ["Unsupported", "JPEG of two samples, gray and opacity"],
    "rgba_geotiff.tiff": ["Unsupported", "partly transparent"],
    "yb10kx5k.zstd.tiff": ["Unsupported", "packed as Zstandard"],
    "zero_gi.tif": ["Format", "no height"],
    "unopenable.tiff": ["Unsupported", "an unknown coding on purpose"],
    "unreadable.svs": ["Format", "damaged on purpose"],
}
slides = [path for ending in ["tif", "tiff", "svs"] for path in (data / "pathology-misc").glob(f"**/*.{ending}")]
for path in sorted(slides):
    fact = facts["real"][str(path.relative_to(data))] = {}
    if path.name in refused:
        fact["error"], fact["why"] = refused[path.name]
        continue
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        is_stack = len(file.series[0].shape) == 3 and file.series[0].axes[0] == "Q"
        is_jpeg = int(page.compression) == 7
        values = file.series[0].asarray() if is_stack else None
    if values is None:
        values = np.asarray(Image.open(upright(path))) if int(page.compression) in (5, 7, 8) else tifffile.imread(path)
    if not is_stack:
        values = values[None] if values.ndim == 2 else values[None]
    values = values[None] if values.ndim == 3 else np.moveaxis(values, -1, 0)
    fact.update({"shape": values.shape, "is_jpeg": is_jpeg, **checksums(values)})

(here / "formats.json").write_text(json.dumps(facts, indent=1) + "\n")
