//! What the inputs are, told from what is in them.

use std::path::{Path, PathBuf};

use vesalius_image::format;
use vesalius_stats::fuse::{Method, Takes};

use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Read, Table};

/// What is combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Tables of scores, a row a case.
    Scores,
    /// Image files, or folders of them.
    Masks,
    /// Tables of boxes.
    Boxes,
    /// Tables of scores of the cells of a grid.
    Grids,
}

/// Inputs of one kind, each a model or a rater.
pub(super) struct Inputs {
    pub(super) kind: Kind,
    /// Files, or folders of masks.
    pub(super) paths: Vec<PathBuf>,
    /// What each is called in artefacts.
    pub(super) members: Vec<String>,
}

impl Kind {
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Scores => "predictions",
            Self::Masks => "masks",
            Self::Boxes => "boxes",
            Self::Grids => "grids of scores",
        }
    }

    /// Masks are maps of probabilities to the methods that take such, and label maps to all others.
    pub(super) fn takes(self, method: &Method) -> Takes {
        match self {
            Self::Scores => Takes::Scores,
            Self::Boxes => Takes::Boxes,
            Self::Grids => Takes::Maps,
            Self::Masks if method.takes.contains(&Takes::Maps) => Takes::Maps,
            Self::Masks => Takes::Labels,
        }
    }
}

/// Tells what the inputs are; an error where they are not all of one kind.
pub(super) fn recognize(paths: &[PathBuf]) -> Result<Inputs> {
    let found: Vec<(Kind, PathBuf)> = paths.iter().map(|path| kind_of(path)).collect::<Result<_>>()?;
    let Some((first, _)) = found.first() else {
        return Err(Error::new(ErrorKind::Configuration, "nothing was named to combine; name files or folders"));
    };
    if let Some(at) = found.iter().position(|(kind, _)| kind != first) {
        let message = format!(
            "{} holds {} and {} holds {}; expected inputs of one kind",
            paths[0].display(),
            first.plural(),
            paths[at].display(),
            found[at].0.plural()
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(Inputs { kind: *first, members: names(paths), paths: found.into_iter().map(|(_, path)| path).collect() })
}

/// Kind and file; of a folder that another stage left, the file or folder in it.
fn kind_of(path: &Path) -> Result<(Kind, PathBuf)> {
    if path.is_dir() {
        let inside = |name: &str| Some(path.join(name)).filter(|path| path.exists());
        return match (inside("predictions.csv"), inside("boxes.csv"), inside("masks")) {
            (Some(table), None, None) => Ok((Kind::Scores, table)),
            (None, Some(table), None) => Ok((Kind::Boxes, table)),
            (None, None, Some(folder)) => Ok((Kind::Masks, folder)),
            (None, None, None) => Ok((Kind::Masks, path.to_owned())),
            _ => {
                let message = format!(
                    "{} holds several of predictions.csv, boxes.csv and masks; name the one that is to be combined",
                    path.display()
                );
                Err(Error::new(ErrorKind::Configuration, message))
            }
        };
    }
    if !path.exists() {
        return Err(Error::new(ErrorKind::Read, format!("{} does not exist; check the path", path.display())));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if format::of_name(&name).is_some() {
        return Ok((Kind::Masks, path.to_owned()));
    }
    let kind = match Table::read(path)? {
        Read::Named(table) if table.usual(&["x_min"]).is_some() => Kind::Boxes,
        Read::Named(table) if table.usual(&["row"]).is_some() && table.usual(&["column"]).is_some() => Kind::Grids,
        _ => Kind::Scores,
    };
    Ok((kind, path.to_owned()))
}

/// The shortest names that tell the inputs apart: file or folder, with as many folders before it as are needed.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let parts: Vec<Vec<String>> = paths.iter().map(|path| parts(path)).collect();
    let longest = parts.iter().map(Vec::len).max().unwrap_or(1);
    let named = |n: usize| -> Vec<String> {
        parts.iter().map(|parts| parts[parts.len().saturating_sub(n)..].join("/")).collect()
    };
    let is_distinct = |names: &[String]| (1..names.len()).all(|at| !names[..at].contains(&names[at]));
    let shortest = (1..=longest).map(named).find(|names| is_distinct(names));
    // The same path twice is two members all the same.
    shortest.unwrap_or_else(|| named(longest).into_iter().enumerate().map(|(at, n)| format!("{n} ({at})")).collect())
}

/// The parts of a path, its last without the ending of an image or a table.
fn parts(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = path
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        *last = last.strip_suffix(".csv").unwrap_or_else(|| without_ending(last)).to_owned();
    }
    // What stages call their files says nothing of the member.
    while parts.len() > 1 && parts.last().is_some_and(|last| matches!(&**last, "predictions" | "boxes" | "masks")) {
        parts.pop();
    }
    parts
}

/// A file name without the ending of an image; other endings stay.
pub(super) fn without_ending(name: &str) -> &str {
    format::stem(name).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_the_shortest_names_that_differ() {
        let check = |paths: &[&str], expected: &[&str]| {
            assert_eq!(names(&paths.iter().map(PathBuf::from).collect::<Vec<_>>()), expected);
        };
        check(&["x/unet.nii.gz", "x/resunet.nii.gz"], &["unet", "resunet"]);
        check(&["a/predictions/predictions.csv", "b/predictions.csv"], &["a", "b"]);
        check(&["x/a/masks", "y/a"], &["x/a", "y/a"]);
        check(&["a.csv", "./a.csv"], &["a (0)", "a (1)"]);
    }
}
