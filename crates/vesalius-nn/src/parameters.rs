//! The weights of a network as named buffers: read out, put back, written as safetensors.
//!
//! Names are paths of fields, so they do not depend on how often or in which order networks were built.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::error::{Error, ErrorKind, Result};
use crate::network::floats;

/// One named buffer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Buffer {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

/// Buffers by path, in the order that files keep them.
pub(crate) type Buffers = BTreeMap<String, Buffer>;

/// Everything a module holds, running statistics too.
pub(crate) fn collect<M: Module>(module: &M) -> Buffers {
    struct Collect {
        path: Vec<String>,
        found: Buffers,
    }
    impl ModuleVisitor for Collect {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let tensor = param.val();
            let shape = tensor.dims().to_vec();
            self.found.insert(self.path.join("."), Buffer { shape, values: floats(tensor) });
        }
    }
    let mut visitor = Collect { path: Vec::new(), found: BTreeMap::new() };
    module.visit(&mut visitor);
    visitor.found
}

/// The module with these buffers in place of its own; every buffer must be there with its shape.
pub(crate) fn load<M: Module>(module: M, buffers: &Buffers) -> Result<M> {
    struct Load<'a> {
        path: Vec<String>,
        buffers: &'a Buffers,
        problem: Option<String>,
    }
    impl ModuleMapper for Load<'_> {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let path = self.path.join(".");
            let expected = param.dims();
            match self.buffers.get(&path) {
                Some(buffer) if buffer.shape == expected => param.map(|old| {
                    let new = Tensor::from_data(TensorData::new(buffer.values.clone(), expected), &old.device());
                    if old.is_require_grad() { new.require_grad() } else { new }
                }),
                Some(buffer) => {
                    self.problem = Some(format!("`{path}` is {:?}; expected {expected:?}", buffer.shape));
                    param
                }
                None => {
                    self.problem = Some(format!("`{path}` of {expected:?} is not there"));
                    param
                }
            }
        }
    }
    let mut mapper = Load { path: Vec::new(), buffers, problem: None };
    let module = module.map(&mut mapper);
    match mapper.problem {
        None => Ok(module),
        Some(problem) => Err(Error::new(
            ErrorKind::Weights,
            format!("the weights do not belong to this network: {problem}; use the model.toml they were written with"),
        )),
    }
}

/// Number of trainable parameters: running statistics are not counted.
pub(crate) fn count<M: Module>(module: &M) -> usize {
    collect(module).iter().filter(|(path, _)| !path.contains("running_")).map(|(_, buffer)| buffer.values.len()).sum()
}

/// The one key of a file's metadata that we use: several would be written in an order that changes from run to run.
const REMARK: &str = "vesalius";

/// Buffers in the safetensors format, with a remark of ours in the header.
pub(crate) fn encode(buffers: &Buffers, remark: Option<&str>) -> Result<Vec<u8>> {
    let bytes: Vec<(&String, Vec<u8>, &Vec<usize>)> = buffers
        .iter()
        .map(|(path, buffer)| (path, buffer.values.iter().flat_map(|v| v.to_le_bytes()).collect(), &buffer.shape))
        .collect();
    let unwritable = |error: safetensors::SafeTensorError| {
        Error::new(ErrorKind::Weights, format!("weights could not be written as safetensors: {error}"))
    };
    let views = bytes
        .iter()
        .map(|(path, bytes, shape)| Ok((path.as_str(), TensorView::new(Dtype::F32, (*shape).clone(), bytes)?)))
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(unwritable)?;
    let metadata = remark.map(|remark| [(REMARK.to_owned(), remark.to_owned())].into());
    safetensors::serialize(views, metadata).map_err(unwritable)
}

/// The buffers of a safetensors file of 32-bit floats.
pub(crate) fn decode(bytes: &[u8]) -> Result<Buffers> {
    let broken = |why: String| Error::new(ErrorKind::Weights, format!("not a readable safetensors file: {why}"));
    let file = SafeTensors::deserialize(bytes).map_err(|error| broken(error.to_string()))?;
    file.iter()
        .map(|(path, view)| {
            if view.dtype() != Dtype::F32 {
                return Err(broken(format!("`{path}` is {:?}; expected F32", view.dtype())));
            }
            let values = view
                .data()
                .chunks_exact(4)
                .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                .collect();
            Ok((path.to_owned(), Buffer { shape: view.shape().to_vec(), values }))
        })
        .collect()
}

/// The remark that `encode` put into a file.
pub(crate) fn remark(bytes: &[u8]) -> Result<Option<String>> {
    let (_, metadata) = SafeTensors::read_metadata(bytes)
        .map_err(|error| Error::new(ErrorKind::Weights, format!("not a readable safetensors file: {error}")))?;
    Ok(metadata.metadata().as_ref().and_then(|metadata| metadata.get(REMARK).cloned()))
}
