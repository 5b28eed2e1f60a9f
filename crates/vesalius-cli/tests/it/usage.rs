//! What is typed wrongly is answered with what would be right, and nothing is written.

use crate::program::{Place, names};

#[test]
fn help_lists_the_commands_in_the_order_of_the_road() {
    let said = Place::new().run("--help");
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    let commands: Vec<&str> = said
        .stdout
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // A description that does not fit goes on in the next line, further in.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        commands,
        [
            "demo", "run", "inspect", "convert", "cohort", "audit", "split", "train", "predict", "explain", "ensemble",
            "measure", "rank", "report", "phantom", "fetch", "schema", "help"
        ]
    );
    for text in ["2  done, with problems listed in problems.csv", "--out <DIR>", "--json", "--threads <N>"] {
        assert!(said.stdout.contains(text), "{}", said.stdout);
    }
}

#[test]
fn every_command_has_help_that_is_no_error() {
    let place = Place::new();
    let commands = "demo run inspect convert cohort audit split train predict explain ensemble measure rank report \
                    phantom fetch schema";
    let tasks = ["classify", "segment", "detect", "localize", "survive", "agree"].map(|task| format!("measure {task}"));
    for command in commands.split_whitespace().map(str::to_owned).chain(tasks) {
        let said = place.run(&format!("{command} --help"));
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{command}");
        assert!(said.stdout.contains(&format!("Usage: vesalius {command}")), "{}", said.stdout);
    }
    assert_eq!(place.run("--version").stdout.trim(), concat!("vesalius ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_is_an_error_like_any_other() {
    let place = Place::new();
    place.check(
        "audit x --bad",
        1,
        "",
        "error: unexpected argument '--bad' found\n\n  tip: to pass '--bad' as a value, use '-- --bad'\n\nUsage: \
         vesalius audit <COHORT>\n\nFor more information, try '--help'.",
    );
    let check = |arguments: &str, expected: &str| {
        let said = place.run(arguments);
        assert_eq!((said.code, said.stdout.as_str()), (1, ""), "{arguments}");
        assert!(said.stderr.starts_with("error: ") && said.stderr.contains(expected), "{}", said.stderr);
        assert!(names(&place.path("")).is_empty(), "{arguments} wrote something");
    };
    check("audti", "a similar subcommand exists: 'audit'");
    check("audit x --threads 0", "invalid value '0' for '--threads <N>'");
    check("audit x --device tpu", "expected `cpu` or `gpu`");
    check("audit x --fail-on never", "expected one of `pass`, `warn`, `fail`");
    check("cohort x --layout dicom", "no layout is called \"dicom\"; expected one of");
    check("split x --folds 3 --fractions 0.5,0.2,0.3", "cannot be used with");
    check("split x --fractions 0.5,0.5 --out s", "--fractions takes three shares, train, validation and test, got 2");
    check("phantom medmnist", "--out DIR is missing; name the folder for the phantom");
    check("phantom mnist --out p", "no phantom is called `mnist`; there is: medmnist");
    check("phantom medmnist --out p --set side", "expected field=value such as train.epochs=5, got `side`");
    check("phantom medmnist --out p --set sides=3", "unknown field `sides`, expected one of `name`, `train`");
    check("fetch medmnist/lungmnist", "MedMNIST has no set `lungmnist`; there is: pathmnist");
    check("run demo --data nothing.npz --out r", "nothing.npz does not exist; check the path");
    check("run dmeo --data x --out r", "there is no recipe dmeo; expected a TOML file or one of");
    check("run demo --data x --out r --set trian.epochs=5", "unknown field `trian`");
    check("run demo --data x --out r --set train.epochs=many", "epochs");
    check("run demo --data x", "--out DIR is missing; name the folder for the run");
    check("predict nothing x --out p", "nothing");
    check("measure classify --truth t.csv --pred p.csv", "t.csv");
    check("measure survive --truth t.csv --pred p.csv", "t.csv");
    check("measure survive --truth t.csv --pred p.csv --direction up", "[possible values: risk, time]");
    check("measure agree --ratings r.csv", "r.csv");
    check("ensemble a.csv b.csv --method mean", "--out DIR is missing; name the folder for the ensemble");
    check("ensemble a.csv b.csv --method median --out e", "there is no method \"median\"; there is: mean, logit-mean");
    check("ensemble a.csv b.csv --method mean --out e", "a.csv does not exist; check the path");
    check("rank t.csv --scheme best", "there is no scheme \"best\"; there is: mean-then-rank");
    check("rank t.csv --scheme amos", "t.csv does not exist; check the path");
    check("measure detect --truth t.csv --pred p.csv", "t.csv");
    check(
        "measure detect --truth t --pred p --rule luck",
        "expected one of `iou`, `center`, `distance`, `luna`, `overlap`",
    );
    check("measure localize --truth t.csv --pred p.csv", "t.csv");
    check("measure localize --truth t --pred p --length between:left", "expected two landmarks");
    check("schema recipes", "there is no schema `recipes`; there is: recipe, phantom-medmnist");
    check("report nothing", "nothing");
    check("audit nothing.npz", "nothing.npz does not exist; check the path");
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_its_cause() {
    let place = Place::new();
    place.write("file", "not a folder");
    let said = place.run("phantom medmnist --out file/phantom");
    assert_eq!(said.code, 1);
    assert!(
        said.stderr.starts_with(
            "error: could not write file/phantom; check that the folder may be written and the disk has room\n  \
             caused by: "
        ),
        "{}",
        said.stderr
    );
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_refused() {
    let place = Place::new();
    place.write("broken.npz", "PK\u{3}\u{4} and then nothing");
    let said = place.run("cohort broken.npz --out cohort");
    assert_eq!((said.code, said.stdout.as_str()), (1, ""));
    assert!(said.stderr.contains("broken.npz"), "{}", said.stderr);
    let (message, causes) = said.stderr.split_once('\n').expect("lines");
    for cause in causes.lines().filter_map(|line| line.strip_prefix("  caused by: ")) {
        assert!(!message.contains(cause), "said twice: {}", said.stderr);
    }
    assert_eq!(names(&place.path("")), ["broken.npz"]);
}
