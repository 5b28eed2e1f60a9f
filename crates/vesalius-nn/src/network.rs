//! A network as the rest of the world sees it: configuration and seed in, plain scores out.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arch::Architecture;
use crate::arch::fabrica::Fabrica;
use crate::arch::resnet::ResNet;
use crate::device::Device;
use crate::error::{Error, ErrorKind, Result};
use crate::layer::Init;
pub use crate::layer::conv::ConvKind;
use crate::layer::conv::ConvSpec;
use crate::layer::norm::Statistics;
use crate::layer::residual::BlockKind;
use crate::parameters;

/// How a network begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stem {
    /// A 3×3 convolution at stride one: for images of up to about 64 samples.
    #[default]
    Small,
    /// A strided stem, 7×7 with a max-pool in residual networks: for images of about 224 samples.
    Imagenet,
}

/// Which network, as a recipe writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Name of the architecture.
    pub architecture: Architecture,
    /// How it begins; `small` by default, since the recipes that come first use small images.
    pub stem: Stem,
    /// How its convolutions look at volumes; `auto` takes planar for slices and volumetric for volumes.
    pub conv: ConvKind,
    /// Channels of the first stage; left out, the width that its paper gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
}

/// What goes in and how much comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Shape of one image, `[channel, z, y, x]`.
    pub input: [usize; 4],
    /// Number of scores: one for each class or finding.
    pub outputs: usize,
}

/// A configuration with every choice made; what architectures are built from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) stem: Stem,
    pub(crate) conv: ConvKind,
    pub(crate) width: usize,
    pub(crate) in_channels: usize,
    pub(crate) outputs: usize,
    /// Whether images have a single slice.
    pub(crate) flat: bool,
    /// Samples along the longest edge of an image.
    pub(crate) edge: usize,
}

impl Plan {
    fn new(config: &NetworkConfig, interface: Interface) -> Result<Self> {
        let width = config.width.unwrap_or(config.architecture.info().width);
        let [channels, z, y, x] = interface.input;
        if !(1..=1024).contains(&width) {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("network.width is {width}; expected 1 to 1024 channels"),
            ));
        }
        if [channels, z, y, x, interface.outputs].contains(&0) {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("a network cannot take images of {:?} and give {} scores", interface.input, interface.outputs),
            ));
        }
        Ok(Self {
            stem: config.stem,
            conv: config.conv.resolve(z),
            width,
            in_channels: channels,
            outputs: interface.outputs,
            flat: z == 1,
            edge: z.max(y).max(x),
        })
    }

    pub(crate) fn conv_spec(&self, n_in: usize, n_out: usize, kernel: usize, stride: usize) -> ConvSpec {
        ConvSpec { kind: self.conv, in_channels: n_in, out_channels: n_out, kernel, stride, flat: self.flat }
    }
}

/// The layers of any architecture.
#[derive(Module, Debug)]
pub(crate) enum Layers {
    Fabrica(Fabrica),
    ResNet(ResNet),
}

impl Layers {
    fn new(architecture: Architecture, plan: &Plan, init: &mut Init) -> Self {
        match architecture {
            Architecture::Fabrica => Self::Fabrica(Fabrica::new(plan, init)),
            Architecture::Resnet18 => Self::ResNet(ResNet::new(BlockKind::Basic, [2, 2, 2, 2], plan, init)),
            Architecture::Resnet50 => Self::ResNet(ResNet::new(BlockKind::Bottleneck, [3, 4, 6, 3], plan, init)),
        }
    }

    /// The maps of every level that the head looks at, each `[batch, channel, z, y, x]`; the last stage's come last.
    pub(crate) fn features(&self, x: Tensor<5>) -> Vec<Tensor<5>> {
        match self {
            Self::Fabrica(network) => network.features(x),
            Self::ResNet(network) => network.features(x),
        }
    }

    /// Scores before softmax or sigmoid, `[batch, outputs]`, from the maps of those levels.
    pub(crate) fn head(&self, levels: Vec<Tensor<5>>, statistics: Statistics) -> Tensor<2> {
        match self {
            Self::Fabrica(network) => network.head(levels, statistics),
            Self::ResNet(network) => network.head(levels),
        }
    }

    pub(crate) fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        self.head(self.features(x), Statistics::Usual)
    }
}

/// A network on a device, ready to be trained or to give scores.
#[derive(Clone, Debug)]
pub struct Network {
    pub(crate) layers: Layers,
    interface: Interface,
    device: burn::tensor::Device,
}

impl Network {
    /// A network with random weights drawn from `seed`: the same on every machine.
    pub fn new(config: &NetworkConfig, interface: Interface, seed: u64, device: Device) -> Result<Self> {
        let plan = Plan::new(config, interface)?;
        let device = device.open()?;
        let mut init = Init::new(seed, device.clone());
        Ok(Self { layers: Layers::new(config.architecture, &plan, &mut init), interface, device })
    }

    /// The same network with weights in the safetensors format, as [`Network::to_safetensors`] wrote them.
    pub fn with_weights(mut self, bytes: &[u8]) -> Result<Self> {
        let tensors = parameters::decode(bytes)?;
        self.layers = parameters::load(self.layers, &tensors)?;
        Ok(self)
    }

    /// All weights and running statistics in the safetensors format, by their path in the network.
    pub fn to_safetensors(&self) -> Result<Vec<u8>> {
        parameters::encode(&parameters::collect(&self.layers), None)
    }

    /// What this network takes and gives.
    pub fn interface(&self) -> Interface {
        self.interface
    }

    /// Number of trainable parameters.
    pub fn n_parameters(&self) -> usize {
        parameters::count(&self.layers)
    }

    /// Scores before softmax or sigmoid.
    ///
    /// # Shapes
    /// - `images`: `[batch, channel, z, y, x]`, flat, of a whole number of images
    /// - output: `[batch, outputs]`, flat
    pub fn logits(&self, images: &[f32]) -> Result<Vec<f32>> {
        Ok(floats(self.layers.forward(self.tensor(images)?)))
    }

    pub(crate) fn tensor(&self, images: &[f32]) -> Result<Tensor<5>> {
        tensor(images, self.interface.input, &self.device)
    }
}

/// Flat images of this shape as a tensor.
pub(crate) fn tensor(images: &[f32], shape: [usize; 4], device: &burn::tensor::Device) -> Result<Tensor<5>> {
    let [c, z, y, x] = shape;
    let size = c * z * y * x;
    if images.is_empty() || !images.len().is_multiple_of(size) {
        return Err(Error::new(
            ErrorKind::Data,
            format!("a batch of {} samples is no whole number of images of {shape:?}", images.len()),
        ));
    }
    Ok(Tensor::from_data(TensorData::new(images.to_vec(), [images.len() / size, c, z, y, x]), device))
}

/// The values of a tensor in C order.
pub(crate) fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data_as::<f32>().try_into_vec().expect("a tensor read as f32 holds f32")
}
