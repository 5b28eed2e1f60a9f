//! Fetching against a small server on the loopback: whole, cut and resumed, ignored ranges, wrong bytes, no server.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use vesalius::cohort::medmnist;
use vesalius::error::{Error, ErrorKind};
use vesalius::fetch::{Download, FetchOptions, download, fetch};
use vesalius::progress::{Context, Silent};

/// What the server does with one request.
#[derive(Clone, Copy)]
enum Answer {
    /// Sends the range that was asked for.
    Range,
    /// Sends everything, whatever range was asked for.
    Whole,
    /// Announces everything and closes after this many bytes.
    Cut(usize),
    /// Answers a range request with a range that was not asked for.
    OtherRange,
    /// Says that the range lies behind the end.
    BehindEnd,
    /// Answers with this status and no body.
    Status(&'static str),
}

/// Serves the answers in turn, then closes; gives its address and the `Range` headers that it saw.
fn serve(body: &[u8], answers: &[Answer]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/files", listener.local_addr().expect("an address"));
    let (sender, seen) = channel();
    let (body, answers) = (body.to_vec(), answers.to_vec());
    thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().expect("a connection");
            let (path, range) = read_request(&stream);
            sender.send(format!("{path} {range}")).expect("the test listens");
            reply(stream, answer, &body, &range);
        }
    });
    (address, seen)
}

fn read_request(stream: &TcpStream) -> (String, String) {
    let mut lines = BufReader::new(stream).lines().map(|line| line.expect("a line"));
    let path = lines.next().expect("a request").split(' ').nth(1).expect("a path").to_owned();
    let mut range = String::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        if let Some(value) = line.to_lowercase().strip_prefix("range: ") {
            value.clone_into(&mut range);
        }
    }
    (path, range)
}

fn reply(mut stream: TcpStream, answer: Answer, body: &[u8], range: &str) {
    let n = body.len();
    let start: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap_or(0);
    let (status, range, sent) = match answer {
        Answer::Range if start > 0 => ("206 Partial Content", Some(start), &body[start..]),
        Answer::Range | Answer::Whole => ("200 OK", None, body),
        Answer::Cut(n_sent) => ("200 OK", None, &body[..n_sent]),
        Answer::OtherRange => ("206 Partial Content", Some(1), &body[1..]),
        Answer::BehindEnd => ("416 Range Not Satisfiable", None, &body[..0]),
        Answer::Status(status) => (status, None, &body[..0]),
    };
    let length = if let Answer::Cut(_) = answer { n } else { sent.len() };
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n");
    if let Some(first) = range {
        write!(head, "Content-Range: bytes {first}-{}/{n}\r\n", n - 1).expect("a string");
    }
    // The client may hang up first; that is its right.
    let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(sent));
}

/// What the server has, and its MD5 by `md5sum`.
const BODY: &[u8] = b"The quick brown fox jumps over the lazy dog";
const BODY_MD5: &str = "9e107d9d372bb6826bd81d3542a419d6";

struct Outcome {
    result: Result<(), Error>,
    /// The path and the range of each request.
    requests: Vec<String>,
}

/// Fetches `fox.npz` into a folder from a server that gives these answers in turn.
fn fetch_fox(answers: &[Answer], out: &Path) -> Outcome {
    let (base, seen) = serve(BODY, answers);
    let file = Download { url: format!("{base}/fox.npz"), path: out.join("fox.npz"), md5: BODY_MD5.into() };
    let result = with_context(|ctx| download(&file, ctx));
    Outcome { result, requests: seen.try_iter().collect() }
}

fn with_context<T>(work: impl FnOnce(&Context<'_>) -> T) -> T {
    let stop = AtomicBool::new(false);
    work(&Context { progress: &Silent, stop: &stop })
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

#[test]
fn what_arrives_whole_is_kept_under_its_name() {
    // Each case: what lies in the partial file, what the server does, what it is asked.
    let check = |partial: Option<&[u8]>, answers: &[Answer], requests: &[&str]| {
        let dir = tempfile::tempdir().expect("a folder");
        let out = dir.path().join("new");
        if let Some(bytes) = partial {
            fs::create_dir(&out).expect("a folder");
            fs::write(out.join("fox.npz.partial"), bytes).expect("a partial file");
        }
        let outcome = fetch_fox(answers, &out);
        outcome.result.expect("fetched");
        assert_eq!(outcome.requests, requests);
        assert_eq!(fs::read(out.join("fox.npz")).expect("the file"), BODY);
        assert_eq!(names(&out), ["fox.npz"]);
    };
    let (fresh, from_10) = ("/files/fox.npz ", "/files/fox.npz bytes=10-");
    check(None, &[Answer::Range], &[fresh]);
    // A connection that is cut is taken up where it broke.
    check(None, &[Answer::Cut(10), Answer::Range], &[fresh, from_10]);
    // So is a download of an earlier call.
    check(Some(&BODY[..10]), &[Answer::Range], &[from_10]);
    // A server that does not know ranges sends everything again.
    check(Some(&BODY[..10]), &[Answer::Whole], &[from_10]);
    // A range that was not asked for is not appended.
    check(Some(&BODY[..10]), &[Answer::OtherRange, Answer::Range], &[from_10, fresh]);
    // Everything had arrived, only the renaming had not happened.
    check(Some(BODY), &[Answer::BehindEnd], &["/files/fox.npz bytes=43-"]);
}

#[test]
fn a_file_that_is_there_is_verified_and_not_asked_for() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("fox.npz"), BODY).expect("a file");
    let outcome = fetch_fox(&[], dir.path());
    outcome.result.expect("there");
    assert!(outcome.requests.is_empty());

    fs::write(dir.path().join("fox.npz"), b"a dog").expect("a file");
    let error = fetch_fox(&[], dir.path()).result.expect_err("another file");
    assert!(error.to_string().contains("move it away"), "{error}");
    assert_eq!(fs::read(dir.path().join("fox.npz")).expect("untouched"), b"a dog");
}

