//! Which columns of a table are scores, and of which class.

use super::table::{Table, case_column};
use super::{Predictions, Row};
use crate::error::{Error, ErrorKind, Result};

/// What stands before the class in the name of a score column.
const PREFIXES: &[&str] = &[
    "score.",
    "score_",
    "prob.",
    "prob_",
    "proba_",
    "probability.",
    "probability_",
    "pred_",
    "p_",
    "y_score_",
    "y_prob_",
];

/// Names of the one score column of a binary task: the score of the positive class.
const SINGLE: &[&str] = &[
    "score",
    "prob",
    "proba",
    "probability",
    "y_score",
    "y_prob",
    "y_pred",
    "pred",
    "prediction",
    "predicted",
    "p",
    "output",
    "risk",
];

/// Columns by name, where a table does not use the usual ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The column that tells cases apart; default one of `case`, `id`, `image`, `index` and the like.
    pub case: Option<String>,
    /// The columns of scores in the order of the classes, or for two classes that of the positive one alone; default
    /// `score.<class>`, `<class>`, or one column such as `score` or `prob`.
    pub scores: Option<Vec<String>>,
}

/// Whether two names are the same but for case, spaces and punctuation.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let letters =
        |name: &'_ str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters(a) == letters(b)
}

/// Where scores are.
struct ScoreColumns {
    labels: Vec<String>,
    columns: Vec<usize>,
}

pub(super) fn predictions(table: &Table, columns: &Columns, classes: Option<&[String]>) -> Result<Predictions> {
    let case_at = case_column(table, columns.case.as_deref())?;
    let scores = match &columns.scores {
        Some(names) => given(table, names, classes)?,
        None => found(table, case_at, classes)?,
    };
    let word = |row: usize, column: Option<usize>| column.map_or("", |column| table.cell(row, column)).to_owned();
    let [subject, fold, member] = [&["subject", "subject_id", "patient", "patient_id"][..], &["fold"], &["member"]]
        .map(|names| table.usual(names));
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let case = table.cell(row, case_at);
        if case.is_empty() {
            let message = format!("{} has no case in row {}; name it", table.path.display(), row + 2);
            return Err(Error::new(ErrorKind::Data, message));
        }
        let mut values = scores.columns.iter().map(|&at| table.score(row, at, case)).collect::<Result<Vec<f64>>>()?;
        complete(&mut values, &scores.labels);
        rows.push(Row {
            case: case.to_owned(),
            subject: word(row, subject.filter(|at| *at != case_at)),
            fold: word(row, fold),
            member: word(row, member),
            scores: values,
        });
    }
    Ok(Predictions { labels: scores.labels, rows })
}

/// One score for two classes is that of the positive one.
pub(super) fn complete(values: &mut Vec<f64>, labels: &[String]) {
    if values.len() == 1 && labels.len() == 2 {
        values.insert(0, 1.0 - values[0]);
    }
}

/// The labels of `n_columns` scores where names say nothing: the classes in their order, or numbers.
pub(super) fn by_position(n_columns: usize, classes: Option<&[String]>) -> Option<Vec<String>> {
    match classes {
        Some(classes) if classes.len() == n_columns || (classes.len() == 2 && n_columns == 1) => Some(classes.to_vec()),
        Some(_) => None,
        None => Some((0..n_columns.max(2)).map(|class| class.to_string()).collect()),
    }
}

fn given(table: &Table, names: &[String], classes: Option<&[String]>) -> Result<ScoreColumns> {
    let columns = names.iter().map(|name| table.given(name)).collect::<Result<Vec<usize>>>()?;
    let Some(classes) = classes else {
        // One column of nothing known is the positive one of two.
        let labels = if names.len() == 1 { vec!["0".to_owned(), "1".to_owned()] } else { names.to_vec() };
        return Ok(ScoreColumns { labels, columns });
    };
    let labels = by_position(columns.len(), Some(classes)).ok_or_else(|| {
        let message = format!(
            "{} score columns were named for {} classes [{}]; expected one for each in this order, or for two classes that of \
             the last",
            names.len(),
            classes.len(),
            classes.join(", ")
        );
        Error::new(ErrorKind::Configuration, message)
    })?;
    Ok(ScoreColumns { labels, columns })
}

