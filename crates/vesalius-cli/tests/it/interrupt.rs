//! Ctrl-C once stops at the next safe point and keeps what is done; twice stops at once.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::program::{Place, names};

/// A download that hangs after its first bytes, and the connection to go on with it.
fn hanging_download(place: &Place) -> (Child, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let arguments = ["fetch", "medmnist/breastmnist", "--out", "data", "--base-url", &base];
    let child = place.command(&arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let (mut stream, _) = listener.accept().expect("a request");
    let mut request = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut line = String::new();
    while line.trim_end() != "" || line.is_empty() {
        line.clear();
        request.read_line(&mut line).expect("a line");
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nfirst").expect("the head");
    (child, stream)
}

/// Sends what Ctrl-C sends.
fn press_ctrl_c(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(status.success());
}

fn wait_for_line(stderr: &mut impl BufRead) -> String {
    let mut line = String::new();
    stderr.read_line(&mut line).expect("a line");
    line
}

#[test]
fn once_keeps_what_has_arrived() {
    let place = Place::new();
    let (mut child, mut stream) = hanging_download(&place);
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    press_ctrl_c(&child);
    assert_eq!(
        wait_for_line(&mut stderr).trim(),
        "stopping at the next safe point; press Ctrl-C again to stop at once"
    );
    stream.write_all(b" and more").expect("the program still listens");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("the end");
    assert_eq!(child.wait().expect("an end").code(), Some(130), "{rest}");
    assert_eq!(rest.trim(), "error: stopped on request; run the same command again to go on");
    assert_eq!(names(&place.path("data")), ["breastmnist.npz.partial"]);
}

#[test]
fn twice_stops_at_once() {
    let place = Place::new();
    let (mut child, _stream) = hanging_download(&place);
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    press_ctrl_c(&child);
    wait_for_line(&mut stderr);
    press_ctrl_c(&child);
    assert_eq!(child.wait().expect("an end").code(), Some(130));
}

/// Killed by the system at many places of a run, and started again each time: the weights of a run never killed.
#[test]
fn killed_at_any_moment_a_second_start_gives_the_same_weights() {
    let place = Place::with_phantom("");
    let settings = "--set train.epochs=12 --set train.batch=4 --set network.width=4 --set explain.cases=1";
    let run = |out: &str| format!("run demo --data phantommnist.npz --out {out} {settings}");
    let whole = place.run(&run("whole"));
    assert_eq!(whole.code, 0, "{whole:?}");
    let weights = |out: &str| std::fs::read(place.path(out).join("model/fold0-seed1/weights.safetensors"));
    let checkpoint = place.path("killed/model/fold0-seed1/checkpoint.safetensors");
    let mut n_kills = 0;
    let arguments = run("killed");
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    while weights("killed").is_err() && n_kills < 8 {
        let before = std::fs::read(&checkpoint).ok();
        let mut child =
            place.command(&arguments).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
        // Killed as soon as one more checkpoint is there, wherever the run is by then.
        while std::fs::read(&checkpoint).ok() == before && child.try_wait().expect("a state").is_none() {
            std::thread::yield_now();
        }
        child.kill().expect("it can be killed");
        child.wait().expect("an end");
        n_kills += 1;
    }
    assert!(n_kills >= 3, "the run was over after {n_kills} kills");
    let said = place.run(&run("killed"));
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        weights("whole").expect("weights") == weights("killed").expect("weights"),
        "other weights after {n_kills} kills"
    );
}
