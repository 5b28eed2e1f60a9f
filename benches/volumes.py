"""What `cargo xtask bench` measures of volumes beside our own: the same work by the packages that people use for it.

Run as `cargo xtask bench --only volumes` does, with `--json`: one object on standard output,
`{"software": ..., "volumes": {METRIC: {"name and version": seconds, ...}}}`.
The files to read are in the folder that VESALIUS_BENCH_INPUTS names; our side leaves them there.
Needs numpy, and measures whichever of nibabel, SimpleITK, SciPy, edt, cc3d and pydicom are installed; every processor
is used where a package can use several.

read_nifti          256x256x160 samples of float32 from a .nii.gz into an array.
resample            the same volume, 0.9375x0.9375x1.2 mm, linearly to 1 mm.
distance_transform  exact distances in mm from every voxel inside a mask of that size to the outside.
components          the 26-connected parts of the same mask.
read_series         200 CT slices of 512x512 from a folder into one rescaled volume, in the order of their positions.
decode_dicom        the samples of 100 DICOM files of many kinds; only where VESALIUS_DATA has them. What a peer refuses is
                    counted, and takes it no time.
"""

import argparse
import importlib
import json
import os
import statistics
import sys
import time
import warnings

import numpy

N_STEPS = 5
N_THREADS = os.cpu_count()


def package(name):
    """A package, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed and not measured", file=sys.stderr)
        return None


nibabel, sitk, ndimage, edt, cc3d, pydicom = (
    package(name) for name in ("nibabel", "SimpleITK", "scipy.ndimage", "edt", "cc3d", "pydicom")
)


def named(name, distribution=""):
    """A name for the table, with the version that is installed."""
    from importlib.metadata import version

    return f"{name} {version(distribution or name)}"


def median_seconds(step):
    """The median time of a step, after one that warms up."""
    step()
    seconds = []
    for _ in range(N_STEPS):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def inputs(*names):
    """The path of an input; our side made it."""
    folder = os.environ.get("VESALIUS_BENCH_INPUTS", "")
    path = os.path.join(folder, *names)
    if not os.path.exists(path):
        sys.exit(f"{path} is not there; run `cargo xtask bench --only volumes`, which makes it")
    return path


def read_nifti():
    """A compressed volume into an array."""
    path = inputs("volume.nii.gz")
    if nibabel:
        yield named("nibabel"), lambda: numpy.asarray(nibabel.load(path).dataobj)
    if sitk:
        yield named("SimpleITK"), lambda: sitk.ReadImage(path)


def resample():
    """Linear interpolation to 1 mm."""
    path = inputs("volume.nii.gz")
    if sitk:
        image = sitk.ReadImage(path)
        size = [round(n * spacing) for n, spacing in zip(image.GetSize(), image.GetSpacing())]
        target = (image.GetOrigin(), [1.0, 1.0, 1.0], image.GetDirection())
        yield named("SimpleITK"), lambda: sitk.Resample(image, size, sitk.Transform(), sitk.sitkLinear, *target)
    if ndimage and nibabel:
        loaded = nibabel.load(path)
        array, spacing = numpy.asarray(loaded.dataobj), [float(s) for s in loaded.header.get_zooms()]
        yield named("SciPy", distribution="scipy"), lambda: ndimage.zoom(array, spacing, order=1)


def mask():
    """The mask, `[z, y, x]`, and its spacing in the same order."""
    loaded = nibabel.load(inputs("mask.nii.gz"))
    array = numpy.ascontiguousarray(numpy.asarray(loaded.dataobj).astype(numpy.uint8).T)
    return array, tuple(float(spacing) for spacing in loaded.header.get_zooms()[::-1])


def distance_transform():
    """Exact Euclidean distances with anisotropic spacing."""
    if not nibabel:
        return
    array, spacing = mask()
    if edt:
        yield named("edt"), lambda: edt.edt(array, anisotropy=spacing, black_border=False, parallel=N_THREADS)
    if ndimage:
        yield named("SciPy", distribution="scipy"), lambda: ndimage.distance_transform_edt(array, sampling=spacing)
    if sitk:
        image = sitk.ReadImage(inputs("mask.nii.gz"))
        options = {"squaredDistance": False, "useImageSpacing": True}
        yield named("SimpleITK"), lambda: sitk.SignedMaurerDistanceMap(image, **options)


def components():
    """Parts that touch by a face, an edge or a corner."""
    if not nibabel:
        return
    array, _ = mask()
    if cc3d:
        yield (
            named("connected-components-3d"),
            lambda: cc3d.connected_components(array, connectivity=26, binary_image=True),
        )
    if ndimage:
        corners = numpy.ones((3, 3, 3))
        yield named("SciPy", distribution="scipy"), lambda: ndimage.label(array, structure=corners)
    if sitk:
        image = sitk.ReadImage(inputs("mask.nii.gz"))
        yield named("SimpleITK"), lambda: sitk.ConnectedComponent(image, True)


def read_series():
    """A folder of slices into one volume."""
    folder = inputs("series")

    def with_pydicom():
        slices = [pydicom.dcmread(os.path.join(folder, name)) for name in os.listdir(folder)]
        slices.sort(key=lambda dataset: dataset.ImagePositionPatient[2])
        # Slope and intercept are applied as users do it, in the 32 bits that networks take.
        planes = [
            dataset.pixel_array * numpy.float32(dataset.RescaleSlope) + numpy.float32(dataset.RescaleIntercept)
            for dataset in slices
        ]
        return numpy.stack(planes)

    def with_sitk():
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(folder))
        return reader.Execute()

    if pydicom:
        yield named("pydicom"), with_pydicom
    if sitk:
        yield named("SimpleITK"), with_sitk


def decode_dicom():
    """Every sample of files of many kinds, the same ones that our side decodes."""
    data = os.environ.get("VESALIUS_DATA", "../shared/data")
    listing = os.path.join(os.environ.get("VESALIUS_BENCH_INPUTS", ""), "dicom-files.txt")
    if not pydicom or not os.path.exists(listing):
        return
    with open(listing) as lines:
        paths = [os.path.join(data, line.rstrip("\n")) for line in lines]

    refused = set()

    def decode():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for path in paths:
                try:
                    pydicom.dcmread(path).pixel_array
                except Exception:  # Plugins raise what they like; a refused file is work that is not done.
                    refused.add(path)

    decode()
    print(f"pydicom refuses {len(refused)} of {len(paths)} files, which count for it as done", file=sys.stderr)
    yield named("pydicom"), decode


METRICS = {
    "read_nifti_seconds": read_nifti,
    "resample_seconds": resample,
    "distance_transform_seconds": distance_transform,
    "components_seconds": components,
    "read_series_seconds": read_series,
    "decode_dicom_seconds": decode_dicom,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["volumes"], help="the one workload, as every program of the benchmark has it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    arguments = parser.parse_args()
    if sitk:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(N_THREADS)
    metrics = {}
    for metric, peers in METRICS.items():
        measured = {name: median_seconds(step) for name, step in peers()}
        if measured:
            metrics[metric] = measured
    if arguments.json:
        json.dump({"software": "imaging packages", "volumes": metrics}, sys.stdout)
        return
    for metric, measured in metrics.items():
        for name, seconds in measured.items():
            print(f"{metric}: {name} {seconds:.4g}")


if __name__ == "__main__":
    main()
