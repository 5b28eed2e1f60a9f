//! Leaderboards: scores from folders and tables, missing cases, what is written, stability.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use vesalius::rank::{Direction, MetricRule, Missing, RankConfig, Ranked, rank};

fn config() -> RankConfig {
    RankConfig { replicates: 200, ..RankConfig::default() }
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

fn order(ranked: &Ranked) -> Vec<(&str, Option<usize>)> {
    ranked.teams.iter().map(|team| (team.team.as_str(), team.rank)).collect()
}

fn refused(scores: &[PathBuf], scheme: &str, config: &RankConfig, expected: &str) {
    let message = rank(scores, scheme, config).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
}

/// Three teams of known quality on twenty cases; `bad` also lacks a case.
fn long_table(folder: &Path) -> PathBuf {
    let mut text = "team,case,metric,target,value\n".to_owned();
    for (team, quality) in [("good", 0.9), ("fair", 0.85), ("bad", 0.5)] {
        for case in 0..20 {
            if team == "bad" && case == 7 {
                continue;
            }
            let dice = quality + f64::from(case * 7 % 11) * 0.005;
            writeln!(text, "{team},c{case},dice,liver,{dice}").unwrap();
            writeln!(text, "{team},c{case},hausdorff95,liver,{}", 20.0 * (1.0 - dice)).unwrap();
        }
    }
    write(folder, "scores.csv", &text)
}

#[test]
fn a_long_table_by_every_scheme_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    let scores = [long_table(folder.path())];
    for scheme in ["mean-then-rank", "rank-then-mean", "test-then-rank", "hecktor-2021"] {
        let ranked = rank(&scores, scheme, &config()).unwrap();
        assert_eq!(order(&ranked), [("good", Some(1)), ("fair", Some(2)), ("bad", Some(3))], "{scheme}");
        assert_eq!((ranked.interval("good"), ranked.missing), (Some((1.0, 1.0)), "worst"));
        assert_eq!(ranked.notes, ["team bad lacks values of 1 cases, which count as worst: c7"]);
    }
    let disqualify = RankConfig { missing: Some(Missing::Disqualify), ..config() };
    let ranked = rank(&scores, "mean-then-rank", &disqualify).unwrap();
    assert_eq!(order(&ranked), [("good", Some(1)), ("fair", Some(2)), ("bad", None)]);
    assert!(ranked.notes[0].contains("and is not ranked: c7"), "{:?}", ranked.notes);
}

#[test]
fn what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let scores = [long_table(folder.path())];
    let ranked = rank(&scores, "mean-then-rank", &config()).unwrap();
    let out = folder.path().join("out");
    ranked.save(&out).unwrap();
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    let table = read("ranking.csv");
    assert!(table.starts_with("rank,team,points,rank_low,rank_high,n_missing,mean dice of liver,"), "{table}");
    assert!(table.lines().nth(1).unwrap().starts_with("1,good,1,1,1,0,0.9"), "{table}");
    // The mean over a missing case's infinite distance is no number.
    assert!(
        table.lines().nth(3).unwrap().starts_with("3,bad,3,3,3,1,0.") && table.trim_end().ends_with(','),
        "{table}"
    );
    assert_eq!(read("stability.csv").lines().count(), 1 + 3 * 3);
    let svg = read("ranking.svg");
    assert!(svg.starts_with("<svg xmlns=") && svg.contains("good: rank 1 (1 to 1)"), "{svg}");
    let json: serde_json::Value = serde_json::from_str(&read("ranking.json")).unwrap();
    assert_eq!((&json["schema"], &json["teams"][0]["team"]), (&1.into(), &"good".into()));
    ranked.save(&folder.path().join("again")).unwrap();
    assert_eq!(svg, fs::read_to_string(folder.path().join("again/ranking.svg")).unwrap());
}

/// Folders as `measure` leaves them: a column for each metric, or one for the metric's name.
#[test]
fn folders_of_cases() {
    let folder = tempfile::tempdir().unwrap();
    let wide = "case,target,dice,surface_dice,remark\na,liver,0.9,0.8,x\na,spleen,0.8,0.9,\nb,liver,0.7,0.6,\n";
    write(folder.path(), "one/cases.csv", wide);
    let long = "case,target,metric,value\na,liver,dice,0.8\na,liver,nsd,0.7\na,spleen,dice,0.7\na,spleen,nsd,0.8\n\
                b,liver,dice,0.6\nb,liver,nsd,0.5\n";
    write(folder.path(), "two/scores/cases.csv", long);
    write(
        folder.path(),
        "three/cases.csv",
        "case,target,dice,surface_dice\na,liver,0.95,0.9\na,spleen,0.9,0.95\nb,liver,,\n",
    );
    let scores = ["one", "two", "three"].map(|team| folder.path().join(team));
    let renamed = RankConfig { rename: [("nsd".to_owned(), "surface_dice".to_owned())].into(), ..config() };
    let ranked = rank(&scores, "amos", &renamed).unwrap();
    assert_eq!(order(&ranked), [("one", Some(1)), ("two", Some(2)), ("three", None)]);
    let names: Vec<&str> = ranked.teams[0].parts.iter().map(|part| part.name.as_str()).collect();
    let expected =
        ["mean dice of liver", "mean dice of spleen", "mean surface_dice of liver", "mean surface_dice of spleen"];
    assert_eq!(names, expected);
    let dice = RankConfig { metrics: vec!["dice".to_owned()], ..renamed.clone() };
    assert_eq!(rank(&scores, "rank-then-mean", &dice).unwrap().teams[0].parts.len(), 2);
    refused(&scores, "amos", &config(), "more or less of \"nsd\" is better");
    refused(&scores, "hecktor-2021", &renamed, "takes one dice, and there are 2");
    refused(
        &scores,
        "mean-then-rank",
        &RankConfig { metrics: vec!["auroc".into()], ..renamed },
        "no score is of metric",
    );
}

