//! Ranking of teams: SciPy's values, closed forms, invariances, stability, refusals.
//!
//! `golden/leaderboard.py` made the values and records versions. Tolerance 1e-9.

use std::collections::BTreeSet;

use crate::kit::close;
use serde_json::Value;
use vesalius_stats::leaderboard::{
    Better, Board, Case, Column, GammaWeights, Leaderboard, Missing, RankOptions, SCHEMES, rank, scheme,
};

const EXACT: f64 = 1e-9;
const COLUMNS: [(&str, &str); 5] = [
    ("dice", "liver"),
    ("dice", "kidney"),
    ("surface_dice", "liver"),
    ("surface_dice", "kidney"),
    ("hausdorff95", "liver"),
];

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/leaderboard.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn column(metric: &str, target: &str) -> Column {
    let is_distance = matches!(metric, "hausdorff95" | "localization_error" | "vcdr_error");
    let (better, worst) = if is_distance { (Better::Lower, f64::INFINITY) } else { (Better::Higher, 0.0) };
    Column { metric: metric.to_owned(), target: target.to_owned(), better, worst }
}

fn names(prefix: &str, n: usize) -> Vec<String> {
    (0..n).map(|at| format!("{prefix} {at}")).collect()
}

fn cases(set: &str, n: usize) -> Vec<Case> {
    names("case", n).into_iter().map(|name| Case { set: set.to_owned(), name }).collect()
}

/// The golden board with the columns that are kept.
fn board(golden: &Value, kept: &[usize], absent: bool) -> Board {
    let (n_teams, n_cases) = (5, 24);
    let mut values: Vec<Option<f64>> = numbers(&golden["values"]).into_iter().map(Some).collect();
    if absent {
        for at in golden["absent"].as_array().unwrap() {
            let at: Vec<usize> = numbers(at).into_iter().map(|n| n as usize).collect();
            values[(at[0] * n_teams + at[1]) * n_cases + at[2]] = None;
        }
    }
    let of_column = |at: &usize| values[at * n_teams * n_cases..][..n_teams * n_cases].to_vec();
    let values = kept.iter().flat_map(of_column).collect();
    let columns: Vec<Column> = kept.iter().map(|&at| column(COLUMNS[at].0, COLUMNS[at].1)).collect();
    Board::new(&names("team", n_teams), &columns, &cases("", n_cases), values).unwrap()
}

fn options() -> RankOptions {
    RankOptions { replicates: 100, ..RankOptions::default() }
}

fn ranked(board: &Board, name: &str) -> Leaderboard {
    rank(board, scheme(name).unwrap(), &options()).unwrap()
}

/// Points in the order of team names.
fn points(found: &Leaderboard) -> Vec<f64> {
    let mut standings: Vec<_> = found.standings.iter().collect();
    standings.sort_by(|a, b| a.team.cmp(&b.team));
    standings.iter().map(|standing| standing.points.unwrap()).collect()
}

#[track_caller]
fn all_close(actual: &[f64], expected: &[f64], what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    actual.iter().zip(expected).for_each(|(actual, expected)| close(*actual, *expected, EXACT, what));
}

#[test]
fn the_registry_names_every_scheme_once() {
    let registered: BTreeSet<&str> = SCHEMES.iter().map(|scheme| scheme.name).collect();
    let tested = ["amos", "gamma", "hecktor-2021", "mean-then-rank", "medmnist", "rank-then-mean", "test-then-rank"];
    assert_eq!(registered, tested.into());
    assert_eq!(registered.len(), SCHEMES.len());
    assert!(SCHEMES.iter().all(|scheme| !scheme.definition.is_empty() && scheme.source.contains("20")));
    assert!(scheme("mean then rank").is_none());
}

