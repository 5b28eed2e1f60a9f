//! Scans of differences from neighbors (T.81, annex H).

use super::entropy::{Bits, Table};
use super::{Frame, Scan, State, damaged};
use crate::error::Result;

/// Decodes a scan into the components of the frame, and says how many bytes it took.
pub(super) fn decode(state: &State, frame: &mut Frame, scan: &Scan, bytes: &[u8]) -> Result<usize> {
    let [width, height] = frame.n_units();
    if !(1..=7).contains(&scan.selection) || scan.point_transform >= frame.precision {
        return Err(damaged("a scan header is impossible"));
    }
    if state.restart_interval % width != 0 {
        return Err(super::unread("lossless restarting inside of rows"));
    }
    let missing = || damaged("a table is missing");
    let table = |idx: usize| state.dc.get(idx).and_then(Option::as_ref).ok_or_else(missing);
    let tables: Vec<(usize, &Table)> =
        scan.components.iter().map(|(idx, dc, _)| Ok((*idx, table(*dc)?))).collect::<Result<_>>()?;
    let n_rows_between = state.restart_interval / width;
    let middle = 1_u16 << (frame.precision - scan.point_transform - 1);
    let mut bits = Bits::new(bytes);
    let mut lines = vec![(vec![0_u16; width], vec![0_u16; width]); tables.len()];
    for y in 0..height {
        let is_restart = y > 0 && n_rows_between > 0 && y % n_rows_between == 0;
        if is_restart {
            bits.restart()?;
        }
        let is_first = y == 0 || is_restart;
        for x in 0..width {
            for ((above, line), (_, table)) in lines.iter_mut().zip(&tables) {
                let predicted = match (is_first, x) {
                    (true, 0) => middle,
                    (true, _) => line[x - 1],
                    (false, 0) => above[0],
                    _ => predict(scan.selection, line[x - 1], above[x], above[x - 1]),
                };
                line[x] = predicted.wrapping_add(difference(&mut bits, table));
            }
        }
        bits.check()?;
        for ((above, line), (idx, _)) in lines.iter_mut().zip(&tables) {
            let row = frame.components[*idx].samples.chunks_exact_mut(width).nth(y).unwrap_or_default();
            row.iter_mut().zip(&*line).for_each(|(sample, value)| *sample = value << scan.point_transform);
            std::mem::swap(above, line);
        }
    }
    Ok(bits.end())
}

/// The next difference, modulo 2¹⁶.
fn difference(bits: &mut Bits<'_>, table: &Table) -> u16 {
    match u32::from(bits.symbol(table)) {
        16 => 1 << 15,
        n_bits => bits.number(n_bits.min(15)) as u16,
    }
}

/// The prediction from the neighbors to the left, above, and above to the left (T.81, table H.1).
fn predict(selection: u8, left: u16, above: u16, corner: u16) -> u16 {
    let [a, b, c] = [left, above, corner].map(i32::from);
    let value = match selection {
        1 => a,
        2 => b,
        3 => c,
        4 => a + b - c,
        5 => a + ((b - c) >> 1),
        6 => b + ((a - c) >> 1),
        _ => (a + b) >> 1,
    };
    value as u16
}
