//! What `ImageJ` writes into the description of a TIFF file: how pages are axes, and how far apart slices are.

use crate::error::{Error, Result};
use crate::length::unit_mm;

/// Axes and distances of an `ImageJ` stack.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ImageJ {
    /// Channels, or frames, that are pages of their own.
    pub(super) n_channels: usize,
    pub(super) n_slices: usize,
    /// Whether the channels are frames, which run slower than slices.
    is_frames: bool,
    /// Millimeters of the unit in which resolution and spacing are given, if it is one of length.
    pub(super) unit_mm: Option<f64>,
    /// Distance of slices in that unit.
    pub(super) spacing: Option<f64>,
}

impl ImageJ {
    /// Reads a description; `None` where `ImageJ`, or whoever writes as it does, did not write it.
    pub(super) fn parse(description: &str, n_pages: usize) -> Result<Option<Self>> {
        if !description.starts_with("ImageJ=") {
            return Ok(None);
        }
        let value = |name: &str| {
            let line = description.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.map(str::trim)
        };
        let count = |name: &str| value(name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(1).max(1);
        let n_images = count("images");
        if n_images > 1 && n_images != n_pages {
            return Err(Error::unsupported(format!(
                "ImageJ wrote {n_images} images behind {n_pages} directories, which is not read; save the stack below 4 GB"
            )));
        }
        let (n_colors, n_slices, n_frames) = (count("channels"), count("slices"), count("frames"));
        if n_colors > 1 && n_frames > 1 {
            return Err(Error::unsupported(format!(
                "the ImageJ stack has {n_colors} channels and {n_frames} frames; expected one of both; split it first"
            )));
        }
        // The channel runs fastest, then the slice, then the frame.
        let n_expected = n_colors.checked_mul(n_slices).and_then(|n| n.checked_mul(n_frames));
        let (n_channels, n_slices) =
            if n_expected == Some(n_pages) { (n_colors.max(n_frames), n_slices) } else { (1, n_pages) };
        Ok(Some(Self {
            n_channels,
            n_slices,
            is_frames: n_frames > 1,
            unit_mm: value("unit").and_then(unit_mm),
            spacing: value("spacing").and_then(|value| value.parse().ok()).filter(|v: &f64| v.is_finite() && *v > 0.0),
        }))
    }

    /// The page of each channel and slice, channel by channel.
    pub(super) fn pages(&self) -> Vec<usize> {
        let page = |channel: usize, slice: usize| {
            if self.is_frames { channel * self.n_slices + slice } else { slice * self.n_channels + channel }
        };
        (0..self.n_channels).flat_map(|channel| (0..self.n_slices).map(move |slice| page(channel, slice))).collect()
    }
}
