//! The skeleton of a TIFF file: byte order, classic or `BigTIFF`, and directories of tagged values (TIFF 6.0, 1992).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use super::store::Store;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::samples::ByteOrder;

/// The first four bytes of every TIFF file, in both byte orders, classic and `BigTIFF`.
pub(super) const MAGICS: [[u8; 4]; 4] = [*b"II\x2a\0", *b"MM\0\x2a", *b"II\x2b\0", *b"MM\0\x2b"];

/// The longest text that is read of a tag.
const TEXT_BYTES_MAX: u64 = 16 << 20;

/// Bytes of values that images may share beyond the size of the file, such as tables of JPEG.
const SHARED_BYTES_MAX: u64 = 1 << 20;

/// A TIFF file and how its numbers are written.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) store: Store<'a>,
    pub(super) order: ByteOrder,
    pub(super) limits: Limits,
    is_big: bool,
    first: u64,
    /// Bytes of values that were read.
    n_value_bytes: AtomicU64,
}

/// Values by tag, and where the next directory is.
#[derive(Debug)]
pub(super) struct Directory {
    entries: BTreeMap<u16, Entry>,
    next: u64,
    n_bytes: u64,
}

/// Where the values of a tag are.
#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: u16,
    count: u64,
    /// Where in the file they begin, be it in the directory itself.
    offset: u64,
}

impl<'a> File<'a> {
    pub(super) fn new(store: Store<'a>, limits: &Limits) -> Result<Self> {
        let head = store.read(0, store.n_bytes().min(16))?.into_owned();
        let magic = MAGICS.iter().position(|magic| head.starts_with(magic));
        let magic = magic.ok_or_else(|| Error::format("this does not begin as TIFF does; check what the file is"))?;
        let order = if magic % 2 == 0 { ByteOrder::LowFirst } else { ByteOrder::HighFirst };
        let is_big = magic >= 2;
        let first = match is_big {
            false => head.get(4..8).map(|bytes| number(bytes, order)),
            true if head.get(4..6).is_some_and(|bytes| number(bytes, order) == 8) => {
                head.get(8..16).map(|bytes| number(bytes, order))
            }
            true => None,
        };
        let first =
            first.ok_or_else(|| Error::format("the TIFF header is cut short or damaged; fetch or save it again"))?;
        Ok(Self { store, order, limits: limits.clone(), is_big, first, n_value_bytes: AtomicU64::new(0) })
    }

    /// The main chain of directories.
    pub(super) fn directories(&self) -> Result<Vec<Directory>> {
        let mut directories = Vec::new();
        let mut seen = BTreeSet::new();
        let mut n_bytes = 0_u64;
        let mut offset = self.first;
        while offset != 0 {
            let directory = self.directory(offset)?;
            n_bytes += directory.n_bytes;
            // Directories that share their bytes could be chained without end.
            if !seen.insert(offset) || n_bytes > self.store.n_bytes() {
                return Err(Error::format("the directories of the TIFF file run in a circle; the file is damaged"));
            }
            offset = directory.next;
            directories.push(directory);
        }
        if directories.is_empty() {
            Err(Error::format("the TIFF file has no image; it is truncated or damaged"))
        } else {
            Ok(directories)
        }
    }

    /// The directory at an offset.
    pub(super) fn directory(&self, offset: u64) -> Result<Directory> {
        let (n_count, n_entry, n_next) = if self.is_big { (8, 20, 8) } else { (2, 12, 4) };
        let n_entries = number(&self.store.read(offset, n_count)?, self.order);
        if n_entries > u64::from(u16::MAX) {
            return Err(Error::format(format!("a TIFF directory has {n_entries} entries; the file is damaged")));
        }
        let at = offset + n_count;
        let bytes = self.store.read(at, n_entries * n_entry)?;
        let mut entries = BTreeMap::new();
        for (idx, entry) in bytes.chunks_exact(n_entry as usize).enumerate() {
            let (count, value) = entry[4..].split_at(if self.is_big { 8 } else { 4 });
            let (kind, count) = (number(&entry[2..4], self.order) as u16, number(count, self.order));
            let is_inside = count.checked_mul(kind_bytes(kind)).is_some_and(|n| n <= value.len() as u64);
            let value_at = at + idx as u64 * n_entry + n_entry - value.len() as u64;
            let offset = if is_inside { value_at } else { number(value, self.order) };
            entries.entry(number(&entry[..2], self.order) as u16).or_insert(Entry { kind, count, offset });
        }
        // Some writers leave the last link out.
        let next = self.store.read(at + n_entries * n_entry, n_next).map_or(0, |bytes| number(&bytes, self.order));
        Ok(Directory { entries, next, n_bytes: n_count + n_entries * n_entry })
    }

