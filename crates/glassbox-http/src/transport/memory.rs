use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use glassbox_core::{Error, ErrorKind, Result};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use tokio::time::{Sleep, sleep};

use super::Transport;
use crate::Body;

/// A transport for tests: it answers with a script, in order, and keeps the requests.
///
/// Clones share the script and the requests, so a test can keep one and hand in the other. A request for which the
/// script has no response fails as [`Configuration`](ErrorKind::Configuration), which nobody retries.
#[derive(Clone, Default)]
pub struct MemoryTransport {
    state: Arc<Mutex<State>>,
    /// Given again and again, in place of the script.
    always: Option<Arc<MemoryResponse>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<MemoryResponse>,
    requests: Vec<Request<Bytes>>,
}

impl MemoryTransport {
    /// An empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers every request with `response`, and keeps no requests: for benchmarks.
    #[must_use]
    pub fn always(response: MemoryResponse) -> Self {
        Self {
            state: Arc::default(),
            always: Some(Arc::new(response)),
        }
    }

    /// Adds a response to the script.
    #[must_use]
    pub fn with(self, response: MemoryResponse) -> Self {
        self.lock().script.push_back(response);
        self
    }

    /// Adds a response with a body in one piece.
    ///
    /// # Panics
    ///
    /// As [`MemoryResponse::new`] and [`MemoryResponse::with_header`].
    #[must_use]
    pub fn with_response(
        self,
        status: u16,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Self {
        self.with_chunks(status, headers, [body])
    }

    /// Adds a response with a body in several pieces.
    ///
    /// # Panics
    ///
    /// As [`MemoryResponse::new`] and [`MemoryResponse::with_header`].
    #[must_use]
    pub fn with_chunks<B: Into<Bytes>>(
        self,
        status: u16,
        headers: &[(&str, &str)],
        chunks: impl IntoIterator<Item = B>,
    ) -> Self {
        let mut response = MemoryResponse::new(status);
        for (name, value) in headers {
            response = response.with_header(name, value);
        }
        for chunk in chunks {
            response = response.with_chunk(chunk);
        }
        self.with(response)
    }

    /// Adds a request that fails, as if there were no connection.
    #[must_use]
    pub fn with_error(self, error: Error) -> Self {
        self.with(MemoryResponse::failed(error))
    }

    /// Adds a request that is never answered.
    #[must_use]
    pub fn with_hang(self) -> Self {
        self.with(MemoryResponse::hanging())
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.lock().requests.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves a script that is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, request: Request<Bytes>) -> Result<MemoryResponse> {
        let mut state = self.lock();
        state.requests.push(request);
        let count = state.requests.len();
        state.script.pop_front().ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                format!("the script of the MemoryTransport has no response to request {count}"),
            )
        })
    }
}

#[async_trait]
impl Transport for MemoryTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>> {
        let response = match &self.always {
            Some(response) => MemoryResponse::clone(response),
            None => self.next(request)?,
        };
        response.answer().await
    }
}

impl fmt::Debug for MemoryTransport {
    // The requests hold prompts and keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("MemoryTransport")
            .field("script", &state.script.len())
            .field("requests", &state.requests.len())
            .finish()
    }
}

/// One response of a [`MemoryTransport`]'s script.
#[derive(Clone, Debug)]
pub struct MemoryResponse {
    head: Head,
    pieces: VecDeque<Piece>,
}

#[derive(Clone, Debug)]
enum Head {
    Answer(Response<()>),
    Fail(Error),
    Hang,
}

#[derive(Clone, Debug)]
enum Piece {
    Chunk(Bytes),
    Pause(Duration),
    Fail(Error),
    Hang,
}

impl MemoryResponse {
    /// A response without headers and body.
    ///
    /// # Panics
    ///
    /// Where the status is not in 100..=999.
    #[must_use]
    pub fn new(status: u16) -> Self {
        let mut head = Response::new(());
        *head.status_mut() = StatusCode::from_u16(status).expect("a status in 100..=999");
        Self::of(Head::Answer(head))
    }

    /// No response: the request fails.
    #[must_use]
    pub fn failed(error: Error) -> Self {
        Self::of(Head::Fail(error))
    }

    /// No response, ever.
    #[must_use]
    pub fn hanging() -> Self {
        Self::of(Head::Hang)
    }

    fn of(head: Head) -> Self {
        Self {
            head,
            pieces: VecDeque::new(),
        }
    }

    /// Adds a header.
    ///
    /// # Panics
    ///
    /// Where it is not a valid header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Head::Answer(head) = &mut self.head {
            head.headers_mut().append(
                HeaderName::from_bytes(name.as_bytes()).expect("a valid header name"),
                HeaderValue::from_str(value).expect("a valid header value"),
            );
        }
        self
    }

    /// Adds a piece of the body.
    #[must_use]
    pub fn with_chunk(self, chunk: impl Into<Bytes>) -> Self {
        self.with_piece(Piece::Chunk(chunk.into()))
    }

    /// Waits before what follows. Needs a tokio runtime with a timer.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        self.with_piece(Piece::Pause(pause))
    }

    /// Fails in the middle of the body.
    #[must_use]
    pub fn with_failure(self, error: Error) -> Self {
        self.with_piece(Piece::Fail(error))
    }

    /// Sends nothing more, and does not end.
    #[must_use]
    pub fn with_hang(self) -> Self {
        self.with_piece(Piece::Hang)
    }

    fn with_piece(mut self, piece: Piece) -> Self {
        self.pieces.push_back(piece);
        self
    }

    async fn answer(mut self) -> Result<Response<Body>> {
        let head = match self.head {
            Head::Answer(head) => head,
            Head::Fail(error) => return Err(error),
            Head::Hang => std::future::pending().await,
        };
        let whole = match (self.pieces.pop_front(), self.pieces.is_empty()) {
            (None, _) => Some(Body::empty()),
            (Some(Piece::Chunk(bytes)), true) => Some(bytes.into()),
            (Some(first), _) => {
                self.pieces.push_front(first);
                None
            }
        };
        let body = whole.unwrap_or_else(|| Body::new(Pieces::new(self.pieces)));
        Ok(head.map(|()| body))
    }
}

/// The body as the script gives it.
struct Pieces {
    pieces: VecDeque<Piece>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    fn new(pieces: VecDeque<Piece>) -> Self {
        Self {
            pieces,
            pause: None,
        }
    }
}

impl Stream for Pieces {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match self.pieces.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Chunk(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(Piece::Fail(error)) => return Poll::Ready(Some(Err(error))),
                Some(Piece::Pause(pause)) => self.pause = Some(Box::pin(sleep(pause))),
                Some(Piece::Hang) => {
                    self.pieces.push_front(Piece::Hang);
                    return Poll::Pending;
                }
            }
        }
    }
}
