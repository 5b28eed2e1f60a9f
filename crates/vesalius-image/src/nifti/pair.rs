//! Headers and samples in two files: which name belongs to which.

use crate::error::{Error, ErrorKind, Result};
use crate::reading::Source;

/// Half of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    /// The `.hdr`.
    Header,
    /// The `.img`.
    Samples,
}

impl Half {
    fn ending(self) -> &'static str {
        match self {
            Self::Header => ".hdr",
            Self::Samples => ".img",
        }
    }
}

/// A name as stem, half and the ending of its compression; `None` where it is no name of a pair.
pub(crate) fn parts(name: &str) -> Option<(&str, Half, &str)> {
    let (bare, zipped) = match name.len().checked_sub(3).and_then(|at| name.split_at_checked(at)) {
        Some((bare, zipped)) if zipped.eq_ignore_ascii_case(".gz") => (bare, zipped),
        _ => (name, ""),
    };
    let (stem, ending) = bare.split_at_checked(bare.len().checked_sub(4)?)?;
    let half = [Half::Header, Half::Samples].into_iter().find(|half| ending.eq_ignore_ascii_case(half.ending()))?;
    Some((stem, half, zipped))
}

/// Whether a name says that the file holds samples and no header.
pub(crate) fn is_samples(name: &str) -> bool {
    matches!(parts(name), Some((_, Half::Samples, _)))
}

/// The name of a half, compressed or not, in capitals where the name of the other half has them.
pub(crate) fn sibling(name: &str, half: Half, zipped: &str) -> String {
    let (stem, ending) = match parts(name) {
        Some((stem, _, own)) => (stem, &name[stem.len()..name.len() - own.len()]),
        None => (name.split_once('.').map_or(name, |(stem, _)| stem), ""),
    };
    let is_capital = !ending.is_empty() && !ending.contains(|c: char| c.is_ascii_lowercase());
    let ending = if is_capital { half.ending().to_uppercase() } else { half.ending().to_owned() };
    format!("{stem}{ending}{zipped}")
}

/// The bytes of the other half; compressed as this one, else the other way.
pub(crate) fn read(source: &Source<'_>, half: Half) -> Result<Vec<u8>> {
    let zipped = parts(source.name).map_or("", |(_, _, zipped)| zipped);
    let names = match zipped {
        "" => [sibling(source.name, half, ""), sibling(source.name, half, ".gz")],
        zipped => [sibling(source.name, half, zipped), sibling(source.name, half, "")],
    };
    let missing = |error: &Error| error.kind() == ErrorKind::Read;
    match source.beside(&names[0]) {
        Err(first) if missing(&first) => match source.beside(&names[1]) {
            Err(second) if missing(&second) => {
                let what = if half == Half::Header { "header" } else { "samples" };
                Err(Error::new(
                    ErrorKind::Read,
                    format!(
                        "the {what} of this file belong in {}, and there is no such file beside it; \
                         put both halves of the pair in one folder",
                        names[0]
                    ),
                )
                .with_source(first))
            }
            other => other,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_find_each_other() {
        let check = |name: &str, half: Half, expected: &str| assert_eq!(sibling(name, half, ""), expected, "{name}");
        check("a.b.img", Half::Header, "a.b.hdr");
        check("A.IMG", Half::Header, "A.HDR");
        check("a.Hdr.gz", Half::Samples, "a.img");
        check("", Half::Samples, ".img");
        assert_eq!(parts("a.img.gz"), Some(("a", Half::Samples, ".gz")));
        assert_eq!(parts("a.hdr"), Some(("a", Half::Header, "")));
        assert_eq!(parts("a.nii.gz"), None);
        assert_eq!(parts("éä"), None);
        assert!(is_samples("X.IMG") && !is_samples("x.hdr") && !is_samples("img"));
    }
}
