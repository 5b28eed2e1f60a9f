//! Where tensors live: a value that is passed, never a global.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// The kind of processor that runs a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The processor of this machine; always there.
    #[default]
    Cpu,
    /// A graphics processor through Vulkan or Metal; needs a build with the feature `gpu`.
    Gpu,
}

impl Device {
    pub(crate) fn open(self) -> Result<burn::tensor::Device> {
        match self {
            Self::Cpu => Ok(burn::tensor::Device::flex()),
            #[cfg(feature = "gpu")]
            Self::Gpu => Ok(burn::tensor::Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(not(feature = "gpu"))]
            Self::Gpu => Err(Error::new(
                ErrorKind::Device,
                "this build has no GPU support; expected `--device cpu`, or build with `cargo build --release --features gpu`",
            )),
        }
    }
}
