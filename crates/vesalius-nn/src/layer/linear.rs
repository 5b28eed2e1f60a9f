//! The fully connected layer that ends a classifier.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};

use super::Init;

/// `y = x · weight + bias`.
#[derive(Module, Debug)]
pub(crate) struct Linear {
    /// `[in, out]`.
    weight: Param<Tensor<2>>,
    /// `[out]`.
    bias: Param<Tensor<1>>,
}

impl Linear {
    /// Weights uniform in ±1/√in, as is customary for a classifier's last layer; no bias at the start.
    pub(crate) fn new(n_in: usize, n_out: usize, init: &mut Init) -> Self {
        let weight = init.uniform(n_in * n_out, 1.0 / (n_in as f64).sqrt());
        Self {
            weight: Param::from_tensor(Tensor::from_data(TensorData::new(weight, [n_in, n_out]), &init.device)),
            bias: Param::from_tensor(Tensor::zeros([n_out], &init.device)),
        }
    }

    /// # Shapes
    /// - `x`: `[batch, in]`
    /// - output: `[batch, out]`
    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        x.matmul(self.weight.val()) + self.bias.val().unsqueeze::<2>()
    }
}
