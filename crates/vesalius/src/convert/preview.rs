//! A picture of a volume: three planes through its middle, side by side, as a radiologist hangs them.
//!
//! The patient's right is on the left of the picture, the front above or on the left, the head above.
//! Pixels are square: each plane is as wide and as high as it is in the patient.

mod letters;

use vesalius_image::orient::{AxisCode, orient};
use vesalius_image::overlay::Picture;
use vesalius_image::raster::encode_png_rgb;
use vesalius_image::resize::resize;
use vesalius_image::{Dtype, Geometry, Volume};

use crate::error::Result;
use letters::{Canvas, draw};

/// Longest side of a plane in pixels.
const SIDE_MAX_PX: f64 = 512.0;
/// A plane is enlarged until its longest side has this many pixels.
const SIDE_MIN_PX: f64 = 256.0;
/// Between planes.
const GAP_PX: usize = 8;
/// Share of samples below black, and above white, where nobody names a window.
const CLIPPED_SHARE: f64 = 0.005;

/// One plane: pixels `[channel, y, x]`, their size, and what lies left, right, above and below.
struct Plane {
    pixels: Vec<f32>,
    size: [usize; 2],
    spacing_mm: [f64; 2],
    marks: Option<[char; 4]>,
}

/// The planes of a volume as PNG; one plane for a volume of one slice.
///
/// `spacing_mm` is used where the volume has no geometry; marks are then left out, since nobody knows the sides.
/// `window` is the value shown black and the one shown white; left out, all but the outermost samples are seen.
pub(super) fn preview(volume: &Volume, spacing_mm: [f64; 3], window: Option<[f64; 2]>) -> Result<Vec<u8>> {
    let planes = planes(volume, spacing_mm)?;
    let window = window.unwrap_or_else(|| usual_window(volume, &planes));
    let extent =
        |plane: &Plane| (0..2).map(|axis| plane.size[axis] as f64 * plane.spacing_mm[axis]).fold(0.0, f64::max);
    let longest_mm = planes.iter().map(extent).fold(0.0, f64::max);
    let finest_mm = planes.iter().flat_map(|plane| plane.spacing_mm).fold(f64::INFINITY, f64::min);
    let pixel_mm = finest_mm.clamp(longest_mm / SIDE_MAX_PX, longest_mm / SIDE_MIN_PX);
    let drawn = planes.iter().map(|plane| plane.draw(pixel_mm, window)).collect::<Result<Vec<Canvas>>>()?;
    let canvas = side_by_side(&drawn);
    Ok(encode_png_rgb(&canvas.rgb, canvas.width, canvas.height)?)
}

fn planes(volume: &Volume, spacing_mm: [f64; 3]) -> Result<Vec<Plane>> {
    let is_flat = volume.shape()[1] == 1;
    let Some(geometry) = volume.geometry() else {
        let cut = |axes: [usize; 2]| plane(volume, axes, false, spacing_mm);
        return Ok(if is_flat { vec![cut([0, 1])] } else { vec![cut([0, 1]), cut([0, 2]), cut([1, 2])] });
    };
    if is_flat {
        let mut plane = plane(volume, [0, 1], false, geometry.spacing_mm());
        let [[left, right], [above, below]] = [0, 1].map(|axis| sides(geometry, axis));
        plane.marks = Some([left, right, above, below]);
        return Ok(vec![plane]);
    }
    let upright = orient(volume, "LPS".parse::<AxisCode>()?)?;
    let spacing_mm = upright.geometry().map_or(spacing_mm, Geometry::spacing_mm);
    let cut = |axes, is_flipped, marks| Plane { marks: Some(marks), ..plane(&upright, axes, is_flipped, spacing_mm) };
    Ok(vec![
        cut([0, 1], false, ['R', 'L', 'A', 'P']),
        cut([0, 2], true, ['R', 'L', 'S', 'I']),
        cut([1, 2], true, ['A', 'P', 'S', 'I']),
    ])
}

