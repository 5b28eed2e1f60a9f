//! Lesions and marks of the same cases, checked once: finite numbers, cases and classes that exist.

use super::options::Rule;
use super::shape::Shape;
use crate::error::{Error, Result};

/// What is there to be found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lesion {
    /// The case that it is in.
    pub case: usize,
    /// Its class.
    pub class: usize,
    /// Where it is.
    pub shape: Shape,
    /// Whether it counts.
    pub role: Role,
}

/// What was pointed at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// The case that it is in.
    pub case: usize,
    /// Its class.
    pub class: usize,
    /// How sure it is, any finite number.
    pub score: f64,
    /// Where it is.
    pub shape: Shape,
}

/// What a lesion counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is to be found.
    Counted,
    /// It need not be found, and marks that hit it, any number, count neither way.
    Ignored,
    /// The same of a box around many: what counts is how much of the mark lies in it, not the union.
    Crowd,
}

/// How much the regions of a mark and a lesion overlap, such as their intersection over union.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Index of the mark.
    pub mark: usize,
    /// Index of the lesion.
    pub lesion: usize,
    /// From 0 to 1.
    pub value: f64,
}

/// Lesions and marks of cases.
#[derive(Clone, Debug)]
pub struct Detections {
    pub(super) classes: Vec<String>,
    pub(super) n_cases: usize,
    pub(super) lesions: Vec<Lesion>,
    pub(super) marks: Vec<Mark>,
    pub(super) overlaps: Vec<Overlap>,
}

impl Detections {
    /// Lesions and marks; cases that have neither count too, as false positives are counted over all cases.
    pub fn new(classes: &[String], n_cases: usize, lesions: Vec<Lesion>, marks: Vec<Mark>) -> Result<Self> {
        let n = lesions.len().max(marks.len()).max(n_cases);
        if u32::try_from(n).is_err() {
            return Err(Error::length(format!("there are {n} of a kind; expected fewer than {}", u32::MAX)));
        }
        for (what, idx, case, class, shape) in lesions
            .iter()
            .enumerate()
            .map(|(idx, lesion)| ("lesion", idx, lesion.case, lesion.class, lesion.shape))
            .chain(marks.iter().enumerate().map(|(idx, mark)| ("mark", idx, mark.case, mark.class, mark.shape)))
        {
            let refuse = |why: String| Err(Error::value(format!("{what} {idx} (counted from 0) {why}")));
            if case >= n_cases || class >= classes.len() {
                let n_classes = classes.len();
                let of = format!("is in case {case} and class {class}, of {n_cases} cases and {n_classes} classes");
                return refuse(format!("{of}; expected them to exist"));
            }
            if let Some(flaw) = shape.flaw() {
                return refuse(flaw);
            }
        }
        if let Some((idx, mark)) = marks.iter().enumerate().find(|(_, mark)| !mark.score.is_finite()) {
            let message = format!(
                "mark {idx} (counted from 0) of case {} has score {}; expected a finite number; leave the mark out, or \
                 find out why its model failed",
                mark.case, mark.score
            );
            return Err(Error::value(message));
        }
        Ok(Self { classes: classes.to_vec(), n_cases, lesions, marks, overlaps: Vec::new() })
    }

    /// The same with the overlaps of regions; pairs that are not named do not overlap.
    pub fn with_overlaps(mut self, overlaps: Vec<Overlap>) -> Result<Self> {
        for overlap in &overlaps {
            let (mark, lesion) = (self.marks.get(overlap.mark), self.lesions.get(overlap.lesion));
            let is_pair = mark.zip(lesion).is_some_and(|(mark, lesion)| mark.case == lesion.case);
            if !(is_pair && (0.0..=1.0).contains(&overlap.value)) {
                let message = format!(
                    "mark {} and lesion {} (counted from 0) overlap by {}; expected two of the same case and 0 to 1",
                    overlap.mark, overlap.lesion, overlap.value
                );
                return Err(Error::value(message));
            }
        }
        self.overlaps = overlaps;
        Ok(self)
    }

    /// The classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What is there to be found.
    pub fn lesions(&self) -> &[Lesion] {
        &self.lesions
    }

    /// What was pointed at.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// An error where a rule cannot be applied to the shapes.
    pub(super) fn check(&self, rule: Rule) -> Result<()> {
        let of_lesions = self.lesions.iter().map(|lesion| ("a lesion", lesion.shape, rule.takes_lesion(lesion.shape)));
        let of_marks = self.marks.iter().map(|mark| ("a mark", mark.shape, rule.takes_mark(mark.shape)));
        match of_lesions.chain(of_marks).find(|(.., is_taken)| !is_taken) {
            None => Ok(()),
            Some((what, shape, _)) => Err(Error::value(format!(
                "{what} is {}; the rule of hits \"{}\" expects {}; choose another rule, or give what it needs",
                name(shape),
                rule.name(),
                rule.expects()
            ))),
        }
    }
}

fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::Point(_) => "a point",
        Shape::Sphere { .. } => "a point with a radius",
        Shape::Box { .. } => "a box",
        Shape::Region => "a region of voxels",
    }
}
