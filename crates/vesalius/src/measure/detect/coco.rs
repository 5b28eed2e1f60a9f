//! COCO: annotations with images and categories, and results, which name both by their numbers.

use std::path::Path;

use serde::Deserialize;
use vesalius_stats::detect::Role;

use super::config::Edges;
use super::findings::{Findings, Item};
use crate::error::{Error, ErrorKind, Result};

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Annotations(Annotations),
    Results(Vec<Annotation>),
}

#[derive(Deserialize)]
struct Annotations {
    images: Vec<Image>,
    #[serde(rename = "annotations")]
    boxes: Vec<Annotation>,
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Image {
    id: Number,
    file_name: Option<String>,
}

#[derive(Deserialize)]
struct Category {
    id: Number,
    name: String,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: Number,
    category_id: Number,
    /// x, y, width and height.
    bbox: [f64; 4],
    score: Option<f64>,
    #[serde(default)]
    iscrowd: u8,
}

/// Mostly a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Whole(i64),
    Text(String),
}

impl Number {
    fn text(&self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Findings> {
    let malformed = |error: serde_json::Error| {
        let message = format!(
            "{} is JSON, but not of COCO ({error}); expected images, annotations and categories, or a list of results with \
             image_id, category_id, bbox and score",
            path.display()
        );
        Error::new(ErrorKind::Format, message)
    };
    let mut found = Findings { name: path.display().to_string(), has_depth: Some(false), ..Findings::default() };
    let annotations = match serde_json::from_slice(bytes).map_err(malformed)? {
        File::Results(results) => {
            found.is_numbered = true;
            results
        }
        File::Annotations(file) => {
            let name = |image: &Image| image.file_name.clone().unwrap_or_else(|| image.id.text());
            found.cases = Some(file.images.iter().map(name).collect());
            found.case_of_number = file.images.iter().map(|image| (image.id.text(), name(image))).collect();
            found.labels = file.categories.iter().map(|category| category.name.clone()).collect();
            found.label_of_number =
                file.categories.iter().map(|category| (category.id.text(), category.name.clone())).collect();
            file.boxes
        }
    };
    for annotation in annotations {
        let (case, label) = (annotation.image_id.text(), annotation.category_id.text());
        let [x, y, width, height] = annotation.bbox;
        let (shape, place) = Item::boxed([x, y, 0.0], [x + width, y + height, 1.0], Edges::Exclusive);
        found.items.push(Item {
            case: found.case_of_number.get(&case).cloned().unwrap_or(case),
            label: Some(found.label_of_number.get(&label).cloned().unwrap_or(label)),
            score: annotation.score,
            shape,
            place,
            role: if annotation.iscrowd == 0 { Role::Counted } else { Role::Crowd },
        });
    }
    Ok(found)
}
