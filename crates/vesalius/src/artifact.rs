//! How every artefact reaches the disk: under a temporary name, synced, then renamed.
//!
//! Whoever finds an artefact under its own name finds it whole.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};

/// What files are called that are not finished.
const PARTIAL: &str = ".partial-";

/// Writes `path` through `fill` so that it exists whole or not at all.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| Error::write(parent, error))?;
    let write = || -> std::io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PARTIAL);
        rights(&mut builder);
        let mut partial = builder.tempfile_in(parent)?;
        // Tells `sweep` that somebody is at work; where a file system knows no locks, nothing is swept.
        let _ = partial.as_file().try_lock();
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

/// Removes what killed processes left unfinished in a folder and the folders in it.
///
/// What somebody is still writing stays, and what cannot be removed does no harm.
pub(crate) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_partial = entry.file_name().to_string_lossy().starts_with(PARTIAL);
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            sweep(&entry.path());
        } else if is_partial && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
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

/// Writes a table whose first row names its columns.
pub(crate) fn write_table(path: &Path, rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| Error::write(path, error))?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::write(path, error.into_error()))?;
    write_bytes(path, &bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_killed_processes_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        let [dead, alive, kept] =
            ["inner/.partial-dead", ".partial-alive", "kept"].map(|name| folder.path().join(name));
        for path in [&dead, &alive, &kept] {
            fs::write(path, "x").unwrap();
        }
        let at_work = File::open(&alive).unwrap();
        at_work.try_lock().unwrap();
        sweep(folder.path());
        assert_eq!([&dead, &alive, &kept].map(|path| path.exists()), [false, true, true]);
        drop(at_work);
        sweep(folder.path());
        assert!(!alive.exists());
    }
}