    /// All values of a tag as whole numbers.
    pub(super) fn unsigneds(&self, directory: &Directory, tag: u16) -> Result<Option<Vec<u64>>> {
        let Some(entry) = directory.entries.get(&tag) else { return Ok(None) };
        if !matches!(entry.kind, 1 | 3 | 4 | 7 | 13 | 16 | 18) {
            return Err(damaged(tag, "whole numbers"));
        }
        let n_bytes_each = kind_bytes(entry.kind);
        let bytes = self.bytes_of(entry)?;
        self.limits.n_samples(&[entry.count], 8)?;
        Ok(Some(bytes.chunks_exact(n_bytes_each as usize).map(|bytes| number(bytes, self.order)).collect()))
    }

    /// The first value of a tag as whole number.
    pub(super) fn unsigned(&self, directory: &Directory, tag: u16) -> Result<Option<u64>> {
        match directory.entries.get(&tag) {
            Some(entry) if entry.count == 0 => Err(damaged(tag, "a value")),
            Some(entry) if entry.count > 1 && matches!(entry.kind, 1 | 3 | 4) => {
                let bytes = self.store.read(entry.offset, kind_bytes(entry.kind))?;
                Ok(Some(number(&bytes, self.order)))
            }
            _ => Ok(self.unsigneds(directory, tag)?.and_then(|values| values.first().copied())),
        }
    }

    /// A fraction, or a floating point number; `None` where it is absent or no number.
    pub(super) fn fraction(&self, directory: &Directory, tag: u16) -> Result<Option<f64>> {
        let Some(entry) = directory.entries.get(&tag).filter(|entry| entry.count > 0) else { return Ok(None) };
        let bytes = self.store.read(entry.offset, kind_bytes(entry.kind))?;
        let value = match entry.kind {
            5 => number(&bytes[..4], self.order) as f64 / number(&bytes[4..], self.order) as f64,
            11 => f64::from(f32::from_bits(number(&bytes, self.order) as u32)),
            12 => f64::from_bits(number(&bytes, self.order)),
            _ => return Ok(None),
        };
        Ok(Some(value).filter(|value| value.is_finite()))
    }

    /// A text without its closing zeros; what is no UTF-8 is replaced.
    pub(super) fn text(&self, directory: &Directory, tag: u16) -> Result<Option<String>> {
        let Some(entry) = directory.entries.get(&tag) else { return Ok(None) };
        if entry.count > TEXT_BYTES_MAX || kind_bytes(entry.kind) != 1 {
            return Err(damaged(tag, "a text"));
        }
        let bytes = self.bytes_of(entry)?;
        Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned()))
    }

    /// Bytes of a tag as they are.
    pub(super) fn bytes(&self, directory: &Directory, tag: u16) -> Result<Option<Vec<u8>>> {
        directory.entries.get(&tag).map(|entry| self.bytes_of(entry).map(Cow::into_owned)).transpose()
    }

    fn bytes_of(&self, entry: &Entry) -> Result<Cow<'_, [u8]>> {
        let n_bytes = entry.count.checked_mul(kind_bytes(entry.kind));
        let n_bytes = n_bytes.ok_or_else(|| Error::format("a TIFF tag has more values than any file holds"))?;
        // Values that share their bytes could fill any memory from a small file.
        let n_before = self.n_value_bytes.fetch_add(n_bytes.min(self.store.n_bytes()), Ordering::Relaxed);
        if n_before > 2 * self.store.n_bytes() + SHARED_BYTES_MAX {
            return Err(Error::format("the tags of the TIFF file hold more than the file; it is damaged"));
        }
        self.store.read(entry.offset, n_bytes)
    }
}

/// Bytes of one value of a type.
fn kind_bytes(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}

fn damaged(tag: u16, expected: &str) -> Error {
    Error::format(format!("TIFF tag {tag} does not hold {expected}; the file is damaged, fetch or save it again"))
}

/// A whole number of up to eight bytes.
fn number(bytes: &[u8], order: ByteOrder) -> u64 {
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    match order {
        ByteOrder::HighFirst => bytes.iter().fold(0, add),
        ByteOrder::LowFirst => bytes.iter().rev().fold(0, add),
    }
}
