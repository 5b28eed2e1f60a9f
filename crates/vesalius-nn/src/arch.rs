//! The architectures, one file each with its paper in the header, behind one registry.

pub(crate) mod fabrica;
pub(crate) mod resnet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of an architecture, as a recipe writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Our small residual network: the best use of ten minutes of a processor.
    #[default]
    Fabrica,
    /// The 18-layer residual network.
    Resnet18,
    /// The 50-layer residual network with bottlenecks.
    Resnet50,
}

/// What is known of an architecture without building it.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Its name in configuration.
    pub name: &'static str,
    /// Which architecture it is.
    pub architecture: Architecture,
    /// Channels of the first stage unless the configuration says otherwise.
    pub width: usize,
    /// One clause on what it is for.
    pub purpose: &'static str,
}

/// Every architecture; a new one is a sibling file and a line here.
pub const ARCHITECTURES: &[Info] = &[
    Info {
        name: "fabrica",
        architecture: Architecture::Fabrica,
        width: 32,
        purpose: "small residual network for training on a processor in minutes",
    },
    Info {
        name: "resnet18",
        architecture: Architecture::Resnet18,
        width: 64,
        purpose: "published baseline, basic blocks",
    },
    Info {
        name: "resnet50",
        architecture: Architecture::Resnet50,
        width: 64,
        purpose: "published baseline, bottleneck blocks",
    },
];

impl Architecture {
    /// What is known of this architecture.
    ///
    /// # Panics
    /// Never, as long as every architecture has a line in [`ARCHITECTURES`].
    pub fn info(self) -> &'static Info {
        ARCHITECTURES
            .iter()
            .find(|info| info.architecture == self)
            .expect("every architecture has a line in the registry")
    }
}