fn found(table: &Table, case_at: usize, classes: Option<&[String]>) -> Result<ScoreColumns> {
    let prefixed = PREFIXES.iter().map(|prefix| prefixed(table, prefix)).find(|found| !found.is_empty());
    if let Some(prefixed) = prefixed {
        return match classes {
            None => Ok(unknown_classes(prefixed)),
            Some(classes) => in_order(table, &prefixed, classes),
        };
    }
    if let Some(classes) = classes {
        let bare: Vec<(String, usize)> = table
            .names
            .iter()
            .cloned()
            .enumerate()
            .filter(|(at, _)| *at != case_at)
            .map(|(at, name)| (name, at))
            .collect();
        let mentions = |class: &String| bare.iter().any(|(name, _)| same_name(name, class));
        if classes.iter().any(mentions) || are_numbers(&bare, classes.len()) {
            return in_order(table, &bare, classes);
        }
    }
    let single = table.usual(SINGLE).filter(|_| classes.is_none_or(|classes| classes.len() <= 2));
    if let Some(column) = single {
        let labels = classes.map_or_else(|| vec!["0".to_owned(), "1".to_owned()], <[String]>::to_vec);
        return Ok(ScoreColumns { labels, columns: vec![column] });
    }
    Err(no_scores(table, classes))
}

/// Columns whose name begins so, by the rest of their name.
fn prefixed(table: &Table, prefix: &str) -> Vec<(String, usize)> {
    let rest = |name: &str| {
        let start = name.get(..prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| name[prefix.len()..].to_owned()).filter(|rest| !rest.is_empty())
    };
    table.names.iter().enumerate().filter_map(|(at, name)| Some((rest(name)?, at))).collect()
}

/// Without classes to compare with, the table's own order holds; one column is the positive one of two.
fn unknown_classes(prefixed: Vec<(String, usize)>) -> ScoreColumns {
    let (mut labels, columns): (Vec<String>, Vec<usize>) = prefixed.into_iter().unzip();
    if labels.len() == 1 {
        labels.insert(0, format!("not {}", labels[0]));
    }
    ScoreColumns { labels, columns }
}

fn are_numbers(columns: &[(String, usize)], n_classes: usize) -> bool {
    (0..n_classes).all(|class| columns.iter().any(|(name, _)| *name == class.to_string()))
}

/// The column of every class: by name, by number, or for two classes the last alone.
fn in_order(table: &Table, columns: &[(String, usize)], classes: &[String]) -> Result<ScoreColumns> {
    let of_name = |wanted: &str| {
        let exact = columns.iter().find(|(name, _)| name == wanted);
        exact.or_else(|| columns.iter().find(|(name, _)| same_name(name, wanted))).map(|(_, at)| *at)
    };
    let named: Option<Vec<usize>> = classes.iter().map(|class| of_name(class)).collect();
    let numbered = || (0..classes.len()).map(|class| of_name(&class.to_string())).collect::<Option<Vec<usize>>>();
    let positive = || match classes {
        [_, last] => of_name(last).map(|at| vec![at]),
        _ => None,
    };
    let columns = named.or_else(numbered).or_else(positive).ok_or_else(|| no_scores(table, Some(classes)))?;
    Ok(ScoreColumns { labels: classes.to_vec(), columns })
}

fn no_scores(table: &Table, classes: Option<&[String]>) -> Error {
    let expected = match classes {
        Some(classes @ [_, last]) => format!(
            "score.<class> for the classes [{}], score.{last} alone, or one column such as score or prob",
            classes.join(", ")
        ),
        Some(classes) => format!("score.<class> or <class> for each of [{}]", classes.join(", ")),
        None => "score.<class>, or for two classes one column such as score or prob".to_owned(),
    };
    let message = format!(
        "{} has no scores that can be told; it has the columns [{}]; expected {expected}; name the score columns by option",
        table.path.display(),
        table.names.join(", ")
    );
    Error::new(ErrorKind::Format, message)
}
