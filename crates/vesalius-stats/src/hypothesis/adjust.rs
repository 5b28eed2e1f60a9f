//! Many p values at once: adjusted so that each can be compared with the level itself.
//!
//! **Holm.** The k-th smallest of m p values is multiplied by m − k + 1, and no adjusted value is less than one before it;
//! the chance of any false rejection stays within the level, whatever the p values have in common (Holm 1979,
//! jstor:4615733). **Benjamini and Hochberg.** The k-th smallest is multiplied by m / k, and none is greater than one behind
//! it; the expected share of false ones among the rejections stays within the level for independent p values (Benjamini
//! and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x). **Ties** get the same value. **Nothing** stays nothing.
//! **NaN and what is no probability** are errors. **Cost** O(m log m).

use crate::error::{Error, Result};

pub(super) const HOLM: &str = "Holm's adjustment: no false rejection at all, but for the level";
pub(super) const BENJAMINI_HOCHBERG: &str =
    "adjustment of Benjamini and Hochberg: few false rejections among all, but for the level";

/// Holm's adjusted p values, in the order of `p`.
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    let order = ascending(p)?;
    let (mut adjusted, mut greatest) = (vec![0.0; p.len()], 0.0_f64);
    for (place, idx) in order.into_iter().enumerate() {
        greatest = greatest.max(p[idx] * (p.len() - place) as f64).min(1.0);
        adjusted[idx] = greatest;
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg's adjusted p values, in the order of `p`.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>> {
    let order = ascending(p)?;
    let (mut adjusted, mut least) = (vec![0.0; p.len()], 1.0_f64);
    for (place, idx) in order.into_iter().enumerate().rev() {
        least = least.min(p[idx] * p.len() as f64 / (place + 1) as f64);
        adjusted[idx] = least;
    }
    Ok(adjusted)
}

fn ascending(p: &[f64]) -> Result<Vec<usize>> {
    if let Some(at) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let message =
            format!("p value {at} (counted from 0) is {}; expected 0 to 1; leave out what is undefined", p[at]);
        return Err(Error::value(message));
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    Ok(order)
}
