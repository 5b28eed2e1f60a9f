//! Heat maps must lie where the truth is.

use vesalius_nn::Device;
use vesalius_nn::explain::grad_cam;
use vesalius_nn::network::NetworkConfig;
use vesalius_nn::objective::Objective;
use vesalius_nn::train::{Next, OptimizerConfig, Outcome, Run, TrainConfig, train};

use crate::data::Spots;

#[test]
fn the_map_of_the_spot_is_hottest_at_the_spot() {
    for shape in [[1, 1, 32, 32], [1, 16, 16, 16]] {
        let network = NetworkConfig { width: Some(8), ..NetworkConfig::default() };
        let images = Spots::new(shape, 32);
        let config = TrainConfig {
            epochs: 8,
            batch: 8,
            optimizer: OptimizerConfig { learning_rate: 5e-3, ..OptimizerConfig::default() },
            ..TrainConfig::default()
        };
        let run = Run {
            network: &network,
            config: &config,
            objective: Objective::Classes,
            train: &images,
            validation: &images,
            outputs: 2,
            seed: 1,
            device: Device::Cpu,
            identity: "spots",
        };
        let Outcome::Finished { network, .. } = train(&run, None, &mut |_| Ok(Next::Go)).unwrap() else {
            panic!("nobody asked to stop")
        };
        let maps = grad_cam(&network, &images.images(), &[1; 32]).unwrap();
        let hits = maps.iter().skip(1).step_by(2).filter(|map| {
            let [z, y, x] = map.shape;
            let hottest = (0..map.values.len()).max_by(|&a, &b| map.values[a].total_cmp(&map.values[b])).unwrap();
            // The spot lies in the first half of every axis.
            hottest / (y * x) <= z / 2 && hottest / x % y <= y / 2 && hottest % x <= x / 2
        });
        assert!(hits.count() >= 14, "{shape:?}: the maps of 16 images do not show the spot");
        assert!(maps.iter().flat_map(|map| &map.values).all(|value| *value >= 0.0));
        let error = grad_cam(&network, &images.images(), &[2; 32]).unwrap_err();
        assert!(error.to_string().contains("below 2"), "{error}");
    }
}
