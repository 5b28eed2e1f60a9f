//! Pascal VOC: a folder with an XML file for each image, whose objects have a name and a box, and marks a score.

use std::path::{Path, PathBuf};

use vesalius_stats::detect::Role;

use super::config::Edges;
use super::findings::{Findings, Item};
use super::read_whole;
use super::xml::Element;
use crate::error::{Error, ErrorKind, Result};

/// Whether a folder holds annotations, or has a folder `Annotations` that does.
pub(super) fn is_voc(folder: &Path) -> bool {
    files(folder).is_ok_and(|files| !files.is_empty())
}

pub(super) fn read(folder: &Path, edges: Edges) -> Result<Findings> {
    let files = files(folder)?;
    if files.is_empty() {
        let message = format!(
            "{} holds no annotations of Pascal VOC; expected files that end in .xml; or name the table or JSON file itself",
            folder.display()
        );
        return Err(Error::new(ErrorKind::Format, message));
    }
    let mut found = Findings { name: folder.display().to_string(), has_depth: Some(false), ..Findings::default() };
    let mut cases = Vec::new();
    for path in files {
        let case = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let malformed = |why: String| {
            let message =
                format!("{} is no annotation of Pascal VOC: {why}; correct it, or leave it out", path.display());
            Error::new(ErrorKind::Format, message)
        };
        let bytes = read_whole(&path)?;
        let text = String::from_utf8_lossy(&bytes);
        let root = Element::parse(&text).map_err(malformed)?;
        for object in root.children.iter().filter(|child| child.name == "object") {
            found.items.push(item(object, &case, edges).map_err(malformed)?);
        }
        cases.push(case);
    }
    found.cases = Some(cases);
    Ok(found)
}

fn item(object: &Element, case: &str, edges: Edges) -> Result<Item, String> {
    let number = |parent: &Element, name: &str| {
        let text = &parent.child(name).ok_or_else(|| format!("an object has no {name}"))?.text;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| format!("an object has {name} {text:?}, expected a finite number"))
    };
    let label = object.child("name").ok_or("an object has no name")?.text.clone();
    let bounds = object.child("bndbox").ok_or_else(|| format!("an object {label:?} has no bndbox"))?;
    let flat = if edges == Edges::Inclusive { 0.0 } else { 1.0 };
    let low = [number(bounds, "xmin")?, number(bounds, "ymin")?, 0.0];
    let high = [number(bounds, "xmax")?, number(bounds, "ymax")?, flat];
    let score = ["score", "confidence"].into_iter().find(|name| object.child(name).is_some());
    let is_difficult = object.child("difficult").is_some_and(|difficult| difficult.text == "1");
    let (shape, place) = Item::boxed(low, high, edges);
    Ok(Item {
        case: case.to_owned(),
        label: Some(label),
        score: score.map(|name| number(object, name)).transpose()?,
        shape,
        place,
        role: if is_difficult { Role::Ignored } else { Role::Counted },
    })
}

/// In the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let within = folder.join("Annotations");
    let folder = if within.is_dir() { within } else { folder.to_owned() };
    let entries = std::fs::read_dir(&folder).map_err(|error| Error::read(&folder, error))?;
    let is_xml = |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_xml).collect();
    files.sort();
    Ok(files)
}
