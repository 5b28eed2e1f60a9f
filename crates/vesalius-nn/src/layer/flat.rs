//! CPU tensors as plain slices and back.

use std::borrow::Cow;

use burn::backend::{DType, TensorMetadata};
use burn::tensor::{Bytes, Shape};
use burn_flex::{FlexTensor, Layout};

/// The values of a tensor of `f32` in C order; copied only if it is a view in another order.
pub(super) fn floats(tensor: &FlexTensor) -> Cow<'_, [f32]> {
    if let Some(floats) = tensor.as_slice::<f32>() {
        return Cow::Borrowed(floats);
    }
    let copy = tensor.to_contiguous();
    let floats = copy.as_slice::<f32>().expect("a copy in C order is one slice");
    Cow::Owned(floats[..tensor.shape().num_elements()].to_vec())
}

/// A tensor of these values in C order.
pub(super) fn tensor<const D: usize>(floats: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(floats), Layout::contiguous(Shape::from(shape)), DType::F32)
}