#[test]
fn points_are_those_of_scipy() {
    let golden = golden();
    let check = |name: &str, kept: &[usize], absent: bool, key: &str| {
        let found = ranked(&board(&golden, kept, absent), name);
        all_close(&points(&found), &numbers(&golden[key][name]), name);
    };
    let all = [0, 1, 2, 3, 4];
    check("mean-then-rank", &all, false, "points");
    check("rank-then-mean", &all, false, "points");
    check("test-then-rank", &all, false, "points");
    check("hecktor-2021", &[0, 4], false, "points");
    check("amos", &all, false, "points");
    check("mean-then-rank", &all, true, "with_absent");
    check("rank-then-mean", &all, true, "with_absent");
    check("hecktor-2021", &[0, 4], true, "with_absent");
    let found = ranked(&board(&golden, &all, false), "mean-then-rank");
    let mut ranks: Vec<(String, f64)> =
        found.standings.iter().map(|s| (s.team.clone(), s.rank.unwrap() as f64)).collect();
    ranks.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(ranks.into_iter().map(|(_, rank)| rank).collect::<Vec<_>>(), numbers(&golden["ranks"]));
}

#[test]
fn wins_are_counted() {
    let golden = golden();
    let found = ranked(&board(&golden, &[0], false), "test-then-rank");
    let wins = numbers(&golden["wins_of_first_column"]);
    for standing in &found.standings {
        let team: usize = standing.team[5..].parse().unwrap();
        assert_eq!(standing.parts[0].name, "wins in dice of liver");
        assert_eq!(standing.parts[0].value, Some(wins[team]));
    }
}

#[test]
fn missing_cases_are_worst_left_out_or_disqualify() {
    let golden = golden();
    let board = board(&golden, &[0, 1, 2, 3, 4], true);
    assert_eq!(board.missing(4), [3]);
    let with =
        |missing| rank(&board, scheme("mean-then-rank").unwrap(), &RankOptions { missing, ..options() }).unwrap();
    let last = with(Some(Missing::Disqualify)).standings.pop().unwrap();
    assert_eq!((last.rank, last.points, last.missing.len()), (None, None, 1));
    // An infinite mean is no number, but it is a rank.
    let worst = with(None);
    let fifth = worst.standings.iter().find(|standing| standing.team == "team 4").unwrap();
    assert_eq!((fifth.parts[4].name.as_str(), fifth.parts[4].value), ("mean hausdorff95 of liver", None));
    let left_out = with(Some(Missing::LeaveOut));
    assert!(left_out.standings.iter().all(|standing| standing.parts.iter().all(|part| part.value.is_some())));
    // The organizers of AMOS do not rank incomplete submissions.
    let amos = rank(&board, scheme("amos").unwrap(), &options()).unwrap();
    assert_eq!(amos.standings.iter().filter(|standing| standing.rank.is_none()).count(), 2);
}

#[test]
fn order_of_teams_and_cases_and_growing_scales_do_not_matter() {
    let golden = golden();
    let values = numbers(&golden["values"]);
    let at = |column: usize, team: usize, case: usize| values[(column * 5 + team) * 24 + case];
    let columns: Vec<Column> = COLUMNS.iter().map(|(metric, target)| column(metric, target)).collect();
    let make = |team: &dyn Fn(usize) -> usize, case: &dyn Fn(usize) -> usize, scale: &dyn Fn(f64) -> f64| {
        let mut turned = Vec::new();
        for c in 0..5 {
            for t in 0..5 {
                turned.extend((0..24).map(|k| Some(scale(at(c, team(t), case(k))))));
            }
        }
        let teams: Vec<String> = (0..5).map(|t| format!("team {}", team(t))).collect();
        Board::new(&teams, &columns, &cases("", 24), turned).unwrap()
    };
    let plain = make(&|t| t, &|k| k, &|v| v);
    let turned = make(&|t| 4 - t, &|k| 23 - k, &|v| v);
    let cubed = make(&|t| t, &|k| k, &|v| v.powi(3));
    for name in ["mean-then-rank", "rank-then-mean", "test-then-rank", "amos"] {
        all_close(&points(&ranked(&plain, name)), &points(&ranked(&turned, name)), name);
    }
    all_close(&points(&ranked(&plain, "rank-then-mean")), &points(&ranked(&cubed, "rank-then-mean")), "cubed");
}

