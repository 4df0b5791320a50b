use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use glassbox_core::{Error, ErrorKind, Result};
use glassbox_http::{Body, Transport};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::file::failed;
use super::scrub::without_keys;
use super::{Cassette, RecordedResponse};
use crate::cassettes::same;
use crate::{Reply, Server};

/// A transport that gives what was recorded, each exchange once.
///
/// A request gets the answer to the first one left that has its method, its path with the query, and its body: JSON
/// is compared as JSON. The host and the headers are not compared, so a replay may go elsewhere and with another key.
/// A request that was not recorded fails as [`Configuration`](ErrorKind::Configuration), which nobody retries, and the
/// error says where it differs.
///
/// Clones share what is left.
#[derive(Clone)]
pub struct Replayer {
    left: Arc<Mutex<Vec<Cassette>>>,
}

impl Replayer {
    /// Gives these exchanges.
    pub fn new(cassettes: impl IntoIterator<Item = Cassette>) -> Self {
        let left = Arc::new(Mutex::new(cassettes.into_iter().collect()));
        Self { left }
    }

    /// Gives the exchanges in the `.json` files of a folder, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the folder or a file cannot be read.
    pub fn open(folder: &Path) -> Result<Self> {
        let unreadable = |error| failed(folder, "cannot be read", error);
        let entries = fs::read_dir(folder).map_err(unreadable)?;
        let files = entries.map(|entry| entry.map(|entry| entry.path()));
        let files: std::io::Result<Vec<PathBuf>> = files.collect();
        let mut files = files.map_err(unreadable)?;
        files.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        files.sort();
        let cassettes = files.iter().map(|path| Cassette::read(path));
        Ok(Self::new(cassettes.collect::<Result<Vec<_>>>()?))
    }

    /// How many exchanges are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.lock().len()
    }

    /// A server on the loopback interface that gives them. A request that was not recorded gets status 500 and a body
    /// that says where it differs.
    ///
    /// # Panics
    ///
    /// As [`Server::new`].
    #[must_use]
    pub fn server(&self) -> Server {
        let replayer = self.clone();
        Server::new(move |request| {
            match replayer.take(&request.method, &request.path, &request.body) {
                Ok(response) => reply(&response),
                Err(error) => {
                    Reply::json(&json!({"error": {"message": error.message()}})).with_status(500)
                }
            }
        })
    }

    fn take(&self, method: &str, target: &str, body: &[u8]) -> Result<RecordedResponse> {
        let target = path(target);
        let mut left = self.lock();
        let asked = |cassette: &&Cassette| {
            cassette.request.method == method && path(&cassette.request.url) == target
        };
        let found = left.iter().position(|cassette| {
            asked(&cassette) && difference(&cassette.request.body, body).is_none()
        });
        if let Some(found) = found {
            return Ok(left.remove(found).response);
        }
        let nearest = left.iter().find(asked);
        let difference = nearest.and_then(|cassette| difference(&cassette.request.body, body));
        let why = match difference {
            Some(place) => format!("the next one to it has another body, at {place}"),
            None => format!("of {} that are left, none goes there", left.len()),
        };
        let path = target.split('?').next().unwrap_or_default();
        Err(Error::new(
            ErrorKind::Configuration,
            format!("no recorded exchange for {method} {path}: {why}; record it again"),
        ))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Cassette>> {
        // A panic elsewhere leaves a list that is still whole.
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for Replayer {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>> {
        let url = request.uri().to_string();
        let recorded = self.take(request.method().as_str(), &url, request.body())?;
        let broken = recorded
            .failure
            .map(|kind| Error::new(kind, "the recording breaks off here"));
        let Some(status) = recorded.status else {
            return Err(broken.unwrap_or_else(|| unusable("no status")));
        };
        let pieces = recorded.pieces.into_iter().map(Ok).chain(broken.map(Err));
        let mut response = Response::new(Body::new(stream::iter(pieces)));
        *response.status_mut() =
            StatusCode::from_u16(status).map_err(|_| unusable("a status that is none"))?;
        for (name, value) in recorded.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            let value = HeaderValue::from_bytes(value.as_bytes());
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(unusable("a header that is none"));
            };
            response.headers_mut().append(name, value);
        }
        Ok(response)
    }
}

impl fmt::Debug for Replayer {
    // The recordings hold prompts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replayer")
            .field("left", &self.left())
            .finish_non_exhaustive()
    }
}

fn unusable(what: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("the cassette has {what}"))
}

fn reply(recorded: &RecordedResponse) -> Reply {
    let Some(status) = recorded.status else {
        return Reply::closing();
    };
    let mut reply = Reply::new(status);
    for (name, value) in &recorded.headers {
        // How the body is framed on this connection is the server's business.
        if !matches!(
            name.as_str(),
            "content-length" | "transfer-encoding" | "connection"
        ) {
            reply = reply.with_header(name, value);
        }
    }
    let reply = reply.with_chunks(recorded.pieces.clone());
    if recorded.failure.is_some() {
        reply.with_close()
    } else {
        reply
    }
}

/// The path and the query of a URL or a request target, without keys.
fn path(url: &str) -> String {
    let (url, _) = without_keys(url);
    let after = url.split_once("://").map_or(&*url, |(_, rest)| {
        rest.find('/').map_or("/", |at| &rest[at..])
    });
    after.to_owned()
}

/// Where two bodies differ, as a JSON pointer. `None` where they do not.
fn difference(recorded: &[u8], asked: &[u8]) -> Option<String> {
    if recorded == asked {
        return None;
    }
    let (Ok(recorded), Ok(asked)) = (
        serde_json::from_slice::<Value>(recorded),
        serde_json::from_slice::<Value>(asked),
    ) else {
        return Some("its bytes".to_owned());
    };
    (!same(&recorded, &asked)).then(|| format!("`{}`", pointer(&recorded, &asked)))
}

fn pointer(a: &Value, b: &Value) -> String {
    let below = |name: &str, a: &Value, b: &Value| format!("/{name}{}", pointer(a, b));
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let other = a.iter().find_map(|(name, a)| match b.get(name) {
                Some(b) if same(a, b) => None,
                Some(b) => Some(below(name, a, b)),
                None => Some(format!("/{name}")),
            });
            let new = || b.keys().find(|name| !a.contains_key(*name));
            other
                .or_else(|| new().map(|name| format!("/{name}")))
                .unwrap_or_default()
        }
        (Value::Array(a), Value::Array(b)) => {
            let pairs = a.iter().zip(b).enumerate();
            let mut differing = pairs.filter(|(_, (a, b))| !same(a, b));
            match differing.next() {
                Some((at, (a, b))) => below(&at.to_string(), a, b),
                None => format!("/{}", a.len().min(b.len())),
            }
        }
        _ => String::new(),
    }
}
