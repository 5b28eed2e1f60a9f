//! Curves as tables: one row a point, with the target it belongs to.

use vesalius_stats::classify::ClassifyScores;

type Rows = Vec<Vec<String>>;

/// Every curve of a measurement by the name of its file.
pub(super) fn tables(scores: &ClassifyScores) -> [(&'static str, Rows); 4] {
    let roc = scores.roc.iter().map(|curve| (&curve.target, &curve.points));
    let precision_recall = scores.precision_recall.iter().map(|curve| (&curve.target, &curve.points));
    let reliability = scores.reliability.iter().map(|curve| (&curve.target, &curve.bins));
    let decision = scores.decision.iter().map(|curve| (&curve.target, &curve.points));
    [
        (
            "roc.csv",
            table(["threshold", "false_positive_rate", "true_positive_rate", "low", "high"], roc, |point| {
                [point.threshold, point.false_positive_rate, point.true_positive_rate, point.low, point.high]
            }),
        ),
        (
            "precision_recall.csv",
            table(["threshold", "recall", "precision", "low", "high"], precision_recall, |point| {
                [point.threshold, point.recall, point.precision, point.low, point.high]
            }),
        ),
        (
            "reliability.csv",
            table(["bin", "mean_score", "observed", "low", "high", "n"], reliability, |bin| {
                [bin.bin as f64, bin.mean_score, bin.observed, bin.low, bin.high, bin.n as f64]
            }),
        ),
        (
            "decision.csv",
            table(["threshold", "net_benefit", "low", "high", "all"], decision, |point| {
                [point.threshold, point.net_benefit, point.low, point.high, point.all]
            }),
        ),
    ]
}

fn table<'s, P: 's, const N: usize>(
    names: [&str; N],
    curves: impl Iterator<Item = (&'s String, &'s Vec<P>)>,
    numbers: impl Fn(&P) -> [f64; N],
) -> Rows {
    let head: Vec<String> = std::iter::once("target").chain(names).map(str::to_owned).collect();
    let row = |target: &str, point: &P| {
        std::iter::once(target.to_owned()).chain(numbers(point).iter().map(f64::to_string)).collect()
    };
    let rows = curves.flat_map(|(target, points)| points.iter().map(|point| row(target, point)).collect::<Rows>());
    std::iter::once(head).chain(rows).collect()
}
