//! Fabrica, our own small network: the best use of ten minutes of two processor cores.
//!
//! Three residual stages of basic blocks (He et al. 2016, doi:10.1109/CVPR.2016.90) at strides 1, 2 and 4, each block
//! starting as the identity (Goyal et al. 2017, arXiv:1706.02677), and a head that sees the mean and the maximum of every channel:
//! the mean for diffuse findings, the maximum for small ones. Volumes are halved by the stem, since their cost is cubic.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::layer::Init;
use crate::layer::conv::Conv;
use crate::layer::linear::Linear;
use crate::layer::norm::Norm;
use crate::layer::pool::{global_max, global_mean};
use crate::layer::residual::{Block, BlockKind, Start};
use crate::network::{Plan, Stem};

/// Residual blocks of each stage.
const DEPTHS: [usize; 3] = [1, 1, 1];

/// Our small residual network.
#[derive(Module, Debug)]
pub(crate) struct Fabrica {
    stem: Conv,
    stem_norm: Norm,
    blocks: Vec<Block>,
    head: Linear,
}

impl Fabrica {
    pub(crate) fn new(plan: &Plan, init: &mut Init) -> Self {
        let stride = if plan.stem == Stem::Imagenet || !plan.flat { 2 } else { 1 };
        let stem = Conv::new(plan.conv_spec(plan.in_channels, plan.width, 3, stride), init);
        let stem_norm = Norm::new(plan.width, init);
        let mut blocks = Vec::new();
        let mut channels = plan.width;
        for (stage, depth) in DEPTHS.into_iter().enumerate() {
            for index in 0..depth {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                blocks.push(Block::new(
                    (BlockKind::Basic, Start::Identity),
                    plan,
                    (channels, plan.width << stage, stride),
                    init,
                ));
                channels = plan.width << stage;
            }
        }
        let head = Linear::new(2 * channels, plan.outputs, init);
        Self { stem, stem_norm, blocks, head }
    }

    /// # Shapes
    /// - `x`: `[batch, channel, z, y, x]`
    /// - output: `[batch, 4 · width, ⌈z/4⌉, ⌈y/4⌉, ⌈x/4⌉]`, half of that for volumes
    pub(crate) fn features(&self, x: Tensor<5>) -> Tensor<5> {
        let x = self.stem_norm.forward_relu(self.stem.forward(x));
        self.blocks.iter().fold(x, |x, block| block.forward(x))
    }

    /// # Shapes
    /// - `features`: as `features` gives them
    /// - output: `[batch, outputs]`
    pub(crate) fn head(&self, features: Tensor<5>) -> Tensor<2> {
        let pooled = Tensor::cat(vec![global_mean(features.clone()), global_max(features)], 1);
        self.head.forward(pooled)
    }
}
