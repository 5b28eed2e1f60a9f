//! The road on a phantom, as fast as it goes: not what is learned is tested here, but that the stages fit together.

use serde_json::Value;

use crate::program::{Place, Said, names};

/// Settings that make any recipe quick.
const QUICK: &str = "--set train.epochs=1 --set members.seeds=[1] --set explain.cases=2 --set measure.replicates=50";

fn done(place: &Place, arguments: &str) -> Said {
    let said = place.run(arguments);
    assert_eq!(said.code, 0, "vesalius {arguments}\n{}", said.stderr);
    said
}

#[test]
fn one_command_leaves_a_run_folder_with_a_report() {
    let place = Place::with_phantom("");
    let run = format!("run demo --data phantommnist.npz --out run {QUICK}");
    let said = done(&place, &run);
    assert!(said.stdout.contains("FAIL  duplicates-across-splits"), "{}", said.stdout);
    assert!(said.stdout.contains("auroc") && said.stdout.contains("report: run/report.html"), "{}", said.stdout);
    for artifact in [
        "cohort/cohort.csv",
        "audit/findings.json",
        "split.csv",
        "model/fold0-seed1/weights.safetensors",
        "predictions/predictions.csv",
        "maps/maps.csv",
        "scores/scores.json",
        "report.html",
        "run.toml",
    ] {
        assert!(place.path("run").join(artifact).exists(), "{artifact} in {:?}", names(&place.path("run")));
    }
    let first = std::fs::read(place.path("run/report.html")).expect("the report");

    // Finished stages are not done again, and the result is the same.
    let scores: Value = serde_json::from_str(&done(&place, &format!("{run} --json")).stdout).expect("JSON alone");
    assert_eq!(scores["schema"], 1);
    assert!(!scores["estimates"].as_array().expect("estimates").is_empty());
    assert_eq!(std::fs::read(place.path("run/report.html")).expect("the report"), first);

    let other = place.run(&format!("{run} --seed 9"));
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("choose another --out, or delete the folder"), "{}", other.stderr);
}

#[test]
fn the_stages_one_by_one_fit_together() {
    let place = Place::with_phantom("");
    done(&place, "cohort phantommnist.npz --out cohort");
    done(&place, "split cohort --method random --seed 3 --out split");
    done(&place, &format!("train cohort --recipe demo --split split/split.csv --out model {QUICK}"));
    assert!(place.path("model/fold0-seed1/weights.safetensors").exists(), "{:?}", names(&place.path("model")));
    // Another split would not be that of the models that are there, and leaves nothing behind.
    let before = names(&place.path("model"));
    let other =
        place.run(&format!("train cohort --recipe demo --out model {QUICK} --set split.seed=4 --set train.batch=8"));
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("choose another folder"), "{}", other.stderr);
    assert_eq!(names(&place.path("model")), before);
    done(&place, "predict model cohort --split split/split.csv --out test");
    let all = done(&place, "predict model phantommnist.npz --out all --json");
    let all: Value = serde_json::from_str(&all.stdout).expect("JSON alone");
    assert_eq!(all["rows"].as_array().expect("rows").len(), 40);
    done(&place, "explain model cohort --pred test/predictions.csv --cases 1 --out maps");
    assert!(place.path("maps/maps.csv").exists());
    let said = done(&place, "measure classify --truth cohort --pred all/predictions.csv --replicates 50 --out scores");
    assert!(said.stdout.starts_with("40 cases\n") && said.stdout.contains("auroc"), "{}", said.stdout);
    assert!(place.path("scores/scores.json").exists());
}

