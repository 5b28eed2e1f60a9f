//! Every architecture of the registry with every kind of convolution.

use vesalius_nn::Device;
use vesalius_nn::arch::{ARCHITECTURES, Architecture};
use vesalius_nn::network::{ConvKind, Interface, Network, NetworkConfig, Stem};
use vesalius_nn::objective::Objective;
use vesalius_nn::train::{OptimizerConfig, Outcome, Run, Schedule, TrainConfig, train};

use crate::data::Spots;

const KINDS: [ConvKind; 5] =
    [ConvKind::Planar, ConvKind::Volumetric, ConvKind::Acs, ConvKind::Factorized, ConvKind::Separable];

/// Small enough for a test, large enough to have every layer.
fn small(architecture: Architecture, conv: ConvKind, stem: Stem) -> NetworkConfig {
    NetworkConfig { architecture, stem, conv, width: Some(4) }
}

fn build(config: &NetworkConfig, input: [usize; 4], seed: u64) -> Network {
    Network::new(config, Interface { input, outputs: 2 }, seed, Device::Cpu).unwrap()
}

/// Calls `check` for every architecture, kind and stem, with images that suit the kind.
fn for_every_network(check: impl Fn(&NetworkConfig, [usize; 4])) {
    for info in ARCHITECTURES {
        for conv in KINDS {
            for stem in [Stem::Small, Stem::Imagenet] {
                let config = small(info.architecture, conv, stem);
                check(&config, [1, 9, 10, 11]);
                check(&config, [1, 22, 9, 45]);
                check(&config, [3, 1, 17, 16]);
            }
        }
    }
}

#[test]
fn gives_one_score_an_output_for_any_shape() {
    for_every_network(|config, input| {
        let network = build(config, input, 1);
        let images = Spots::new(input, 3).images();
        let logits = network.logits(&images).unwrap();
        assert_eq!(logits.len(), 3 * 2, "{config:?}");
        assert!(logits.iter().all(|logit| logit.is_finite()), "{config:?}");
        let half = network.logits(&images[..images.len() - 1]).unwrap_err();
        assert!(half.to_string().contains("no whole number of images"), "{half}");
    });
}

#[test]
fn same_seed_same_bytes_and_other_seed_other_bytes() {
    for_every_network(|config, input| {
        let bytes = |seed| build(config, input, seed).to_safetensors().unwrap();
        assert_eq!(bytes(1), bytes(1), "{config:?}");
        assert_ne!(bytes(1), bytes(2), "{config:?}");
    });
}

#[test]
fn saved_and_loaded_gives_the_same_scores() {
    for_every_network(|config, input| {
        let (first, other) = (build(config, input, 1), build(config, input, 2));
        let images = Spots::new(input, 2).images();
        let loaded = other.with_weights(&first.to_safetensors().unwrap()).unwrap();
        assert_eq!(first.logits(&images).unwrap(), loaded.logits(&images).unwrap(), "{config:?}");
    });
}

#[test]
fn weights_of_another_network_are_refused() {
    let wide = NetworkConfig { width: Some(8), ..small(Architecture::Fabrica, ConvKind::Planar, Stem::Small) };
    let bytes = build(&wide, [1, 1, 8, 8], 1).to_safetensors().unwrap();
    let narrow = build(&small(Architecture::Fabrica, ConvKind::Planar, Stem::Small), [1, 1, 8, 8], 1);
    let error = narrow.clone().with_weights(&bytes).unwrap_err().to_string();
    assert!(error.contains("do not belong to this network"), "{error}");
    for cut in [0, 7, 8, bytes.len() / 2, bytes.len() - 1] {
        assert!(narrow.clone().with_weights(&bytes[..cut]).is_err(), "{cut} bytes of {}", bytes.len());
    }
}

