//! The bytes of a TIFF file, in memory or on disk, of which only what is needed is read.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, ErrorKind, Result};

/// Bytes at offsets, for any number of threads.
#[derive(Debug)]
pub(super) enum Store<'a> {
    /// All of them at hand.
    Memory(&'a [u8]),
    /// A file that is read piece by piece, because slides are larger than memory.
    File { file: Mutex<File>, n_bytes: u64 },
}

impl Store<'_> {
    pub(super) fn open(path: &Path) -> Result<Store<'static>> {
        let cannot = |error: std::io::Error| {
            let message = format!("cannot be opened ({error}); check path and rights");
            Error::new(ErrorKind::Read, message).with_source(error).in_file(path)
        };
        let file = File::open(path).map_err(cannot)?;
        let n_bytes = file.metadata().map_err(cannot)?.len();
        Ok(Store::File { file: Mutex::new(file), n_bytes })
    }

    pub(super) fn n_bytes(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File { n_bytes, .. } => *n_bytes,
        }
    }

    /// As many bytes from an offset on; an error where the file is shorter.
    pub(super) fn read(&self, offset: u64, n: u64) -> Result<Cow<'_, [u8]>> {
        if offset.checked_add(n).is_none_or(|end| end > self.n_bytes()) {
            return Err(Error::format(format!(
                "{n} bytes at {offset} lie beyond the end of the TIFF file, which has {}; it is truncated or damaged",
                self.n_bytes()
            )));
        }
        match self {
            Self::Memory(bytes) => Ok(Cow::Borrowed(&bytes[offset as usize..][..n as usize])),
            Self::File { file, .. } => {
                let mut bytes = vec![0; n as usize];
                // Whoever panicked with the lock left a file whose position is set anew here.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))
                    .and_then(|_| file.read_exact(&mut bytes))
                    .map_err(|error| Error::from_reading("the TIFF file", error))?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}
