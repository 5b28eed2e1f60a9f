//! Names of numbered data files, as headers write them: a pattern such as `slice%03d.raw` and a range.

use crate::error::{Error, Result};

/// More files than any series of slices has.
const FILES_MAX: u64 = 1 << 16;

/// The widest number in a name.
const WIDTH_MAX: usize = 32;

/// The names that a pattern with one `%d` gives for `first`, `first + step` … up to `last`.
pub(crate) fn numbered(pattern: &str, [first, last, step]: [i64; 3]) -> Result<Vec<String>> {
    let (front, width, fill, back) = parts(pattern).ok_or_else(|| {
        Error::unsupported(format!(
            "the data files are named {pattern:?}; expected one number such as %d or %03d in the name; \
             list the files instead"
        ))
    })?;
    let n_steps = last.checked_sub(first).and_then(|length| length.checked_div(step)).filter(|n| *n >= 0);
    let n_files = n_steps.and_then(|n| u64::try_from(n).ok()).map(|n| n.saturating_add(1));
    let n_files = n_files.filter(|n| *n <= FILES_MAX).ok_or_else(|| {
        Error::format(format!(
            "the data files are numbered from {first} to {last} by {step}; expected at most {FILES_MAX} in that \
             direction; correct the header"
        ))
    })?;
    let name = |idx: u64| {
        let number = first + step * idx as i64;
        match fill {
            '0' => format!("{front}{number:0width$}{back}"),
            _ => format!("{front}{number:width$}{back}"),
        }
    };
    Ok((0..n_files).map(name).collect())
}

/// What stands before the number, its width and filling, and what stands behind.
fn parts(pattern: &str) -> Option<(&str, usize, char, &str)> {
    let (front, rest) = pattern.split_once('%')?;
    let (digits, back) = rest.split_once(['d', 'i', 'u'])?;
    if back.contains('%') || !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let width = if digits.is_empty() { 0 } else { digits.parse().ok().filter(|n| *n <= WIDTH_MAX)? };
    let fill = if digits.starts_with('0') { '0' } else { ' ' };
    Some((front, width, fill, back))
}
