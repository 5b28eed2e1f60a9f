//! The header of a `.npy` array: magic, version, and a Python dictionary as text.

use std::io::Read;

use super::NpyHeader;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::samples::{ByteOrder, Dtype};

pub(super) const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// NumPy itself writes headers of 128 bytes and refuses to read more than 10,000.
const HEADER_BYTES_MAX: usize = 10_000;

/// NumPy allows 64 axes.
const N_AXES_MAX: usize = 64;

/// Reads and checks a header; `n_bytes` is the size of the whole array file.
pub(super) fn read(from: &mut dyn Read, n_bytes: u64, limits: &Limits) -> Result<NpyHeader> {
    let mut start = [0_u8; 8];
    read_exact(from, &mut start)?;
    if &start[..6] != MAGIC {
        return Err(Error::format("the array does not begin as .npy does; save it with numpy.save or numpy.savez"));
    }
    let (n_text, n_length) = match start[6] {
        1 => {
            let mut length = [0; 2];
            read_exact(from, &mut length)?;
            (usize::from(u16::from_le_bytes(length)), 2)
        }
        2 | 3 => {
            let mut length = [0; 4];
            read_exact(from, &mut length)?;
            (u32::from_le_bytes(length) as usize, 4)
        }
        version => return Err(Error::unsupported(format!(".npy version {version} is unknown; expected 1, 2 or 3"))),
    };
    if n_text > HEADER_BYTES_MAX {
        return Err(Error::limit(format!("the .npy header has {n_text} bytes; allowed are {HEADER_BYTES_MAX}")));
    }
    let mut text = vec![0; n_text];
    read_exact(from, &mut text)?;
    let header = parse(&text)?;
    check_sizes(&header, n_bytes, (start.len() + n_length + n_text) as u64, limits)?;
    Ok(header)
}

fn read_exact(from: &mut dyn Read, bytes: &mut [u8]) -> Result<()> {
    from.read_exact(bytes).map_err(|error| Error::from_reading("the .npy header", error))
}

/// Declared shape and type must account for every byte of the array file.
fn check_sizes(header: &NpyHeader, n_bytes: u64, n_bytes_header: u64, limits: &Limits) -> Result<()> {
    let shape: Vec<u64> = header.shape.iter().map(|n| *n as u64).collect();
    let n_samples = limits.n_samples(&shape, header.dtype.memory_bytes())?;
    let n_expected = (n_samples * header.dtype.stored_bytes()).checked_add(n_bytes_header);
    if n_expected != Some(n_bytes) {
        return Err(Error::format(format!(
            "shape {:?} of {:?} and its header need {} bytes, but the array has {n_bytes}; \
             the file is truncated or damaged, fetch or save it again",
            header.shape,
            header.dtype,
            n_samples * header.dtype.stored_bytes() + n_bytes_header,
        )));
    }
    Ok(())
}

fn parse(text: &[u8]) -> Result<NpyHeader> {
    let text = std::str::from_utf8(text).map_err(|_| Error::format("the .npy header is not text"))?;
    let mut cursor = Cursor { rest: text };
    let (mut descr, mut fortran, mut shape) = (None, None, None);
    cursor.expect('{')?;
    while !cursor.accept('}') {
        let key = cursor.string()?;
        cursor.expect(':')?;
        match key {
            "descr" => descr = Some(dtype(&mut cursor)?),
            "fortran_order" => fortran = Some(cursor.truth()?),
            "shape" => shape = Some(cursor.tuple()?),
            other => return Err(Error::format(format!("the .npy header has an unknown key {other:?}"))),
        }
        if !cursor.accept(',') {
            cursor.expect('}')?;
            break;
        }
    }
    let (Some((dtype, order)), Some(fortran), Some(shape)) = (descr, fortran, shape) else {
        return Err(Error::format("the .npy header lacks one of descr, fortran_order and shape"));
    };
    Ok(NpyHeader { dtype, shape, fortran, order })
}

