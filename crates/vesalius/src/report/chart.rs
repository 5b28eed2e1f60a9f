//! Figures as SVG text: small, static, legible in print and without color.
//!
//! A chart is one function from plain numbers to [`Svg`]; it knows no artefact.
//! Meaning is carried by dash pattern, marker and direct label, color only repeats it; the classes are in `style.css`.

mod axis;
mod bars;
mod confusion;
mod curves;
mod interval;
mod plane;
mod ranks;
mod reliability;
mod svg;

pub(super) use bars::{BarGroup, bars};
pub(super) use confusion::{ConfusionCell, confusion};
pub(super) use curves::{Curves, Line, LineStyle, curves};
pub(super) use interval::interval;
pub(super) use plane::{PlanePanel, PlanePoint, plane};
pub(crate) use ranks::RankRow;
pub(super) use ranks::ranks;
pub(super) use reliability::{ReliabilityBin, ReliabilityPanel, reliability};
pub(super) use svg::Svg;

/// How much room a panel has; text keeps its size, so that a page of panels reads as one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Two in a row.
    Large,
    /// Three in a row.
    Small,
    /// Four in a row, without direct labels.
    Tiny,
}

impl Size {
    /// Width in CSS pixels, chosen so that a full row fills the text width of 736 pixels.
    fn width_px(self) -> f64 {
        match self {
            Self::Large => 356.0,
            Self::Small => 234.0,
            Self::Tiny => 174.0,
        }
    }

    /// How many panels stand in a row.
    pub(super) fn n_columns(self) -> usize {
        match self {
            Self::Large => 2,
            Self::Small => 3,
            Self::Tiny => 4,
        }
    }
}
