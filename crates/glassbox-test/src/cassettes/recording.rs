use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use glassbox_core::{CompletionModel, Delivery, Error, Event, Fold, Request, Response};
use glassbox_http::MemoryResponse;
use serde_json::Value;

use super::oracle;

/// One recorded exchange.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recording {
    /// Its file, from the folder of recordings on.
    pub file: String,
    /// The folder it stands in: the host and the API, as in `openai-chat`.
    pub folder: String,
    /// The host, as the index names it.
    pub provider: String,
    /// The API, as the index names it.
    pub api: String,
    /// Whether the answer came in pieces.
    pub streamed: bool,
    /// The path that was called, with its query; empty where it was not recorded.
    pub path: String,
    /// The body of the request, where it was recorded and is a JSON object.
    pub request: Option<Value>,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer.
    pub headers: Vec<(String, String)>,
    /// The body of the answer.
    pub body: Bytes,
    /// What the oracle read, `null` where it has no row.
    pub oracle: Value,
}

impl Recording {
    /// Reads an exchange, with its row in the index.
    pub(super) fn read(row: &Value, exchange: &Value, oracle: Value) -> Self {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let file = word(&row["file"]);
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let body = word(&response["body"]);
        let body = if response["body_encoding"] == "base64" {
            let decoded = STANDARD.decode(body);
            decoded.unwrap_or_else(|error| panic!("{file}: the body is not base64: {error}"))
        } else {
            body.into_bytes()
        };
        let status = response["status"]
            .as_u64()
            .and_then(|status| status.try_into().ok());
        Self {
            folder: file.split('/').next().unwrap_or_default().to_owned(),
            provider: word(&row["provider"]),
            api: word(&row["api"]),
            streamed: row["streaming"] == true,
            path: word(&request["path"]),
            request: request.get("body").filter(|body| body.is_object()).cloned(),
            status: status.unwrap_or_else(|| panic!("{file}: the answer has no status")),
            headers: headers(&response["headers"]),
            body: body.into(),
            oracle,
            file,
        }
    }

    /// The model that the request names; `unknown` where it does not.
    #[must_use]
    pub fn model(&self) -> &str {
        let model = self
            .request
            .as_ref()
            .and_then(|body| body["model"].as_str());
        model.unwrap_or("unknown")
    }

    /// How the answer was delivered.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        if self.streamed {
            Delivery::Incremental
        } else {
            Delivery::Whole
        }
    }

    /// The answer, with its body in pieces of `size` bytes; `usize::MAX` gives it in one piece.
    ///
    /// # Panics
    ///
    /// Where `size` is 0, or the recording holds what is no HTTP header.
    #[must_use]
    pub fn response(&self, size: usize) -> MemoryResponse {
        let mut response = MemoryResponse::new(self.status);
        for (name, value) in &self.headers {
            response = response.with_header(name, value);
        }
        let pieces = self.body.chunks(size);
        pieces.fold(response, |response, piece| {
            response.with_chunk(self.body.slice_ref(piece))
        })
    }

    /// What `model` makes of the answer that it gets.
    pub async fn reading(&self, model: &dyn CompletionModel) -> Reading {
        let request = Request::new("whatever").with_delivery(self.delivery());
        Reading::of(model, request).await
    }

    /// Where a reading differs from the oracle's: the field, and a line that says how.
    #[must_use]
    pub fn differences(&self, reading: &Reading) -> Vec<(String, String)> {
        oracle::differences(&self.oracle, reading)
    }
}

fn headers(headers: &Value) -> Vec<(String, String)> {
    let headers = headers.as_object().into_iter().flatten();
    headers
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// What an adapter made of an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The events, as they arrived.
    pub events: Vec<Event>,
    /// What they add up to.
    pub response: Response,
    /// The error that ended them.
    pub error: Option<Error>,
}

impl Reading {
    /// Sends a request, and reads until the end or an error.
    pub async fn of(model: &dyn CompletionModel, request: Request) -> Self {
        let mut events = Vec::new();
        let mut fold = Fold::new();
        let error = match model.stream(request).await {
            Ok(mut stream) => loop {
                match stream.next().await {
                    Some(Ok(event)) => {
                        events.push(event.clone());
                        fold.push(event);
                    }
                    Some(Err(error)) => break Some(error),
                    None => break None,
                }
            },
            Err(error) => Some(error),
        };
        let partial = fold.response().clone();
        let (response, error) = match error {
            Some(error) => (fold.into_partial(), Some(error)),
            None => match fold.finish() {
                Ok(response) => (response, None),
                Err(error) => (partial, Some(error)),
            },
        };
        Self {
            events,
            response,
            error,
        }
    }
}
