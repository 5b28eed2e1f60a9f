//! Nested configuration as rows of dotted names and values.

use super::page::{Column, Table};
use super::run_folder::RunFolder;
use super::text;
use crate::error::Result;

/// A longer table is cut, so that a hostile file cannot flood the report.
const ROWS_MAX: usize = 200;
/// A longer value is cut.
const VALUE_CHARACTERS_MAX: usize = 400;

/// Dotted names and values of a TOML table, in the order of the names.
pub(super) fn from_toml(table: &toml::Table) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for (name, value) in table {
        push_toml(&mut rows, name, value);
    }
    rows
}

/// Dotted names and values of a JSON value, in the order of the names, all below this name.
fn from_json(name: &str, value: &serde_json::Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    push_json(&mut rows, name, value);
    rows
}

/// What a model says of itself, and below `provenance` what made it.
pub(super) fn of_model(run: &RunFolder<'_>, name: &str) -> Result<Vec<(String, String)>> {
    let description: Option<toml::Table> = run.toml(&format!("model/{name}/model.toml"))?;
    let provenance: Option<serde_json::Value> = run.json(&format!("model/{name}/provenance.json"))?;
    let mut rows = description.as_ref().map(from_toml).unwrap_or_default();
    rows.extend(provenance.as_ref().map(|value| from_json("provenance", value)).unwrap_or_default());
    Ok(rows)
}

/// The rows as a table.
pub(super) fn table(caption: &str, rows: &[(String, String)]) -> Table {
    let mut table = Table::new(caption, vec![Column::code("Name"), Column::code("Value")]);
    for (name, value) in rows.iter().take(ROWS_MAX) {
        table.rows.push(vec![name.as_str().into(), cut(value).into()]);
    }
    let n_hidden = rows.len().saturating_sub(ROWS_MAX);
    if n_hidden > 0 {
        table.note = Some(format!("{} more are in the file.", text::count(n_hidden as u64)));
    }
    table
}

fn push_toml(rows: &mut Vec<(String, String)>, name: &str, value: &toml::Value) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                push_toml(rows, &format!("{name}.{key}"), value);
            }
        }
        toml::Value::String(text) => rows.push((name.to_owned(), text.clone())),
        other => rows.push((name.to_owned(), other.to_string())),
    }
}

fn push_json(rows: &mut Vec<(String, String)>, name: &str, value: &serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                push_json(rows, &format!("{name}.{key}"), value);
            }
        }
        serde_json::Value::String(text) => rows.push((name.to_owned(), text.clone())),
        other => rows.push((name.to_owned(), other.to_string())),
    }
}

/// A value of printable length.
pub(super) fn cut(value: &str) -> String {
    if value.chars().count() <= VALUE_CHARACTERS_MAX {
        return value.to_owned();
    }
    let start: String = value.chars().take(VALUE_CHARACTERS_MAX).collect();
    format!("{start}…")
}
