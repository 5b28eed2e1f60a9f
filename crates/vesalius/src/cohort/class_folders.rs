//! The layout `class-folders`: a folder a class, with or without a level of train, val and test above.
//!
//! Hidden files are passed over; whatever else is not an image, or lies outside a class folder, is a problem.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::cohort::nearest::nearest;
use crate::cohort::{Case, Cohort, Header, Part, Problem, ReadOptions, Task, Truth, images};
use crate::error::{Error, ErrorKind, Result};

/// Folders below a class folder that are followed; a deeper one is a loop of links or a mistake.
const DEPTH_MAX: usize = 16;

pub(super) fn fits(source: &Path) -> bool {
    source.is_dir() && list(source).is_ok_and(|entries| !entries.folders.is_empty())
}

pub(super) fn read(source: &Path, options: &ReadOptions) -> Result<(Cohort, Vec<Problem>)> {
    let mut walk = Walk { root: descend(source)?, found: Vec::new(), problems: Vec::new() };
    walk.source()?;
    let classes = classes(&walk, options)?;
    let task = options.task.unwrap_or(if classes.len() == 2 { Task::Binary } else { Task::MultiClass });
    if !task.is_exclusive() {
        let message = format!(
            "{} is a folder a class, whose classes exclude each other; expected a task other than multi-label; \
             use the layout csv for findings that may be present together",
            source.display()
        );
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let header = Header {
        name: options.name.clone().unwrap_or_else(|| name_of(source)),
        task,
        licence: options.licence.clone().unwrap_or_default(),
        source: format!("class folders {}", name_of(source)),
        label_protocol: "the folder that an image lies in".to_owned(),
        classes,
    };
    let cases = cases(&walk.found, &header.classes);
    Ok((Cohort { header, cases, root: walk.root }, walk.problems))
}

/// One image file.
struct Found {
    /// Path from the root, with `/`.
    path: String,
    class: String,
    part: Option<Part>,
}

/// A walk through the folders; names are taken in sorted order, so that the cohort is the same everywhere.
struct Walk {
    root: PathBuf,
    found: Vec<Found>,
    problems: Vec<Problem>,
}

impl Walk {
    fn source(&mut self) -> Result<()> {
        let root = self.root.clone();
        let entries = list(&root)?;
        match part_level(&root, &entries.folders)? {
            None => self.classes(&root, None),
            Some(parts) => {
                self.outside(&root, &entries.files);
                for (part, folder) in parts {
                    self.classes(&root.join(folder), Some(part))?;
                }
                Ok(())
            }
        }
    }

    /// Every folder in here is a class.
    fn classes(&mut self, folder: &Path, part: Option<Part>) -> Result<()> {
        let entries = list(folder)?;
        self.outside(folder, &entries.files);
        for class in &entries.folders {
            self.class(&folder.join(class), class, part, 0)?;
        }
        self.nameless(folder, &entries.nameless);
        Ok(())
    }

    fn class(&mut self, folder: &Path, class: &str, part: Option<Part>, depth: usize) -> Result<()> {
        if depth > DEPTH_MAX {
            let message = format!("folders are nested more than {DEPTH_MAX} deep; expected images in the class folder");
            self.problem(folder, message);
            return Ok(());
        }
        let entries = list(folder)?;
        for name in entries.files {
            let path = folder.join(name);
            if images::is_image_name(&path) {
                self.found.push(Found { path: relative(&self.root, &path), class: class.to_owned(), part });
            } else {
                let message = format!(
                    "not an image by its name; expected one of {}; move it away",
                    images::extensions().collect::<Vec<_>>().join(", ")
                );
                self.problem(&path, message);
            }
        }
        for inner in &entries.folders {
            self.class(&folder.join(inner), class, part, depth + 1)?;
        }
        self.nameless(folder, &entries.nameless);
        Ok(())
    }

    /// A read-me above the classes is no problem; an image there has no class.
    fn outside(&mut self, folder: &Path, files: &[String]) {
        for name in files.iter().filter(|name| images::is_image_name(Path::new(name))) {
            self.problem(
                &folder.join(name),
                "image outside a class folder; move it into the folder of its class".to_owned(),
            );
        }
    }

    fn nameless(&mut self, folder: &Path, names: &[String]) {
        for name in names {
            self.problem(&folder.join(name), "the file name is not valid Unicode; rename the file".to_owned());
        }
    }

    fn problem(&mut self, path: &Path, message: String) {
        let path = relative(&self.root, path);
        self.problems.push(Problem { case: String::new(), path, message });
    }
}

/// What a folder holds, sorted, without what is hidden.
#[derive(Default)]
struct Entries {
    folders: Vec<String>,
    files: Vec<String>,
    nameless: Vec<String>,
}

fn list(folder: &Path) -> Result<Entries> {
    let mut entries = Entries::default();
    for entry in fs::read_dir(folder).map_err(|error| Error::read(folder, error))? {
        let entry = entry.map_err(|error| Error::read(folder, error))?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            entries.nameless.push(entry.file_name().to_string_lossy().into_owned());
            continue;
        };
        if is_hidden(&name) {
            continue;
        }
        if entry.path().is_dir() { entries.folders.push(name) } else { entries.files.push(name) }
    }
    entries.folders.sort();
    entries.files.sort();
    entries.nameless.sort();
    Ok(entries)
}

