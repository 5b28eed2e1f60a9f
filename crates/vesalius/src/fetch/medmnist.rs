//! MedMNIST v2: which file holds a set at a size, where it is, and what its MD5 must be.

use std::path::{Path, PathBuf};

use super::FetchOptions;
use super::download::{Download, download};
use crate::cohort::medmnist::{BASE_URL, SETS, Set, SetFile, set};
use crate::error::{Error, ErrorKind, Result};
use crate::progress::Context;

/// The short names of the 18 sets.
pub(crate) fn datasets() -> Vec<&'static str> {
    SETS.iter().map(|set| set.flag).collect()
}

/// Fetches one set at one size into a folder, under the name that its publisher gave it.
pub fn medmnist(flag: &str, options: &FetchOptions, out: &Path, ctx: &Context<'_>) -> Result<PathBuf> {
    let set = known(flag)?;
    let file = sized(set, options.size)?;
    let file_name = set.file_name(file.size);
    let base = options.base_url.as_deref().unwrap_or(BASE_URL).trim_end_matches('/');
    let path = out.join(&file_name);
    download(
        &Download { url: format!("{base}/{file_name}?download=1"), path: path.clone(), md5: file.md5.into() },
        ctx,
    )?;
    Ok(path)
}

fn known(flag: &str) -> Result<&'static Set> {
    set(flag).ok_or_else(|| {
        let what = if flag.is_empty() { "name a set".into() } else { format!("MedMNIST has no set `{flag}`") };
        Error::new(ErrorKind::Configuration, format!("{what}; there is: {}", datasets().join(", ")))
    })
}

fn sized(set: &'static Set, size: Option<u32>) -> Result<&'static SetFile> {
    set.files.iter().find(|file| size.is_none_or(|size| size == file.size)).ok_or_else(|| {
        let sizes: Vec<String> = set.files.iter().map(|file| file.size.to_string()).collect();
        Error::new(
            ErrorKind::Configuration,
            format!("{} is not published at size {}; there is: {}", set.flag, size.unwrap_or(0), sizes.join(", ")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_a_file_name_and_an_md5_for_each_size() {
        for set in SETS {
            for file in set.files {
                assert_eq!(file.md5.len(), 32, "{} {}", set.flag, file.size);
                assert_eq!(sized(set, Some(file.size)).expect("published").md5, file.md5);
            }
            assert_eq!(set.file_name(set.files[0].size), format!("{}.npz", set.flag));
            assert_eq!(set.file_name(set.files[1].size), format!("{}_64.npz", set.flag));
        }
        assert_eq!(SETS.len(), 18);
    }
}
