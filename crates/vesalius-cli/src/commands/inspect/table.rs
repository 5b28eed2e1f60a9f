//! Records for a person: one image as a list of what is known, several as a table; problems under them.

use std::fmt::Write as _;

use vesalius::inspect::{Inspection, Kind, Record};

/// The whole text. Nothing is told by color, so that a log and a screen reader have it too.
pub(super) fn render(inspection: &Inspection) -> String {
    let mut text = match &inspection.files[..] {
        [record] => card(record),
        records => table(records),
    };
    let n = inspection.n_problems();
    let several = inspection.files.len() > 1;
    for record in &inspection.files {
        for problem in &record.problems {
            let place = if several { format!("{}: ", named(record)) } else { String::new() };
            line(&mut text, &format!("\n{place}{}: {}", problem.code, problem.message));
            line(&mut text, &format!("  remedy: {}", problem.remedy));
        }
    }
    let end = match n {
        0 => "no problems".to_owned(),
        1 => "1 problem".to_owned(),
        _ => format!("{n} problems"),
    };
    line(&mut text, &format!("\n{end}"));
    text
}

fn card(record: &Record) -> String {
    let mut text = String::new();
    line(&mut text, &record.path.display().to_string());
    let mut row = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            line(&mut text, &format!("  {name:<9} {value}"));
        }
    };
    row("format", record.format.map(str::to_owned));
    row("kind", record.kind.map(kind));
    row("size", size(record).map(|size| format!("{size} (x, y, z)")));
    row("spacing", record.spacing_mm.map(|spacing| format!("{} mm", joined(spacing, " x "))));
    row("origin", record.origin_mm.map(|origin| format!("({}) mm, LPS", joined(origin, ", "))));
    row("axes", record.direction.as_ref().map(axes));
    row("type", record.dtype.clone());
    row("values", range(record));
    row(
        "series",
        record.series.as_ref().map(|series| {
            let volume = match series.n_volumes {
                1 => String::new(),
                n => format!(", volume {} of {n}", series.volume),
            };
            let description = series.description.as_ref().map_or(String::new(), |text| format!(" \"{text}\""));
            let slices = if series.n_slices > 0 { format!(", {} slices", series.n_slices) } else { String::new() };
            format!("{}{description}{slices}{volume}, {}", series.modality, series.uid)
        }),
    );
    for region in &record.regions {
        line(&mut text, &format!("  {:<9} {} {}", "region", region.value, region.name));
    }
    if let Some(like) = &record.like {
        let differs = if like.differs.is_empty() { "no difference".into() } else { like.differs.join(", ") };
        line(&mut text, &format!("  {:<9} {}: {differs}", "like", like.path.display()));
    }
    text
}

fn table(records: &[Record]) -> String {
    let header = ["path", "kind", "format", "size (x, y, z)", "spacing in mm", "type", "values", "problems"];
    let mut rows = vec![header.map(str::to_owned)];
    for record in records {
        let blank = || "-".to_owned();
        rows.push([
            named(record),
            record.kind.map_or_else(blank, kind),
            record.format.map_or_else(blank, str::to_owned),
            size(record).unwrap_or_else(blank),
            record.spacing_mm.map_or_else(blank, |spacing| joined(spacing, " x ")),
            record.dtype.clone().unwrap_or_else(blank),
            range(record).unwrap_or_else(blank),
            match record.problems.len() {
                0 => blank(),
                n => n.to_string(),
            },
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        line(&mut text, cells.join("  ").trim_end());
    }
    text
}

/// The path, and the series where a folder or an archive may hold several.
fn named(record: &Record) -> String {
    let path = record.path.display();
    match &record.series {
        Some(series) if series.n_volumes > 1 => format!("{path} {} volume {}", series.uid, series.volume),
        Some(series) => format!("{path} {}", series.uid),
        None => path.to_string(),
    }
}

fn kind(kind: Kind) -> String {
    let name = serde_json::to_value(kind).ok();
    name.and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

fn size(record: &Record) -> Option<String> {
    let [x, y, z] = record.size?;
    let channels = record.channels.filter(|n| *n > 1).map_or(String::new(), |n| format!(" x {n} channels"));
    Some(format!("{x} x {y} x {z}{channels}"))
}

fn range(record: &Record) -> Option<String> {
    let [low, high] = record.range?;
    let units = record.units.as_ref().map_or(String::new(), |units| format!(" {units}"));
    Some(format!("{} to {}{units}", number(low), number(high)))
}

/// Where image x, y and z point, with the angle where that is not straight.
fn axes(direction: &[[f64; 3]; 3]) -> String {
    let named = (0..3).map(|axis| {
        let column = direction.map(|row| row[axis]);
        let nearest = (0..3).fold(0, |best, row| if column[row].abs() > column[best].abs() { row } else { best });
        let [low, high] = [["right", "left"], ["front", "back"], ["feet", "head"]][nearest];
        let side = if column[nearest] >= 0.0 { high } else { low };
        let degrees = column[nearest].abs().min(1.0).acos().to_degrees();
        let oblique = if degrees < 0.05 { String::new() } else { format!(" ({degrees:.1} degrees off)") };
        format!("{} to the {side}{oblique}", ["x", "y", "z"][axis])
    });
    named.collect::<Vec<_>>().join(", ")
}

fn joined(values: [f64; 3], between: &str) -> String {
    values.map(number).join(between)
}

/// At most four digits behind the point, and none that say nothing.
fn number(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e9).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes everything");
}
