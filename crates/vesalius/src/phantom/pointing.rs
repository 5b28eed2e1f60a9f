//! Whether heat maps point at the lesions: the pointing game of Zhang et al. 2018, doi:10.1007/s11263-017-1059-x.
//!
//! A map hits if its hottest voxel lies in a lesion of the class that it explains, or at most `slack` voxels beside it.
//! Counted are the maps of cases that have such a lesion; where nothing is hot, nothing is hit.

use std::path::Path;

use serde::Deserialize;
use vesalius_image::{Limits, Volume, nifti};
use vesalius_stats::{Estimate, wilson};

use super::truth::Lesion;
use crate::error::{Error, ErrorKind, Result};

/// Coverage of the interval of the share of hits.
const LEVEL: f64 = 0.95;

/// What the game needs of a row of `maps.csv`.
#[derive(Deserialize)]
struct Map {
    case: String,
    label: String,
    volume: String,
}

/// The share of heat maps in a folder that point at a lesion, with its Wilson interval.
pub fn pointing_game(maps: &Path, truth: &[Lesion], slack: f64) -> Result<Estimate> {
    let (mut n_hits, mut n) = (0, 0);
    for map in read_table(&maps.join("maps.csv"))? {
        let mut lesions = truth.iter().filter(|lesion| lesion.case == map.case && is_of(lesion, &map.label)).peekable();
        if lesions.peek().is_none() {
            continue;
        }
        n += 1;
        let hottest = hottest(&read_volume(&maps.join(&map.volume))?);
        n_hits += u64::from(hottest.is_some_and(|voxel| lesions.any(|lesion| lesion.contains(voxel, slack))));
    }
    let interval = wilson(n_hits, n, LEVEL);
    Ok(Estimate {
        metric: "pointing-game".into(),
        target: "all".into(),
        group: "all".into(),
        value: interval.map(|_| n_hits as f64 / n as f64),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
        level: LEVEL,
        method: format!("Wilson score; hottest voxel at most {slack} voxels beside the lesion"),
        n,
        undefined: interval.is_none().then(|| "no explained case has a lesion of the explained class".into()),
    })
}

fn is_of(lesion: &Lesion, label: &str) -> bool {
    lesion.label.as_deref() == Some(label)
}

fn read_table(path: &Path) -> Result<Vec<Map>> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| Error::read(path, error))?;
    reader.deserialize().collect::<std::result::Result<_, _>>().map_err(|error| {
        Error::new(ErrorKind::Format, format!("{} is not a table of maps", path.display())).with_source(error)
    })
}

fn read_volume(path: &Path) -> Result<Volume> {
    let bytes = std::fs::read(path).map_err(|error| Error::read(path, error))?;
    nifti::decode(&bytes, &Limits::default()).map_err(|error| {
        Error::new(ErrorKind::Format, format!("{} is not a heat map", path.display())).with_source(error)
    })
}

/// The voxel `[z, y, x]` of the largest value, the first of equals; none if nothing is above zero.
fn hottest(map: &Volume) -> Option<[f64; 3]> {
    let [_, _, ny, nx] = map.shape();
    let mut best = (0.0, None);
    for (idx, value) in map.to_f32().into_iter().enumerate() {
        if value > best.0 {
            best = (value, Some([idx / (ny * nx), idx / nx % ny, idx % nx].map(|place| place as f64)));
        }
    }
    best.1
}
