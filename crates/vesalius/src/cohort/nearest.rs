//! The known name that a mistyped one most likely means, for error messages.

/// The candidate with the fewest edits (insert, delete, replace), if it is close enough to be meant.
pub(crate) fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let best = candidates.into_iter().map(|candidate| (distance(typed, candidate), candidate)).min()?;
    let longest = typed.chars().count().max(best.1.chars().count());
    (best.0 * 2 <= longest).then_some(best.1)
}

/// Levenshtein distance in characters, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name_and_nonsense_finds_none() {
        let names = ["subject", "split", "site"];
        let check = |typed, expected| assert_eq!(nearest(typed, names), expected, "{typed}");
        check("subjct", Some("subject"));
        check("Splt", Some("split"));
        check("sites", Some("site"));
        check("tumour_volume", None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
