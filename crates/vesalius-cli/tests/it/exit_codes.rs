//! What a script sees: 0 done, 1 an error, 2 done with problems, 3 `--fail-on` was met.

use crate::program::Place;

#[test]
fn fail_on_is_met_by_findings_as_bad_as_it_says() {
    let check = |phantom: &str, fail_on: &str, code: i32| {
        let said = Place::with_phantom(phantom).run(&format!("audit phantommnist.npz {fail_on}"));
        assert_eq!(said.code, code, "{phantom} {fail_on}: {said:?}");
    };
    check("--set leaks=2", "", 0);
    check("--set leaks=2", "--fail-on fail", 3);
    check("--set leaks=2", "--fail-on warn", 3);
    check("--set leaks=0 --set duplicates=1", "--fail-on fail", 0);
    check("--set leaks=0 --set duplicates=1", "--fail-on warn", 3);
}

#[test]
fn problems_are_listed_and_the_rest_goes_on() {
    let place = Place::with_phantom("");
    assert_eq!(place.run("cohort phantommnist.npz --out cohort").code, 0);
    let table = std::fs::read_to_string(place.path("cohort/cohort.csv")).expect("the cohort");
    // One image that the archive does not have.
    place.write("cohort/cohort.csv", &table.replacen("#train/3,", "#train/9999,", 1));
    let said = place.run("cohort cohort --out again");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.stdout.contains("39 cases") && said.stdout.contains("1 problem, the first: train-00003"),
        "{}",
        said.stdout
    );
    let problems = std::fs::read_to_string(place.path("again/problems.csv")).expect("the problems");
    assert!(problems.starts_with("case,path,problem\ntrain-00003,"), "{problems}");
}
