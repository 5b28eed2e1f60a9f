//! Training on a phantom through the road: what is kept, what goes on, what is the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use vesalius::Device;
use vesalius::ErrorKind;
use vesalius::model::Model;
use vesalius::phantom::{self, PhantomConfig};
use vesalius::pipeline::{Ended, Order, run};
use vesalius::progress::{Context, Progress, Silent};
use vesalius::recipe::Draft;

/// A recipe that takes a second.
fn draft() -> Draft {
    let mut draft = Draft::read("demo").unwrap();
    let changes = "[train]\nepochs = 3\n[network]\nwidth = 4\n[members]\nseeds = [1, 2]\nmirror = [\"x\"]\n[explain]\ncases = 2\n\
                   [measure]\nreplicates = 50";
    for (table, values) in changes.parse::<toml::Table>().unwrap() {
        let place = draft.table_mut().entry(table).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        place.as_table_mut().unwrap().extend(values.as_table().unwrap().clone());
    }
    draft
}

fn phantom(dir: &Path) -> PathBuf {
    let config = PhantomConfig { train: 60, val: 20, test: 24, ..PhantomConfig::default() };
    phantom::medmnist(&config, dir).unwrap().data
}

fn walk(data: &Path, out: &Path, ctx: &Context<'_>) -> vesalius::Result<Ended> {
    run(&Order { recipe: &draft(), data, out, device: Device::Cpu }, ctx)
}

fn walk_through(data: &Path, out: &Path) -> Ended {
    walk(data, out, &Context { progress: &Silent, stop: &AtomicBool::new(false) }).unwrap()
}

/// Every file of a folder with its bytes.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(dir).unwrap().to_path_buf(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    assert!(one.keys().eq(other.keys()), "other files: {:?} and {:?}", one.keys(), other.keys());
    for (name, bytes) in &one {
        assert!(*bytes == other[name], "{} differs", name.display());
    }
}

/// Asks to stop after so many looks at the progress.
struct StopAfter<'a> {
    left: AtomicUsize,
    stop: &'a AtomicBool,
}

impl Progress for StopAfter<'_> {
    fn start(&self, _: &str, _: u64) {}
    fn update(&self, _: u64, _: &str) {
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
    fn finish(&self, _: &str) {}
}

#[test]
fn the_road_gives_the_same_bytes_twice_and_after_any_interruption() {
    let dir = tempfile::tempdir().unwrap();
    let data = phantom(&dir.path().join("phantom"));
    let whole = dir.path().join("whole");
    walk_through(&data, &whole);
    assert!(!whole.join("model/fold0-seed1/checkpoint.safetensors").exists(), "a finished run keeps no checkpoint");
    let pieces = dir.path().join("pieces");
    let mut n_interruptions = 0;
    loop {
        let stop = AtomicBool::new(false);
        // A little further each time, or a stretch without checkpoint would never be passed.
        let progress = StopAfter { left: AtomicUsize::new(6 + n_interruptions), stop: &stop };
        match walk(&data, &pieces, &Context { progress: &progress, stop: &stop }) {
            Ok(_) => break,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}"),
        }
        n_interruptions += 1;
        assert!(n_interruptions < 200, "the run never ends");
    }
    assert!(n_interruptions > 2, "the run was interrupted {n_interruptions} times only");
    assert_same(&whole, &pieces);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let data = phantom(&dir.path().join("phantom"));
    let outs: Vec<PathBuf> = [1, 3].map(|n| dir.path().join(format!("threads{n}"))).into();
    for (out, n_threads) in outs.iter().zip([1, 3]) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| walk_through(&data, out));
    }
    assert_same(&outs[0], &outs[1]);
}

#[test]
fn a_folder_of_another_run_is_refused_and_a_finished_one_is_not_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let data = phantom(&dir.path().join("phantom"));
    let out = dir.path().join("out");
    walk_through(&data, &out);
    // What is there is taken as it is: a mark put into the weights' folder survives.
    let mark = out.join("model/fold0-seed1/history.csv");
    std::fs::write(&mark, "epoch,learning_rate,train_loss,val_loss,val_auroc,val_accuracy\n1,1,1,1,1,1\n").unwrap();
    walk_through(&data, &out);
    assert!(std::fs::read_to_string(&mark).unwrap().ends_with("1,1,1,1,1,1\n"));
    let mut other = draft();
    other.table_mut().insert("description".into(), "another".into());
    let stop = AtomicBool::new(false);
    let ctx = Context { progress: &Silent, stop: &stop };
    let error = run(&Order { recipe: &other, data: &data, out: &out, device: Device::Cpu }, &ctx).unwrap_err();
    assert!(error.to_string().contains("another run"), "{error}");
}

#[test]
fn a_broken_model_folder_says_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let data = phantom(&dir.path().join("phantom"));
    let out = dir.path().join("out");
    walk_through(&data, &out);
    assert_eq!(Model::load_all(&out.join("model"), Device::Cpu).unwrap().len(), 2);
    let error = Model::load_all(dir.path(), Device::Cpu).unwrap_err().to_string();
    assert!(error.contains("holds no model"), "{error}");
    let weights = out.join("model/fold0-seed1/weights.safetensors");
    let bytes = std::fs::read(&weights).unwrap();
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [&bytes[..bytes.len() / 2], &flipped] {
        std::fs::write(&weights, damaged).unwrap();
        let error = Model::load_all(&out.join("model"), Device::Cpu).unwrap_err().to_string();
        assert!(error.contains("not a usable model"), "{error}");
    }
    std::fs::write(&weights, &bytes).unwrap();
    assert!(Model::load_all(&out.join("model"), Device::Cpu).is_ok());
}
