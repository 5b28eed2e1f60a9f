//! A parameter that may be random: a number is fixed, a pair is a range.

use std::borrow::Cow;
use std::fmt;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that is drawn uniformly from `low` to `high`; equal ends are a fixed value.
///
/// In a configuration a number is fixed and a pair is a range: `scale = 1.1` or `scale = [0.9, 1.1]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    low: f64,
    high: f64,
}

impl Range {
    /// Always this value.
    pub const fn fixed(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// Any value from `low` to `high`, each as likely; [`super::Augment::check`] refuses ends in the wrong order.
    pub const fn between(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The smallest value.
    pub fn low(self) -> f64 {
        self.low
    }

    /// The largest value.
    pub fn high(self) -> f64 {
        self.high
    }

    /// Whether the value is always exactly this one.
    pub(super) fn is_always(self, value: f64) -> bool {
        self.low.total_cmp(&value).is_eq() && self.high.total_cmp(&value).is_eq()
    }

    /// A value; a fixed one draws nothing from `rng`.
    pub(super) fn sample(self, rng: &mut ChaCha8Rng) -> f64 {
        if self.is_always(self.low) { self.low } else { self.low + (self.high - self.low) * rng.random::<f64>() }
    }
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_always(self.low) {
            serializer.serialize_f64(self.low)
        } else {
            [self.low, self.high].serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RangeVisitor)
    }
}

/// Takes a number or a pair, and says so where it finds something else.
struct RangeVisitor;

impl<'de> Visitor<'de> for RangeVisitor {
    type Value = Range;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number (fixed) or a pair [low, high] (a uniform range)")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Range, E> {
        Ok(Range::fixed(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Range, E> {
        Ok(Range::fixed(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Range, E> {
        Ok(Range::fixed(value as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Range, A::Error> {
        let mut next = |idx| pair.next_element()?.ok_or_else(|| de::Error::invalid_length(idx, &self));
        let range = Range::between(next(0)?, next(1)?);
        match pair.next_element::<f64>()? {
            None => Ok(range),
            Some(_) => Err(de::Error::invalid_length(3, &self)),
        }
    }
}

impl JsonSchema for Range {
    fn schema_name() -> Cow<'static, str> {
        "Range".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a number (fixed) or a pair [low, high] (drawn uniformly)",
            "anyOf": [
                { "type": "number" },
                { "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 },
            ],
        })
    }
}
