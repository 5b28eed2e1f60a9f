//! DICOM: files, series and what is derived from them, as volumes.

pub(crate) mod file;
