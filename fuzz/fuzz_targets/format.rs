//! One program for each format of the registry: the name of the program says which one it feeds.
//!
//! What is read must be written and read again to the same samples, where the format can be written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vesalius_image::format::{FORMATS, Format};
use vesalius_image::{Error, Limits, ReadOptions, Source};

const NAME: &str = env!("CARGO_BIN_NAME");

/// Small, so that a file that asks for more than it has shows at once.
fn options() -> ReadOptions {
    let limits = Limits { samples_max: 1 << 22, bytes_max: 1 << 25, ..Limits::default() };
    ReadOptions { limits, ..ReadOptions::default() }
}

fn format() -> &'static Format {
    FORMATS.iter().find(|format| format.name == NAME).expect("a program is named after a format of the registry")
}

fuzz_target!(|bytes: &[u8]| {
    let format = format();
    let name = format!("fuzzed.{}", format.endings[0]);
    // A pair's other half is the file itself, which is as wrong as any bytes.
    let beside = |_: &str| Ok::<_, Error>(bytes.to_vec());
    let Ok(reading) = (format.decode)(&Source::named(bytes, &name, &beside), &options()) else { return };
    let Some(Ok(files)) = format.encode.map(|encode| encode(&reading.volume, &name)) else { return };
    let others = |wanted: &str| {
        let found = files.iter().find(|file| file.name == wanted);
        Ok::<_, Error>(found.expect("a written header names written files").bytes.clone())
    };
    let again = (format.decode)(&Source::named(&files[0].bytes, &name, &others), &ReadOptions::default());
    let again = again.expect("what was written can be read");
    assert_eq!(again.volume.fingerprint(), reading.volume.fingerprint());
});
