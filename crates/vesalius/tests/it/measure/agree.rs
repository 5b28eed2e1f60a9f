//! Agreement: wide and long tables, kinds that must be said, reader studies, what is written, real labels.

use std::fs;
use std::io::Read as _;

use vesalius::measure::agree::{Agreement, FileOptions, Kind, Options, measure_file};

use crate::cohort::real_data;

fn measured(table: &str, options: &FileOptions) -> vesalius::Result<Agreement> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ratings.csv");
    fs::write(&path, table).unwrap();
    measure_file(&path, options, &Options { replicates: 50, ..Options::default() })
}

fn of(kind: Kind) -> FileOptions {
    FileOptions { kind: Some(kind), ..FileOptions::default() }
}

fn value(measured: &Agreement, metric: &str, target: &str) -> f64 {
    let found = measured.estimate(metric, target).unwrap_or_else(|| panic!("no {metric} of {target}"));
    found.value.unwrap_or_else(|| panic!("{metric} of {target}: {:?}", found.undefined))
}

#[track_caller]
fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
}

/// Three of four cases agree, half of the calls are yes on both sides: (0.75 - 0.5) / 0.5.
#[test]
fn tables_wide_and_long() {
    let check = |table: &str, options: &FileOptions| {
        close(value(&measured(table, options).unwrap(), "cohen_kappa", "ann vs bob"), 0.5);
    };
    let words = FileOptions::default();
    check("case,ann,bob\n1,yes,yes\n2,yes,no\n3,no,no\n4,no,no\n5,yes,yes\n6,no,yes\n7,yes,yes\n8,no,no\n", &words);
    check("ann;bob\nyes;yes\nyes;no\nno;no\nno;no\nyes;yes\nno;yes\nyes;yes\nno;no\n", &words);
    let numbers =
        "id,ann,bob,age\n1,1,1,50\n2,1,0,50\n3,0,0,50\n4,0,0,9\n5,1,1.0,9\n6,0,1,9\n7,1,1,9\n8,0,0,9\n9,,1,9\n";
    let raters = Some(vec!["ann".to_owned(), "bob".to_owned()]);
    check(numbers, &FileOptions { raters, ..of(Kind::Nominal) });
    let long = "case,rater,value\n1,ann,y\n1,bob,y\n2,ann,y\n2,bob,n\n3,bob,n\n3,ann,n\n4,ann,n\n4,bob,y\n";
    let long = format!("{long}5,ann,na\n5,bob,y\n");
    let found = measured(&long, &FileOptions::default()).unwrap();
    close(value(&found, "observed_agreement", "all"), 0.5);
    assert_eq!(found.n_cases(), 5);
}

#[test]
fn grades_that_nobody_used_keep_their_place() {
    let table = "case,ann,bob\n1,0,1\n2,0,0\n3,4,1\n4,4,4\n5,1,1\n";
    let found = measured(table, &of(Kind::Ordinal)).unwrap();
    assert_eq!(found.notes(), ["categories: 0, 1, 2, 3, 4"]);
    let grades = Some(["0", "1", "4"].map(str::to_owned).to_vec());
    let shorter = measured(table, &FileOptions { categories: grades, ..of(Kind::Ordinal) }).unwrap();
    let [all, some] = [&found, &shorter].map(|m| value(m, "cohen_kappa_quadratic", "ann vs bob"));
    assert!(all < some, "{all} and {some}: a step from 1 to 4 is three grades");
}

