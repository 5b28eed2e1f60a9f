//! `inspect` and `convert` as a user meets them: exit codes, the table, JSON, what is written.

use std::fs;

use serde_json::Value;

use crate::program::{Place, names};

/// A portable gray map of three by two pixels, the smallest image that can be typed.
const GRAY: &str = "P2 3 2 255 0 10 20 30 40 50\n";

fn json(place: &Place, arguments: &str, code: i32) -> Value {
    let said = place.run(&format!("{arguments} --json"));
    assert_eq!(said.code, code, "{said:?}");
    serde_json::from_str(&said.stdout).expect("JSON and nothing else")
}

#[test]
fn a_sound_image_is_a_list_and_exit_code_0() {
    let place = Place::new();
    place.write("gray.pgm", GRAY);
    let said = place.run("inspect gray.pgm");
    assert_eq!(said.code, 0, "{said:?}");
    for line in ["gray.pgm", "  kind      image", "  size      3 x 2 x 1 (x, y, z)", "  type      u8", "no problems"] {
        assert!(said.stdout.lines().any(|found| found == line), "{line}\n{}", said.stdout);
    }
    let record = &json(&place, "inspect gray.pgm", 0)["files"][0];
    assert_eq!((&record["path"], &record["range"]), (&"gray.pgm".into(), &serde_json::json!([0.0, 50.0])));
    assert_eq!((&record["series"], &record["spacing_mm"]), (&Value::Null, &Value::Null));
}

#[test]
fn problems_are_exit_code_2_and_the_rest_goes_on() {
    let place = Place::new();
    place.write("images/gray.pgm", GRAY);
    place.write("broken.nii", "no image");
    let said = place.run("inspect broken.nii images");
    assert_eq!(said.code, 2, "{said:?}");
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert!(lines[0].starts_with("path             kind   format"), "{}", said.stdout);
    assert!(lines[2].starts_with("images/gray.pgm  image"), "{}", said.stdout);
    assert!(
        said.stdout.contains("\nbroken.nii: unreadable: ") && said.stdout.contains("\n  remedy: "),
        "{}",
        said.stdout
    );
    let files = json(&place, "inspect broken.nii images", 2);
    assert_eq!(files["files"].as_array().expect("records").len(), 2);
    assert_eq!(files["files"][0]["problems"][0]["code"], "unreadable");
}

#[test]
fn what_differs_is_repaired_by_the_command_that_is_told() {
    let place = Place::new();
    place.write("gray.pgm", GRAY);
    let made = |name: &str, spacing: &str| {
        let said = place.run(&format!("convert gray.pgm {name} --set-spacing {spacing}"));
        assert_eq!(said.code, 0, "{said:?}");
    };
    made("one.nii.gz", "1,1,1");
    made("two.nii.gz", "2,1,1");
    assert_eq!(place.run("inspect one.nii.gz --like one.nii.gz").code, 0);
    let record = json(&place, "inspect one.nii.gz --like two.nii.gz", 2)["files"][0].clone();
    assert_eq!(record["like"]["differs"], serde_json::json!(["spacing"]));
    let repair = record["like"]["repair"].as_str().expect("a command").replace("OUT", "repaired.nii.gz");
    let repair = repair.strip_prefix("vesalius ").expect("our command").to_owned();
    assert_eq!(place.run(&repair).code, 0, "{repair}");
    assert_eq!(place.run("inspect repaired.nii.gz --like two.nii.gz").code, 0);
}

#[test]
fn converting_says_what_was_written() {
    let place = Place::new();
    place.write("gray.pgm", GRAY);
    let said = place.run("convert gray.pgm out/gray.npy --dtype f32");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("f32, spacing unknown") && said.stdout.ends_with("wrote out/gray.npy\n"), "{said:?}");
    let made = json(&place, "convert gray.pgm gray.png --window 0,50 --orient RAS --set-spacing 1,1,1", 0);
    assert_eq!((&made["schema"], &made["written"]), (&1.into(), &serde_json::json!(["gray.png"])));
    assert_eq!((&made["preview"], &made["size"]), (&true.into(), &serde_json::json!([3, 2, 1])));
    assert!(fs::read(place.path("gray.png")).expect("a picture").starts_with(b"\x89PNG"));
}

#[test]
fn what_cannot_be_done_is_told_and_nothing_is_written() {
    let place = Place::new();
    place.write("gray.pgm", GRAY);
    let check = |arguments: &str, expected: &str| {
        let said = place.run(&format!("convert {arguments}"));
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{arguments}");
        assert!(said.stderr.contains(expected), "{arguments}: {}", said.stderr);
        assert_eq!(names(&place.path("")), ["gray.pgm"], "{arguments} wrote something");
    };
    check("gray.pgm gray.doc", "is no name of an image");
    check("gray.pgm a.nii --spacing 1,1,1", "--set-spacing");
    check("gray.pgm a.nii --spacing 1,1", "expected 3 numbers");
    check("gray.pgm a.nii --spacing 1,1,1 --like gray.pgm", "cannot be used with");
    check("gray.pgm a.nii --orient XYZ", "XYZ");
    check("gray.pgm a.nii --dtype i8 --replace-nonfinite -1 --series 1.2", "a series is chosen from a folder");
    check("gray.pgm a.nii --dtype u64", "expected one of u8, i8");
    check("gray.pgm a.nii --margin-mm 3", "--crop-to-mask");
    check("gray.pgm a.nii --margin-mm=-3 --crop-to-mask gray.pgm", "expected 0 or more");
    check("gray.pgm a.png --window skin", "lung");
    check("nowhere.nii a.nii", "nowhere.nii");
}
