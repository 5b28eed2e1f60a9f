//! A training run as bytes: everything needed to go on as if nothing had happened.

use serde::{Deserialize, Serialize};

use super::state::{Best, State};
use super::{Epoch, Run, interface};
use crate::error::{Error, ErrorKind, Result};
use crate::network::Network;
use crate::optimizer::Optimizer;
use crate::parameters::{self, Buffers};

use burn::module::Module;

/// The part of a checkpoint that is not weights. Floats are kept by their bits, so that nothing is lost in print.
#[derive(Serialize, Deserialize)]
struct Header {
    /// The run that this checkpoint belongs to.
    run: String,
    epoch: usize,
    step: usize,
    images_done: usize,
    loss_sum_bits: u64,
    learning_rate_bits: u64,
    optimizer_time: u64,
    history: Vec<Epoch>,
    best: Option<(usize, [u64; 2])>,
}

/// What tells one run from another: a checkpoint must not be continued under other settings.
fn identity(run: &Run<'_>) -> Result<String> {
    serde_json::to_string(&(
        run.network,
        run.config,
        run.objective,
        run.outputs,
        run.seed,
        run.identity,
        (run.train.len(), run.validation.len(), run.train.shape()),
    ))
    .map_err(|error| Error::new(ErrorKind::Weights, format!("the checkpoint could not be written: {error}")))
}

pub(super) fn write(run: &Run<'_>, state: &State) -> Result<Vec<u8>> {
    let (optimizer_time, moments) = state.optimizer.state();
    let header = Header {
        run: identity(run)?,
        epoch: state.epoch,
        step: state.step,
        images_done: state.images_done,
        loss_sum_bits: state.loss_sum.to_bits(),
        learning_rate_bits: state.learning_rate.to_bits(),
        optimizer_time,
        history: state.history.clone(),
        best: state.best.as_ref().map(|best| (best.epoch, best.merit.map(f64::to_bits))),
    };
    let mut all = Buffers::new();
    let mut put = |prefix: &str, buffers: Buffers| {
        all.extend(buffers.into_iter().map(|(path, buffer)| (format!("{prefix}/{path}"), buffer)));
    };
    put("weights", parameters::collect(&state.layers));
    put("moments", moments);
    put("average", state.averaged.clone().unwrap_or_default());
    put("best", state.best.as_ref().map(|best| best.buffers.clone()).unwrap_or_default());
    let remark = serde_json::to_string(&header)
        .map_err(|error| Error::new(ErrorKind::Weights, format!("the checkpoint could not be written: {error}")))?;
    parameters::encode(&all, Some(&remark))
}

pub(super) fn read(run: &Run<'_>, bytes: &[u8]) -> Result<State> {
    let broken = |why: String| Error::new(ErrorKind::Weights, format!("the checkpoint cannot be continued: {why}"));
    let remark = parameters::remark(bytes)?.ok_or_else(|| broken("it has no header of ours".into()))?;
    let header: Header = serde_json::from_str(&remark).map_err(|error| broken(error.to_string()))?;
    if header.run != identity(run)? {
        return Err(broken(
            "it was written by a run with other settings or other images; choose another folder for this run, \
             or delete the checkpoint"
                .into(),
        ));
    }
    let all = parameters::decode(bytes)?;
    let take = |prefix: &str| -> Buffers {
        let prefix = format!("{prefix}/");
        all.iter().filter_map(|(path, buffer)| Some((path.strip_prefix(&prefix)?.to_owned(), buffer.clone()))).collect()
    };
    let layers = Network::new(run.network, interface(run), run.seed, run.device)?.layers.train();
    Ok(State {
        layers: parameters::load(layers, &take("weights"))?,
        optimizer: Optimizer::restore(&run.config.optimizer, header.optimizer_time, take("moments")),
        averaged: run.config.average.map(|_| take("average")),
        epoch: header.epoch,
        step: header.step,
        images_done: header.images_done,
        loss_sum: f64::from_bits(header.loss_sum_bits),
        learning_rate: f64::from_bits(header.learning_rate_bits),
        history: header.history,
        best: header.best.map(|(epoch, merit)| Best { epoch, merit: merit.map(f64::from_bits), buffers: take("best") }),
    })
}
