//! How notes and errors count things and name cases.

/// Names in a sentence; files list all.
const N_NAMED: usize = 5;

/// `1 case`, `2 cases`.
pub(super) fn n_of(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// `"a", "b", "c", …`.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(N_NAMED).map(|name| format!("{name:?}")).collect();
    let more = if names.next().is_some() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut() {
        assert_eq!(listed(["a", "b"]), "\"a\", \"b\"");
        assert_eq!(listed(["a"; 6]), "\"a\", \"a\", \"a\", \"a\", \"a\", …");
    }
}
