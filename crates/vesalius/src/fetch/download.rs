//! One file over HTTP: resumed where it broke off, verified by MD5, renamed when it is whole and right.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use md5::{Digest, Md5};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use crate::error::{Error, ErrorKind, Result};
use crate::progress::Context;

/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a server may be silent before and while it sends.
const SILENCE_TIMEOUT: Duration = Duration::from_mins(1);
/// How often a connection may break in one call; what has arrived is kept each time.
const N_TRIES_MAX: u32 = 4;
/// The most bytes taken from a server, far above every published file.
const BYTES_MAX: u64 = 1 << 40;
/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 18;

/// A file to be fetched.
#[derive(Clone, Debug)]
pub struct Download {
    /// Where it is.
    pub url: String,
    /// Where it goes.
    pub path: PathBuf,
    /// Its MD5 in lower-case hexadecimal digits.
    pub md5: String,
}

/// Fetches the file unless it is there already.
pub fn download(file: &Download, ctx: &Context<'_>) -> Result<()> {
    if file.path.exists() {
        return file.verify(&file.path, ctx);
    }
    if let Some(folder) = file.path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
    }
    let partial = file.partial();
    file.receive_all(&partial, ctx)?;
    if let Err(error) = file.verify(&partial, ctx) {
        // Resuming wrong bytes cannot make them right.
        if error.kind() == ErrorKind::Data {
            fs::remove_file(&partial).map_err(|error| Error::write(&partial, error))?;
        }
        return Err(error);
    }
    File::open(&partial)
        .and_then(|whole| whole.sync_all())
        .and_then(|()| fs::rename(&partial, &file.path))
        .map_err(|error| Error::write(&file.path, error))?;
    ctx.progress.finish(&format!("{} is complete and its MD5 is right", file.path.display()));
    Ok(())
}

/// How one exchange with the server ended.
enum Exchange {
    /// Everything is there.
    Whole,
    /// The connection broke; trying again goes on from what has arrived.
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl Download {
    fn partial(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".partial");
        name.into()
    }

    fn receive_all(&self, partial: &Path, ctx: &Context<'_>) -> Result<()> {
        let agent = agent();
        let mut n_tries = 1;
        loop {
            match self.receive(&agent, partial, ctx)? {
                Exchange::Whole => return Ok(()),
                Exchange::Broken(why) if n_tries == N_TRIES_MAX => return Err(self.broken(partial, why)),
                Exchange::Broken(_) => n_tries += 1,
            }
        }
    }

    /// Asks for what is missing and appends it.
    fn receive(&self, agent: &Agent, partial: &Path, ctx: &Context<'_>) -> Result<Exchange> {
        let n_have = fs::metadata(partial).map_or(0, |metadata| metadata.len());
        let mut request = agent.get(&self.url);
        if n_have > 0 {
            request = request.header("Range", format!("bytes={n_have}-"));
        }
        let mut response = request.call().map_err(|error| self.unreachable(error))?;
        let (start, total) = match response.status() {
            StatusCode::OK => (0, response.body().content_length()),
            StatusCode::PARTIAL_CONTENT => match content_range(&response) {
                Some((start, total)) if start == n_have => (start, Some(total)),
                // The server answers for other bytes than were asked for: nothing can be appended.
                _ => return self.restart(partial),
            },
            // What is there is the whole file, or more than that; its hash tells.
            StatusCode::RANGE_NOT_SATISFIABLE => return Ok(Exchange::Whole),
            status => return Err(self.refused(status)),
        };
        let arrived = self.append(&mut response, partial, (start, total), ctx)?;
        Ok(match (arrived, total) {
            (Ok(n), Some(total)) if n < total => {
                Exchange::Broken(format!("the connection ended after {n} of {total} bytes").into())
            }
            (Ok(_), _) => Exchange::Whole,
            (Err(error), _) => Exchange::Broken(error.into()),
        })
    }

