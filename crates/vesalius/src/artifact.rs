//! How every artefact reaches the disk: under a temporary name, synced, then renamed.
//!
//! Whoever finds an artefact under its own name finds it whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};

/// Writes `path` through `fill` so that it exists whole or not at all.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| Error::write(parent, error))?;
    let write = || -> std::io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".partial-");
        rights(&mut builder);
        let mut partial = builder.tempfile_in(parent)?;
        {
            let mut buffered = BufWriter::new(partial.as_file_mut());
            fill(&mut buffered)?;
            buffered.flush()?;
        }
        partial.as_file().sync_all()?;
        partial.persist(path).map_err(|error| error.error)?;
        // The rename itself is durable only once the folder is synced.
        File::open(parent)?.sync_all()
    };
    write().map_err(|error| Error::write(path, error))
}

/// Writes these bytes as an artefact.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

/// Writes a value as indented JSON with a newline at the end.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| Error::write(path, error))?;
    text.push('\n');
    write_bytes(path, text.as_bytes())
}

/// Writes a value as TOML.
pub fn write_toml<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let text = toml::to_string_pretty(value).map_err(|error| Error::write(path, error))?;
    write_bytes(path, text.as_bytes())
}

/// Reads a text file.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::read(path, error))
}

/// Reads a JSON artefact.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&read_text(path)?).map_err(|error| malformed(path, &error.to_string()))
}

/// Reads a TOML artefact.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T> {
    toml::from_str(&read_text(path)?).map_err(|error| malformed(path, &error.to_string()))
}

fn malformed(path: &Path, why: &str) -> Error {
    Error::new(ErrorKind::Format, format!("{} is not what this version writes: {}", path.display(), why.trim_end()))
}

/// Temporary files are private by default; an artefact follows the usual rights, as the user's mask limits them.
#[cfg(unix)]
fn rights(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn rights(_builder: &mut tempfile::Builder<'_, '_>) {}
