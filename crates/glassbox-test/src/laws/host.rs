use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use glassbox_core::{CompletionModel, Delivery, EmbeddingModel, ErrorKind, Request, Secret, Usage};
use glassbox_http::{HttpClient, RetryPolicy, Transport};

use super::Body;
use crate::Turn;

/// A law, and why it is not for this host.
pub type Skip = (&'static str, &'static str);

/// A model under test, and what answers it.
pub trait Host: fmt::Debug + Send + Sync + 'static {
    /// The model, set up to reach its host over `line`, with the key of the line where it takes one. A model in this
    /// process answers with the line's turns.
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel>;

    /// The embedding model of the same host, where it has one.
    fn embeddings(&self, line: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        let _ = line;
        None
    }

    /// How the host speaks. `None` for a model in this process.
    fn wire(&self) -> Option<&dyn Wire> {
        None
    }

    /// What `law` asks and what is to be answered, for a model that cannot be told what to answer, or a host that
    /// does not say everything: without an id in the turn, none is expected.
    fn case(&self, law: &str, case: Case) -> Case {
        let _ = law;
        case
    }

    /// The laws that cannot be tested here. Every reason must be backed by a capability that the model does not
    /// have, or by the lack of a wire or of an embedding model.
    fn skips(&self) -> &[Skip] {
        &[]
    }
}

/// How a host spells what it has to say.
pub trait Wire: Send + Sync {
    /// An answer, whole or in pieces. Text comes in at least [`Turn::pieces`] pieces where it comes in pieces
    /// ([`Turn::split`]), each in a frame of its own.
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body;

    /// A refusal of a kind, with `message` as the provider's words. `None` for a kind that the host has no word for.
    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body>;

    /// The frame by which a host says in the middle of a stream that it failed. `None` where it has none.
    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        let _ = (kind, message);
        None
    }

    /// A frame of a kind that nobody knows, to be put behind every frame of a stream. `None` where the wire has no
    /// kinds of frames.
    fn unknown(&self) -> Option<Bytes> {
        None
    }

    /// What is left of a usage when it was spelt: not every host counts everything.
    fn usage(&self, usage: Usage) -> Usage {
        usage
    }

    /// Whether tool calls have ids on this wire.
    fn has_call_ids(&self) -> bool {
        true
    }

    /// Whether the type of an image is said on this wire.
    fn has_media_types(&self) -> bool {
        true
    }

    /// A text that stands in every answer with reasoning and that the host wants back unchanged: a signature, say.
    /// `None` where the host wants nothing back.
    fn token(&self) -> Option<&str> {
        None
    }

    /// An answer that holds several, one a turn, each of which is a text. `None` for a host that gives one.
    fn choices(&self, turns: &[Turn], delivery: Delivery) -> Option<Body> {
        let _ = (turns, delivery);
        None
    }

    /// The answer to a request for embeddings, in the order of the texts.
    fn vectors(&self, vectors: &[Vec<f32>], usage: &Usage) -> Option<Body> {
        let _ = (vectors, usage);
        None
    }
}

/// What is asked, and what is to be answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case {
    /// What is asked.
    pub request: Request,
    /// What is answered. Usage is compared only where there is one, so are the id and the model.
    pub turn: Turn,
}

impl Case {
    /// Asks this and answers that.
    pub fn new(request: impl Into<Request>, turn: Turn) -> Self {
        Self {
            request: request.into(),
            turn,
        }
    }
}

/// The way to a host: an address, an HTTP client, a key.
#[derive(Clone, Debug)]
pub struct Line {
    pub(super) turns: Vec<Turn>,
    pub(super) url: String,
    pub(super) transport: Arc<dyn Transport>,
}

/// The key of every line. No host takes it.
pub(super) const KEY: &str = "sk-canary-7f3a9c";

impl Line {
    /// What will be answered, for a model in this process.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Where the host is, without a slash at the end, as in `http://127.0.0.1:4711`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The client to reach it with. It does not retry.
    #[must_use]
    pub fn client(&self) -> HttpClient {
        HttpClient::from_arc(Arc::clone(&self.transport)).with_retry(RetryPolicy::none())
    }

    /// The key to use.
    #[must_use]
    pub fn key(&self) -> Secret {
        Secret::new(KEY)
    }
}

/// Something that goes around a model and must change nothing: telemetry.
pub trait Wrapper: fmt::Debug + Send + Sync + 'static {
    /// Wraps a model.
    fn model(&self, model: Arc<dyn CompletionModel>) -> Arc<dyn CompletionModel>;

    /// Wraps an embedding model.
    fn embeddings(&self, model: Arc<dyn EmbeddingModel>) -> Arc<dyn EmbeddingModel>;

    /// Called when a law has been held to the end.
    ///
    /// # Panics
    ///
    /// Where the wrapper itself broke a law of its own.
    fn check(&self) {}
}
