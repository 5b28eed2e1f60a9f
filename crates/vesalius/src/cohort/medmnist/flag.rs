//! Which MedMNIST set a file is, by its name, its folder, or what the user says.

use std::path::Path;

use super::{SETS, Set, set};
use crate::cohort::ReadOptions;
use crate::cohort::nearest::nearest;
use crate::error::{Error, ErrorKind, Result};

/// The set that a file belongs to by its name (`pneumoniamnist_64.npz`) or that of its folder.
pub fn guess(file: &Path) -> Option<&'static Set> {
    let stem = file.file_stem()?.to_string_lossy().to_lowercase();
    let folder = file.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().to_lowercase());
    of_name(&stem).or_else(|| of_name(&folder?))
}

/// A flag at the start of a name, not followed by another letter or digit: `octmnist`, `octmnist_64`, `octmnist-dev`.
fn of_name(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| {
        let rest = name.strip_prefix(set.flag);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
    })
}

/// The set by option or by name; one whose images have another number of axes cannot be meant.
pub(super) fn known_set(file: &Path, options: &ReadOptions, n_axes: usize) -> Result<Option<&'static Set>> {
    let (known, how) = match &options.flag {
        Some(flag) => (Some(set(flag).ok_or_else(|| unknown(flag))?), "the option flag"),
        None => (guess(file), "its name"),
    };
    let Some(known) = known else { return Ok(None) };
    if known.n_axes != n_axes {
        let message = format!(
            "{} is {} by {how}, whose images have {} axes, but its images have {n_axes}; \
             name the right set with the option flag, or rename the file",
            file.display(),
            known.name,
            known.n_axes
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(Some(known))
}

fn unknown(flag: &str) -> Error {
    let flags: Vec<&str> = SETS.iter().map(|set| set.flag).collect();
    let hint = nearest(flag, flags.iter().copied()).map_or(String::new(), |name| format!("; did you mean {name}"));
    let message = format!("no MedMNIST set is called {flag:?}{hint}; expected one of {}", flags.join(", "));
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_comes_from_the_file_or_its_folder() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(guess(Path::new(path)).map(|set| set.flag), expected, "{path}");
        };
        check("x/pneumoniamnist.npz", Some("pneumoniamnist"));
        check("x/pneumoniamnist_64.npz", Some("pneumoniamnist"));
        check("x/PneumoniaMNIST-dev.npz", Some("pneumoniamnist"));
        check("pneumoniamnist/dev_trainval.npz", Some("pneumoniamnist"));
        check("adrenalmnist3d_64/dev_trainval.npz", Some("adrenalmnist3d"));
        check("adrenalmnist3d_64/octmnist_224.npz", Some("octmnist"));
        check("x/organmnist3d.npz", Some("organmnist3d"));
        check("x/octmnists.npz", None);
        check("dev_trainval.npz", None);
    }
}