/// Team a is better on every case: first on every replicate. Teams b and c are the same: both second.
#[test]
fn stability_of_what_is_certain() {
    let dice = [[0.9, 0.8, 0.95, 0.85], [0.5, 0.6, 0.4, 0.3], [0.5, 0.6, 0.4, 0.3]];
    let values = dice.iter().flatten().map(|&value| Some(value)).collect();
    let teams: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
    let board = Board::new(&teams, &[column("dice", "")], &cases("", 4), values).unwrap();
    let found = ranked(&board, "mean-then-rank");
    let ranks: Vec<Option<usize>> = found.standings.iter().map(|standing| standing.rank).collect();
    assert_eq!(ranks, [Some(1), Some(2), Some(2)]);
    close(found.standings[0].shares[0], 1.0, EXACT, "share of first ranks");
    close(found.standings[2].shares[1], 1.0, EXACT, "share of second ranks");
    let tau = found.estimates.last().unwrap();
    assert_eq!((tau.metric.as_str(), tau.value, tau.low, tau.n), ("kendall_tau", Some(1.0), Some(1.0), 4));
    let rank = &found.estimates[1];
    assert_eq!((rank.metric.as_str(), rank.target.as_str(), rank.high), ("rank", "b", Some(2.0)));
}

#[test]
fn stability_of_chance_is_told() {
    let golden = golden();
    let found = ranked(&board(&golden, &[0, 1], false), "mean-then-rank");
    for standing in &found.standings {
        close(standing.shares.iter().sum(), 1.0, EXACT, "shares");
    }
    let tau = found.estimates.last().unwrap();
    assert!(tau.value.unwrap() < 1.0 && tau.low < tau.high, "{tau:?}");
    assert!(found.estimates.iter().any(|estimate| estimate.low < estimate.high));
    assert_eq!(found, ranked(&board(&golden, &[0, 1], false), "mean-then-rank"), "the seed decides");
    let one = Board::new(&names("team", 2), &[column("dice", "")], &cases("", 1), vec![Some(0.5), Some(0.6)]).unwrap();
    let found = ranked(&one, "rank-then-mean");
    assert!(found.standings[0].shares.is_empty());
    assert!(found.estimates.iter().all(|estimate| estimate.value.is_none() && estimate.undefined.is_some()));
}

/// Two phases of two cases: κ stands for a phase, the rest is measured of cases.
fn gamma_board() -> Board {
    let columns = [
        column("kappa", ""),
        column("localization_error", ""),
        column("dice", "cup"),
        column("dice", "disc"),
        column("vcdr_error", ""),
    ];
    let whole = |set: &str| Case { set: set.to_owned(), name: String::new() };
    let mut all = vec![whole("final"), whole("preliminary")];
    all.extend(cases("final", 2));
    all.extend(cases("preliminary", 2));
    let kappa = |final_value: f64, preliminary: f64| [Some(final_value), Some(preliminary), None, None, None, None];
    let per_case = |f: f64, p: f64| [None, None, Some(f - 0.1), Some(f + 0.1), Some(p), Some(p)];
    let mut values = Vec::new();
    values.extend([kappa(0.8, 0.7), kappa(0.6, 0.9)].concat());
    values.extend([per_case(0.1, 0.3), per_case(0.4, 0.2)].concat());
    values.extend([per_case(0.8, 0.7), per_case(0.6, 0.9)].concat());
    values.extend([per_case(0.9, 0.8), per_case(0.7, 0.9)].concat());
    values.extend([per_case(0.2, 0.3), per_case(0.4, 0.2)].concat());
    Board::new(&names("team", 2), &columns, &all, values).unwrap()
}

