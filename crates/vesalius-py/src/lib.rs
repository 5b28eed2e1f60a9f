//! The Python module `vesalius`: conversions, and nothing that could be right or wrong by itself.
//!
//! Every function takes plain sequences (lists, tuples or arrays), releases the interpreter's lock while it computes,
//! and gives back numbers, lists and dictionaries.

use pyo3::FromPyObject;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::{Bound, PyAny, PyAnyMethods, PyErr, PyResult, Python, pymodule};
use vesalius_stats::classify::{Cases, Options, measure};

/// Medical images into evidence: how good a classifier is, with intervals.
#[pymodule]
mod vesalius {
    use super::{
        Bound, Options, PyAny, PyAnyMethods, PyResult, PyValueError, Python, Truth, cases, measure, value_error,
    };

    use pyo3::prelude::pyfunction;

    /// The area under the ROC curve, ties counted half; None where one of the two classes is absent.
    #[pyfunction]
    fn auroc(py: Python<'_>, truth: Vec<bool>, score: Vec<f64>) -> PyResult<Option<f64>> {
        if truth.len() != score.len() || score.iter().any(|score| score.is_nan()) {
            let (n_truth, n_scores) = (truth.len(), score.len());
            let message = format!("{n_truth} labels and {n_scores} scores; expected a label a score, and no NaN");
            return Err(PyValueError::new_err(message));
        }
        Ok(py.detach(move || vesalius_stats::classify::auroc(&truth, &score)))
    }

    /// Every metric of a classification with its interval, and its curves, as a dictionary.
    ///
    /// `truth` holds the class index of each case, or for each case a row of True, False or None for findings that may
    /// be present together. `scores` holds a row for each case with a score for each class.
    #[pyfunction]
    #[pyo3(signature = (truth, scores, classes, *, level=None, replicates=None, seed=None, threshold=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python, each with a default")]
    fn measure_classify(
        py: Python<'_>,
        truth: Truth,
        scores: Vec<Vec<f64>>,
        classes: Vec<String>,
        level: Option<f64>,
        replicates: Option<u32>,
        seed: Option<u64>,
        threshold: Option<f64>,
    ) -> PyResult<Bound<'_, PyAny>> {
        let default = Options::default();
        let options = Options {
            level: level.unwrap_or(default.level),
            replicates: replicates.unwrap_or(default.replicates),
            seed: seed.unwrap_or(default.seed),
            threshold: threshold.unwrap_or(default.threshold),
            ..default
        };
        let json = py.detach(move || {
            let scores = measure(&cases(&truth, &scores, &classes)?, &options).map_err(value_error)?;
            serde_json::to_string(&scores).map_err(value_error)
        });
        py.import("json")?.call_method1("loads", (json?,))
    }
}

/// What Python holds as truth.
#[derive(FromPyObject)]
enum Truth {
    #[pyo3(transparent)]
    Classes(Vec<usize>),
    #[pyo3(transparent)]
    Findings(Vec<Vec<Option<bool>>>),
}

fn cases(truth: &Truth, scores: &[Vec<f64>], classes: &[String]) -> PyResult<Cases> {
    if let Some(case) = scores.iter().position(|row| row.len() != classes.len()) {
        let (n_scores, n_classes) = (scores[case].len(), classes.len());
        let message = format!("case {case} has {n_scores} scores; expected one for each of {n_classes} classes");
        return Err(PyValueError::new_err(message));
    }
    let cases = match truth {
        Truth::Classes(truth) => Cases::exclusive(classes, truth, &scores.concat()),
        Truth::Findings(truth) => Cases::findings(classes, &truth.concat(), &scores.concat()),
    };
    cases.map_err(value_error)
}

fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}
