//! With `--json`, standard output is one JSON document: the artefact.

use serde_json::Value;

use crate::program::Place;

fn json(place: &Place, arguments: &str) -> Value {
    let said = place.run(&format!("{arguments} --json"));
    assert!(said.code != 1, "{said:?}");
    let value: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {}", said.stdout));
    assert_eq!(value["schema"], 1, "{value}");
    value
}

#[test]
fn a_table_is_its_rows() {
    let place = Place::with_phantom("");
    let cohort = json(&place, "cohort phantommnist.npz --out cohort");
    assert_eq!(cohort["rows"].as_array().expect("rows").len(), 40);
    assert_eq!(cohort["rows"][0]["case"], "train-00000");
    let split = json(&place, "split cohort --folds 3 --out split");
    assert_eq!(split["rows"].as_array().expect("rows").len(), 3 * 40);
}

#[test]
fn findings_are_those_of_the_file() {
    let place = Place::with_phantom("--set leaks=2");
    let said = place.run("audit phantommnist.npz --out audit --json");
    let file = std::fs::read_to_string(place.path("audit/findings.json")).expect("the artefact");
    assert_eq!(said.stdout, file);
}

#[test]
fn paths_are_told() {
    let place = Place::new();
    let made = json(&place, "phantom medmnist --out p --set train=6 --set val=3 --set test=3 --set duplicates=1");
    assert_eq!(made["data"], "p/phantommnist.npz");
    assert_eq!(made["n_cases"], 12);
    assert_eq!(json(&place, "fetch")["names"].as_array().expect("names").len(), 18);
}

#[test]
fn a_schema_names_every_setting() {
    let place = Place::new();
    let schema = |name: &str| -> Value {
        serde_json::from_str(&place.run(&format!("schema {name}")).stdout).expect("a schema is JSON without asking")
    };
    assert_eq!(schema("phantom-medmnist")["properties"]["contrast_to_noise"]["type"], "number");
    assert!(schema("recipe")["properties"]["train"].is_object());
    assert_eq!(schema(""), schema("recipe"));
}

#[test]
fn an_error_leaves_standard_output_empty() {
    let said = Place::new().run("audit nothing.npz --json");
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
}
