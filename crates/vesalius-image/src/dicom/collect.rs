//! Where the files of a series come from: a folder, a zip archive, the list of a medium, or one file.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zip::ZipArchive;

use crate::error::{Error, ErrorKind, Result};
use crate::format::read_bytes;
use crate::limits::Limits;

/// Files that one folder or archive may have; twenty times the largest study.
const FILES_MAX: usize = 1 << 20;

/// What is read of a file first; headers of plain images are a tenth of it.
const HEAD_BYTES: u64 = 1 << 16;

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

/// The bytes of an archive, which every thread looks into.
type Archive = ZipArchive<Cursor<Arc<[u8]>>>;

/// A file or an entry that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Its path, from what was opened.
    pub name: String,
    /// Why it was not read.
    pub reason: String,
}

impl PassedOver {
    pub(crate) fn new(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), reason: reason.into() }
    }
}

/// Files by number, in the order of their names.
#[derive(Clone)]
pub(crate) struct Store {
    names: Vec<String>,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Paths(Vec<PathBuf>),
    Archive { archive: Box<Archive>, entries: Vec<usize> },
}

impl Store {
    /// The files of a folder and its folders, of an archive, or the file itself.
    ///
    /// Links are not followed: they may lead out or in circles. They are passed over.
    pub(crate) fn open(path: &Path, limits: &Limits) -> Result<(Self, Vec<PassedOver>)> {
        let metadata = std::fs::metadata(path).map_err(|error| cannot_open(path, error))?;
        if metadata.is_dir() {
            return folder(path);
        }
        if !metadata.is_file() {
            let message = "this is neither a file nor a folder; give one of them";
            return Err(Error::parameter(message).in_file(path));
        }
        if head_of(path, limits)?.starts_with(ZIP_MAGIC) {
            return archive(path, limits).map_err(|error| error.in_file(path));
        }
        Ok((Self::of_paths(vec![(file_name(path), path.to_owned())]), Vec::new()))
    }

    /// Files with the names by which they are reported.
    fn of_paths(files: Vec<(String, PathBuf)>) -> Self {
        let (names, paths) = files.into_iter().unzip();
        Self { names, place: Place::Paths(paths) }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The path of a file from what was opened.
    pub(crate) fn name(&self, file_idx: usize) -> &str {
        self.names.get(file_idx).map_or("", String::as_str)
    }

    /// The first bytes of a file, and whether they are all.
    pub(crate) fn head(&self, file_idx: usize, limits: &Limits) -> Result<Vec<u8>> {
        match &self.place {
            Place::Paths(paths) => head_of(of(paths, file_idx)?, limits),
            Place::Archive { archive, entries } => entry(archive, *of(entries, file_idx)?, HEAD_BYTES, limits),
        }
    }

    /// Whether bytes of this length from [`Self::head`] may be fewer than the file has.
    pub(crate) fn is_cut(head: &[u8]) -> bool {
        head.len() as u64 == HEAD_BYTES
    }

    /// All bytes of a file.
    pub(crate) fn bytes(&self, file_idx: usize, limits: &Limits) -> Result<Vec<u8>> {
        match &self.place {
            Place::Paths(paths) => read_bytes(of(paths, file_idx)?, limits),
            Place::Archive { archive, entries } => entry(archive, *of(entries, file_idx)?, u64::MAX, limits),
        }
    }
}

/// One of the files; an error for a stack that is of another index.
fn of<T>(files: &[T], file_idx: usize) -> Result<&T> {
    files.get(file_idx).ok_or_else(|| {
        Error::parameter(format!("there is no file of number {file_idx}; read a stack from the index that it is of"))
    })
}

/// The files of a list of paths in a folder; those that lead out of it or are not there are passed over.
pub(crate) fn listed(folder: &Path, references: &[Vec<String>]) -> (Store, Vec<PassedOver>) {
    let mut passed_over = Vec::new();
    let mut files = Vec::new();
    let known: BTreeSet<&Vec<String>> = references.iter().collect();
    for parts in known {
        let name = parts.join("/");
        let is_plain =
            |part: &String| !part.is_empty() && part != "." && part != ".." && !part.contains(['/', '\\', '\0', ':']);
        if !parts.iter().all(is_plain) {
            passed_over.push(PassedOver::new(name, "the list names a path that may lead out of its folder"));
            continue;
        }
        let mut path = folder.to_owned();
        path.extend(parts);
        match plain_file_within(folder, &path) {
            Ok(()) => files.push((name, path)),
            Err(reason) => passed_over.push(PassedOver::new(name, reason)),
        }
    }
    (Store::of_paths(files), passed_over)
}

/// An error where a path is no file, or is reached through a link.
fn plain_file_within(folder: &Path, path: &Path) -> std::result::Result<(), String> {
    for step in path.ancestors().take_while(|step| *step != folder) {
        let metadata = std::fs::symlink_metadata(step).map_err(|error| format!("the list names it, but: {error}"))?;
        if metadata.is_symlink() {
            return Err("it is a link, which is not followed".to_owned());
        }
        if step == path && !metadata.is_file() {
            return Err("the list names it, but it is no file".to_owned());
        }
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn cannot_open(path: &Path, error: std::io::Error) -> Error {
    let message = format!("cannot be opened ({error}); check path and rights");
    Error::new(ErrorKind::Read, message).with_source(error).in_file(path)
}

fn head_of(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).map_err(|error| cannot_open(path, error))?;
    let mut head = Vec::new();
    file.take(HEAD_BYTES.min(limits.bytes_max)).read_to_end(&mut head).map_err(|error| cannot_open(path, error))?;
    Ok(head)
}

fn folder(root: &Path) -> Result<(Store, Vec<PassedOver>)> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut passed_over = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if folder == root => return Err(cannot_open(root, error)),
            Err(error) => {
                passed_over.push(PassedOver::new(name_in(root, &folder), format!("it cannot be opened: {error}")));
                continue;
            }
        };
        for entry in entries {
            let entry = entry.map_err(|error| cannot_open(&folder, error))?;
            let kind = entry.file_type().map_err(|error| cannot_open(&entry.path(), error))?;
            let name = name_in(root, &entry.path());
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push((name, entry.path()));
            } else if kind.is_symlink() {
                passed_over.push(PassedOver::new(name, "it is a link, which is not followed; give its target"));
            } else {
                passed_over.push(PassedOver::new(name, "it is no regular file"));
            }
            if files.len() + folders.len() + passed_over.len() > FILES_MAX {
                return Err(too_many().in_file(root));
            }
        }
    }
    files.sort();
    passed_over.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((Store::of_paths(files), passed_over))
}

