//! The one convolution: its kind is configuration, its arithmetic is the seam in `kernel`.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Init;
use super::conv_op::{ConvShape, conv};

/// How a convolution looks at a volume.
///
/// Strides always apply to all three axes, so that every kind shrinks a volume alike;
/// on a single slice all kinds but `separable` and `factorized` compute the same as `planar`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConvKind {
    /// `planar` for single slices, `volumetric` for volumes.
    #[default]
    Auto,
    /// 1×k×k: 2-D images, and "2.5-D" on volumes.
    #[serde(alias = "2.5d")]
    Planar,
    /// k×k×k.
    #[serde(alias = "3d")]
    Volumetric,
    /// One bank of 2-D kernels dealt over the axial, coronal and sagittal planes, as many parameters as in 2-D
    /// (Yang et al. 2021, doi:10.1109/JBHI.2021.3049452).
    Acs,
    /// 1×k×k then k×1×1 (Tran et al. 2018, doi:10.1109/CVPR.2018.00675, without the nonlinearity between).
    Factorized,
    /// Depth-wise k×k×k (1×k×k on a single slice) then 1×1×1 (Chollet 2017, doi:10.1109/CVPR.2017.195).
    Separable,
}

impl ConvKind {
    /// What `auto` means for images of this many slices.
    pub(crate) fn resolve(self, n_slices: usize) -> Self {
        match self {
            Self::Auto if n_slices > 1 => Self::Volumetric,
            Self::Auto => Self::Planar,
            other => other,
        }
    }
}

/// What a convolution does, apart from its weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConvSpec {
    pub(crate) kind: ConvKind,
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    /// Edge of the kernel in samples; odd, so that padding by half of it keeps the size at stride one.
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// Whether the images have one slice only; it decides the extent of separable kernels.
    pub(crate) flat: bool,
}

/// A convolution without bias; a norm always follows it and brings its own.
#[derive(Module, Debug)]
pub(crate) struct Conv {
    /// `[out, in / groups, z, y, x]`; factorized and separable convolutions have two.
    kernels: Vec<Param<Tensor<5>>>,
    #[module(skip)]
    spec: ConvSpec,
}

impl Conv {
    pub(crate) fn new(spec: ConvSpec, init: &mut Init) -> Self {
        let ConvSpec { in_channels, out_channels, kernel: k, .. } = spec;
        let shapes: Vec<[usize; 5]> = match spec.kind {
            ConvKind::Volumetric => vec![[out_channels, in_channels, k, k, k]],
            ConvKind::Auto | ConvKind::Planar | ConvKind::Acs => vec![[out_channels, in_channels, 1, k, k]],
            // A kernel of one sample has nothing to factorize or to separate.
            ConvKind::Factorized | ConvKind::Separable if k == 1 => vec![[out_channels, in_channels, 1, 1, 1]],
            ConvKind::Factorized => vec![[out_channels, in_channels, 1, k, k], [out_channels, out_channels, k, 1, 1]],
            ConvKind::Separable => {
                vec![[in_channels, 1, if spec.flat { 1 } else { k }, k, k], [out_channels, in_channels, 1, 1, 1]]
            }
        };
        Self { kernels: shapes.into_iter().map(|shape| he_normal(shape, init)).collect(), spec }
    }

    /// # Shapes
    /// - `x`: `[batch, in_channels, z, y, x]`
    /// - output: `[batch, out_channels, ⌈z/stride⌉, ⌈y/stride⌉, ⌈x/stride⌉]`
    pub(crate) fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let stride = self.spec.stride;
        let whole = [stride; 3];
        let weight = |index: usize| self.kernels[index].val();
        match self.spec.kind {
            ConvKind::Acs => self.forward_acs(&x),
            ConvKind::Factorized if self.kernels.len() == 2 => {
                let x = conv(x, weight(0), same(&weight(0), [1, stride, stride], 1));
                conv(x, weight(1), same(&weight(1), [stride, 1, 1], 1))
            }
            ConvKind::Separable if self.kernels.len() == 2 => {
                let groups = self.spec.in_channels;
                let x = conv(x, weight(0), same(&weight(0), whole, groups));
                conv(x, weight(1), same(&weight(1), [1; 3], 1))
            }
            _ => conv(x, weight(0), same(&weight(0), whole, 1)),
        }
    }

    /// Deals the kernel bank over the three planes and stacks what they see.
    fn forward_acs(&self, x: &Tensor<5>) -> Tensor<5> {
        let bank = self.kernels[0].val();
        let [_, _, _, k, _] = bank.dims();
        let mut start = 0;
        let maps = acs_split(self.spec.out_channels)
            .into_iter()
            .zip([[1, k, k], [k, 1, k], [k, k, 1]])
            .filter(|(n, _)| *n > 0)
            .map(|(n, [kz, ky, kx])| {
                let part = bank.clone().narrow(0, start, n).reshape([n, self.spec.in_channels, kz, ky, kx]);
                start += n;
                let shape = same(&part, [self.spec.stride; 3], 1);
                conv(x.clone(), part, shape)
            })
            .collect();
        Tensor::cat(maps, 1)
    }
}