#[test]
fn what_cannot_be_told_is_asked_for() {
    let check = |table: &str, options: &FileOptions, what: &str| {
        let error = measured(table, options).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    let plain = &FileOptions::default();
    check("case,a,b\n1,0,1\n", plain, "say --kind nominal, ordinal, interval or ratio");
    check("case,a,b\n1,low,high\n", &of(Kind::Ordinal), "whose order is not known");
    check("case,a,b\n1,low,2\n", &of(Kind::Interval), "expected numbers");
    check("case,a\n1,low\n", plain, "expected at least 2 to compare");
    let grades = Some(vec!["low".to_owned()]);
    check("case,a,b\n1,low,high\n", &FileOptions { categories: grades, ..of(Kind::Ordinal) }, "none of [low]");
    check("case,rater,value\n1,a,x\n1,a,y\n", plain, "second rating");
    check("case,a,b\n1,-1,2\n", &of(Kind::Ratio), "at least 0");
    check("0,1\n1,1\n", plain, "numbers in its first row");
}

const STUDY: &str = "\
case,reader,modality,score,truth
1,r1,alone,2,0
2,r1,alone,1,0
3,r1,alone,1.5,1
4,r1,alone,4,1
1,r2,alone,1,0
2,r2,alone,3,0
3,r2,alone,2,1
4,r2,alone,4,1
1,r1,aided,1,0
2,r1,aided,2,0
3,r1,aided,4,1
4,r1,aided,3,1
1,r2,aided,1,0
2,r2,aided,2,0
3,r2,aided,5,1
4,r2,aided,1.5,1
5,r1,alone,3,1
";

#[test]
fn a_reader_study() {
    let found = measured(STUDY, &FileOptions::default()).unwrap();
    assert_eq!(found.n_cases(), 4);
    assert_eq!(found.notes(), ["cases that not every reader scored in every arm left out: 1"]);
    close(value(&found, "mrmc_auroc_difference", "mean, other readers and cases"), 0.125);
    close(value(&found, "reader_auroc_difference", "r1"), 0.25);
    let turned = FileOptions { reference: Some("aided".to_owned()), ..FileOptions::default() };
    close(value(&measured(STUDY, &turned).unwrap(), "reader_auroc_difference", "r1"), -0.25);
    let stranger = FileOptions { reference: Some("other".to_owned()), ..FileOptions::default() };
    assert!(measured(STUDY, &stranger).unwrap_err().to_string().contains("it has [alone, aided]"));
    let twice = format!("{STUDY}1,r1,alone,2,0\n");
    assert!(measured(&twice, &FileOptions::default()).unwrap_err().to_string().contains("second score"));
    let other = format!("{STUDY}1,r3,alone,2,1\n");
    assert!(measured(&other, &FileOptions::default()).unwrap_err().to_string().contains("another truth"));
}

#[test]
fn what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    measured("case,a,b\nx,1,2\ny,3,\nz,5,5\n", &of(Kind::Interval)).unwrap().save(folder.path()).unwrap();
    assert_eq!(read("cases.csv"), "case,a,b\nx,1,2\ny,3,\nz,5,5\n");
    assert_eq!(read("bland_altman.csv"), "first,second,case,mean,difference\na,b,x,1.5,1\na,b,z,5,0\n");
    assert!(read("scores.json").contains("\"target\": \"b - a\""));
    measured(STUDY, &FileOptions::default()).unwrap().save(folder.path()).unwrap();
    assert!(
        read("cases.csv")
            .starts_with("case,truth,score.alone.r1,score.alone.r2,score.aided.r1,score.aided.r2\n1,0,2,1,1,1\n")
    );
    assert!(read("obuchowski_rockette.csv").starts_with("arms,quantity,value\naided - alone,ms_arms,0.015625\n"));
}

/// Three findings on 4,376 films of ChestX-ray14: what was mined from reports against what a panel adjudicated.
///
/// The values are those of statsmodels 0.15.0 on the same two columns, `cohens_kappa` of their table of counts.
#[test]
fn labels_of_reports_and_of_a_panel() {
    let Some(path) = real_data("txv-labels/data/google2019_nih-chest-xray-labels.csv.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let check = |finding: &str, words: &[&str], kappa: [f64; 3]| {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("labels.csv");
        fs::write(&table, report_and_panel(&text, finding, words)).unwrap();
        let found = measure_file(&table, &FileOptions::default(), &Options::default()).unwrap();
        assert_eq!(found.n_cases(), 4376);
        let found = found.estimate("cohen_kappa", "report vs panel").unwrap();
        for (number, expected) in [found.value, found.low, found.high].into_iter().zip(kappa) {
            close(number.unwrap(), expected);
        }
    };
    check("Pneumothorax", &["Pneumothorax"], [0.426_808_712_852, 0.369_129_608_073, 0.484_487_817_631]);
    check("Nodule or mass", &["Nodule", "Mass"], [0.413_394_781_324, 0.373_199_205_245, 0.453_590_357_403]);
    let opacity = &["Consolidation", "Infiltration", "Pneumonia", "Edema", "Atelectasis"];
    check("Airspace opacity", opacity, [0.316_030_529_233, 0.289_105_806_129, 0.342_955_252_338]);
}

/// Whether a report names one of the words, and what the panel said.
fn report_and_panel(text: &str, finding: &str, words: &[&str]) -> String {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| names.iter().position(|other| *other == name).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let is_named = cells[at("Finding Labels")].split('|').any(|label| words.contains(&label));
        format!("{},{},{}\n", cells[0], if is_named { "YES" } else { "NO" }, cells[at(finding)])
    };
    std::iter::once("case,report,panel\n".to_owned()).chain(lines.map(row)).collect()
}
