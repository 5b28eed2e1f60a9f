//! Figures of the curves: ROC and reliability of every target, precision-recall and decision where there is one.

use super::super::chart::{PlanePanel, PlanePoint, ReliabilityPanel, Size, Svg, plane, reliability};
use super::super::estimate::Estimate;
use super::super::page::{Block, Figure};
use super::super::scores::Scores;
use super::super::{glossary, text};

/// Panels of one figure.
const PANELS_MAX: usize = 24;

/// The figures, two in a row where each is of one target.
pub(super) fn blocks(scores: &Scores) -> Vec<Block> {
    let (roc, reliability) = (roc_figure(scores), reliability_figure(scores));
    let mut blocks = Vec::new();
    if scores.roc.len() == 1 && scores.reliability.len() == 1 {
        blocks.push(Block::Figures(roc.into_iter().chain(reliability).collect()));
    } else {
        blocks.extend(roc.into_iter().chain(reliability).map(|figure| Block::Figures(vec![figure])));
    }
    // Of several targets they would fill pages; their tables are beside the others.
    let more: Vec<Figure> = precision_recall_figure(scores).into_iter().chain(decision_figure(scores)).collect();
    if !more.is_empty() {
        blocks.push(Block::Figures(more));
    }
    blocks
}

fn precision_recall_figure(scores: &Scores) -> Option<Figure> {
    let [(target, points)] = &scores.precision_recall[..] else { return None };
    let area = scores.find("average_precision", target);
    let notes = area.map(|area| panel_notes("AP", area)).unwrap_or_default();
    let prevalence = scores.find("prevalence", target).and_then(|prevalence| prevalence.value);
    let chance: Vec<Vec<(f64, f64)>> = prevalence.iter().map(|&share| vec![(0.0, share), (1.0, share)]).collect();
    let rate = |metric| scores.find(metric, target).and_then(|estimate| estimate.value);
    let panel = PlanePanel {
        kind: "Precision-recall curve",
        target,
        x_title: "Sensitivity (recall)",
        y_title: "PPV (precision)",
        y_domain: (0.0, 1.0),
        points: &steps(points),
        references: &chance,
        notes: &notes,
        notes_above: prevalence.is_some_and(|share| share < 0.25),
        marker: rate("sensitivity").zip(rate("ppv")),
    };
    let interval = area.map_or(String::new(), |area| {
        let method = glossary::method_name(&area.method);
        format!(" AP, average precision with {} CI ({method}).", text::level(area.level))
    });
    let caption = format!(
        "Precision-recall curve by steps, without interpolation. Band, pointwise Wilson interval of the PPV; open circle, the threshold in use; dashed line, prevalence, which chance attains.{interval}"
    );
    Some(Figure::new(vec![plane(&panel, Size::Large)], 1, caption))
}

/// A precision holds from the recall before it up to its own.
fn steps(points: &[PlanePoint]) -> Vec<PlanePoint> {
    let mut before = 0.0;
    let step = |point: &PlanePoint| [PlanePoint { x: std::mem::replace(&mut before, point.x), ..*point }, *point];
    points.iter().flat_map(step).collect()
}

fn decision_figure(scores: &Scores) -> Option<Figure> {
    let [(target, rows)] = &scores.decision[..] else { return None };
    let points: Vec<PlanePoint> = rows.iter().map(|(point, _)| *point).collect();
    let greatest = points.iter().map(|point| point.band.map_or(point.y, |band| band.1)).fold(0.05, f64::max);
    let used = scores.find("net_benefit", target);
    let threshold = used.and_then(|used| used.method.split("score > ").nth(1)?.parse::<f64>().ok());
    let panel = PlanePanel {
        kind: "Decision curve",
        target,
        x_title: "Threshold probability",
        y_title: "Net benefit",
        y_domain: (-0.25 * greatest, greatest),
        points: &points,
        references: &[rows.iter().map(|(point, all)| (point.x, *all)).collect(), vec![(0.0, 0.0), (1.0, 0.0)]],
        notes: &[],
        notes_above: true,
        marker: threshold.zip(used.and_then(|used| used.value)),
    };
    let caption = "Decision curve: net benefit of acting on scores above a threshold, true positives less false ones at the price that the threshold stands for. Band, pointwise interval; dashed, acting on every case and on none; open circle, the threshold in use.".to_owned();
    Some(Figure::new(vec![plane(&panel, Size::Large)], 1, caption))
}

fn panel_size(n: usize) -> Size {
    if n <= 2 { Size::Large } else { Size::Small }
}

