//! One column of classes that exclude each other: which classes there are, and in which order.

use std::collections::BTreeSet;

use super::{Label, Labels, Table, Task, Truth, finding, same_name};
use crate::error::{Error, ErrorKind, Result};

/// More classes than any classification has; a larger number is a mistake, not a class.
const N_CLASSES_MAX: usize = 1000;

/// Pairs of words for absent and present, in whose alphabetical order the finding might not be last.
const NEGATIVE_FIRST: &[(&str, &str)] = &[
    ("false", "true"),
    ("no", "yes"),
    ("negative", "positive"),
    ("neg", "pos"),
    ("normal", "abnormal"),
    ("healthy", "disease"),
];

pub(super) fn exclusive(table: &Table, at: usize, given: Option<&[String]>, hint: Option<&[String]>) -> Result<Labels> {
    let cells: Vec<&str> = (0..table.rows.len()).map(|row| table.cell(row, at)).map(unless_unknown).collect();
    let values: BTreeSet<&str> = cells.iter().copied().filter(|cell| !cell.is_empty()).collect();
    let named = given.map(<[String]>::to_vec).or_else(|| named_by(&values, hint));
    let (classes, order) = named.map_or_else(|| by_themselves(&values), |classes| (classes, Order::Told));
    if classes.len() < 2 || classes.len() > N_CLASSES_MAX {
        let n_classes =
            if classes.len() == 1 { "only one class".to_owned() } else { format!("{} classes", classes.len()) };
        let message = format!(
            "column {:?} of {} has {n_classes}; expected 2 to {N_CLASSES_MAX}; name all classes by option if these cases \
             do not show them, or name another column",
            table.names[at],
            table.path.display()
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let mut truths = Vec::with_capacity(cells.len());
    for (row, cell) in cells.into_iter().enumerate() {
        let class = class_of(cell, &classes);
        if class.is_none() && !cell.is_empty() {
            let message = format!(
                "{} has class {cell:?} in row {}; expected one of [{}], or its number from 0; correct it, or name the classes",
                table.path.display(),
                row + 2,
                classes.join(", ")
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        truths.push(Truth::Class(class));
    }
    let task = if classes.len() == 2 { Task::Binary } else { Task::MultiClass };
    let note = match (order, &classes[..]) {
        (Order::Alphabet, [_, last]) => Some(format!(
            "the classes [{}] stand in the order of the alphabet, so that {last:?} counts as positive; name them by option \
             to change that",
            classes.join(", ")
        )),
        _ => None,
    };
    Ok(Labels { task, classes, truths, note })
}

/// How the order of classes came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Told,
    Alphabet,
}

/// Words for unknown become an empty cell, but 0 and false stay.
fn unless_unknown(cell: &str) -> &str {
    if finding(cell) == Some(Label::Unknown) && cell != "none" { "" } else { cell }
}

fn class_of(cell: &str, classes: &[String]) -> Option<usize> {
    let exact = classes.iter().position(|class| class == cell);
    let similar = || classes.iter().position(|class| !cell.is_empty() && same_name(class, cell));
    exact.or_else(similar).or_else(|| number(cell).filter(|class| *class < classes.len()))
}

/// A class number, also as some writers print it: `1.0`.
fn number(cell: &str) -> Option<usize> {
    cell.strip_suffix(".0").unwrap_or(cell).parse().ok()
}

/// The names of the scores, if they can be those of the classes: all values are among them, or number them.
fn named_by(values: &BTreeSet<&str>, hint: Option<&[String]>) -> Option<Vec<String>> {
    let hint = hint?;
    if values.iter().all(|value| class_of(value, hint).is_some()) {
        return Some(hint.to_vec());
    }
    // A single score column names the positive class, and the other value is the negative one.
    let [not, positive] = hint else { return None };
    if !not.starts_with("not ") || values.len() != 2 {
        return None;
    }
    let other = values.iter().find(|value| !same_name(value, positive))?;
    values.iter().any(|value| same_name(value, positive)).then(|| vec![(*other).to_owned(), positive.clone()])
}

/// Numbers in their order, known pairs with the finding last, all else by the alphabet.
fn by_themselves(values: &BTreeSet<&str>) -> (Vec<String>, Order) {
    let numbers: Option<BTreeSet<usize>> = values.iter().map(|value| number(value)).collect();
    let numbered = |classes: std::ops::Range<usize>| classes.map(|class| class.to_string()).collect();
    match numbers.as_ref().and_then(|numbers| Some((*numbers.first()?, *numbers.last()?))) {
        // Some count two classes from one.
        Some((1, 2)) => return (numbered(1..3), Order::Told),
        Some((_, largest)) => return (numbered(0..largest.saturating_add(1).clamp(2, N_CLASSES_MAX + 1)), Order::Told),
        None => {}
    }
    let has = |word: &str| values.iter().find(|value| value.eq_ignore_ascii_case(word));
    let pair = NEGATIVE_FIRST.iter().find_map(|(absent, present)| Some([*has(absent)?, *has(present)?]));
    match pair {
        Some(pair) if values.len() == 2 => (pair.map(str::to_owned).to_vec(), Order::Told),
        _ => (values.iter().map(|value| (*value).to_owned()).collect(), Order::Alphabet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(values: &[&str], hint: Option<&[&str]>) -> Vec<String> {
        let values: BTreeSet<&str> = values.iter().copied().collect();
        let hint: Option<Vec<String>> = hint.map(|hint| hint.iter().map(|label| (*label).to_owned()).collect());
        named_by(&values, hint.as_deref()).unwrap_or_else(|| by_themselves(&values).0)
    }

    #[test]
    fn the_order_of_classes() {
        assert_eq!(order(&["0", "1"], None), ["0", "1"]);
        assert_eq!(order(&["1.0", "3.0"], None), ["0", "1", "2", "3"]);
        assert_eq!(order(&["yes", "no"], None), ["no", "yes"]);
        assert_eq!(order(&["Disease", "Healthy"], None), ["Healthy", "Disease"]);
        assert_eq!(order(&["b", "a", "c"], None), ["a", "b", "c"]);
        assert_eq!(order(&["b", "a"], Some(&["b", "a"])), ["b", "a"]);
        assert_eq!(order(&["0", "1"], Some(&["normal", "pneumonia"])), ["normal", "pneumonia"]);
        assert_eq!(order(&["cancer", "clear"], Some(&["not cancer", "cancer"])), ["clear", "cancer"]);
        assert_eq!(order(&["Left_Lung", "heart"], Some(&["heart", "left lung"])), ["heart", "left lung"]);
        assert_eq!(order(&["benign", "malignant"], Some(&["0", "1"])), ["benign", "malignant"]);
    }
}
