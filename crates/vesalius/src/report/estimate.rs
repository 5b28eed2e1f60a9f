//! Estimates as `scores.json` holds them, and how they are printed.

use serde::Deserialize;

use super::{glossary, text};

/// One number with its interval, size and method.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Estimate {
    pub(super) metric: String,
    #[serde(default)]
    pub(super) target: String,
    #[serde(default)]
    pub(super) group: String,
    pub(super) value: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) level: f64,
    pub(super) method: String,
    pub(super) n: u64,
    #[serde(default)]
    pub(super) undefined: Option<String>,
}

impl Estimate {
    /// Whether this is the named metric.
    pub(super) fn is(&self, metric: &str) -> bool {
        normal(&self.metric) == metric
    }

    /// Whether it is about the classes together, or a mean over them.
    pub(super) fn is_over_all_classes(&self) -> bool {
        matches!(self.target.as_str(), "" | "all" | "macro" | "micro" | "weighted" | "mean")
    }

    /// `0.944 (0.921–0.962)`, or why there is no value.
    pub(super) fn text(&self) -> String {
        match (self.value, self.interval()) {
            (None, _) => self.reason(),
            (Some(value), None) => text::decimal(value),
            (Some(value), Some(interval)) => format!("{} ({interval})", text::decimal(value)),
        }
    }

    /// `0.944 (95% CI, 0.921–0.962; DeLong)`, or why there is no value.
    pub(super) fn long_text(&self) -> String {
        match (self.value, self.interval()) {
            (Some(value), Some(interval)) => {
                let (level, method) = (text::level(self.level), glossary::method_name(&self.method));
                format!("{} ({level} CI, {interval}; {method})", text::decimal(value))
            }
            _ => self.text(),
        }
    }

    /// `0.921–0.962`.
    pub(super) fn interval(&self) -> Option<String> {
        Some(format!("{}–{}", text::decimal(self.low?), text::decimal(self.high?)))
    }

    /// Why there is no value.
    pub(super) fn reason(&self) -> String {
        format!("undefined: {}", self.undefined.as_deref().unwrap_or("no reason was recorded"))
    }
}

/// Metric names with one spelling.
pub(super) fn normal(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['-', ' '], "_")
}