fn roc_figure(scores: &Scores) -> Option<Figure> {
    let n = scores.roc.len();
    let size = panel_size(n);
    let panel = |(target, points): &(String, Vec<_>)| {
        let area = scores.find("auroc", target);
        let rate = |metric| scores.find(metric, target).and_then(|estimate| estimate.value);
        let operating_point = rate("specificity").zip(rate("sensitivity")).map(|(spec, sens)| (1.0 - spec, sens));
        let notes = area.map(|area| panel_notes("AUROC", area)).unwrap_or_default();
        let panel = PlanePanel {
            kind: "Receiver operating characteristic",
            target,
            x_title: "1 − specificity",
            y_title: "Sensitivity",
            y_domain: (0.0, 1.0),
            points,
            references: &[vec![(0.0, 0.0), (1.0, 1.0)]],
            notes: &notes,
            notes_above: false,
            marker: operating_point,
        };
        plane(&panel, size)
    };
    let panels: Vec<Svg> = scores.roc.iter().take(PANELS_MAX).map(panel).collect();
    if panels.is_empty() {
        return None;
    }
    let area = scores.roc.iter().find_map(|(target, _)| scores.find("auroc", target));
    let what = if n == 1 { "" } else { " of every class against the rest" };
    let interval = area.map_or(String::new(), |area| {
        let method = glossary::method_name(&area.method);
        format!(" AUROC with {} CI ({method}).", text::level(area.level))
    });
    let caption = format!(
        "Receiver operating characteristic{what}, {}. Line, empirical curve; band, pointwise Wilson interval of the sensitivity; open circle, the threshold in use; dashed diagonal, chance.{interval}{}{}",
        sizes(scores),
        undrawn(scores),
        hidden(n, "scores/roc.csv")
    );
    Some(Figure::new(panels, columns(n, size), caption))
}

fn reliability_figure(scores: &Scores) -> Option<Figure> {
    let n = scores.reliability.len();
    let size = panel_size(n);
    let panel = |(target, bins): &(String, Vec<_>)| {
        let note = |(name, metric)| Some(format!("{name} {}", text::decimal(scores.find(metric, target)?.value?)));
        let notes: Vec<String> = [("ECE", "ece"), ("Brier", "brier")].into_iter().filter_map(note).collect();
        reliability(&ReliabilityPanel { target, bins, notes: &notes }, size)
    };
    let panels: Vec<Svg> = scores.reliability.iter().take(PANELS_MAX).map(panel).collect();
    if panels.is_empty() {
        return None;
    }
    let n_cases =
        scores.reliability.iter().map(|(_, bins)| bins.iter().map(|bin| bin.n).sum::<u64>()).max().unwrap_or(0);
    let level = scores.estimates.first().map_or("the".to_owned(), |estimate| text::level(estimate.level));
    let caption = format!(
        "Reliability of the scores, n = {}. Points, share of positive cases in each bin of the score, with {level} CI (Wilson); dashed diagonal, perfect calibration; bars below, cases per bin.{}",
        text::count(n_cases),
        hidden(n, "scores/reliability.csv")
    );
    Some(Figure::new(panels, columns(n, size), caption))
}

fn columns(n: usize, size: Size) -> usize {
    if n == 1 { 1 } else { size.n_columns() }
}

fn hidden(n: usize, file: &str) -> String {
    if n <= PANELS_MAX {
        return String::new();
    }
    format!(" The first {PANELS_MAX} of {n} targets are shown; all are in {file}.")
}

/// The numbers of cases behind the curves; unknown labels make them differ.
fn sizes(scores: &Scores) -> String {
    let n = scores.roc.iter().filter_map(|(target, _)| scores.find("auroc", target)).map(|area| area.n);
    match (n.clone().min(), n.max()) {
        (Some(low), Some(high)) if low < high => format!("n = {}–{}", text::count(low), text::count(high)),
        (Some(n), _) => format!("n = {}", text::count(n)),
        _ => "n not recorded".to_owned(),
    }
}

/// Targets without a curve, and why.
fn undrawn(scores: &Scores) -> String {
    const NAMES_MAX: usize = 8;
    let is_drawn = |target: &str| scores.roc.iter().any(|(drawn, _)| drawn == target);
    let missing = scores
        .estimates
        .iter()
        .filter(|e| e.is("auroc") && e.value.is_none() && !e.is_over_all_classes() && !is_drawn(&e.target));
    let names = missing.map(|e| format!("{} ({})", e.target, e.undefined.as_deref().unwrap_or("undefined")));
    let names: Vec<String> = names.take(NAMES_MAX).collect();
    if names.is_empty() { String::new() } else { format!(" Without a curve: {}.", text::list(&names)) }
}

/// The name and value of an estimate, and its interval below.
fn panel_notes(name: &str, estimate: &Estimate) -> Vec<String> {
    let Some(value) = estimate.value else { return vec![format!("{name} undefined")] };
    let mut notes = vec![format!("{name} {}", text::decimal(value))];
    notes.extend(estimate.interval().map(|interval| format!("({interval})")));
    notes
}
