use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use glassbox_core::{Result, Secret};
use glassbox_http::{Body, Transport};
use http::{HeaderMap, Request, Response};

use super::file::failed;
use super::scrub::scrubbed;
use super::{Cassette, RecordedRequest, RecordedResponse};

/// A transport that passes everything on and remembers it.
///
/// Clones share what they remember: keep one and hand in the other.
#[derive(Clone)]
pub struct Recorder {
    transport: Arc<dyn Transport>,
    exchanges: Exchanges,
    secrets: Vec<Secret>,
}

type Exchanges = Arc<Mutex<Vec<Exchange>>>;

#[derive(Clone)]
struct Exchange {
    cassette: Cassette,
    /// The values of the request's headers that are marked as sensitive.
    secrets: Vec<Secret>,
}

impl Recorder {
    /// Records what goes through a transport.
    pub fn new(transport: impl Transport) -> Self {
        Self {
            transport: Arc::new(transport),
            exchanges: Exchanges::default(),
            secrets: Vec::new(),
        }
    }

    /// Keeps a text out of every cassette, wherever it stands.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// The exchanges so far, in the order in which they began, without secrets. Of one that goes on, what has arrived.
    #[must_use]
    pub fn cassettes(&self) -> Vec<Cassette> {
        let exchanges = lock(&self.exchanges).clone();
        let clean = exchanges.into_iter().map(|mut exchange| {
            exchange.secrets.extend_from_slice(&self.secrets);
            scrubbed(exchange.cassette, &exchange.secrets)
        });
        clean.collect()
    }

    /// Writes the exchanges into a folder, which is made where it is missing: `0001.json`, `0002.json`, ... Gives the
    /// files. One that is there is replaced.
    ///
    /// # Errors
    ///
    /// [`Configuration`](glassbox_core::ErrorKind::Configuration) where the folder or a file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let made = fs::create_dir_all(folder);
        made.map_err(|error| failed(folder, "cannot be made", error))?;
        let numbered = self.cassettes().into_iter().zip(1..);
        let files = numbered.map(|(cassette, number)| {
            let path = folder.join(format!("{number:04}.json"));
            cassette.write(&path)?;
            Ok(path)
        });
        files.collect()
    }
}

#[async_trait]
impl Transport for Recorder {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>> {
        let asked = RecordedRequest {
            method: request.method().to_string(),
            url: request.uri().to_string(),
            headers: headers(request.headers()),
            body: request.body().clone(),
        };
        let exchange = Exchange {
            cassette: Cassette::new(asked, RecordedResponse::default()),
            secrets: sensitive(request.headers()),
        };
        let at = {
            let mut exchanges = lock(&self.exchanges);
            exchanges.push(exchange);
            exchanges.len() - 1
        };
        let exchanges = Arc::clone(&self.exchanges);
        let note = move |what: &dyn Fn(&mut RecordedResponse)| {
            what(&mut lock(&exchanges)[at].cassette.response);
        };
        let response = match self.transport.send(request).await {
            Ok(response) => response,
            Err(error) => {
                note(&|response| response.failure = Some(error.kind()));
                return Err(error);
            }
        };
        note(&|recorded| {
            recorded.status = Some(response.status().as_u16());
            recorded.headers = headers(response.headers());
        });
        Ok(response.map(|body| {
            Body::new(body.inspect(move |piece| match piece {
                Ok(piece) => note(&|response| response.pieces.push(piece.clone())),
                Err(error) => note(&|response| response.failure = Some(error.kind())),
            }))
        }))
    }
}

impl fmt::Debug for Recorder {
    // What was recorded holds prompts, and, before it is scrubbed, keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("transport", &self.transport)
            .field("exchanges", &lock(&self.exchanges).len())
            .finish_non_exhaustive()
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let headers = headers.iter().map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), text.into_owned())
    });
    headers.collect()
}

/// The values that are marked as sensitive, without a scheme in front of them (`Bearer`).
fn sensitive(headers: &HeaderMap) -> Vec<Secret> {
    let marked = headers.values().filter(|value| value.is_sensitive());
    let words = marked.filter_map(|value| value.to_str().ok()?.rsplit(' ').next());
    words.map(Secret::new).collect()
}

fn lock(exchanges: &Exchanges) -> MutexGuard<'_, Vec<Exchange>> {
    // A panic elsewhere leaves a list that is still whole.
    exchanges.lock().unwrap_or_else(PoisonError::into_inner)
}
