//! The lines of a MetaImage header: `Key = Value`, the last of which names the data.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// The longest header; real ones have below 1 kB, and 100 kB with long lists of slices.
const HEADER_BYTES_MAX: usize = 1 << 20;

/// The field behind which the header ends.
const LAST: &str = "ElementDataFile";

/// The fields of a header, by name.
#[derive(Debug)]
pub(super) struct Fields {
    by_name: BTreeMap<String, String>,
    /// Lines behind the last field, where it says that a list follows.
    pub(super) listed: Vec<String>,
    /// Where the samples begin, if they lie in the same file.
    pub(super) end: usize,
}

impl Fields {
    /// Splits a header.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = Self { by_name: BTreeMap::new(), listed: Vec::new(), end: 0 };
        let head = &bytes[..bytes.len().min(HEADER_BYTES_MAX)];
        let mut lines = head.split_inclusive(|byte| *byte == b'\n');
        for line in lines.by_ref() {
            fields.end += line.len();
            let text = String::from_utf8_lossy(line);
            let Some((name, value)) = text.split_once('=') else {
                if text.trim().is_empty() {
                    continue;
                }
                return Err(Error::format(format!(
                    "the MetaImage header has the line {:?}; expected \"Key = Value\"; the file is damaged",
                    text.trim().chars().take(80).collect::<String>()
                )));
            };
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            let is_last = name == LAST;
            if is_last && !line.ends_with(b"\n") && value == "LOCAL" {
                return Err(Error::format("the MetaImage file ends with its header; it is truncated"));
            }
            if fields.by_name.insert(name.clone(), value).is_some() {
                return Err(Error::format(format!("the MetaImage header gives {name} twice; the file is damaged")));
            }
            if is_last {
                fields.read_list(lines);
                return Ok(fields);
            }
        }
        Err(Error::format(format!(
            "the MetaImage header has no {LAST} in its first {} bytes; the file is truncated or damaged",
            head.len()
        )))
    }

    fn read_list<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>) {
        if self.get(LAST).is_some_and(|value| value.starts_with("LIST")) {
            let names = lines.map(|line| String::from_utf8_lossy(line).trim().to_owned());
            self.listed = names.filter(|name| !name.is_empty()).collect();
        }
    }

    /// What a field says.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    /// What the first of several fields of one meaning says.
    pub(super) fn first(&self, names: &[&str]) -> Option<(&str, &str)> {
        names.iter().find_map(|name| self.by_name.get_key_value(*name)).map(|(name, value)| (&**name, &**value))
    }

    /// What a field says that every header must have.
    pub(super) fn required(&self, name: &str) -> Result<&str> {
        self.get(name)
            .ok_or_else(|| Error::format(format!("the MetaImage header has no field {name}; the file is damaged")))
    }

    /// Whether a field says yes, if it is there.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>> {
        match self.get(name).map(str::to_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "1" | "yes") => Ok(Some(true)),
            Some("false" | "0" | "no") => Ok(Some(false)),
            Some(other) => Err(wrong(name, other, "True or False")),
        }
    }

    /// One number.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>> {
        self.get(name).map(|value| value.parse().map_err(|_| wrong(name, value, "a number"))).transpose()
    }

    /// As many finite numbers as are expected, in the first of several fields of one meaning.
    pub(super) fn numbers(&self, names: &[&str], n_expected: usize) -> Result<Option<Vec<f64>>> {
        let Some((name, value)) = self.first(names) else { return Ok(None) };
        let found: Vec<f64> = value.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let is_whole = found.len() == n_expected && value.split_whitespace().count() == n_expected;
        if is_whole && found.iter().all(|v| v.is_finite()) {
            Ok(Some(found))
        } else {
            Err(wrong(name, value, &format!("{n_expected} finite numbers")))
        }
    }
}

/// A value that is not what its field demands.
pub(super) fn wrong(name: &str, value: &str, expected: &str) -> Error {
    let value: String = value.chars().take(80).collect();
    Error::format(format!("the MetaImage header has {name} = {value:?}; expected {expected}; correct the header"))
}
