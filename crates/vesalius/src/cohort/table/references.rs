//! References that still resolve when a table is written to another folder.

use std::path::{Component, Path, PathBuf};

use crate::cohort::images::split_reference;

/// A run folder and its neighbors are moved together: so far up, references stay relative.
const N_LEVELS_UP_MAX: usize = 2;

/// From which folder to which the references of a cohort go.
pub(super) struct Moved {
    from: PathBuf,
    to: PathBuf,
}

impl Moved {
    pub(super) fn new(from: &Path, to: &Path) -> Self {
        let from = if from.as_os_str().is_empty() { Path::new(".") } else { from };
        // A folder that is gone cannot be resolved; its references then stay as they are written.
        let resolve = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        Self { from: resolve(from), to: resolve(to) }
    }

    /// A reference to an image.
    pub(super) fn reference(&self, reference: &str) -> String {
        match split_reference(reference) {
            Some((path, fragment)) => format!("{}#{fragment}", self.path(path)),
            None => self.path(reference),
        }
    }

    /// Another cell: `mask`, `boxes` and the like may be a path or an id, and only what exists is a path.
    pub(super) fn other(&self, column: &str, value: &str) -> String {
        let may_be_path = ["mask", "boxes", "points", "report", "graph"].contains(&column);
        if may_be_path && self.from.join(value).exists() { self.path(value) } else { value.to_owned() }
    }

    fn path(&self, path: &str) -> String {
        let target = normal(&self.from.join(path));
        relative(&self.to, &target).unwrap_or_else(|| target.to_string_lossy().into_owned())
    }
}

/// `a/b/../c` is `a/c`.
fn normal(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// The way from a folder to a file, with `/`, where it is short enough to be worth keeping.
fn relative(folder: &Path, target: &Path) -> Option<String> {
    let shared = folder.components().zip(target.components()).take_while(|(a, b)| a == b).count();
    let n_up = folder.components().count() - shared;
    // What shares only the root of the disk is no neighbor.
    if shared < 2 || n_up > N_LEVELS_UP_MAX {
        return None;
    }
    let down = target.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(std::iter::repeat_n("..".to_owned(), n_up).chain(down).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbors_stay_relative_and_strangers_become_absolute() {
        let check = |folder: &str, target: &str, expected: Option<&str>| {
            assert_eq!(relative(Path::new(folder), Path::new(target)).as_deref(), expected, "{folder} to {target}");
        };
        check("/out/run/cohort", "/out/run/cohort/a.png", Some("a.png"));
        check("/out/run/cohort", "/out/phantom/a.npz", Some("../../phantom/a.npz"));
        check("/out/run/cohort", "/data/a.npz", None);
        check("/out", "/data/a.npz", None);
        assert_eq!(normal(Path::new("/a/b/../c/./d")), Path::new("/a/c/d"));
    }
}
