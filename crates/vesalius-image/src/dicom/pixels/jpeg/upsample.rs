//! Components of fewer samples, enlarged to the size of the image.
//!
//! Halved ones are enlarged by a triangle filter with the rounding of the reference library, others by repetition.

use super::{Component, Frame};

/// Components narrower than this are repeated, as the reference library does.
const WIDTH_FILTERED_MIN: usize = 3;

/// Appends a component at full size.
pub(super) fn append(component: &Component, frame: &Frame, out: &mut Vec<u16>) {
    let (across, down) = (frame.across_max / component.across, frame.down_max / component.down);
    let is_whole = frame.across_max % component.across == 0 && frame.down_max % component.down == 0;
    let is_filtered = is_whole && component.width >= WIDTH_FILTERED_MIN;
    let row = |y: usize| &component.samples[y * component.stride..][..component.width];
    match (across, down) {
        (1, 1) if is_whole => (0..frame.height).for_each(|y| out.extend_from_slice(row(y))),
        (2, 1) if is_filtered => (0..frame.height).for_each(|y| append_row(row(y), frame.width, out)),
        (2, 2) if is_filtered => {
            for y in 0..frame.height {
                let near = y / 2;
                let far = if y % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(component.height - 1) };
                append_between(row(near), row(far), frame.width, out);
            }
        }
        _ => {
            let place = |at: usize, factor: usize, factor_max: usize| at * factor / factor_max;
            for y in 0..frame.height {
                let row = row(place(y, component.down, frame.down_max));
                out.extend((0..frame.width).map(|x| row[place(x, component.across, frame.across_max)]));
            }
        }
    }
}

/// Twice as many samples: three parts of the nearer neighbor, one of the farther.
fn append_row(row: &[u16], width: usize, out: &mut Vec<u16>) {
    let at = |x: usize| u32::from(row[x]);
    out.extend((0..width).map(|x| {
        let near = x / 2;
        let value = match x % 2 {
            0 if near == 0 => at(0),
            0 => (3 * at(near) + at(near - 1) + 1) >> 2,
            _ if near + 1 == row.len() => at(near),
            _ => (3 * at(near) + at(near + 1) + 2) >> 2,
        };
        value as u16
    }));
}

/// Twice as many samples of a row between two, of which the first is nearer.
fn append_between(near_row: &[u16], far_row: &[u16], width: usize, out: &mut Vec<u16>) {
    let at = |x: usize| 3 * u32::from(near_row[x]) + u32::from(far_row[x]);
    out.extend((0..width).map(|x| {
        let near = x / 2;
        let value = match x % 2 {
            0 if near == 0 => (4 * at(0) + 8) >> 4,
            0 => (3 * at(near) + at(near - 1) + 8) >> 4,
            _ if near + 1 == near_row.len() => (4 * at(near) + 7) >> 4,
            _ => (3 * at(near) + at(near + 1) + 7) >> 4,
        };
        value as u16
    }));
}
