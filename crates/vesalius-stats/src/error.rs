//! The one error type of this crate: what was wrong with the numbers handed in, and which case it was.

/// A result whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What was wrong with the numbers handed in.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Truth, scores and classes do not belong to the same number of cases.
    Length,
    /// A number that is no score (NaN, infinite) or a class that does not exist.
    Value,
    /// An option outside its range.
    Parameter,
}

/// What happened, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

impl Error {
    pub(crate) fn length(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Length, message: message.into() }
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Value, message: message.into() }
    }

    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Parameter, message: message.into() }
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}
