//! PGM and PPM, plain and binary: samples as they are stored, whatever the largest value is declared to be.
//!
//! The crate `image` would stretch them to the whole range of 8 or 16 bits, which changes what was measured.

use crate::channels::to_planes;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::payload::{Packing, Payload, Start};
use crate::samples::{ByteOrder, Dtype};
use crate::volume::Volume;

/// Reads a picture that begins with `P2`, `P3`, `P5` or `P6`.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Volume> {
    let (is_color, packing) = match bytes.get(1) {
        Some(b'2') => (false, Packing::Text),
        Some(b'3') => (true, Packing::Text),
        Some(b'5') => (false, Packing::Raw),
        _ => (true, Packing::Raw),
    };
    let mut at = 2;
    let (width, height) = (number(bytes, &mut at)?, number(bytes, &mut at)?);
    let largest = number(bytes, &mut at)?;
    let dtype = match largest {
        1..=0xff => Dtype::U8,
        0x100..=0xffff => Dtype::U16,
        _ => return Err(Error::format(format!("the PNM picture goes up to {largest}; expected 1 to 65535"))),
    };
    let n_channels = if is_color { 3 } else { 1 };
    let n_samples = limits.n_samples(&[height, width, n_channels], dtype.stored_bytes())?;
    let start = Start::Behind { n_lines: 0, n_bytes: 0 };
    let payload = Payload { packing, dtype, order: ByteOrder::HighFirst, start, n_samples };
    // One white space stands between header and samples.
    let samples = payload.of_bytes(bytes.get(at + 1..).unwrap_or_default(), limits)?;
    let n_channels = n_channels as usize;
    Volume::new(to_planes(samples, 1, n_channels), [n_channels, 1, height as usize, width as usize], None)
        .map_err(|_| Error::format(format!("the PNM picture has no pixels ({width} by {height})")))
}

/// Refuses a PAM whose samples would be stretched to the whole range; it has a header of its own.
pub(super) fn check_pam(bytes: &[u8]) -> Result<()> {
    let header = bytes.split(|byte| *byte == b'\n').take_while(|line| *line != b"ENDHDR");
    let largest = header.filter_map(|line| line.strip_prefix(b"MAXVAL")).last();
    match largest.map(<[u8]>::trim_ascii) {
        None | Some(b"1" | b"255" | b"65535") => Ok(()),
        Some(other) => Err(Error::unsupported(format!(
            "the PAM picture goes up to {}, and 1, 255 and 65535 are read; save it as PGM or PPM",
            String::from_utf8_lossy(&other[..other.len().min(20)])
        ))),
    }
}

/// The next whole number of the header, with comments passed over; `at` stops behind its last digit.
fn number(bytes: &[u8], at: &mut usize) -> Result<u64> {
    while let Some(byte) = bytes.get(*at) {
        match byte {
            b'#' => *at += bytes[*at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - *at),
            byte if byte.is_ascii_whitespace() => *at += 1,
            _ => break,
        }
    }
    let digits = bytes.get(*at..).unwrap_or_default();
    let n_digits = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    *at += n_digits;
    let text = std::str::from_utf8(&digits[..n_digits]).ok();
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        Error::format("the PNM header ends early or holds something other than whole numbers; fetch or save it again")
    })
}