#[test]
fn foreign_predictions_are_measured() {
    let place = Place::new();
    place.write("truth.csv", "id,diagnosis\na,0\nb,1\nc,1\nd,0\n");
    place.write("scores.csv", "id,score\na,0.1\nb,0.9\nc,0.8\nd,0.3\n");
    let measure = "measure classify --truth truth.csv --label-columns diagnosis --pred scores.csv --replicates 50";
    let said = done(&place, &format!("{measure} --json"));
    let scores: Value = serde_json::from_str(&said.stdout).expect("JSON alone");
    let auroc =
        scores["estimates"].as_array().expect("estimates").iter().find(|estimate| estimate["metric"] == "auroc");
    assert_eq!(auroc.expect("an AUROC")["value"], 1.0);
    place.write("scores.csv", "id,score\na,0.1\nb,0.9\nc,0.8\n");
    let said = place.run(measure);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("1 case of truth.csv without a prediction: \"d\""), "{}", said.stderr);
}

#[test]
fn survival_and_agreement_are_measured() {
    let place = Place::new();
    place.write("truth.csv", "id,days,dead\na,5,1\nb,8,0\nc,3,1\nd,9,1\n");
    place.write("scores.csv", "id,output\na,4\nb,2\nc,3\nd,1\n");
    let measure = "measure survive --truth truth.csv --pred scores.csv --horizons 4,6";
    let said = place.run(measure);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("say --direction risk if more is sooner"), "{}", said.stderr);
    let said = done(&place, &format!("{measure} --direction risk --out survival"));
    assert!(said.stdout.starts_with("4 cases, 3 events\n  harrell_c"), "{}", said.stdout);
    assert!(
        said.stdout.contains("time_auc                  at 6") && said.stdout.contains("0.800 ("),
        "{}",
        said.stdout
    );
    assert!(place.path("survival/kaplan_meier.csv").exists());
    place.write("readers.csv", "case,ann,bob\n1,2,3\n2,4,4\n3,1,2\n4,5,5\n");
    let said = place.run("measure agree --ratings readers.csv");
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("say --kind nominal, ordinal, interval or ratio"), "{}", said.stderr);
    let said = done(&place, "measure agree --ratings readers.csv --kind interval --out agreement --json");
    let scores: Value = serde_json::from_str(&said.stdout).expect("JSON alone");
    let bias = scores["estimates"].as_array().expect("estimates").iter().find(|estimate| estimate["metric"] == "bias");
    assert_eq!(bias.expect("a bias")["value"], 0.5);
    assert!(place.path("agreement/bland_altman.csv").exists());
}

#[test]
fn two_models_and_groups_of_cases_are_compared() {
    let place = Place::new();
    place.write("truth.csv", "id,label,site\na,0,x\nb,1,x\nc,1,y\nd,0,y\ne,1,x\nf,0,y\n");
    place.write("first.csv", "id,score\na,0.1\nb,0.9\nc,0.8\nd,0.3\ne,0.7\nf,0.6\n");
    place.write("second.csv", "id,score\na,0.7\nb,0.9\nc,0.2\nd,0.3\ne,0.7\nf,0.6\n");
    let measure = "measure classify --truth truth.csv --pred first.csv --compare second.csv --groups site";
    let said = done(&place, &format!("{measure} --interval exact --out scores"));
    for part in ["test of mcnemar of all: p = 0.5", "auroc_difference", "1 in y - x", "specificity"] {
        assert!(said.stdout.contains(part), "{part} is not in: {}", said.stdout);
    }
    for file in ["comparison.csv", "mcnemar.csv", "precision_recall.csv", "decision.csv"] {
        assert!(place.path(&format!("scores/{file}")).exists(), "{file}");
    }
    let said = place.run(&format!("{measure} --interval none"));
    assert!(said.code != 0 && said.stderr.contains("percentile"), "{}", said.stderr);
}

#[test]
fn the_demo_says_what_was_planted_and_what_was_found() {
    let place = Place::new();
    let said = done(&place, &format!("demo {QUICK}"));
    assert!(
        said.stdout.starts_with("a phantom of 600 cases, in which 5 images were planted twice\n"),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("5 groups of identical images"), "{}", said.stdout);
    assert!(said.stdout.contains("pointing-game"), "{}", said.stdout);
    assert!(said.stdout.trim_end().ends_with("report: vesalius-demo/report.html"), "{}", said.stdout);
}
