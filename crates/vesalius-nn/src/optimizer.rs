//! SGD, Adam and AdamW in one pass over each parameter.
//!
//! They are ours and not the backend's because a run that was killed must go on with the same bytes: the state lives in
//! plain buffers under the path of the parameter, while the backend files it under random identities.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::network::floats;
use crate::parameters::{Buffer, Buffers};

/// Which rule turns gradients into steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Stochastic gradient descent with Nesterov momentum (Sutskever et al. 2013).
    Sgd,
    /// Kingma and Ba 2015, arXiv:1412.6980; weight decay is added to the gradient.
    Adam,
    /// Loshchilov and Hutter 2019, arXiv:1711.05101; weight decay is taken off the weight.
    #[default]
    Adamw,
}

/// The optimizer, as a recipe writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OptimizerConfig {
    /// The rule.
    pub rule: Rule,
    /// Full learning rate, before the schedule; 1e-3 suits Adam and batches of about a hundred.
    pub learning_rate: f64,
    /// Decay of weights, never of norms and biases (He et al. 2019, doi:10.1109/CVPR.2019.00065).
    pub weight_decay: f64,
    /// Momentum of SGD, and the first moment's decay of Adam.
    pub momentum: f64,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self { rule: Rule::default(), learning_rate: 1e-3, weight_decay: 0.0, momentum: 0.9 }
    }
}

/// Decay of Adam's second moment.
const BETA_2: f64 = 0.999;
/// Keeps Adam's division finite.
const EPSILON: f64 = 1e-8;

/// The optimizer with what it remembers.
pub(crate) struct Optimizer {
    config: OptimizerConfig,
    /// Steps taken.
    time: u64,
    /// First and, for Adam, second moments by parameter path.
    moments: BTreeMap<String, [Vec<f32>; 2]>,
}

impl Optimizer {
    pub(crate) fn new(config: &OptimizerConfig) -> Self {
        Self { config: config.clone(), time: 0, moments: BTreeMap::new() }
    }

    /// The module after one step at this learning rate.
    pub(crate) fn step<M: Module>(&mut self, module: M, grads: GradientsParams, learning_rate: f64) -> M {
        self.time += 1;
        module.map(&mut Step { optimizer: self, grads, learning_rate, path: Vec::new() })
    }

    /// Steps taken.
    pub(crate) fn n_steps(&self) -> u64 {
        self.time
    }

    /// What must be kept to go on: steps taken and moments.
    pub(crate) fn state(&self) -> (u64, Buffers) {
        let mut buffers = Buffers::new();
        for (path, moments) in &self.moments {
            for (order, values) in moments.iter().enumerate().filter(|(_, values)| !values.is_empty()) {
                let buffer = Buffer { shape: vec![values.len()], values: values.clone() };
                buffers.insert(format!("{order}.{path}"), buffer);
            }
        }
        (self.time, buffers)
    }

    /// The optimizer as it was when `state` was taken.
    pub(crate) fn restore(config: &OptimizerConfig, time: u64, buffers: Buffers) -> Self {
        let mut optimizer = Self { config: config.clone(), time, moments: BTreeMap::new() };
        for (key, buffer) in buffers {
            let (order, path) = key.split_once('.').unwrap_or(("0", &key));
            let moments = optimizer.moments.entry(path.to_owned()).or_default();
            moments[usize::from(order == "1")] = buffer.values;
        }
        optimizer
    }

    fn update(&mut self, path: &str, weight: &mut [f32], gradient: &[f32], pace: Pace) {
        let Pace { learning_rate, decay } = pace;
        let needs_second = self.config.rule != Rule::Sgd;
        let [first, second] = self.moments.entry(path.to_owned()).or_insert_with(|| {
            [vec![0.0; weight.len()], if needs_second { vec![0.0; weight.len()] } else { Vec::new() }]
        });
        let momentum = self.config.momentum;
        if self.config.rule == Rule::Sgd {
            for ((w, &g), m) in weight.iter_mut().zip(gradient).zip(first) {
                let g = f64::from(g) + decay * f64::from(*w);
                let velocity = momentum * f64::from(*m) + g;
                *m = velocity as f32;
                *w = (f64::from(*w) - learning_rate * (g + momentum * velocity)) as f32;
            }
            return;
        }
        let time = i32::try_from(self.time).unwrap_or(i32::MAX);
        let correction_1 = (1.0 - momentum.powi(time)) as f32;
        let correction_2 = (1.0 - BETA_2.powi(time)) as f32;
        let (b1, b2, rate) = (momentum as f32, BETA_2 as f32, learning_rate as f32);
        let (coupled, decoupled) = match self.config.rule {
            Rule::Adamw => (0.0, (1.0 - learning_rate * decay) as f32),
            _ => (decay as f32, 1.0),
        };
        for (((w, &g), m), v) in weight.iter_mut().zip(gradient).zip(first).zip(second) {
            let g = g + coupled * *w;
            *m = b1 * *m + (1.0 - b1) * g;
            *v = b2 * *v + (1.0 - b2) * g * g;
            let step = (*m / correction_1) / ((*v / correction_2).sqrt() + EPSILON as f32);
            *w = decoupled * *w - rate * step;
        }
    }
}

/// How far one step moves the weights of one parameter.
#[derive(Clone, Copy)]
struct Pace {
    learning_rate: f64,
    /// Zero for norms and biases.
    decay: f64,
}

/// Walks the parameters of a module and takes the step on each.
struct Step<'a> {
    optimizer: &'a mut Optimizer,
    grads: GradientsParams,
    learning_rate: f64,
    path: Vec<String>,
}

impl ModuleMapper for Step<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // Running statistics come by here too; they have no gradient and stay as they are.
        let Some(gradient) = self.grads.remove::<D>(param.id) else { return param };
        let path = self.path.join(".");
        let decay = if D > 1 { self.optimizer.config.weight_decay } else { 0.0 };
        let pace = Pace { learning_rate: self.learning_rate, decay };
        let (shape, device) = (param.dims(), param.device());
        param.map(|tensor| {
            let mut weight = floats(tensor);
            self.optimizer.update(&path, &mut weight, &floats(gradient), pace);
            Tensor::from_data(TensorData::new(weight, shape), &device).require_grad()
        })
    }
}
