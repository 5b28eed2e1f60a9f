//! Samples written as decimal text, with white space or commas between them.

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::samples::{ByteOrder, Dtype, Samples, read_samples};

/// Reads `n` numbers of a type; what follows them is left alone.
pub(super) fn read(text: &[u8], dtype: Dtype, n: u64) -> Result<Samples> {
    // A digit and a separator each, so that a header alone cannot take memory.
    if n > (text.len() as u64).div_ceil(2) {
        return Err(Error::format(format!(
            "the header announces {n} numbers, which {} characters cannot hold; the file is truncated or its \
             header damaged",
            text.len()
        )));
    }
    let n = n as usize;
    Ok(match dtype {
        Dtype::Bool | Dtype::U8 => Samples::U8(parsed(text, n)?),
        Dtype::I8 => Samples::I8(parsed(text, n)?),
        Dtype::U16 => Samples::U16(parsed(text, n)?),
        Dtype::I16 => Samples::I16(parsed(text, n)?),
        Dtype::U32 => Samples::U32(parsed(text, n)?),
        Dtype::I32 => Samples::I32(parsed(text, n)?),
        Dtype::F16 | Dtype::F32 => Samples::F32(parsed(text, n)?),
        Dtype::F64 => Samples::F64(parsed(text, n)?),
        Dtype::U64 => {
            narrowed(&parsed::<u64>(text, n)?.into_iter().flat_map(u64::to_le_bytes).collect::<Vec<_>>(), dtype)?
        }
        Dtype::I64 => {
            narrowed(&parsed::<i64>(text, n)?.into_iter().flat_map(i64::to_le_bytes).collect::<Vec<_>>(), dtype)?
        }
    })
}

fn parsed<T: FromStr>(text: &[u8], n: usize) -> Result<Vec<T>> {
    let is_separator = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
    let words = text.split(is_separator).filter(|word| !word.is_empty());
    let mut values = Vec::with_capacity(n);
    for word in words.take(n) {
        let value = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
        values.push(value.ok_or_else(|| {
            let shown = String::from_utf8_lossy(&word[..word.len().min(40)]).into_owned();
            Error::format(format!("{shown:?} is no number of the type that the header names; the file is damaged"))
        })?);
    }
    match values.len() {
        found if found == n => Ok(values),
        found => {
            Err(Error::format(format!("{found} numbers are there, and the header announces {n}; it is truncated")))
        }
    }
}

/// Wide integers become what holds them, by the same rule as in binary files.
fn narrowed(bytes: &[u8], dtype: Dtype) -> Result<Samples> {
    read_samples(&mut &bytes[..], dtype, ByteOrder::LowFirst, bytes.len() as u64 / dtype.stored_bytes())
}
