use std::fmt;
use std::io;

use glassbox_core::{EmbeddingRequest, ModelInfo, Request};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// What stands for a request: a digest of all that determines its answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Changes where the same digest would mean something else.
const FORMAT: u32 = 1;

/// What a completion is told by. Which conversation it belongs to, the template that its prompt came from, how it is to
/// be delivered and its headers are left out.
pub(crate) fn of_completion(scope: &str, info: &ModelInfo, request: &Request) -> Option<Key> {
    digest(&(
        "completion",
        asked(scope, info),
        (
            &request.messages,
            &request.tools,
            &request.tool_choice,
            &request.parameters,
            &request.output,
        ),
        (
            request.unsupported,
            &request.user,
            &request.previous_response,
            &request.extra,
        ),
    ))
}

/// What embeddings are told by, without the headers and how the numbers travel.
pub(crate) fn of_embedding(
    scope: &str,
    info: &ModelInfo,
    request: &EmbeddingRequest,
) -> Option<Key> {
    digest(&(
        "embedding",
        asked(scope, info),
        (&request.inputs, request.dimensions, &request.user),
    ))
}

/// Who is asked.
fn asked(scope: &str, info: &ModelInfo) -> serde_json::Value {
    json!([
        FORMAT,
        scope,
        info.provider,
        info.model,
        info.server_address,
        info.server_port,
        info.api,
        info.operation,
    ])
}

/// `None` for what cannot be written as JSON, which is then not cached.
fn digest(what: &impl Serialize) -> Option<Key> {
    let mut sink = Sink(Sha256::new());
    serde_json::to_writer(&mut sink, what).ok()?;
    Some(Key(sink.0.finalize().into()))
}

struct Sink(Sha256);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
