//! `--set a.b=value`: settings typed one by one, as the TOML that they stand for.

use std::str::FromStr;

use anyhow::{Context as _, Result, bail};
use toml::{Table, Value};

/// One `a.b=value`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    /// The path of the field: `["train", "epochs"]`.
    path: Vec<String>,
    value: Value,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("expected field=value such as train.epochs=5, got `{text}`");
        let (path, value) = text.split_once('=').ok_or_else(wrong)?;
        let path: Vec<String> = path.split('.').map(|name| name.trim().to_owned()).collect();
        if path.iter().any(String::is_empty) {
            return Err(wrong());
        }
        Ok(Self { path, value: value_of(value.trim()) })
    }
}

impl Setting {
    /// A setting that was not typed but follows from something that was.
    pub(crate) fn new<const N: usize>(path: [&str; N], value: Value) -> Self {
        Self { path: path.map(str::to_owned).to_vec(), value }
    }
}

/// A TOML value, or else the text as it stands: `cosine` needs no quotes.
fn value_of(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok().filter(|table| table.len() == 1);
    parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Writes settings into a table, in the order in which they were typed.
pub(crate) fn apply(table: &mut Table, settings: &[Setting]) -> Result<()> {
    for setting in settings {
        let (last, parents) = setting.path.split_last().context("a setting has a name")?;
        let mut place = &mut *table;
        for parent in parents {
            let entry = place.entry(parent.clone()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(next) = entry else {
                bail!("--set {}: `{parent}` is a value, not a group of settings", setting.path.join("."));
            };
            place = next;
        }
        place.insert(last.clone(), setting.value.clone());
    }
    Ok(())
}

/// The same in a recipe, whose table `volumes` lies over the rest: what was typed holds there too.
pub(crate) fn apply_to_recipe(table: &mut Table, settings: &[Setting]) -> Result<()> {
    for setting in settings {
        apply(table, std::slice::from_ref(setting))?;
        if setting.path[0] != "volumes" {
            let overlay = table.get_mut("volumes").and_then(Value::as_table_mut);
            overlay.and_then(|overlay| remove(overlay, &setting.path));
        }
    }
    Ok(())
}

fn remove(table: &mut Table, path: &[String]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let mut place = table;
    for parent in parents {
        place = place.get_mut(parent)?.as_table_mut()?;
    }
    place.remove(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &[&str], expected: &str) {
        let settings: Vec<Setting> = typed.iter().map(|text| text.parse().expect("a setting")).collect();
        let mut table = "name = \"old\"\n[train]\nepochs = 3".parse().expect("TOML");
        let text = match apply(&mut table, &settings) {
            Ok(()) => table.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(text.trim(), expected.trim());
    }

    #[test]
    fn settings_are_toml_values_or_plain_texts() {
        check(&["train.epochs=5"], "name = \"old\"\n\n[train]\nepochs = 5");
        check(&["train.schedule=cosine"], "name = \"old\"\n\n[train]\nepochs = 3\nschedule = \"cosine\"");
        check(&["seeds=[1, 2]", "name=a = b"], "name = \"a = b\"\nseeds = [1, 2]\n\n[train]\nepochs = 3");
        check(&["a.b.c=true"], "name = \"old\"\n\n[a.b]\nc = true\n\n[train]\nepochs = 3");
        check(&["train.epochs=5", "train.epochs=6"], "name = \"old\"\n\n[train]\nepochs = 6");
        check(&["name.x=1"], "--set name.x: `name` is a value, not a group of settings");
        check(&["note=a\nb = 1"], "name = \"old\"\nnote = \"\"\"\na\nb = 1\"\"\"\n\n[train]\nepochs = 3");
    }

    #[test]
    fn a_setting_holds_for_volumes_too_unless_it_is_theirs() {
        let check = |typed: &str, expected: &str| {
            let mut table = "[train]\nepochs = 3\n[volumes.train]\nepochs = 9\nbatch = 8".parse().expect("TOML");
            apply_to_recipe(&mut table, &[typed.parse().expect("a setting")]).expect("applied");
            assert_eq!(table.to_string().trim(), expected);
        };
        check("train.epochs=5", "[train]\nepochs = 5\n\n[volumes.train]\nbatch = 8");
        check("volumes.train.epochs=5", "[train]\nepochs = 3\n\n[volumes.train]\nbatch = 8\nepochs = 5");
    }

    #[test]
    fn what_is_not_a_setting_is_refused() {
        for text in ["epochs", "=5", "train.=5", ".epochs=5"] {
            let error = text.parse::<Setting>().expect_err(text);
            assert_eq!(error, format!("expected field=value such as train.epochs=5, got `{text}`"));
        }
    }
}
