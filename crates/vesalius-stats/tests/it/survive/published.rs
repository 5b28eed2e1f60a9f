//! Published tables, where `VESALIUS_DATA` has them: the values that lifelines and scikit-survival give for them.

use std::path::PathBuf;

use super::golden::numbers;
use super::{estimate, ranked};
use crate::kit::close;
use serde_json::Value;
use vesalius_stats::survive::{Options, log_rank, measure};

/// A file of the data folder, which tests outside this checkout may lack.
fn published(name: &str) -> Option<String> {
    let root = std::env::var_os("VESALIUS_DATA").map_or("../../../shared/data".into(), PathBuf::from);
    let path = root.join(name);
    if path.is_file() {
        return Some(std::fs::read_to_string(path).unwrap());
    }
    eprintln!("skipped: {} is not there; set VESALIUS_DATA", path.display());
    None
}

fn golden() -> Value {
    serde_json::from_str::<Value>(include_str!("../../golden/survive.json")).unwrap()["real"].take()
}

fn table(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

fn check(name: &str) {
    let Some(text) = published(&format!("lifelines-data/lifelines/datasets/{name}.csv")) else { return };
    let golden = &golden()[name];
    let rows = table(&text);
    let column = |idx: usize| -> Vec<&str> {
        let Some(wanted) = golden["columns"][idx].as_str() else { return Vec::new() };
        let at = rows[0].iter().position(|name| *name == wanted).unwrap();
        rows[1..].iter().map(|row| row[at]).collect()
    };
    let floats = |idx: usize| -> Vec<f64> { column(idx).iter().map(|cell| cell.parse().unwrap()).collect() };
    let time = floats(0);
    let event: Vec<bool> = column(1).iter().map(|cell| *cell == "1").collect();
    let words = column(3);
    let group: Vec<usize> = words.iter().map(|word| usize::from(word != &words[0])).collect();
    let risk = if golden["columns"][2].is_null() { vec![0.0; time.len()] } else { floats(2) };
    let follow_up = ranked(&time, &event, &risk);
    let number = |value: &Value| value.as_f64().unwrap();
    let options = Options { horizons: vec![number(&golden["at"])], ..Options::default() };
    let scores = measure(&follow_up, &options).unwrap();
    assert_eq!(time.len() as u64, golden["n"].as_u64().unwrap());
    let target = format!("at {}", number(&golden["at"]));
    close(estimate(&scores, "km_survival", &target).value.unwrap(), number(&golden["km_survival"]), 1e-9, name);
    let ranks = log_rank(&follow_up, &group).unwrap();
    close(ranks.chi_square, number(&golden["log_rank"][0]), 1e-7, name);
    close(ranks.p_value, number(&golden["log_rank"][1]), 1e-9, name);
    if let Some(expected) = golden["harrell_c"].as_f64() {
        close(estimate(&scores, "harrell_c", "all").value.unwrap(), expected, 1e-9, name);
        close(expected, number(&golden["lifelines_c"]), 1e-9, "the two peers");
    }
}

#[test]
fn tables_of_lifelines() {
    check("rossi");
    check("gbsg2");
    check("waltons_dataset");
}

/// Predictions of a Cox model for the Worcester Heart Attack Study, which scikit-survival tests itself with.
#[test]
fn predictions_of_scikit_survival() {
    let Some(text) = published("sksurv-data/tests/data/whas500_predictions.csv") else { return };
    let golden = &golden()["whas500_predictions"];
    let column = |at: usize| table(&text).iter().map(|row| row[at].parse().unwrap()).collect::<Vec<f64>>();
    let event: Vec<bool> = column(0).into_iter().map(|event| event > 0.5).collect();
    let options = Options { horizons: numbers(&golden["times"]), ..Options::default() };
    let scores = measure(&ranked(&column(1), &event, &column(2)), &options).unwrap();
    for metric in ["harrell_c", "uno_c"] {
        close(estimate(&scores, metric, "all").value.unwrap(), golden[metric].as_f64().unwrap(), 1e-9, metric);
    }
    // Events and censorings share days here, so that the weights of scikit-survival are slightly others.
    let theirs = golden["uno_c_of_sksurv"].as_f64().unwrap();
    close(estimate(&scores, "uno_c", "all").value.unwrap(), theirs, 2e-4, "Uno's C of scikit-survival");
    for (idx, time) in numbers(&golden["times"]).into_iter().enumerate() {
        let found = estimate(&scores, "time_auc", &format!("at {time}")).value.unwrap();
        close(found, golden["time_auc"][idx].as_f64().unwrap(), 1e-9, "area");
        close(found, golden["time_auc_of_sksurv"][idx].as_f64().unwrap(), 2e-5, "area of scikit-survival");
    }
}
