//! Stacking: a logistic regression on the members' log odds, fitted on cases that the members did not train on.
//!
//! **Definition.** For each class `logit p = b + Σ w logit p(m)` over members m, with b and w minimizing log loss plus `½ Σ w²`
//! (Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1; ridge penalty 1 without the intercept, as scikit-learn's C = 1).
//! Newton's method with halved steps; the problem is convex and the ridge keeps separable classes finite. Of classes
//! that exclude each other each is fitted against the rest, and the scores of a case are made to sum to 1.
//! **Unknown** labels are left out. **One class** among the known is an error. **Scores outside** 0 to 1 are an error.
//! **Cost** O(n M²) a step, about ten steps.

use super::members::{expit, logit};
use super::{Members, Method, Takes};
use crate::error::{Error, Result};

pub(super) const METHOD: Method = Method {
    name: "stack",
    definition: "a ridge logistic regression on the members' log odds, fitted on predictions made out of fold",
    takes: &[Takes::Scores],
    others: "",
};

const STEPS_MAX: usize = 100;
const HALVINGS_MAX: usize = 40;
/// A Newton decrement below this is the minimum.
const DECREMENT_MIN: f64 = 1e-20;
const RIDGE: f64 = 1.0;

/// A fitted regression for each class.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// `[class]`: the intercept, then the weight of each member.
    pub coefficients: Vec<Vec<f64>>,
}

/// Fits on members' scores and truth, `[case, class]`; whoever calls hands over predictions made out of fold.
pub fn stack(members: &Members, truth: &[Option<bool>]) -> Result<Stack> {
    members.check_probabilities(METHOD.name)?;
    let n_expected = members.n_cases() * members.n_classes();
    if truth.len() != n_expected {
        return Err(Error::length(format!(
            "there are {} labels for {n_expected} scores; expected as many",
            truth.len()
        )));
    }
    let fit = |class: usize| {
        let labels = truth.iter().skip(class).step_by(members.n_classes());
        let mut data = Data { rows: Vec::new(), width: members.n_members() + 1, truth: Vec::new() };
        let columns: Vec<Vec<f64>> =
            (0..members.n_members()).map(|member| members.of_class(member, class).collect()).collect();
        for (case, label) in labels.enumerate() {
            let Some(label) = label else { continue };
            data.rows.push(1.0);
            data.rows.extend(columns.iter().map(|column| logit(column[case])));
            data.truth.push(*label);
        }
        let n_positive = data.truth.iter().filter(|label| **label).count();
        if n_positive == 0 || n_positive == data.truth.len() {
            return Err(Error::value(format!(
                "class {class} (counted from 0) is present in {n_positive} of {} cases to learn from; expected both \
                 cases with it and without it",
                data.truth.len()
            )));
        }
        data.minimize()
    };
    Ok(Stack { coefficients: (0..members.n_classes()).map(fit).collect::<Result<_>>()? })
}

impl Stack {
    /// Fused scores, `[case, class]`; an error where members or classes are others than those it was fitted on.
    pub fn apply(&self, members: &Members) -> Result<Vec<f64>> {
        members.check_probabilities(METHOD.name)?;
        let n_members = self.coefficients.first().map_or(0, |class| class.len() - 1);
        if (n_members, self.coefficients.len()) != (members.n_members(), members.n_classes()) {
            return Err(Error::length(format!(
                "there are {} members and {} classes; expected {n_members} and {}, as were fitted on",
                members.n_members(),
                members.n_classes(),
                self.coefficients.len()
            )));
        }
        let intercepts = self.coefficients.iter().map(|class| class[0]);
        let mut scores: Vec<f64> = (0..members.n_cases()).flat_map(|_| intercepts.clone()).collect();
        for (member, member_scores) in members.iter().enumerate() {
            for (at, (sum, score)) in scores.iter_mut().zip(member_scores).enumerate() {
                *sum += self.coefficients[at % members.n_classes()][member + 1] * logit(*score);
            }
        }
        for score in &mut scores {
            *score = expit(*score);
        }
        members.normalize(&mut scores);
        Ok(scores)
    }
}

/// Rows `[case, intercept and members]` with their labels.
struct Data {
    rows: Vec<f64>,
    width: usize,
    truth: Vec<bool>,
}

impl Data {
    fn minimize(&self) -> Result<Vec<f64>> {
        let mut at = vec![0.0; self.width];
        let mut loss = self.loss(&at);
        for _ in 0..STEPS_MAX {
            let (gradient, hessian) = self.derivatives(&at);
            let step = solve(hessian, gradient.clone()).ok_or_else(|| {
                Error::value("the members' scores are all alike, so that no regression can tell them apart")
            })?;
            let decrement: f64 = gradient.iter().zip(&step).map(|(g, s)| g * s).sum();
            if decrement <= DECREMENT_MIN {
                break;
            }
            let tried = (0..HALVINGS_MAX).map(|halving| {
                let share = 0.5_f64.powi(halving as i32);
                let next: Vec<f64> = at.iter().zip(&step).map(|(a, s)| a - share * s).collect();
                (self.loss(&next), next)
            });
            // No step helps any more once the loss is at the limit of its digits.
            let Some((next_loss, next)) = tried.into_iter().find(|(next, _)| *next < loss) else { break };
            (loss, at) = (next_loss, next);
        }
        Ok(at)
    }

    fn loss(&self, at: &[f64]) -> f64 {
        let penalty = 0.5 * RIDGE * at[1..].iter().map(|w| w * w).sum::<f64>();
        let losses = self.rows.chunks_exact(self.width).zip(&self.truth).map(|(row, &truth)| {
            let logit = dot(row, at) * if truth { 1.0 } else { -1.0 };
            // ln(1 + e^-x) without overflow.
            (-logit.abs()).exp().ln_1p() + (-logit).max(0.0)
        });
        penalty + losses.sum::<f64>()
    }

    fn derivatives(&self, at: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let width = self.width;
        let (mut gradient, mut hessian) = (vec![0.0; width], vec![vec![0.0; width]; width]);
        for (row, &truth) in self.rows.chunks_exact(width).zip(&self.truth) {
            let p = expit(dot(row, at));
            let (residual, spread) = (p - if truth { 1.0 } else { 0.0 }, p * (1.0 - p));
            for (i, value) in row.iter().enumerate() {
                gradient[i] += residual * value;
                hessian[i].iter_mut().zip(row).for_each(|(cell, other)| *cell += spread * value * other);
            }
        }
        for i in 1..width {
            gradient[i] += RIDGE * at[i];
            hessian[i][i] += RIDGE;
        }
        (gradient, hessian)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a positive definite system by Cholesky's method; `None` where it is not.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - sum;
            if i != j {
                matrix[i][j] = rest / matrix[j][j];
            } else if rest > 0.0 {
                matrix[i][i] = rest.sqrt();
            } else {
                return None;
            }
        }
        let sum: f64 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i][i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i][i];
    }
    Some(right)
}
