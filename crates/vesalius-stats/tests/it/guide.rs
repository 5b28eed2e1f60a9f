//! `docs/guide/metrics.md` is made from the registries: what is computed is written down, and the other way round.
//!
//! `VESALIUS_UPDATE=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use vesalius_stats::{agree, classify, detect, fuse, hypothesis, leaderboard, localize, segment, survive};

const GUIDE: &str = "../../docs/guide/metrics.md";

/// A row of a table: name, range, definition, what other tools do.
type Row = (&'static str, Option<(f64, f64)>, &'static str, &'static str);

fn section(text: &mut String, title: &str, lead: &str, rows: &[Row]) {
    writeln!(text, "\n## {title}\n\n{lead}").unwrap();
    for (name, range, definition, others) in rows {
        let range =
            range.map_or_else(String::new, |(low, high)| format!(" Range {} to {}.", number(low), number(high)));
        writeln!(text, "\n- **`{name}`**: {definition}.{range}").unwrap();
        if !others.is_empty() {
            writeln!(text, "  *Elsewhere:* {others}.").unwrap();
        }
    }
}

fn number(value: f64) -> String {
    match value {
        f64::INFINITY => "∞".to_owned(),
        f64::NEG_INFINITY => "-∞".to_owned(),
        value => value.to_string(),
    }
}

/// Curves and tests, which have a name and a definition alone.
fn plain(rows: &[(&'static str, &'static str)]) -> Vec<Row> {
    rows.iter().map(|(name, definition)| (*name, None, *definition, "")).collect()
}

macro_rules! metrics {
    ($registry:expr) => {
        $registry
            .iter()
            .map(|metric| (metric.name, Some(metric.range), metric.definition, metric.others))
            .collect::<Vec<Row>>()
    };
}

fn guide() -> String {
    let mut text = "# Metrics\n\nMade from the registries of `vesalius-stats` by a test; do not edit by hand.\n\
        Every number leaves with its interval, its size and its method; what is undefined says why.\n\
        What each does on ties, on one class, on empty and on NaN stands at the top of its file, with its source.\n"
        .to_owned();
    let mut classes = metrics!(classify::METRICS);
    classes.extend(plain(classify::CURVES));
    section(
        &mut text,
        "Classification",
        "`vesalius measure classify`: a number for each class against the rest, then means over classes.",
        &classes,
    );
    let differences: Vec<Row> = plain(classify::DIFFERENCES);
    section(
        &mut text,
        "Two models on the same cases",
        "`vesalius measure classify --compare`: the first model less the second.",
        &differences,
    );
    section(&mut text, "Tests of hypotheses", "Used by comparisons and leaderboards.", &plain(hypothesis::TESTS));
    masks(&mut text);
    let mut findings = metrics!(detect::METRICS);
    findings.extend(plain(detect::CURVES));
    section(
        &mut text,
        "Detection",
        "`vesalius measure detect`: boxes, points and maps of lesions, with a rule for what is a hit.",
        &findings,
    );
    section(
        &mut text,
        "Localization",
        "`vesalius measure localize`: places and heat maps.",
        &metrics!(localize::METRICS),
    );
    let mut risks = metrics!(survive::METRICS);
    risks.extend(plain(survive::CURVES));
    section(
        &mut text,
        "Survival",
        "`vesalius measure survive`: risk, time or survival against follow-up that may be censored.",
        &risks,
    );
    let mut ratings = metrics!(agree::METRICS);
    ratings.extend(metrics!(agree::readers::METRICS));
    ratings.extend(plain(agree::CURVES));
    section(
        &mut text,
        "Agreement and reader studies",
        "`vesalius measure agree`: raters with each other, and readers with and without aid.",
        &ratings,
    );
    let methods: Vec<Row> =
        fuse::METHODS.iter().map(|method| (method.name, None, method.definition, method.others)).collect();
    section(
        &mut text,
        "Fusion",
        "`vesalius ensemble`: scores, masks, maps or boxes of several models or raters become one.",
        &methods,
    );
    let schemes: Vec<Row> =
        leaderboard::SCHEMES.iter().map(|scheme| (scheme.name, None, scheme.definition, scheme.others)).collect();
    section(&mut text, "Leaderboards", "`vesalius rank`: teams in order, and how stable that order is.", &schemes);
    text
}

fn masks(text: &mut String) {
    let mut masks = metrics!(segment::METRICS);
    masks.extend(segment::POOLED.iter().map(|metric| (metric.name, Some((0.0, 1.0)), metric.definition, "")));
    masks.push((segment::RATIO.0, Some((0.0, 1.0)), segment::RATIO.1, ""));
    section(
        text,
        "Segmentation",
        "`vesalius measure segment`: a number for each case and region, then means over cases. Surfaces are pieces between \
         the voxels, weighed by their areas, or by option the centers of boundary voxels.\n\n\
         | the masks | overlap | distances |\n| --- | --- | --- |\n\
         | neither has the region | none, or by `--both-empty best` 1 | none, or 0 mm |\n\
         | only one has it | 0; sensitivity or precision none where it would be of nothing | the diagonal of the image, or by `--one-empty leave-out` none |\n\
         | there is no prediction | 0 | the diagonal of the image; `--missing` leaves the case out or refuses |",
        &masks,
    );
}

#[test]
fn the_guide_says_what_the_registries_hold() {
    let made = guide();
    if std::env::var_os("VESALIUS_UPDATE").is_some() {
        std::fs::write(GUIDE, &made).unwrap();
    }
    let written = std::fs::read_to_string(Path::new(GUIDE)).unwrap_or_default();
    assert!(written == made, "{GUIDE} is not what the registries hold; run this test with VESALIUS_UPDATE=1");
}