/// Padding by half a kernel, which keeps the size at stride one.
fn same(weight: &Tensor<5>, stride: [usize; 3], groups: usize) -> ConvShape {
    let [_, _, z, y, x] = weight.dims();
    ConvShape { stride, padding: [z / 2, y / 2, x / 2], dilation: [1; 3], groups }
}

/// How many output channels look along each plane: axial, coronal, sagittal.
/// What a division by three leaves goes to the axial plane first, then to the coronal.
pub(crate) fn acs_split(out_channels: usize) -> [usize; 3] {
    let third = out_channels / 3;
    let rest = out_channels % 3;
    [third + usize::from(rest > 0), third + usize::from(rest > 1), third]
}

/// Weights that keep the variance of activations through a ReLU (He et al. 2015, doi:10.1109/ICCV.2015.123), by fan-in.
fn he_normal(shape: [usize; 5], init: &mut Init) -> Param<Tensor<5>> {
    let fan_in: usize = shape[1..].iter().product();
    let values = init.normal(shape.iter().product(), (2.0 / fan_in as f64).sqrt());
    Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), &init.device))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::floats;

    /// ACS equals a volumetric convolution whose kernels are the 2-D ones, each laid into its plane.
    #[test]
    fn acs_is_a_volumetric_convolution_with_embedded_kernels() {
        let device = burn::tensor::Device::flex();
        for (out_channels, stride, kernel) in [(3, 1, 3), (4, 2, 3), (5, 1, 3), (1, 2, 3), (8, 2, 7)] {
            let mut init = Init::new(1, device.clone());
            let spec = ConvSpec { kind: ConvKind::Acs, in_channels: 2, out_channels, kernel, stride, flat: false };
            let acs = Conv::new(spec, &mut init);
            let volume =
                Tensor::from_data(TensorData::new(init.normal(3 * 2 * 9 * 8 * 11, 1.0), [3, 2, 9, 8, 11]), &device);
            let bank = floats(acs.kernels[0].val());
            let (k, center) = (kernel, kernel / 2);
            let mut embedded = vec![0.0; out_channels * 2 * k * k * k];
            let [axial, coronal, _] = acs_split(out_channels);
            for (at, value) in bank.into_iter().enumerate() {
                let (filter, row, column) = (at / (k * k), at / k % k, at % k);
                let out = filter / 2;
                let [z, y, x] = match out {
                    _ if out < axial => [center, row, column],
                    _ if out < axial + coronal => [row, center, column],
                    _ => [row, column, center],
                };
                embedded[((filter * k + z) * k + y) * k + x] = value;
            }
            let weight = Tensor::from_data(TensorData::new(embedded, [out_channels, 2, k, k, k]), &device);
            let shape = same(&weight, [stride; 3], 1);
            let expected = floats(conv(volume.clone(), weight, shape));
            for (ours, expected) in floats(acs.forward(volume)).iter().zip(&expected) {
                assert!((ours - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{ours}, expected {expected}");
            }
        }
    }

    #[test]
    fn planes_share_channels_with_the_rest_to_axial_then_coronal() {
        assert_eq!([acs_split(1), acs_split(2), acs_split(3)], [[1, 0, 0], [1, 1, 0], [1, 1, 1]]);
        assert_eq!([acs_split(64), acs_split(128), acs_split(512)], [[22, 21, 21], [43, 43, 42], [171, 171, 170]]);
    }
}