    /// Copies the body to the end of the partial file: how many bytes that has then, or how the connection broke.
    fn append(
        &self,
        response: &mut Response<Body>,
        partial: &Path,
        (start, total): (u64, Option<u64>),
        ctx: &Context<'_>,
    ) -> Result<io::Result<u64>> {
        let write_error = |error| Error::write(partial, error);
        let mut file = OpenOptions::new().create(true).append(true).open(partial).map_err(write_error)?;
        file.set_len(start).map_err(write_error)?;
        let mut body = response.body_mut().with_config().limit(BYTES_MAX).reader();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut n_have = start;
        ctx.progress.start(&format!("fetching {} (bytes)", self.name()), total.unwrap_or(0));
        loop {
            ctx.check()?;
            let n = match body.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(error)),
            };
            file.write_all(&chunk[..n]).map_err(write_error)?;
            n_have += n as u64;
            ctx.progress.update(n_have, "");
        }
        file.sync_all().map_err(write_error)?;
        Ok(Ok(n_have))
    }

    fn restart(&self, partial: &Path) -> Result<Exchange> {
        fs::remove_file(partial).map_err(|error| Error::write(partial, error))?;
        Ok(Exchange::Broken(format!("{} did not resume where it was asked to", self.url).into()))
    }

    fn verify(&self, path: &Path, ctx: &Context<'_>) -> Result<()> {
        let found = md5_of(path, ctx)?;
        if found == self.md5 {
            return Ok(());
        }
        let what = if path == self.path { "move it away" } else { "it was not kept" };
        Err(Error::new(
            ErrorKind::Data,
            format!(
                "the MD5 of {} is {found}, but its publisher says {}; {what} and fetch it again",
                path.display(),
                self.md5
            ),
        ))
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn unreachable(&self, source: ureq::Error) -> Error {
        let text = format!("could not reach {}; check the connection, or {}", self.url, self.by_hand());
        Error::new(ErrorKind::Network, text).with_source(source)
    }

    fn refused(&self, status: StatusCode) -> Error {
        let text = format!("{} answered {status}; try again later, or {}", self.url, self.by_hand());
        Error::new(ErrorKind::Network, text)
    }

    fn broken(&self, partial: &Path, why: Box<dyn std::error::Error + Send + Sync>) -> Error {
        let text = format!(
            "the connection to {} broke {N_TRIES_MAX} times; what has arrived is kept in {}, run the same command \
             again to go on",
            self.url,
            partial.display()
        );
        Error::new(ErrorKind::Network, text).with_source(why)
    }

    fn by_hand(&self) -> String {
        format!("download it by hand to {}; its MD5 must be {}", self.path.display(), self.md5)
    }
}

fn agent() -> Agent {
    Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_recv_response(Some(SILENCE_TIMEOUT))
        .timeout_per_read(Some(SILENCE_TIMEOUT))
        .http_status_as_error(false)
        .user_agent(concat!("vesalius/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// The first byte and the whole length of `Content-Range: bytes first-last/length`.
fn content_range(response: &Response<Body>) -> Option<(u64, u64)> {
    let text = response.headers().get("content-range")?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total): (u64, u64, u64) = (first.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
    (first <= last && last.checked_add(1)? == total).then_some((first, total))
}

fn md5_of(path: &Path, ctx: &Context<'_>) -> Result<String> {
    let read_error = |error| Error::read(path, error);
    let file = File::open(path).map_err(read_error)?;
    ctx.progress.start("verifying (bytes)", file.metadata().map_err(read_error)?.len());
    let mut reader = BufReader::new(file);
    let mut hasher = Md5::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut n_done = 0;
    loop {
        ctx.check()?;
        let n = reader.read(&mut chunk).map_err(read_error)?;
        if n == 0 {
            break;
        }
        hasher.update(&chunk[..n]);
        n_done += n as u64;
        ctx.progress.update(n_done, "");
    }
    let mut text = String::new();
    for byte in hasher.finalize() {
        write!(text, "{byte:02x}").expect("a string takes everything");
    }
    Ok(text)
}
