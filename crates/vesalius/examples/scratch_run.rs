//! Scratch.
use std::path::Path;
use std::sync::atomic::AtomicBool;
use vesalius::progress::*;
struct P(std::sync::Mutex<std::time::Instant>);
impl Progress for P {
    fn start(&self, w: &str, n: u64) {
        eprintln!("[{w}] {n}");
    }
    fn update(&self, d: u64, n: &str) {
        let mut t = self.0.lock().unwrap();
        if t.elapsed().as_secs() >= 10 {
            *t = std::time::Instant::now();
            eprintln!("   {d} {n}");
        }
    }
    fn finish(&self, s: &str) {
        eprintln!("  {s}");
    }
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mut d = vesalius::recipe::Draft::read(&a[1]).unwrap();
    for s in &a[4..] {
        let (k, v) = s.split_once('=').unwrap();
        let t: toml::Table = format!("v={v}").parse().unwrap();
        let ks: Vec<&str> = k.split('.').collect();
        let mut tab = d.table_mut();
        for k in &ks[..ks.len() - 1] {
            tab = tab.entry(k.to_string()).or_insert(toml::Value::Table(Default::default())).as_table_mut().unwrap();
        }
        tab.insert(ks[ks.len() - 1].to_string(), t["v"].clone());
    }
    let stop = AtomicBool::new(false);
    let p = P(std::sync::Mutex::new(std::time::Instant::now()));
    let ctx = Context { progress: &p, stop: &stop };
    let t = std::time::Instant::now();
    let e = vesalius::pipeline::run(
        &vesalius::pipeline::Order {
            recipe: &d,
            data: Path::new(&a[2]),
            out: Path::new(&a[3]),
            device: Default::default(),
        },
        &ctx,
    );
    match e {
        Ok(e) => {
            println!("{}", e.verdict);
            for x in e.estimates {
                println!("{} {} {:?} {:?} {:?}", x.metric, x.target, x.value, x.low, x.high);
            }
            println!("{:?} {:.1}s", e.report, t.elapsed().as_secs_f64());
        }
        Err(e) => {
            println!("ERR {e}");
            let mut s: Option<&dyn std::error::Error> = std::error::Error::source(&e);
            while let Some(x) = s {
                println!("  {x}");
                s = x.source();
            }
        }
    }
}
