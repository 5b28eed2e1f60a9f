//! Which case of one side is which of the other, however either spells it; what has no partner is listed.

use std::collections::BTreeMap;

use serde::Serialize;

/// A way to spell a case.
struct Spelling {
    /// For notes; empty for the plain way.
    note: &'static str,
    of: fn(&str) -> String,
}

const SPELLINGS: &[Spelling] = &[
    Spelling { note: "", of: str::to_owned },
    Spelling { note: "cases were matched without the ending of their file names", of: without_ending },
    Spelling { note: "cases were matched by their file names without folder and ending", of: bare_name },
    Spelling { note: "cases were matched as numbers, without leading zeros", of: without_zeros },
];

/// Cases that can be found by other spellings of their names.
pub(in crate::measure) struct Names {
    of_spelling: BTreeMap<String, usize>,
    spelling: &'static Spelling,
}

/// A name that one side has and the other has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The name.
    pub case: String,
    /// What was done about it.
    pub what: String,
}

impl Names {
    /// The spelling by which most of the others are found, the plainest of equally good ones.
    pub(in crate::measure) fn new(cases: &[String], others: &[&str]) -> Self {
        let found_by = |spelling: &'static Spelling| {
            let names = Self::by(cases, spelling)?;
            let n_found = others.iter().filter(|other| names.find(other).is_some()).count();
            Some((n_found, names))
        };
        let mut best: Option<(usize, Self)> = None;
        for (n_found, names) in SPELLINGS.iter().filter_map(found_by) {
            if best.as_ref().is_none_or(|(n_best, _)| n_found > *n_best) {
                best = Some((n_found, names));
            }
        }
        // Names that come twice have no spelling that tells them apart; then the first of them stands for both.
        best.map_or_else(|| Self::first_of(cases), |(_, names)| names)
    }

    /// `None` where two cases would be one.
    fn by(cases: &[String], spelling: &'static Spelling) -> Option<Self> {
        let names = Self::of(cases, spelling);
        (names.of_spelling.len() == cases.len()).then_some(names)
    }

    fn first_of(cases: &[String]) -> Self {
        Self::of(cases, &SPELLINGS[0])
    }

    fn of(cases: &[String], spelling: &'static Spelling) -> Self {
        let mut of_spelling = BTreeMap::new();
        for (idx, case) in cases.iter().enumerate() {
            of_spelling.entry((spelling.of)(case)).or_insert(idx);
        }
        Self { of_spelling, spelling }
    }

    /// The index of a case.
    pub(in crate::measure) fn find(&self, case: &str) -> Option<usize> {
        self.of_spelling.get(&(self.spelling.of)(case)).copied()
    }

    /// What was done to find them, if anything was.
    pub(in crate::measure) fn note(&self) -> Option<String> {
        (!self.spelling.note.is_empty()).then(|| self.spelling.note.to_owned())
    }
}

fn without_ending(case: &str) -> String {
    const ENDINGS: &[&str] =
        &["png", "jpg", "jpeg", "bmp", "tif", "tiff", "dcm", "nii.gz", "nii", "mha", "mhd", "npy", "npz", "xml"];
    let lower = case.to_ascii_lowercase();
    let ending = ENDINGS.iter().find(|ending| lower.strip_suffix(*ending).is_some_and(|rest| rest.ends_with('.')));
    ending.map_or(case, |ending| &case[..case.len() - ending.len() - 1]).replace('\\', "/")
}

fn bare_name(case: &str) -> String {
    without_ending(case).rsplit('/').next().unwrap_or_default().to_owned()
}

fn without_zeros(case: &str) -> String {
    let bare = bare_name(case);
    if bare.is_empty() || bare.bytes().any(|byte| !byte.is_ascii_digit()) {
        return bare;
    }
    let digits = bare.trim_start_matches('0');
    if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[&str], others: &[&str], found: &[Option<usize>], note: bool) {
        let cases: Vec<String> = cases.iter().map(|case| (*case).to_owned()).collect();
        let names = Names::new(&cases, others);
        assert_eq!(others.iter().map(|other| names.find(other)).collect::<Vec<_>>(), found);
        assert_eq!(names.note().is_some(), note);
    }

    #[test]
    fn spellings() {
        check(&["a", "b"], &["b", "c"], &[Some(1), None], false);
        check(&["a.png", "b.png"], &["b"], &[Some(1)], true);
        check(&["x/a.png", "x/b.nii.gz"], &["y/b.jpg"], &[Some(1)], true);
        check(&["00783", "00001"], &["1", "783", "2"], &[Some(1), Some(0), None], true);
        check(&["1", "01"], &["01"], &[Some(1)], false);
        check(&["x/a", "y/a"], &["a"], &[None], false);
        check(&["a", "a"], &["a"], &[Some(0)], false);
    }
}