fn name_in(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn too_many() -> Error {
    Error::limit(format!("there are more than {FILES_MAX} files; open the folder of one study"))
}

fn archive(path: &Path, limits: &Limits) -> Result<(Store, Vec<PassedOver>)> {
    let bytes: Arc<[u8]> = read_bytes(path, limits)?.into();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error.to_string()))?;
    if archive.len() > FILES_MAX {
        return Err(too_many());
    }
    let mut passed_over = Vec::new();
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut n_bytes = 0_u64;
    for idx in 0..archive.len() {
        let entry = archive.by_index_raw(idx).map_err(|error| damaged(&error.to_string()))?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(|error| damaged(&error.to_string()))?.into_owned();
        if entry.encrypted() {
            passed_over.push(PassedOver::new(name, "it is encrypted; unpack the archive first"));
            continue;
        }
        n_bytes = n_bytes.saturating_add(entry.size());
        if n_bytes > limits.bytes_max {
            return Err(Error::limit(format!(
                "the files of the archive have more than the {} bytes that are allowed; raise the limit if it is to \
                 be trusted",
                limits.bytes_max
            )));
        }
        match limits.check_expansion(entry.size(), entry.compressed_size()) {
            Ok(()) => found.push((name, idx)),
            Err(error) => passed_over.push(PassedOver::new(name, error.to_string())),
        }
    }
    found.sort();
    let (names, entries) = found.into_iter().unzip();
    Ok((Store { names, place: Place::Archive { archive: Box::new(archive), entries } }, passed_over))
}

/// At most `n_bytes_max` bytes of an entry, which may not be more than it declares.
fn entry(archive: &Archive, idx: usize, n_bytes_max: u64, limits: &Limits) -> Result<Vec<u8>> {
    // A copy shares bytes and list of the archive, and has a place of its own.
    let mut archive = archive.clone();
    let mut entry = archive.by_index(idx).map_err(|error| damaged(&error.to_string()))?;
    let declared = entry.size();
    limits.check_expansion(declared, entry.compressed_size())?;
    let mut bytes = Vec::new();
    let read = (&mut entry).take(n_bytes_max.min(declared)).read_to_end(&mut bytes);
    read.map_err(|error| Error::from_reading("an entry of the archive", error))?;
    let is_whole = n_bytes_max >= declared;
    if is_whole && bytes.len() as u64 == declared {
        // The end of the stream is where the checksum is compared, and where too much would show.
        let n_behind = entry.read(&mut [0]).map_err(|error| Error::from_reading("an entry of the archive", error))?;
        if n_behind > 0 {
            return Err(damaged("an entry is longer than it declares"));
        }
    }
    Ok(bytes)
}

fn damaged(what: &str) -> Error {
    Error::format(format!("the archive cannot be read ({what}); fetch or pack it again"))
}