fn estimates(rows: &[(&str, &str, f64)]) -> String {
    let one = |(metric, target, value): &(&str, &str, f64)| {
        format!(
            "{{\"metric\":\"{metric}\",\"target\":\"{target}\",\"group\":\"all\",\"value\":{value},\"low\":null,\
             \"high\":null,\"level\":0.95,\"method\":\"m\",\"n\":10,\"undefined\":null}}"
        )
    };
    format!("{{\"schema\":1,\"estimates\":[{}]}}", rows.iter().map(one).collect::<Vec<_>>().join(","))
}

#[test]
fn a_folder_for_each_set() {
    let folder = tempfile::tempdir().unwrap();
    for (team, auc) in [("a", 0.9), ("b", 0.8)] {
        for (set, plus) in [("breastmnist", 0.0), ("pathmnist", 0.05), ("retinamnist", -0.2)] {
            let text = estimates(&[
                ("medmnist_auc", "all", auc + plus),
                ("medmnist_acc", "all", auc + plus - 0.1),
                ("prevalence", "1", 0.3),
            ]);
            write(folder.path(), &format!("{team}/{set}/scores.json"), &text);
        }
    }
    let scores = ["a", "b"].map(|team| folder.path().join(team));
    let ranked = rank(&scores, "medmnist", &config()).unwrap();
    assert_eq!(order(&ranked), [("a", Some(1)), ("b", Some(2))]);
    assert!((ranked.teams[0].parts[0].value.unwrap() - 0.85).abs() < 1e-12);
    assert_eq!(ranked.estimates[0].n, 3);
    refused(&scores, "mean-then-rank", &config(), "by --metrics; there is: medmnist_acc, medmnist_auc");
    let one = RankConfig { metrics: vec!["medmnist_auc".to_owned()], ..config() };
    assert_eq!(order(&rank(&scores, "mean-then-rank", &one).unwrap())[0], ("a", Some(1)));
    let phases = [("breastmnist".to_owned(), 1.0)].into();
    let gamma = vesalius::rank::Gamma { phases, ..vesalius::rank::Gamma::default() };
    refused(&scores, "gamma", &RankConfig { gamma, ..config() }, "needs kappa");
}

#[test]
fn a_metric_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(
        folder.path(),
        "t.csv",
        "model;case;metric;value\na;1;seconds;3\na;2;seconds;4\nb;1;seconds;1\nb;2;seconds;nan\n",
    );
    let rule = MetricRule { better: Direction::Lower, worst: Some(60.0) };
    let with_rule = RankConfig { rules: [("seconds".to_owned(), rule)].into(), ..config() };
    let ranked = rank(std::slice::from_ref(&path), "mean-then-rank", &with_rule).unwrap();
    assert_eq!(order(&ranked), [("a", Some(1)), ("b", Some(2))]);
    assert_eq!(ranked.teams[1].parts[0].value, Some(30.5));
    let left_out = RankConfig { missing: Some(Missing::LeaveOut), ..with_rule };
    assert_eq!(order(&rank(std::slice::from_ref(&path), "mean-then-rank", &left_out).unwrap())[0], ("b", Some(1)));
    refused(&[path], "mean-then-rank", &config(), "[rules.seconds]");
}

#[test]
fn what_cannot_be_ranked() {
    let folder = tempfile::tempdir().unwrap();
    let scores = [long_table(folder.path())];
    refused(&scores, "best", &config(), "there is no scheme \"best\"; there is: mean-then-rank, ");
    refused(&[folder.path().join("none")], "amos", &config(), "does not exist");
    refused(&[folder.path().to_owned()], "amos", &config(), "neither cases.csv nor scores.json");
    let no_value = write(folder.path(), "n.csv", "team,metric\na,dice\n");
    refused(&[no_value], "amos", &config(), "has no column value");
    let words = write(folder.path(), "w.csv", "team,case,metric,value\na,1,dice,good\n");
    refused(&[words], "amos", &config(), "has \"good\" in row 2 of column \"value\"");
    let twice = write(folder.path(), "d.csv", "team,case,metric,value\na,1,dice,0.5\na,1,dice,0.5\n");
    refused(&[twice], "mean-then-rank", &config(), "twice");
    let alone = write(folder.path(), "o.csv", "team,case,metric,value\na,1,dice,0.5\n");
    refused(&[alone], "mean-then-rank", &config(), "expected at least 2");
    let same = ["x/team/cases.csv", "y/team/cases.csv"]
        .map(|name| write(folder.path(), name, "case,dice\n1,0.5\n").parent().unwrap().to_owned());
    refused(&same, "mean-then-rank", &config(), "two folders are called \"team\"");
}
