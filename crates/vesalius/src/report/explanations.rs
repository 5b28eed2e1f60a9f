//! The section of the explanations: the most confident right and wrong cases beside what the model looked at.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::page::{Block, Gallery, GalleryItem, Picture, Section};
use super::run_folder::RunFolder;
use super::text;
use crate::error::Result;

/// Cases that are shown of either kind.
const ITEMS_MAX: usize = 8;

/// One row of `maps.csv`.
#[derive(Deserialize)]
pub(super) struct Map {
    case: String,
    #[serde(default)]
    label: String,
    truth: String,
    predicted: String,
    score: Option<f64>,
    correct: Option<u8>,
    #[serde(default)]
    rank: Option<u64>,
    overlay: String,
    image: String,
}

/// Reads the table of maps, the highest ranks first.
pub(super) fn read(run: &RunFolder<'_>) -> Result<Option<Vec<Map>>> {
    let Some(mut maps) = run.table::<Map>("maps/maps.csv")? else { return Ok(None) };
    maps.sort_by_key(|map| map.rank.unwrap_or(u64::MAX));
    Ok(Some(maps))
}

/// The image file of every case that has one.
pub(super) fn images(maps: Option<&[Map]>) -> BTreeMap<String, String> {
    maps.unwrap_or_default().iter().map(|map| (map.case.clone(), map.image.clone())).collect()
}

/// The section.
pub(super) fn section(run: &RunFolder<'_>, maps: Option<&[Map]>) -> Section {
    let blocks = match maps {
        None | Some([]) => vec![Block::Absent(
            "This run folder holds no maps/maps.csv, so it is not shown what the scores rest on. `vesalius explain` makes it."
                .to_owned(),
        )],
        Some(maps) => {
            let caution = "Heat maps show where a change of the image would change the score of the class that is named; they locate evidence and do not prove that it is the right one. The cases were picked by their scores and are no random sample.";
            let mut blocks = vec![Block::Paragraph(caution.to_owned())];
            blocks.push(gallery(run, maps, "Most confident and wrong", 0));
            blocks.push(gallery(run, maps, "Most confident and right", 1));
            blocks
        }
    };
    Section { id: "explanations", title: "Explanations", blocks }
}

fn gallery(run: &RunFolder<'_>, maps: &[Map], title: &str, correct: u8) -> Block {
    let of_kind: Vec<&Map> = maps.iter().filter(|map| map.correct == Some(correct)).collect();
    if of_kind.is_empty() {
        return Block::Paragraph(format!("{title}: none among the explained cases."));
    }
    let items: Vec<GalleryItem> = of_kind.iter().take(ITEMS_MAX).map(|map| item(run, map)).collect();
    let kind = if correct == 1 { "right" } else { "wrong" };
    let caption = format!(
        "{} of the {} explained cases whose prediction was {kind}, the most confident first. Left, image; right, the same with its heat map.",
        items.len(),
        of_kind.len()
    );
    Block::Gallery(Gallery { number: 0, title: title.to_owned(), items, caption })
}

fn item(run: &RunFolder<'_>, map: &Map) -> GalleryItem {
    let picture = |file: &str, alt: String| Some(Picture { source: run.picture(file)?, alt });
    let score = map.score.map_or(String::new(), |score| format!(" ({})", text::decimal(score)));
    let mut lines = vec![format!("Truth: {}", map.truth), format!("Predicted: {}{score}", map.predicted)];
    if !map.label.is_empty() && map.label != map.predicted {
        lines.push(format!("Explained: {}", map.label));
    }
    GalleryItem {
        case: map.case.clone(),
        image: picture(&map.image, format!("Image of case {}", map.case)),
        overlay: picture(&map.overlay, format!("Heat map for {} over case {}", map.label, map.case)),
        lines,
    }
}