/// The plane of two axes (0 is x) through the middle of the third; flipped, the last row is above.
fn plane(volume: &Volume, [across, down]: [usize; 2], is_flipped: bool, spacing_mm: [f64; 3]) -> Plane {
    let [n_channels, z, y, x] = volume.shape();
    let (n, stride) = ([x, y, z], [1, x, x * y]);
    let third = 3 - across - down;
    let n_channels = if n_channels == 3 { 3 } else { 1 };
    let mut pixels = Vec::with_capacity(n_channels * n[across] * n[down]);
    for channel in 0..n_channels {
        let middle = channel * x * y * z + n[third] / 2 * stride[third];
        for row in 0..n[down] {
            let row = if is_flipped { n[down] - 1 - row } else { row };
            let at = |column: usize| middle + row * stride[down] + column * stride[across];
            pixels.extend((0..n[across]).map(|column| volume.samples().get(at(column)) as f32));
        }
    }
    let (size, spacing_mm) = ([n[down], n[across]], [spacing_mm[down], spacing_mm[across]]);
    Plane { pixels, size, spacing_mm, marks: None }
}

/// Where an image axis comes from and goes to: the letters of the world axis that it is nearest to.
fn sides(geometry: &Geometry, axis: usize) -> [char; 2] {
    let column = geometry.direction().map(|row| row[axis]);
    let nearest = (0..3).fold(0, |best, row| if column[row].abs() > column[best].abs() { row } else { best });
    let [low, high] = [['R', 'L'], ['A', 'P'], ['I', 'S']][nearest];
    if column[nearest] >= 0.0 { [low, high] } else { [high, low] }
}

impl Plane {
    fn draw(&self, pixel_mm: f64, [black, white]: [f64; 2]) -> Result<Canvas> {
        let size =
            [0, 1].map(|axis| ((self.size[axis] as f64 * self.spacing_mm[axis] / pixel_mm).round() as usize).max(1));
        let n_channels = self.pixels.len() / (self.size[0] * self.size[1]);
        let finite: Vec<f32> = self.pixels.iter().map(|v| if v.is_nan() { black as f32 } else { *v }).collect();
        let scaled = resize(&finite, [n_channels, 1, self.size[0], self.size[1]], [1, size[0], size[1]]);
        let rgb = Picture::new(&scaled, size, (black as f32, white as f32))?.to_rgb();
        let mut canvas = Canvas { rgb, width: size[1], height: size[0] };
        if let Some([left, right, above, below]) = self.marks {
            let (w, h) = (canvas.width, canvas.height);
            for (letter, center) in [(left, [h / 2, 12]), (right, [h / 2, w.saturating_sub(12)])] {
                draw(&mut canvas, letter, center);
            }
            for (letter, center) in [(above, [12, w / 2]), (below, [h.saturating_sub(12), w / 2])] {
                draw(&mut canvas, letter, center);
            }
        }
        Ok(canvas)
    }
}

fn side_by_side(drawn: &[Canvas]) -> Canvas {
    let width = drawn.iter().map(|canvas| canvas.width).sum::<usize>() + GAP_PX * (drawn.len() - 1);
    let height = drawn.iter().map(|canvas| canvas.height).max().unwrap_or(0);
    let mut whole = Canvas { rgb: vec![0; width * height * 3], width, height };
    let mut left = 0;
    for canvas in drawn {
        let top = (height - canvas.height) / 2;
        for (row, pixels) in canvas.rgb.chunks_exact(canvas.width * 3).enumerate() {
            let at = ((top + row) * width + left) * 3;
            whole.rgb[at..at + pixels.len()].copy_from_slice(pixels);
        }
        left += canvas.width + GAP_PX;
    }
    whole
}

/// From nearly the smallest to nearly the largest finite sample of the planes; bytes of color as they are.
fn usual_window(volume: &Volume, planes: &[Plane]) -> [f64; 2] {
    if volume.shape()[0] == 3 && volume.samples().dtype() == Dtype::U8 {
        return [0.0, 255.0];
    }
    let all = planes.iter().flat_map(|plane| &plane.pixels);
    let mut finite: Vec<f32> = all.copied().filter(|value| value.is_finite()).collect();
    if finite.is_empty() {
        return [0.0, 1.0];
    }
    finite.sort_by(f32::total_cmp);
    let n_clipped = ((finite.len() - 1) as f64 * CLIPPED_SHARE) as usize;
    let (first, last) = (finite[0], finite[finite.len() - 1]);
    let (low, high) = (finite[n_clipped], finite[finite.len() - 1 - n_clipped]);
    // Where nearly all samples are equal, as in a small mask, the ends are the only contrast there is.
    let (low, high) = if low < high { (low, high) } else { (first, last) };
    [f64::from(low), f64::from(high)]
}