#[test]
fn impossible_networks_are_refused() {
    let config = NetworkConfig { width: Some(0), ..NetworkConfig::default() };
    let interface = Interface { input: [1, 1, 8, 8], outputs: 2 };
    let error = Network::new(&config, interface, 1, Device::Cpu).unwrap_err().to_string();
    assert!(error.contains("network.width is 0"), "{error}");
    let nothing = Interface { input: [1, 0, 8, 8], outputs: 2 };
    assert!(Network::new(&NetworkConfig::default(), nothing, 1, Device::Cpu).is_err());
}

#[test]
fn overfits_one_batch() {
    for info in ARCHITECTURES {
        for conv in KINDS {
            for shape in [[1, 8, 8, 8], [1, 1, 12, 12]] {
                let network = small(info.architecture, conv, Stem::Small);
                let images = Spots::new(shape, 8);
                let config = TrainConfig {
                    epochs: 40,
                    batch: 8,
                    optimizer: OptimizerConfig { learning_rate: 1e-2, ..OptimizerConfig::default() },
                    schedule: Schedule::Constant,
                    ..TrainConfig::default()
                };
                let (train_images, validation) = (&images, &images);
                let run = Run {
                    network: &network,
                    config: &config,
                    objective: Objective::Classes,
                    train: train_images,
                    validation,
                    outputs: 2,
                    seed: 1,
                    device: Device::Cpu,
                    identity: "spots",
                };
                let outcome = train(&run, None, &mut |_| Ok(vesalius_nn::train::Next::Go)).unwrap();
                let Outcome::Finished { history, .. } = outcome else { panic!("nobody asked to stop") };
                let last = history.last().unwrap();
                assert!(last.train_loss < 0.1, "{network:?} on {shape:?}: loss {}", last.train_loss);
            }
        }
    }
}

/// Parameter counts as the authors' and torchvision's implementations give them.
#[test]
fn has_as_many_parameters_as_published() {
    let check = |architecture, stem, conv, (input, outputs), expected: usize| {
        let config = NetworkConfig { architecture, stem, conv, width: None };
        let network = Network::new(&config, Interface { input, outputs }, 1, Device::Cpu).unwrap();
        assert_eq!(network.n_parameters(), expected, "{config:?}");
    };
    let (r18, r50) = (Architecture::Resnet18, Architecture::Resnet50);
    let imagenet = ([3, 1, 32, 32], 1000);
    check(r18, Stem::Imagenet, ConvKind::Planar, imagenet, 11_689_512);
    check(r50, Stem::Imagenet, ConvKind::Planar, imagenet, 25_557_032);
    let cifar = ([3, 1, 32, 32], 10);
    check(r18, Stem::Small, ConvKind::Planar, cifar, 11_173_962);
    check(r50, Stem::Small, ConvKind::Planar, cifar, 23_520_842);
    // A bank of 2-D kernels dealt over three planes has the parameters of the 2-D network.
    let volumes = ([3, 8, 8, 8], 10);
    check(r18, Stem::Small, ConvKind::Acs, volumes, 11_173_962);
    check(r50, Stem::Small, ConvKind::Acs, volumes, 23_520_842);
    check(r18, Stem::Small, ConvKind::Planar, volumes, 11_173_962);
    // Every 3×3 kernel becomes 3×3×3: three times the weights of the 3×3 convolutions, the rest as in 2-D.
    check(r18, Stem::Small, ConvKind::Volumetric, volumes, 33_148_362);
}

#[test]
fn single_slices_look_alike_to_planar_and_volumetric_means() {
    // On one slice the planes above and below are padding: only the central plane of a volumetric kernel is used.
    let auto = small(Architecture::Fabrica, ConvKind::Auto, Stem::Small);
    let planar = small(Architecture::Fabrica, ConvKind::Planar, Stem::Small);
    let volumetric = small(Architecture::Fabrica, ConvKind::Volumetric, Stem::Small);
    let bytes = |config: &NetworkConfig, input| build(config, input, 1).to_safetensors().unwrap();
    assert_eq!(bytes(&auto, [1, 1, 8, 8]), bytes(&planar, [1, 1, 8, 8]));
    assert_eq!(bytes(&auto, [1, 8, 8, 8]), bytes(&volumetric, [1, 8, 8, 8]));
}
