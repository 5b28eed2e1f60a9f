//! What becomes of voxels on which labels tie: a named rule, never the order of a sort.

/// Which label a voxel gets where several have equally much for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// Background, label 0: what is not decided is nothing.
    #[default]
    Background,
    /// The highest of the tied labels, as where labels ascend in severity.
    Highest,
    /// The label of the first rater who gave one of the tied ones.
    First,
}

impl Ties {
    /// All rules, the default first.
    pub const ALL: &'static [Self] = &[Self::Background, Self::Highest, Self::First];

    /// Its name in options and methods.
    pub fn name(self) -> &'static str {
        match self {
            Self::Background => "background",
            Self::Highest => "highest",
            Self::First => "first",
        }
    }

    /// The label among `tied`, which are ascending and not empty; `said` is what each rater said.
    pub(super) fn decide(self, tied: &[u32], said: &[u32]) -> u32 {
        match (self, tied) {
            (_, [label]) => *label,
            (Self::Background, _) => 0,
            (Self::Highest, _) => tied.last().copied().unwrap_or(0),
            (Self::First, _) => said.iter().find(|label| tied.contains(label)).copied().unwrap_or(0),
        }
    }
}
