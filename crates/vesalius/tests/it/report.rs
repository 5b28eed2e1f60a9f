//! The report: whole, well formed, harmless, the same twice, and plain about what is missing or undefined.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use vesalius::{ErrorKind, report};

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

/// A run folder with every artefact, tiny; `class` is the name of the positive class.
fn run_folder(class: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a path within the run")).expect("a file of the run is written");
        fs::write(path, text).expect("a file of the run is written");
    };
    let (cell, json) =
        (format!("\"{}\"", class.replace('"', "\"\"")), serde_json::to_string(class).expect("text is JSON"));
    let row = |case: &str, split: &str, label: &str| format!("{case},{case},,{split},a.npz#{case},{label}\n");
    let cohort =
        ["case,subject,site,split,image,label.class\n".to_owned(), row("a", "train", "normal"), row(&cell, "", &cell)];
    write("cohort/cohort.csv", &cohort.concat());
    let header = format!(
        "name = {json}\ntask = \"binary\"\nclasses = [\"normal\", {json}]\nlicence = \"CC0\"\nsource = \"https://example.org/x.png\"\n"
    );
    write("cohort/cohort.toml", &header);
    write("cohort/problems.csv", &format!("case,path,problem\n{cell},{cell},{cell}\n"));
    write("split.csv", &format!("case,fold,split\na,0,train\n{cell},0,test\n"));
    write("split.toml", &format!("note = {json}\n[config]\nmethod = \"published\"\n"));
    let finding = |severity: &str, message: &str| {
        format!(
            r#"{{"check":"exact-duplicates","severity":"{severity}","message":{message},"statistic":1.5,"cases":[["a",{json}]]}}"#
        )
    };
    let findings =
        [finding("pass", "\"all is well\""), finding("warn", "\"a pair\""), finding("fail", &json)].join(",");
    write("audit/findings.json", &format!(r#"{{"schema":1,"findings":[{findings}]}}"#));
    write(
        "model/fold0-seed1/model.toml",
        &format!("n_parameters = 1234\nepoch = 2\n[network]\narchitecture = {json}\n"),
    );
    write("model/fold0-seed1/provenance.json", &format!(r#"{{"weights": {json}}}"#));
    let history = "epoch,learning_rate,train_loss,val_loss,val_auroc,val_accuracy\n1,0.1,0.7,0.6,,0.5\n2,0.1,0.5,0.4,0.9,0.8\n3,0.1,NaN,0.5,0.8,0.7\n";
    write("model/fold0-seed1/history.csv", history);
    write("predictions/predictions.csv", &format!("case,subject,fold,member,score.x\n{cell},{cell},0,mean,0.5\n"));
    write("scores/scores.json", &scores(&json));
    let roc = format!(
        "target,threshold,false_positive_rate,true_positive_rate,low,high\n{cell},inf,0,0,0,0.1\n{cell},0.5,0,1,0.5,1\n{cell},0,1,1,0.9,1\n"
    );
    write("scores/roc.csv", &roc);
    write(
        "scores/reliability.csv",
        &format!("target,bin,mean_score,observed,low,high,n\n{cell},0,0.1,0,0,0.2,7\n{cell},1,,,,,0\n"),
    );
    write("scores/confusion.csv", &format!("truth,predicted,n\nnormal,normal,4\n{cell},normal,1\n"));
    let maps = format!(
        "case,label,truth,predicted,score,correct,rank,overlay,image,volume\n{cell},{cell},{cell},normal,0.9,0,1,o.png,../../secret.png,\n"
    );
    write("maps/maps.csv", &maps);
    fs::write(folder.path().join("maps/o.png"), b"\x89PNG\r\n\x1a\nrest").expect("a file of the run is written");
    write(
        "run.toml",
        &format!(
            "seed = 7\n[versions]\nvesalius = \"0.1.0\"\n[inputs]\n{json} = \"abc\"\n[recipe.train]\nnote = {json}\n"
        ),
    );
    folder
}

fn scores(class: &str) -> String {
    let estimate = |metric: &str, target: &str, value: &str, undefined: &str| {
        format!(
            r#"{{"metric":"{metric}","target":{target},"group":"all","value":{value},"low":{value},"high":{value},"level":0.95,"method":"Wilson; positive if score > 0.5","n":5,"undefined":{undefined}}}"#
        )
    };
    let estimates = [
        estimate("auroc", class, "0.75", "null"),
        estimate("accuracy", "\"all\"", "0.8", "null"),
        estimate("npv", class, "null", "\"no case was called negative & so\""),
    ];
    format!(r#"{{"schema":1,"estimates":[{}]}}"#, estimates.join(","))
}

fn render(folder: &TempDir) -> String {
    report::render(folder.path()).expect("a report")
}

/// Every opened element is closed, in order; attributes are quoted and quotes do not cross elements.
fn check_well_formed(html: &str) {
    const VOID: &[&str] = &["meta", "img", "br"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a document type");
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').expect("a tag that ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        assert!(tag.matches('"').count().is_multiple_of(2) && !tag.contains('<'), "tag {tag:?}");
        let name = tag.trim_start_matches('/').split_whitespace().next().expect("a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closing {name}");
        } else if !VOID.contains(&name) {
            open.push(name);
        }
        if name == "style" && !tag.starts_with('/') {
            rest = &rest[rest.find("</style").expect("an end of the style")..];
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
}

#[test]
fn a_full_report_is_well_formed_and_ordered() {
    let html = render(&run_folder("pneumonia"));
    check_well_formed(&html);
    let places: Vec<usize> =
        ["audit", "cohort", "split", "training", "performance", "explanations", "provenance", "terms"]
            .iter()
            .map(|id| html.find(&format!("<section id=\"{id}\">")).expect("a section"))
            .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(!html.contains("Absent.</b>"), "nothing is absent");
    for text in [
        "0.750 (95% CI, 0.750–0.750; Wilson)",
        "kept: 2",
        "positive if score &gt; 0.5",
        "1,234",
        "Figure 1.",
        "Table 1.",
        "data:image/png;base64,",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn the_worst_finding_comes_first() {
    let html = render(&run_folder("pneumonia"));
    let place = |severity: &str| html.find(&format!("class=\"finding {severity}\"")).expect("a finding");
    assert!(place("fail") < place("warn") && place("warn") < place("pass"));
}

#[test]
fn hostile_names_stay_text() {
    let html = render(&run_folder(HOSTILE));
    check_well_formed(&html);
    assert!(!html.contains("<script"), "a name became an element");
    assert!(html.matches("&lt;script&gt;").count() > 20, "the name is shown where it belongs");
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let html = render(&run_folder(HOSTILE));
    for attribute in ["src=\"", "href=\"", "url("] {
        for address in html.split(attribute).skip(1) {
            assert!(address.starts_with("data:image/png;base64,") || address.starts_with('#'), "{address:.60}");
        }
    }
    assert!(html.contains("default-src 'none'"));
    assert!(html.contains("no picture in the run folder"), "a file outside the run is not read");
}

#[test]
fn an_undefined_value_says_why() {
    let html = render(&run_folder("pneumonia"));
    assert!(html.contains("undefined: no case was called negative &amp; so"));
    assert!(!html.contains("NaN"));
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let folder = run_folder("pneumonia");
    let path = report::write(folder.path()).unwrap();
    let first = fs::read(&path).unwrap();
    report::write(folder.path()).unwrap();
    assert_eq!(first, fs::read(path).unwrap());
}

#[test]
fn an_absent_artefact_names_the_command_that_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let html = render(&folder);
    check_well_formed(&html);
    for stage in ["audit", "cohort", "split", "train", "predict", "measure classify", "explain", "run"] {
        assert!(html.contains(&format!("<code>vesalius {stage}</code>")), "{stage}");
    }
}

#[test]
fn a_scored_training_case_is_told() {
    let folder = run_folder("pneumonia");
    assert!(!render(&folder).contains("helped to train"));
    fs::write(folder.path().join("predictions/predictions.csv"), "case,fold,member,score.x\na,0,mean,0.5\n").unwrap();
    assert!(render(&folder).contains("1 scored case helped to train the model"));
}

#[test]
fn a_malformed_artefact_is_an_error_that_names_it() {
    let check = |name: &str, text: &str, kind: ErrorKind| {
        let folder = run_folder("pneumonia");
        fs::write(folder.path().join(name), text).unwrap();
        let error = report::render(folder.path()).unwrap_err();
        let file = Path::new(name).file_name().unwrap().to_string_lossy().into_owned();
        assert!(error.to_string().contains(&file), "{error}");
        assert_eq!(error.kind(), kind, "{error}");
    };
    check("audit/findings.json", "{", ErrorKind::Format);
    check("audit/findings.json", r#"{"schema":2,"findings":[]}"#, ErrorKind::Format);
    check("scores/scores.json", r#"{"schema":9,"estimates":[]}"#, ErrorKind::Format);
    check("split.csv", "case,fold,split\na,0,middle\n", ErrorKind::Data);
    check("split.csv", "case,split\na,train\n", ErrorKind::Format);
    check("cohort/cohort.csv", "name\na\n", ErrorKind::Format);
    check("scores/roc.csv", "target,threshold\nx,y,z\n", ErrorKind::Format);
    check("run.toml", "seed = ", ErrorKind::Format);
}

#[test]
fn a_missing_folder_is_an_error() {
    let error = report::render(Path::new("/nonexistent/run")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Read);
}

#[test]
fn a_hundred_thousand_cases_make_a_small_report() {
    use std::fmt::Write;
    let folder = run_folder("pneumonia");
    let (mut cohort, mut split) = ("case,subject,label.class\n".to_owned(), "case,fold,split\n".to_owned());
    let mut predictions = "case,subject,fold,member,score.x\n".to_owned();
    let mut roc = "target,threshold,false_positive_rate,true_positive_rate,low,high\n".to_owned();
    for idx in 0..100_000 {
        let x = f64::from(idx) / 99_999.0;
        writeln!(cohort, "case-{idx},case-{idx},normal").unwrap();
        writeln!(split, "case-{idx},0,test").unwrap();
        writeln!(predictions, "case-{idx},case-{idx},0,mean,0.5").unwrap();
        writeln!(roc, "pneumonia,0.5,{x},{},{x},1", x.sqrt()).unwrap();
    }
    for (name, text) in [
        ("cohort/cohort.csv", cohort),
        ("split.csv", split),
        ("predictions/predictions.csv", predictions),
        ("scores/roc.csv", roc),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    assert!(render(&folder).len() < 200_000);
}
