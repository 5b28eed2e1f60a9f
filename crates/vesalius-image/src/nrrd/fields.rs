//! The lines of a NRRD header: fields by name, and how numbers, vectors and words stand in them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// The longest header; real ones have about 1 kB, and 100 kB with long lists of slices.
const HEADER_BYTES_MAX: usize = 1 << 20;

/// The fields of a header, by lower-case name.
#[derive(Debug)]
pub(super) struct Fields {
    by_name: BTreeMap<String, String>,
    /// Lines behind `data file: LIST`.
    pub(super) listed: Vec<String>,
    /// Where the samples begin, if they lie in the same file.
    pub(super) end: usize,
}

impl Fields {
    /// Splits a header, which ends at an empty line or with the file.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = Self { by_name: BTreeMap::new(), listed: Vec::new(), end: 0 };
        let mut is_list = false;
        for (idx, line) in bytes[..bytes.len().min(HEADER_BYTES_MAX)].split_inclusive(|byte| *byte == b'\n').enumerate()
        {
            fields.end += line.len();
            let line = String::from_utf8_lossy(line);
            let line = line.trim_end_matches(['\n', '\r']);
            match line {
                _ if idx == 0 => check_magic(line)?,
                "" => return Ok(fields),
                _ if is_list => fields.listed.push(line.trim().to_owned()),
                _ if line.starts_with('#') => {}
                _ => is_list = fields.add(line)?,
            }
        }
        if fields.end < bytes.len() {
            return Err(Error::limit(format!(
                "the NRRD header has more than {HEADER_BYTES_MAX} bytes; no real one is so long, the file is damaged"
            )));
        }
        Ok(fields)
    }

    /// Takes a line; whether a list of files follows it.
    fn add(&mut self, line: &str) -> Result<bool> {
        // `key:=value` is free text of whoever wrote the file.
        let Some((name, value)) = line.split_once(':').filter(|(_, value)| !value.starts_with('=')) else {
            if line.contains(":=") {
                return Ok(false);
            }
            return Err(Error::format(format!(
                "the NRRD header has the line {:?}; expected \"field: value\"; the file is damaged",
                line.chars().take(80).collect::<String>()
            )));
        };
        let name = match name.trim().to_lowercase().as_str() {
            "datafile" => "data file".to_owned(),
            "lineskip" => "line skip".to_owned(),
            "byteskip" => "byte skip".to_owned(),
            "sampleunits" => "sample units".to_owned(),
            other => other.to_owned(),
        };
        let value = value.trim().to_owned();
        let is_list = name == "data file" && value.split_whitespace().next() == Some("LIST");
        if self.by_name.insert(name.clone(), value).is_some() {
            return Err(Error::format(format!("the NRRD header gives {name:?} twice; the file is damaged")));
        }
        Ok(is_list)
    }

    /// What a field says.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    /// What a field says that every header must have.
    pub(super) fn required(&self, name: &str) -> Result<&str> {
        self.get(name)
            .ok_or_else(|| Error::format(format!("the NRRD header has no field {name:?}; the file is damaged")))
    }
}

fn check_magic(line: &str) -> Result<()> {
    match line.strip_prefix("NRRD000").and_then(|version| version.parse::<u8>().ok()) {
        Some(1..=5) => Ok(()),
        Some(version) => {
            Err(Error::unsupported(format!("this is NRRD version {version}, and 1 to 5 are read; save it as NRRD0005")))
        }
        None => Err(Error::format("this does not begin as NRRD does (\"NRRD0001\" to \"NRRD0005\"); check what it is")),
    }
}

/// A value that is not what its field demands.
pub(super) fn wrong(name: &str, value: &str, expected: &str) -> Error {
    let value: String = value.chars().take(80).collect();
    Error::format(format!("the NRRD header has {name} {value:?}; expected {expected}; correct the header"))
}

/// Numbers with white space between them.
pub(super) fn numbers(name: &str, value: &str) -> Result<Vec<f64>> {
    let parsed = value.split_whitespace().map(|word| word.parse().map_err(|_| wrong(name, value, "numbers")));
    parsed.collect()
}

/// Vectors such as `(0,0,1)`, with `none` for an axis that has none.
pub(super) fn vectors(name: &str, value: &str) -> Result<Vec<Option<Vec<f64>>>> {
    let damaged = || wrong(name, value, "vectors such as (0,0,1), or none");
    let mut vectors = Vec::new();
    let mut rest = value.trim_start();
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("none") {
            vectors.push(None);
            rest = behind.trim_start();
            continue;
        }
        let (inside, behind) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(damaged)?;
        let parsed = inside.split(',').map(|word| word.trim().parse().map_err(|_| damaged()));
        vectors.push(Some(parsed.collect::<Result<_>>()?));
        rest = behind.trim_start();
    }
    Ok(vectors)
}

/// Words in quotes, or bare with white space between them.
pub(super) fn words(value: &str) -> Vec<String> {
    if value.contains('"') {
        // Every other piece between quotes is a word.
        return value.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    }
    value.split_whitespace().map(str::to_owned).collect()
}