/// A NumPy type such as `<f4`: byte order, kind, bytes.
fn dtype(cursor: &mut Cursor<'_>) -> Result<(Dtype, ByteOrder)> {
    if cursor.accept('[') {
        return Err(Error::unsupported("the array has several fields in each sample; save each field as an array"));
    }
    let descr = cursor.string()?;
    let (order, kind) = match descr.chars().next() {
        Some('<' | '|' | '=') => (ByteOrder::LowFirst, &descr[1..]),
        Some('>') => (ByteOrder::HighFirst, &descr[1..]),
        _ => (ByteOrder::LowFirst, descr),
    };
    let dtype = match kind {
        "b1" | "?" => Dtype::Bool,
        "u1" => Dtype::U8,
        "i1" => Dtype::I8,
        "u2" => Dtype::U16,
        "i2" => Dtype::I16,
        "u4" => Dtype::U32,
        "i4" => Dtype::I32,
        "u8" => Dtype::U64,
        "i8" => Dtype::I64,
        "f2" => Dtype::F16,
        "f4" => Dtype::F32,
        "f8" => Dtype::F64,
        _ => {
            return Err(Error::unsupported(format!(
                "arrays of NumPy type {descr:?} are not read; save it as a number type, such as float32 or uint8"
            )));
        }
    };
    Ok((dtype, order))
}

/// What is left of a header's text.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn accept(&mut self, wanted: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char) -> Result<()> {
        if self.accept(wanted) { Ok(()) } else { Err(self.wrong(&format!("{wanted:?}"))) }
    }

    fn wrong(&self, expected: &str) -> Error {
        let found: String = self.rest.chars().take(20).collect();
        Error::format(format!("the .npy header is malformed; expected {expected}, found {found:?}"))
    }

    fn string(&mut self) -> Result<&'a str> {
        let quote = ['\'', '"'].into_iter().find(|quote| self.accept(*quote)).ok_or_else(|| self.wrong("a string"))?;
        let (string, rest) = self.rest.split_once(quote).ok_or_else(|| self.wrong("the end of a string"))?;
        self.rest = rest;
        Ok(string)
    }

    fn truth(&mut self) -> Result<bool> {
        self.rest = self.rest.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        Err(self.wrong("True or False"))
    }

    fn tuple(&mut self) -> Result<Vec<usize>> {
        self.expect('(')?;
        let mut lengths = Vec::new();
        while !self.accept(')') {
            if lengths.len() == N_AXES_MAX {
                return Err(Error::limit(format!("the array has more than {N_AXES_MAX} axes")));
            }
            lengths.push(self.length()?);
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(lengths)
    }

    fn length(&mut self) -> Result<usize> {
        self.rest = self.rest.trim_start();
        let n_digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(n_digits);
        let length = digits.parse().map_err(|_| self.wrong("the length of an axis"))?;
        // Python 2 wrote long integers as `28L`.
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Dtype, &[usize], bool)>) {
        let found = parse(text.as_bytes()).ok().map(|header| (header.dtype, header.shape, header.fortran));
        assert_eq!(found, expected.map(|(dtype, shape, fortran)| (dtype, shape.to_vec(), fortran)), "{text}");
    }

    #[test]
    fn headers_are_read_as_numpy_writes_them() {
        check("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  \n", Some((Dtype::F32, &[3, 4], false)));
        check("{'descr': '|u1', 'fortran_order': True, 'shape': (5,), }", Some((Dtype::U8, &[5], true)));
        check("{\"shape\": (), \"descr\": \">i8\", \"fortran_order\": False}", Some((Dtype::I64, &[], false)));
        check("{'descr': '<i2', 'fortran_order': False, 'shape': (28L, 28L)}", Some((Dtype::I16, &[28, 28], false)));
    }

    #[test]
    fn malformed_headers_are_refused() {
        check("", None);
        check("{'descr': '<f4', 'fortran_order': False}", None);
        check("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }", None);
        check("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }", None);
        check("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", None);
        check("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", None);
        check("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", None);
        check("{'descr': '<f4', 'evil': 1, 'shape': (1,), }", None);
        check("{'descr': 'é4', 'fortran_order': False, 'shape': (1,), }", None);
    }
}
