//! Learning, resuming and determinism of the training loop.

use vesalius_nn::data::Source;
use vesalius_nn::network::{Network, NetworkConfig};
use vesalius_nn::objective::Objective;
use vesalius_nn::train::{Epoch, Event, Keep, Next, OptimizerConfig, Outcome, Rule, Run, TrainConfig, train};
use vesalius_nn::{Device, ErrorKind, Result};

use crate::data::Spots;

const SHAPE: [usize; 4] = [1, 1, 12, 12];

fn network() -> NetworkConfig {
    NetworkConfig { width: Some(4), ..NetworkConfig::default() }
}

fn config(rule: Rule) -> TrainConfig {
    TrainConfig {
        epochs: 3,
        batch: 8,
        optimizer: OptimizerConfig { rule, learning_rate: 5e-3, weight_decay: 0.01, ..OptimizerConfig::default() },
        warmup_epochs: 0.5,
        label_smoothing: 0.1,
        average: Some(0.9),
        ..TrainConfig::default()
    }
}

/// Runs with these settings until `stop_after` steps were taken in this call, if that is ever.
fn start(config: &TrainConfig, checkpoint: Option<&[u8]>, stop_after: Option<usize>) -> Result<Outcome> {
    let (network, images, validation) = (network(), Spots::new(SHAPE, 40), Spots::new(SHAPE, 11));
    let run = Run {
        network: &network,
        config,
        objective: Objective::Classes,
        train: &images,
        validation: &validation,
        outputs: 2,
        seed: 7,
        device: Device::Cpu,
        identity: "spots",
    };
    let mut steps = 0;
    train(&run, checkpoint, &mut |event| {
        steps += usize::from(matches!(event, Event::Step { .. }));
        Ok(if stop_after == Some(steps) { Next::Stop } else { Next::Go })
    })
}

fn finished(outcome: Outcome) -> (Box<Network>, Vec<Epoch>, usize) {
    match outcome {
        Outcome::Finished { network, history, kept } => (network, history, kept),
        Outcome::Stopped { .. } => panic!("the run was stopped"),
    }
}

#[test]
fn learns_what_can_be_learned() {
    let settings = TrainConfig { epochs: 12, ..config(Rule::Adamw) };
    let (_, history, _) = finished(start(&settings, None, None).unwrap());
    let last = &history.last().unwrap().validation;
    assert!(last.val_auroc.unwrap() > 0.95, "{last:?}");
}

