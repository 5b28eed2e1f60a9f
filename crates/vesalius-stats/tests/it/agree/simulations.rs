//! The simulations by which iMRMC is validated (Roe and Metz 1997, doi:10.1016/S1076-6332(97)80210-3), made anew and
//! analyzed here: mean areas and variances of their difference against its stored results.
//!
//! Studies in which every reader reads every case; with `VESALIUS_SLOW=1` and `VESALIUS_DATA`. Its stored rejections are those
//! of a variance that is too large on purpose (maximum likelihood, 1 to 4 % in place of 5 %), so that ours are held to the
//! nominal level instead.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::readers::readers;
use crate::coverage::{is_slow_run, normal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use vesalius_stats::agree::Options;
use vesalius_stats::agree::readers::{ReaderStudy, measure};

const N_SIMULATIONS: usize = 2000;

/// Rows of a table by their first cell, each with its numbers by the names of the columns.
type Rows = BTreeMap<String, BTreeMap<String, f64>>;

fn published(name: &str) -> Option<Rows> {
    let root = std::env::var_os("VESALIUS_DATA").map_or("../../../shared/data".into(), PathBuf::from);
    let path = root.join("eval-refs/iMRMC/validation/MLEvalidation").join(name);
    if !path.is_file() {
        eprintln!("skipped: {} is not there; set VESALIUS_DATA", path.display());
        return None;
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<&str>>());
    let names = lines.next().unwrap();
    let numbers = |row: &Vec<&str>| {
        let pairs = names.iter().zip(row).filter_map(|(name, cell)| Some(((*name).to_owned(), cell.parse().ok()?)));
        pairs.collect()
    };
    Some(lines.map(|row| (row[0].to_owned(), numbers(&row))).collect())
}

/// Scores are the sum of what the class, the reader, the case and both add, in both arms alike and in each of its own.
fn study(config: &BTreeMap<String, f64>, rng: &mut ChaCha8Rng) -> ReaderStudy {
    let n_readers = config["nr"] as usize;
    let sizes = [config["n0"], config["n1"]].map(|n| n as usize);
    let truth: Vec<bool> = (0..sizes[0] + sizes[1]).map(|case| case >= sizes[0]).collect();
    let n = truth.len();
    let deviation = |effect: &str, class: usize| config[&format!("{effect}{class}")].sqrt();
    let mut scores = vec![0.0; 2 * n_readers * n];
    for class in [0, 1] {
        let cases: Vec<usize> = (0..n).filter(|case| truth[*case] == (class == 1)).collect();
        let draw = |n: usize, deviation: f64, rng: &mut ChaCha8Rng| -> Vec<f64> {
            (0..n).map(|_| deviation * normal(rng)).collect()
        };
        let reader = draw(n_readers, deviation("R", class), rng);
        let case = draw(cases.len(), deviation("C", class), rng);
        let both = draw(n_readers * cases.len(), deviation("RC", class), rng);
        for (arm, name) in ["A", "B"].iter().enumerate() {
            let of_arm = |effect: &str| deviation(&format!("{name}{effect}"), class);
            let reader_here = draw(n_readers, of_arm("R"), rng);
            let case_here = draw(cases.len(), of_arm("C"), rng);
            let both_here = draw(n_readers * cases.len(), of_arm("RC"), rng);
            let shift = if class == 1 { config[&format!("u{name}")] } else { 0.0 };
            for r in 0..n_readers {
                for (idx, &at) in cases.iter().enumerate() {
                    scores[(arm * n_readers + r) * n + at] = shift
                        + (reader[r] + reader_here[r])
                        + (case[idx] + case_here[idx])
                        + (both[r * cases.len() + idx] + both_here[r * cases.len() + idx]);
                }
            }
        }
    }
    ReaderStudy::new(&["A", "B"].map(str::to_owned), &readers(n_readers), &truth, &scores).unwrap()
}

#[test]
fn areas_and_variances_are_those_of_imrmc() {
    if !is_slow_run() {
        return;
    }
    let Some(configs) = published("configs.csv") else { return };
    let Some(exact) = published("allNumSummary.csv") else { return };
    let options = Options { replicates: 1, ..Options::default() };
    let crossed = configs.iter().filter(|(_, config)| config["Num of Split-Plot Groups"] < 1.5);
    for (name, config) in crossed.step_by(9) {
        let mut rng = ChaCha8Rng::seed_from_u64(name.parse().unwrap());
        let (mut area, mut variance, mut square, mut n_rejected) = (0.0, 0.0, 0.0, 0);
        for _ in 0..N_SIMULATIONS {
            let scores = measure(&study(config, &mut rng), &options).unwrap();
            let table = &scores.obuchowski_rockette[0];
            let difference = scores.estimates.iter().find(|e| e.metric == "mrmc_auroc_difference").unwrap();
            let mean = scores.estimates.iter().find(|e| e.metric == "mrmc_auroc").unwrap();
            area += mean.value.unwrap() / N_SIMULATIONS as f64;
            let value = difference.value.unwrap();
            let noise = table.ms_interaction + config["nr"] * (table.covariance_2 - table.covariance_3).max(0.0);
            variance += 2.0 * noise / config["nr"] / N_SIMULATIONS as f64;
            square += value * value / N_SIMULATIONS as f64;
            n_rejected += usize::from(table.p_value < 0.05);
        }
        let exact = &exact[name];
        let rejected = n_rejected as f64 / N_SIMULATIONS as f64;
        eprintln!(
            "{name}: area {area:.4} ({:.4}), mean estimated variance {variance:.3e}, variance {square:.3e} ({:.3e}), \
             rejected {rejected:.3} (0.05)",
            exact["AUCA"], exact["varAUCAminusAUCB"],
        );
        let expected = exact["varAUCAminusAUCB"];
        let error = (exact["varA"] / N_SIMULATIONS as f64).sqrt();
        assert!((area - exact["AUCA"]).abs() < 4.0 * error, "area {area} of {name}");
        // The variance of a sample variance is 2 / n; the analysis rounds a negative component up to 0.
        assert!(
            (square / expected - 1.0).abs() < 4.0 * (2.0 / N_SIMULATIONS as f64).sqrt(),
            "variance {square} of {name}"
        );
        assert!((0.93..=1.1).contains(&(variance / expected)), "mean variance {variance} of {name}, not {expected}");
        assert!((0.03..=0.07).contains(&rejected), "{rejected} rejected of {name}");
    }
}
