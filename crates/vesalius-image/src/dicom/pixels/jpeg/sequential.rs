//! Scans of blocks: baseline and extended (T.81, annex F).

use super::entropy::{Bits, Table};
use super::{Component, Frame, Scan, State, damaged, inverse};
use crate::error::Result;

/// Coefficients beyond this come from damaged data alone.
const COEFFICIENT_MAX: i32 = 1 << 18;

/// Where the coefficients of a block, in the order of the stream, are in its rows.
#[rustfmt::skip]
const ZIGZAG: [usize; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// What one component of a scan is decoded with.
struct Tools<'s> {
    component_idx: usize,
    dc: &'s Table,
    ac: &'s Table,
    quantization: [u16; 64],
    /// Blocks of the component in one unit of the scan, across and down.
    blocks: [usize; 2],
    /// The last DC coefficient.
    predicted: i32,
}

/// Decodes a scan into the components of the frame, and says how many bytes it took.
pub(super) fn decode(state: &State, frame: &mut Frame, scan: &Scan, bytes: &[u8]) -> Result<usize> {
    let is_single = scan.components.len() == 1;
    let tools = scan.components.iter().map(|(idx, dc, ac)| tools(state, frame, [*idx, *dc, *ac], is_single));
    let mut tools: Vec<Tools<'_>> = tools.collect::<Result<_>>()?;
    let [n_across, n_down] = match &*tools {
        // Alone, a component is coded without what would fill units.
        [only] => {
            let component = &frame.components[only.component_idx];
            [component.width.div_ceil(8), component.height.div_ceil(8)]
        }
        _ => frame.n_units(),
    };
    let mut bits = Bits::new(bytes);
    for unit_idx in 0..n_across * n_down {
        if state.restart_interval > 0 && unit_idx > 0 && unit_idx % state.restart_interval == 0 {
            bits.restart()?;
            tools.iter_mut().for_each(|tools| tools.predicted = 0);
        }
        let [x, y] = [unit_idx % n_across, unit_idx / n_across];
        for tools in &mut tools {
            let [across, down] = tools.blocks;
            for block_idx in 0..across * down {
                let coefficients = coefficients(&mut bits, tools)?;
                let place = [x * across + block_idx % across, y * down + block_idx / across];
                let samples = inverse::block(&coefficients, frame.precision);
                put(&mut frame.components[tools.component_idx], place, &samples);
            }
        }
        bits.check()?;
    }
    Ok(bits.end())
}

/// `idxs` are those of the component and of its tables for DC and AC.
fn tools<'s>(state: &'s State, frame: &Frame, idxs: [usize; 3], is_single: bool) -> Result<Tools<'s>> {
    let [component_idx, dc, ac] = idxs;
    let component = &frame.components[component_idx];
    let missing = || damaged("a table is missing");
    Ok(Tools {
        component_idx,
        dc: state.dc.get(dc).and_then(Option::as_ref).ok_or_else(missing)?,
        ac: state.ac.get(ac).and_then(Option::as_ref).ok_or_else(missing)?,
        quantization: state.quantization[component.table_idx].ok_or_else(missing)?,
        blocks: if is_single { [1, 1] } else { [component.across, component.down] },
        predicted: 0,
    })
}

/// The dequantized coefficients of the next block.
fn coefficients(bits: &mut Bits<'_>, tools: &mut Tools<'_>) -> Result<[i32; 64]> {
    let scaled = |value: i32, at: usize| {
        value.saturating_mul(i32::from(tools.quantization[at])).clamp(-COEFFICIENT_MAX, COEFFICIENT_MAX)
    };
    let mut coefficients = [0_i32; 64];
    let n_bits = u32::from(bits.symbol(tools.dc)).min(16);
    tools.predicted = tools.predicted.wrapping_add(bits.number(n_bits)).clamp(-COEFFICIENT_MAX, COEFFICIENT_MAX);
    coefficients[0] = scaled(tools.predicted, 0);
    let mut at = 1;
    while at < 64 {
        let symbol = bits.symbol(tools.ac);
        let (n_zeros, n_bits) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if n_bits == 0 {
            if n_zeros < 15 {
                break;
            }
            at += 16;
            continue;
        }
        at += n_zeros;
        let Some(place) = ZIGZAG.get(at) else { return Err(damaged("a block has more than 64 coefficients")) };
        coefficients[*place] = scaled(bits.number(n_bits), at);
        at += 1;
    }
    Ok(coefficients)
}

fn put(component: &mut Component, [x, y]: [usize; 2], samples: &[u16; 64]) {
    let rows = component.samples.chunks_exact_mut(component.stride).skip(8 * y);
    for (row, values) in rows.zip(samples.as_chunks::<8>().0) {
        row[8 * x..8 * x + 8].copy_from_slice(values);
    }
}