#[test]
fn a_connection_that_keeps_breaking_leaves_what_arrived() {
    let dir = tempfile::tempdir().expect("a folder");
    // Every answer after the first starts anew, as from a server without ranges.
    let outcome = fetch_fox(&[Answer::Cut(10), Answer::Cut(10), Answer::Cut(10), Answer::Cut(20)], dir.path());
    let error = outcome.result.expect_err("cut");
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.to_string().contains("run the same command again to go on"), "{error}");
    assert_eq!(outcome.requests.len(), 4);
    assert_eq!(names(dir.path()), ["fox.npz.partial"]);
    assert_eq!(fs::read(dir.path().join("fox.npz.partial")).expect("a partial file"), &BODY[..20]);
}

#[test]
fn a_stop_keeps_what_arrived() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("fox.npz.partial"), &BODY[..10]).expect("a partial file");
    let (base, _seen) = serve(BODY, &[Answer::Range]);
    let file = Download { url: format!("{base}/fox.npz"), path: dir.path().join("fox.npz"), md5: BODY_MD5.into() };
    let stop = AtomicBool::new(true);
    let error = download(&file, &Context { progress: &Silent, stop: &stop }).expect_err("stopped");
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(fs::read(dir.path().join("fox.npz.partial")).expect("a partial file"), &BODY[..10]);
}

fn fetch_set(name: &str, options: &FetchOptions, out: &Path) -> Result<PathBuf, Error> {
    with_context(|ctx| fetch(name, options, out, ctx))
}

#[test]
fn wrong_bytes_are_refused_with_both_hashes_and_not_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let (base, seen) = serve(BODY, &[Answer::Range]);
    let options = FetchOptions { size: Some(64), base_url: Some(format!("{base}/")) };
    let error = fetch_set("medmnist/breastmnist", &options, dir.path()).expect_err("not BreastMNIST");
    let set = medmnist::set("breastmnist").expect("a set");
    let expected = set.files.iter().find(|file| file.size == 64).expect("a size").md5;
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains(BODY_MD5) && error.to_string().contains(expected), "{error}");
    assert!(names(dir.path()).is_empty());
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["/files/breastmnist_64.npz?download=1 "]);
}

#[test]
fn without_a_network_it_says_how_to_do_it_by_hand() {
    let dir = tempfile::tempdir().expect("a folder");
    // A port that was free a moment ago and that nobody serves.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let options = FetchOptions { size: None, base_url: Some(format!("http://127.0.0.1:{port}")) };
    let error = fetch_set("medmnist/breastmnist", &options, dir.path()).expect_err("nobody there");
    let path = dir.path().join("breastmnist.npz");
    assert_eq!(error.kind(), ErrorKind::Network);
    assert_eq!(
        error.to_string(),
        format!(
            "could not reach http://127.0.0.1:{port}/breastmnist.npz?download=1; check the connection, or download it \
             by hand to {}; its MD5 must be 750601b1f35ba3300ea97c75c52ff8f6",
            path.display()
        )
    );
}

#[test]
fn a_refusal_of_the_server_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let error = fetch_fox(&[Answer::Status("503 Service Unavailable")], dir.path()).result.expect_err("refused");
    assert!(error.to_string().contains("answered 503 Service Unavailable; try again later, or download"), "{error}");
    assert!(names(dir.path()).is_empty());
}

#[test]
fn unknown_names_and_sizes_are_answered_with_those_there_are() {
    let check = |name: &str, size: Option<u32>, expected: &str| {
        let dir = tempfile::tempdir().expect("a folder");
        let error = fetch_set(name, &FetchOptions { size, base_url: None }, dir.path()).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(expected), "{error}");
    };
    check("chexpert/small", None, "no source is called `chexpert`; there is: medmnist");
    check("medmnist", None, "name a set; there is: pathmnist, chestmnist");
    check("medmnist/lungmnist", None, "MedMNIST has no set `lungmnist`; there is: pathmnist");
    check("medmnist/organmnist3d", Some(128), "organmnist3d is not published at size 128; there is: 28, 64");
}
