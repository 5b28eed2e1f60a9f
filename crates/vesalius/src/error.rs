//! The one error type of the toolkit: what kind it is, and a text that names the path or the case.

use std::fmt;
use std::path::Path;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, by whose turn it is to act.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A file or folder could not be read.
    Read,
    /// A file or folder could not be written: missing rights, full disk.
    Write,
    /// A file was read but its content is not what its format demands.
    Format,
    /// An option or a recipe asks for something impossible.
    Configuration,
    /// The files are well formed, but what they say cannot be used.
    Data,
    /// A remote address could not be reached or answered wrongly.
    Network,
    /// The user asked to stop; what was done is kept, and the same command goes on from there.
    Interrupted,
}

/// What happened, what was expected, and what to do.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind; the message names the path or case and ends with what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A file that could not be read.
    pub fn read(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Read, format!("could not read {}", path.display())).with_source(source)
    }

    /// A file that could not be written.
    pub fn write(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(
            ErrorKind::Write,
            format!("could not write {}; check that the folder may be written and the disk has room", path.display()),
        )
        .with_source(source)
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<vesalius_image::Error> for Error {
    /// The same message; whose turn it is to act stays the same.
    fn from(error: vesalius_image::Error) -> Self {
        use vesalius_image::ErrorKind as Image;
        let kind = match error.kind() {
            Image::Read => ErrorKind::Read,
            Image::Write => ErrorKind::Write,
            Image::Parameter => ErrorKind::Configuration,
            Image::Limit | Image::Unsupported => ErrorKind::Data,
            _ => ErrorKind::Format,
        };
        Self::new(kind, error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
