"""The workloads of `cargo xtask bench` in plain PyTorch, as a careful user would write them.

Run alone (`python benches/pytorch.py`), for one workload (`--only resnet18-2d`), or as `cargo xtask bench` does, with
`--json`: one object on standard output, `{"software": ..., WORKLOAD: {METRIC: number}}`.
Needs torch, torchvision and numpy; computes on the processor with every thread, in float32.

resnet18-2d  ResNet-18 with the small-image stem (3x3, stride 1, no pooling), Adam, batches of 128 of 3x28x28.
resnet18-3d  the same network with volumetric convolutions, batches of 8 of 1x28x28x28.
loading      random crop (padding 4) and horizontal flip of 4,708 images of 28x28 into batches of 128, one epoch.
startup      from the start of the process to the first such batch.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time

import numpy
import torch
import torchvision
from torch import nn
from torchvision.transforms import v2

N_IMAGES = 4708
BATCH = 128
N_STEPS = 4


class Block(nn.Module):
    """Two convolutions and a shortcut (He et al. 2016, doi:10.1109/CVPR.2016.90), in two or three dimensions."""

    def __init__(self, layers, channels_in, channels_out, stride):
        super().__init__()
        conv, norm = layers
        self.body = nn.Sequential(
            conv(channels_in, channels_out, 3, stride, 1, bias=False),
            norm(channels_out),
            nn.ReLU(inplace=True),
            conv(channels_out, channels_out, 3, 1, 1, bias=False),
            norm(channels_out),
        )
        self.shortcut = nn.Identity()
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(conv(channels_in, channels_out, 1, stride, bias=False), norm(channels_out))

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def resnet18(n_dimensions, channels_in, n_classes=2):
    """ResNet-18 with the small-image stem."""
    layers = (nn.Conv2d, nn.BatchNorm2d) if n_dimensions == 2 else (nn.Conv3d, nn.BatchNorm3d)
    pool = nn.AdaptiveAvgPool2d(1) if n_dimensions == 2 else nn.AdaptiveAvgPool3d(1)
    conv, norm = layers
    modules = [conv(channels_in, 64, 3, 1, 1, bias=False), norm(64), nn.ReLU(inplace=True)]
    for channels_before, channels, stride in [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]:
        modules += [Block(layers, channels_before, channels, stride), Block(layers, channels, channels, 1)]
    return nn.Sequential(*modules, pool, nn.Flatten(), nn.Linear(512, n_classes))


def median_seconds(step):
    """The median time of a step, after one that warms up."""
    step()
    seconds = []
    for _ in range(N_STEPS):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def network(n_dimensions, shape):
    """Training steps and inference of one network on one batch."""
    torch.manual_seed(0)
    model = resnet18(n_dimensions, shape[1])
    images, labels = torch.rand(shape), torch.randint(0, 2, shape[:1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss()

    def train():
        optimizer.zero_grad()
        loss(model(images), labels).backward()
        optimizer.step()

    def infer():
        with torch.inference_mode():
            model(images)

    train_seconds = median_seconds(train)
    model.eval()
    return {
        "train_images_per_second": shape[0] / train_seconds,
        "infer_images_per_second": shape[0] / median_seconds(infer),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


class Images(torch.utils.data.Dataset):
    """Grey images in memory, cropped and flipped at random when they are asked for."""

    def __init__(self, images):
        self.images = torch.from_numpy(images)[:, None]
        self.transform = v2.Compose(
            [v2.RandomCrop(28, padding=4), v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True)]
        )

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(self.images[index])


def images():
    """The training images of PneumoniaMNIST where VESALIUS_DATA has them, else noise of the same size."""
    path = os.path.join(os.environ.get("VESALIUS_DATA", ""), "pneumoniamnist", "dev_trainval.npz")
    if os.path.exists(path):
        with numpy.load(path) as arrays:
            stored = numpy.concatenate([arrays["train_images"], arrays["val_images"]])
            if len(stored) >= N_IMAGES:
                return stored[:N_IMAGES]
    return numpy.random.default_rng(0).integers(0, 256, (N_IMAGES, 28, 28), dtype=numpy.uint8)


def loader(n_workers):
    """Batches of augmented images in random order."""
    return torch.utils.data.DataLoader(Images(images()), BATCH, shuffle=True, num_workers=n_workers)


def loading():
    """The best of loading in this process and in two others."""
    seconds = []
    for n_workers in (0, 2):
        batches = loader(n_workers)
        for _ in range(3):
            start = time.perf_counter()
            for _ in batches:
                pass
            seconds.append(time.perf_counter() - start)
    return {"epoch_seconds": min(seconds)}


def startup():
    """Age of this process when the first batch is there, by the clock of the system."""
    next(iter(loader(0)))
    with open("/proc/self/stat") as stat, open("/proc/uptime") as uptime:
        # The name in brackets may hold blanks; the start time is the twentieth field behind it.
        started = int(stat.read().rsplit(")", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK")
        return {"first_batch_seconds": float(uptime.read().split()[0]) - started}


WORKLOADS = {
    "resnet18-2d": lambda: network(2, (BATCH, 3, 28, 28)),
    "resnet18-3d": lambda: network(3, (8, 1, 28, 28, 28)),
    "loading": loading,
    "startup": startup,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=WORKLOADS, help="one workload instead of all")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    arguments = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    result = {"software": f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}"}
    # Alone, startup is measured first, before the others make the process old.
    for name in [arguments.only] if arguments.only else reversed(WORKLOADS):
        result[name] = WORKLOADS[name]()
    if arguments.json:
        json.dump(result, sys.stdout)
        return
    print(result.pop("software"))
    for name, metrics in result.items():
        for metric, value in metrics.items():
            print(f"{name}: {metric} {value:.4g}")


if __name__ == "__main__":
    main()
