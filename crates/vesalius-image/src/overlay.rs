//! A heat map laid over the picture that it explains.

use crate::colormap::Colormap;
use crate::error::{Error, Result};

/// A picture to be shown: planes of samples and which values are black and white.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    planes: &'a [f32],
    n_channels: usize,
    size: [usize; 2],
    window: (f32, f32),
}

impl<'a> Picture<'a> {
    /// A picture of `size` `[y, x]` with one plane (gray) or three (red, green, blue), one after the other.
    ///
    /// `window` is the value shown black and the one shown white; where both are equal, what is above is white.
    pub fn new(planes: &'a [f32], size: [usize; 2], window: (f32, f32)) -> Result<Self> {
        let n_pixels = size[0].checked_mul(size[1]).filter(|n| *n > 0);
        let n_channels = n_pixels.map_or(0, |n| if planes.len().is_multiple_of(n) { planes.len() / n } else { 0 });
        if !matches!(n_channels, 1 | 3) {
            return Err(Error::parameter(format!(
                "{} samples are no picture of {} by {} pixels; expected one plane or three",
                planes.len(),
                size[1],
                size[0]
            )));
        }
        Ok(Self { planes, n_channels, size, window })
    }

    /// Red, green and blue bytes of each pixel in turn, row by row.
    pub fn to_rgb(&self) -> Vec<u8> {
        let n_pixels = self.size[0] * self.size[1];
        let channel = |idx: usize, channel: usize| self.planes[channel * n_pixels + idx];
        let pixel = |idx: usize| match self.n_channels {
            1 => [self.byte(channel(idx, 0)); 3],
            _ => [0, 1, 2].map(|c| self.byte(channel(idx, c))),
        };
        (0..n_pixels).flat_map(pixel).collect()
    }

    fn byte(&self, value: f32) -> u8 {
        let (black, white) = self.window;
        // The cast turns NaN, such as from an empty window, into 0.
        ((value - black) / (white - black) * 255.0).round() as u8
    }
}

/// Lays heat over a picture; the answer is red, green and blue bytes of each pixel in turn, row by row.
///
/// `heat` has one value for each pixel; below 0 and NaN count as 0, above 1 as 1. The share of the heat's color is
/// `opacity` times the heat, so that the picture stays visible where nothing was found.
pub fn overlay(picture: &Picture<'_>, heat: &[f32], opacity: f32) -> Result<Vec<u8>> {
    let n_pixels = picture.size[0] * picture.size[1];
    if heat.len() != n_pixels {
        return Err(Error::parameter(format!(
            "a heat map of {} values does not cover a picture of {n_pixels} pixels; resize it first",
            heat.len()
        )));
    }
    if !(0.0..=1.0).contains(&opacity) {
        return Err(Error::parameter(format!("opacity is {opacity}; expected 0 to 1")));
    }
    let colormap = Colormap::heat();
    let mut rgb = picture.to_rgb();
    let (pixels, _) = rgb.as_chunks_mut::<3>();
    for (pixel, heat) in pixels.iter_mut().zip(heat) {
        let heat = if heat.is_nan() { 0.0 } else { heat.clamp(0.0, 1.0) };
        let share = opacity * heat;
        for (below, above) in pixel.iter_mut().zip(colormap.color(heat)) {
            *below = (f32::from(*below) * (1.0 - share) + f32::from(above) * share).round() as u8;
        }
    }
    Ok(rgb)
}