#[test]
fn stopped_anywhere_and_resumed_gives_the_bytes_of_one_run() {
    for rule in [Rule::Sgd, Rule::Adam, Rule::Adamw] {
        let settings = config(rule);
        let (whole, history, kept) = finished(start(&settings, None, None).unwrap());
        let n_steps = 3 * 5;
        for stop_after in 1..n_steps {
            let Outcome::Stopped { checkpoint } = start(&settings, None, Some(stop_after)).unwrap() else {
                // The very last step of an epoch is followed by its checkpoint, and the last epoch by its end.
                continue;
            };
            let (resumed, history_resumed, kept_resumed) = finished(start(&settings, Some(&checkpoint), None).unwrap());
            assert_eq!(history, history_resumed, "{rule:?} stopped after {stop_after}");
            assert_eq!(kept, kept_resumed);
            assert!(
                whole.to_safetensors().unwrap() == resumed.to_safetensors().unwrap(),
                "{rule:?} stopped after {stop_after} steps: other weights"
            );
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let settings = config(Rule::Adamw);
    let bytes = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| finished(start(&settings, None, None).unwrap()).0.to_safetensors().unwrap())
    };
    let one = bytes(1);
    for n_threads in [2, 3, 5] {
        assert!(one == bytes(n_threads), "{n_threads} threads give other weights than one");
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let settings = config(Rule::Adamw);
    let Outcome::Stopped { checkpoint } = start(&settings, None, Some(2)).unwrap() else { panic!("not stopped") };
    let other = TrainConfig { batch: 10, ..settings.clone() };
    let error = start(&other, Some(&checkpoint), None).unwrap_err();
    assert!(error.kind() == ErrorKind::Weights && error.to_string().contains("other settings"), "{error}");
    for cut in [0, 9, checkpoint.len() / 3, checkpoint.len() - 1] {
        assert_eq!(start(&settings, Some(&checkpoint[..cut]), None).unwrap_err().kind(), ErrorKind::Weights);
    }
}

#[test]
fn impossible_settings_and_divergence_are_errors() {
    let check = |settings: TrainConfig, expected: &str| {
        let error = start(&settings, None, None).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(TrainConfig { epochs: 0, ..TrainConfig::default() }, "train.epochs");
    check(TrainConfig { label_smoothing: 1.0, ..TrainConfig::default() }, "train.label_smoothing is 1");
    let wild = OptimizerConfig { rule: Rule::Sgd, learning_rate: 1e30, ..OptimizerConfig::default() };
    check(TrainConfig { optimizer: wild, ..config(Rule::Sgd) }, "lower train.optimizer.learning_rate");
}

#[test]
fn the_epoch_that_is_kept_is_the_best_on_validation() {
    for keep in [Keep::BestAuroc, Keep::BestLoss, Keep::Last] {
        let (_, history, kept) = finished(start(&TrainConfig { keep, ..config(Rule::Sgd) }, None, None).unwrap());
        let expected = match keep {
            Keep::Last => history.len(),
            Keep::BestLoss => {
                let best = history.iter().map(|e| e.validation.val_loss).fold(f64::INFINITY, f64::min);
                history.iter().position(|e| e.validation.val_loss <= best).unwrap() + 1
            }
            Keep::BestAuroc => {
                let best = history.iter().filter_map(|e| e.validation.val_auroc).fold(0.0, f64::max);
                let among: Vec<_> = history.iter().filter(|e| e.validation.val_auroc == Some(best)).collect();
                among.iter().min_by(|a, b| a.validation.val_loss.total_cmp(&b.validation.val_loss)).unwrap().epoch
            }
        };
        assert_eq!(kept, expected, "{keep:?} of {history:?}");
    }
}

/// An unknown label must not move a weight: a case without label gives the same network as no case at all.
#[test]
fn an_unknown_label_counts_for_nothing() {
    struct WrongWhereUnknown(Spots);
    impl Source for WrongWhereUnknown {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn shape(&self) -> [usize; 4] {
            self.0.shape()
        }
        fn read(
            &self,
            i: usize,
            a: Option<&mut rand_chacha::ChaCha8Rng>,
            out: &mut [f32],
        ) -> std::result::Result<(), String> {
            self.0.read(i, a, out)
        }
        fn target(&self, index: usize) -> &[f32] {
            if self.0.weight(index)[0] > 0.0 { self.0.target(index) } else { &[0.5, 0.5] }
        }
        fn weight(&self, index: usize) -> &[f32] {
            self.0.weight(index)
        }
    }
    let unknown = || Spots { unknown_every: 3, ..Spots::new(SHAPE, 24) };
    let (network, settings, validation) = (network(), config(Rule::Adam), Spots::new(SHAPE, 8));
    for objective in [Objective::Classes, Objective::Findings] {
        let bytes = |images: &dyn Source| {
            let run = Run {
                network: &network,
                config: &settings,
                objective,
                train: images,
                validation: &validation,
                outputs: 2,
                seed: 3,
                device: Device::Cpu,
                identity: "spots",
            };
            finished(train(&run, None, &mut |_| Ok(Next::Go)).unwrap()).0.to_safetensors().unwrap()
        };
        assert!(
            bytes(&unknown()) == bytes(&WrongWhereUnknown(unknown())),
            "{objective:?}: an unknown label was learned"
        );
    }
}
