//! Residual networks: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
//! doi:10.1109/CVPR.2016.90.
//!
//! Two stems: the paper's (7×7 at stride two and a max-pool) for images of about 224 samples, and the small-image one
//! (3×3 at stride one, no pool) that the MedMNIST baselines use (Yang et al. 2023, doi:10.1038/s41597-022-01721-8).
//! In bottleneck blocks the stride sits on the 3×3 convolution, as in every current implementation.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::layer::Init;
use crate::layer::conv::Conv;
use crate::layer::linear::Linear;
use crate::layer::norm::Norm;
use crate::layer::pool::{global_mean, max_pool};
use crate::layer::residual::{Block, BlockKind, Start};
use crate::network::{Plan, Stem};

/// A residual network of four stages.
#[derive(Module, Debug)]
pub(crate) struct ResNet {
    stem: Conv,
    stem_norm: Norm,
    blocks: Vec<Block>,
    head: Linear,
    #[module(skip)]
    pool_after_stem: bool,
}

impl ResNet {
    pub(crate) fn new(kind: BlockKind, depths: [usize; 4], plan: &Plan, init: &mut Init) -> Self {
        let (kernel, stride) = match plan.stem {
            Stem::Small => (3, 1),
            Stem::Imagenet => (7, 2),
        };
        let stem = Conv::new(plan.conv_spec(plan.in_channels, plan.width, kernel, stride), init);
        let stem_norm = Norm::new(plan.width, init);
        let mut blocks = Vec::new();
        let mut channels = plan.width;
        for (stage, depth) in depths.into_iter().enumerate() {
            for index in 0..depth {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let block = Block::new((kind, Start::Random), plan, (channels, plan.width << stage, stride), init);
                channels = (plan.width << stage) * kind.expansion();
                blocks.push(block);
            }
        }
        let head = Linear::new(channels, plan.outputs, init);
        Self { stem, stem_norm, blocks, head, pool_after_stem: plan.stem == Stem::Imagenet }
    }

    /// # Shapes
    /// - `x`: `[batch, channel, z, y, x]`
    /// - output: `[batch, 8 · width · expansion, ⌈z/8⌉, ⌈y/8⌉, ⌈x/8⌉]`, a quarter of that with the ImageNet stem
    pub(crate) fn features(&self, x: Tensor<5>) -> Vec<Tensor<5>> {
        let mut x = self.stem_norm.forward_relu(self.stem.forward(x));
        if self.pool_after_stem {
            x = max_pool(x);
        }
        vec![self.blocks.iter().fold(x, |x, block| block.forward(x))]
    }

    /// # Shapes
    /// - `levels`: as `features` gives them
    /// - output: `[batch, outputs]`
    pub(crate) fn head(&self, mut levels: Vec<Tensor<5>>) -> Tensor<2> {
        let features = levels.pop().expect("a residual network gives the maps of its last stage");
        self.head.forward(global_mean(features))
    }
}