#[test]
fn gamma_is_its_formula() {
    let score = |kappa: f64, distance: f64, cup: f64, disc: f64, ratio: f64| {
        let segmentation = 2.5 * cup + 3.5 * disc + 0.4 / (ratio + 0.1);
        0.4 * 10.0 * kappa + 0.3 / (distance + 0.1) + 0.3 * segmentation
    };
    let phases = vec![("preliminary".to_owned(), 0.3), ("final".to_owned(), 0.7)];
    let options = RankOptions { gamma: GammaWeights { phases, ..GammaWeights::default() }, ..options() };
    let found = rank(&gamma_board(), scheme("gamma").unwrap(), &options).unwrap();
    let first = 0.7 * score(0.8, 0.1, 0.8, 0.9, 0.2) + 0.3 * score(0.7, 0.3, 0.7, 0.8, 0.3);
    let second = 0.7 * score(0.6, 0.4, 0.6, 0.7, 0.4) + 0.3 * score(0.9, 0.2, 0.9, 0.9, 0.2);
    all_close(&points(&found), &[first, second], "both phases");
    let alike = ranked(&gamma_board(), "gamma");
    close(points(&alike)[0], score(0.75, 0.2, 0.75, 0.85, 0.25), EXACT, "without phases");
    let phases = vec![("finale".to_owned(), 1.0)];
    let options = RankOptions { gamma: GammaWeights { phases, ..GammaWeights::default() }, ..options };
    let message = rank(&gamma_board(), scheme("gamma").unwrap(), &options).unwrap_err().to_string();
    assert!(message.contains("the sets [final, preliminary]"), "{message}");
}

/// The first rows of the published table: both networks by the mean over three sets, which are what is drawn.
#[test]
fn medmnist_ranks_by_means_over_sets() {
    let sets = ["breastmnist", "pathmnist", "retinamnist"].map(|set| Case { set: set.to_owned(), name: String::new() });
    let columns = [column("medmnist_auc", ""), column("medmnist_acc", "")];
    let rows = [
        [0.901, 0.983, 0.717],
        [0.866, 0.989, 0.716],
        [0.836, 0.934, 0.690],
        [0.863, 0.907, 0.524],
        [0.842, 0.892, 0.511],
        [0.803, 0.716, 0.515],
    ];
    let teams: Vec<String> = ["resnet-18 (28)", "resnet-50 (224)", "auto-sklearn"].map(str::to_owned).to_vec();
    let values = rows.iter().flatten().map(|&value| Some(value)).collect();
    let found = ranked(&Board::new(&teams, &columns, &sets, values).unwrap(), "medmnist");
    let order: Vec<&str> = found.standings.iter().map(|standing| standing.team.as_str()).collect();
    assert_eq!(order, ["resnet-18 (28)", "resnet-50 (224)", "auto-sklearn"]);
    close(found.standings[0].parts[0].value.unwrap(), (0.901 + 0.983 + 0.717) / 3.0, EXACT, "mean AUC");
    assert_eq!(found.estimates[0].n, 3);
}

#[test]
fn what_cannot_be_ranked_is_refused() {
    let refused = |found: vesalius_stats::Result<Leaderboard>, expected: &str| {
        let message = found.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    let golden = golden();
    let full = board(&golden, &[0, 1, 2, 3, 4], false);
    let by = |board: &Board, name: &str, options: &RankOptions| rank(board, scheme(name).unwrap(), options);
    refused(by(&full, "hecktor-2021", &options()), "takes one dice, and there are 2");
    refused(by(&board(&golden, &[0], false), "hecktor-2021", &options()), "needs hausdorff95");
    refused(by(&full, "gamma", &options()), "needs kappa, and the scores have [dice of liver");
    refused(by(&full, "medmnist", &options()), "needs medmnist_auc");
    refused(by(&full, "mean-then-rank", &RankOptions { level: 1.0, ..options() }), "level");
    refused(by(&full, "mean-then-rank", &RankOptions { alpha: 0.0, ..options() }), "alpha");
    refused(by(&full, "mean-then-rank", &RankOptions { replicates: 1_000_000, ..options() }), "replicates");
    let gamma = GammaWeights { grading: -1.0, ..GammaWeights::default() };
    refused(by(&full, "gamma", &RankOptions { gamma, ..options() }), "0 or more");
    let new = |values: Vec<Option<f64>>| Board::new(&names("team", 1), &[column("dice", "")], &cases("", 1), values);
    refused(by(&new(vec![Some(0.5)]).unwrap(), "mean-then-rank", &options()), "at least 2");
    assert!(new(vec![]).unwrap_err().to_string().contains("expected 1"));
    assert!(new(vec![Some(f64::NAN)]).unwrap_err().to_string().contains("NaN"));
}
