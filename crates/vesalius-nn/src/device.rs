//! Where tensors live: a value that is passed, never a global.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// Name and version of what computes tensors, for the record of a run.
pub const BACKEND: (&str, &str) = ("burn", "0.22.1");

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backend_is_the_one_that_is_locked() {
        let (name, version) = BACKEND;
        let lock = std::fs::read_to_string("../../Cargo.lock").expect("the workspace has a lock file");
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&entry), "Cargo.lock has another version of {name} than {version}");
    }
}