/// Dot files, and what Windows and macOS leave behind.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || ["Thumbs.db", "desktop.ini", "__MACOSX"].contains(&name)
}

/// A folder that holds but one folder of folders is a wrapper, as archives often make.
fn descend(source: &Path) -> Result<PathBuf> {
    let mut folder = source.to_path_buf();
    if !folder.is_dir() {
        let message = format!("{} is not a folder; expected one with a folder a class", source.display());
        return Err(Error::new(ErrorKind::Data, message));
    }
    for _ in 0..DEPTH_MAX {
        let entries = list(&folder)?;
        let [only] = &entries.folders[..] else { break };
        let inner = folder.join(only);
        if part_of(only).is_some() || list(&inner)?.folders.is_empty() {
            break;
        }
        folder = inner;
    }
    Ok(folder)
}

fn part_of(name: &str) -> Option<Part> {
    match name.to_lowercase().as_str() {
        "train" | "training" => Some(Part::Train),
        "val" | "valid" | "validation" => Some(Part::Val),
        "test" | "testing" => Some(Part::Test),
        _ => None,
    }
}

/// The folder of each part, or `None` where the folders are classes.
fn part_level(root: &Path, folders: &[String]) -> Result<Option<BTreeMap<Part, String>>> {
    let (parts, others): (Vec<&String>, Vec<&String>) = folders.iter().partition(|name| part_of(name).is_some());
    if parts.is_empty() {
        return Ok(None);
    }
    let refuse = |what: String| {
        let message = format!(
            "{what} in {}; expected either classes, or only train, val and test with the classes inside; \
             rename or move the folders",
            root.display()
        );
        Err(Error::new(ErrorKind::Data, message))
    };
    if let Some(other) = others.first() {
        return refuse(format!("folder {:?} is a part of a split and folder {other:?} is not", parts[0]));
    }
    let mut level: BTreeMap<Part, String> = BTreeMap::new();
    for name in parts {
        let part = part_of(name).expect("partitioned by it");
        if let Some(twin) = level.insert(part, name.clone()) {
            return refuse(format!("folders {twin:?} and {name:?} are both the part {part}"));
        }
    }
    Ok(Some(level))
}

/// The class names in order: as given, or sorted.
fn classes(walk: &Walk, options: &ReadOptions) -> Result<Vec<String>> {
    let found: BTreeSet<&str> = walk.found.iter().map(|found| found.class.as_str()).collect();
    if let Some(given) = &options.classes {
        if let Some(stranger) = found.iter().find(|class| !given.iter().any(|other| other == **class)) {
            let hint = nearest(stranger, given.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |name| format!("; did you mean {name:?}"));
            let message = format!(
                "class folder {stranger:?} of {} is not among the classes given, [{}]{hint}; add it or move the folder",
                walk.root.display(),
                given.join(", ")
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        return Ok(given.clone());
    }
    if found.len() < 2 {
        let message = format!(
            "{} has images of {} classes [{}]; expected a folder for each of at least two classes; \
             name the folder that holds the class folders",
            walk.root.display(),
            found.len(),
            found.iter().copied().collect::<Vec<_>>().join(", ")
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(found.into_iter().map(str::to_owned).collect())
}

/// The case is the path without its extension, or the whole path where two files differ in nothing else.
fn cases(found: &[Found], classes: &[String]) -> Vec<Case> {
    let mut n_uses: BTreeMap<&str, usize> = BTreeMap::new();
    for file in found {
        *n_uses.entry(images::without_extension(&file.path)).or_default() += 1;
        *n_uses.entry(&file.path).or_default() += 1;
    }
    let case = |file: &Found| {
        let short = images::without_extension(&file.path);
        let case = if n_uses[short] == 1 { short } else { &file.path }.to_owned();
        Case {
            subject: case.clone(),
            case,
            site: None,
            split: file.part,
            images: vec![(String::new(), file.path.clone())],
            truth: Truth::Class(classes.iter().position(|class| *class == file.class)),
            extra: BTreeMap::new(),
        }
    };
    let mut cases: Vec<Case> = found.iter().map(case).collect();
    cases.sort_by(|a, b| (a.split, &a.case).cmp(&(b.split, &b.case)));
    cases
}

fn relative(root: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn name_of(source: &Path) -> String {
    let resolved = source.canonicalize().unwrap_or_else(|_| source.to_path_buf());
    resolved.file_name().map_or_else(|| "class-folders".to_owned(), |name| name.to_string_lossy().into_owned())
}
