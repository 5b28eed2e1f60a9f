//! The one error type of this crate: whose turn it is to act, and a text that names the file.

use std::fmt;
use std::path::Path;

/// A result whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, by whose turn it is to act.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The file could not be opened or read: missing, no rights, broken disk.
    Read,
    /// Something could not be written: no rights, full disk.
    Write,
    /// The bytes are not what their format demands: truncated, damaged or hostile.
    Format,
    /// The bytes may be sound, but ask for more than [`crate::Limits`] allows.
    Limit,
    /// The bytes are sound, but use a part of their format that is not supported.
    Unsupported,
    /// The caller asked for something impossible.
    Parameter,
}

/// What happened, what was expected, and what to do.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn format(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Format, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Parameter, message)
    }

    /// Bytes that end early or are damaged are the file's fault; anything else that a reader reports is the machine's.
    pub(crate) fn from_reading(what: &str, error: std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::UnexpectedEof | Io::InvalidData | Io::InvalidInput | Io::Other => ErrorKind::Format,
            _ => ErrorKind::Read,
        };
        let message = match error.kind() {
            Io::UnexpectedEof => format!("{what} ends early; the file is truncated, fetch or save it again"),
            _ => format!("{what} cannot be read ({error}); fetch or save the file again"),
        };
        Self::new(kind, message).with_source(error)
    }

    pub(crate) fn from_writing(what: &str, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Write, format!("{what} cannot be written ({error}); check rights and free space"))
            .with_source(error)
    }

    #[must_use]
    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same error, saying in which file it happened.
    #[must_use]
    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.message = format!("{}: {}", path.display(), self.message);
        self
    }

    /// Whose turn it is to act.
    pub fn kind(&self) -> ErrorKind {
        self.kind
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
