//! Embeddings.

use std::fmt;

use async_trait::async_trait;
use glassbox_core::{
    EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Error, ErrorKind, Meta, ModelInfo, Result,
};
use serde::de::SeqAccess;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::{Endpoint, OllamaBuilder, Settings};
use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Lenient, Word};

#[cfg(test)]
mod tests;

/// An embedding model that Ollama runs. Cheap to clone.
///
/// Vectors travel as JSON numbers, whatever the request says: there is no other way. A text that is longer than the
/// model's context is cut off by the server.
#[derive(Clone)]
pub struct OllamaEmbeddings {
    endpoint: Endpoint,
}

impl OllamaEmbeddings {
    /// A model of the server on this machine, at `http://127.0.0.1:11434`.
    ///
    /// # Errors
    ///
    /// As [`OllamaBuilder::build`].
    pub fn new(model: impl Into<String>) -> Result<Self> {
        OllamaBuilder::new(model).build_embeddings()
    }

    /// A model of the server that the environment names.
    ///
    /// # Errors
    ///
    /// As [`OllamaBuilder::build`].
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        OllamaBuilder::from_env(model).build_embeddings()
    }

    pub(crate) const fn at(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }
}

impl fmt::Debug for OllamaEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OllamaEmbeddings")
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl EmbeddingModel for OllamaEmbeddings {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let Endpoint {
            info,
            call,
            http,
            settings,
        } = &self.endpoint;
        let mut call = call.clone().with_headers(&request.headers)?;
        call.body = encode(&request, &info.model, settings)?.into();
        let reply = http.send(call).await?;
        let start = reply.start.clone();
        let body = reply.bytes().await?;
        match decode(&body, request.inputs.len()) {
            Ok(mut response) => {
                response.start = start;
                Ok(response)
            }
            Err(error) => {
                let error = error
                    .with_provider(info.provider.clone())
                    .with_retries(start.retries);
                Err(match start.request_id {
                    Some(id) => error.with_request_id(id),
                    None => error,
                })
            }
        }
    }
}

/// Writes the body of a request to `model`.
fn encode(request: &EmbeddingRequest, model: &str, settings: &Settings) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Options {
        num_ctx: u32,
    }
    #[derive(Serialize)]
    struct Body<'a> {
        model: &'a str,
        input: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        dimensions: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        keep_alive: Option<&'a Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        options: Option<Options>,
    }
    let body = Body {
        model,
        input: &request.inputs,
        dimensions: request.dimensions,
        keep_alive: settings.keep_alive.as_ref(),
        options: settings.num_ctx.map(|num_ctx| Options { num_ctx }),
    };
    serde_json::to_vec(&body).map_err(|_| {
        Error::new(
            ErrorKind::InvalidRequest,
            "the request cannot be written as JSON",
        )
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    model: Word<'a>,
    embeddings: Vectors,
    prompt_eval_count: Count,
    total_duration: Count,
    load_duration: Count,
}

/// A list of lists of numbers. `None` stands for what is no list of numbers.
#[derive(Default)]
struct Vectors(Vec<Option<Vec<f32>>>);

impl<'de> Lenient<'de> for Vectors {
    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut vectors = Vec::new();
        while let Some(Vector(vector)) = items.next_element()? {
            vectors.push(vector);
        }
        Ok(Self(vectors))
    }
}

lenient!(Vectors);

#[derive(Default)]
struct Vector(Option<Vec<f32>>);

impl<'de> Lenient<'de> for Vector {
    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = items.next_element::<f32>()? {
            numbers.push(number);
        }
        Ok(Self(Some(numbers)))
    }
}

lenient!(Vector);

/// Reads the vectors of `count` inputs, in the order of the inputs.
fn decode(body: &[u8], count: usize) -> Result<EmbeddingResponse> {
    let wrong = |message: String| Error::new(ErrorKind::Protocol, message);
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| {
        wrong(format!(
            "the answer is not a list of embeddings: see line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    let given = body.embeddings.0.len();
    if given != count {
        return Err(wrong(format!("{count} texts gave {given} embeddings")));
    }
    let mut embeddings = Vec::with_capacity(count);
    for (place, vector) in body.embeddings.0.into_iter().enumerate() {
        let vector =
            vector.ok_or_else(|| wrong(format!("embedding {place} is no list of numbers")))?;
        embeddings.push(vector);
    }
    let mut response = EmbeddingResponse::new(embeddings);
    response.meta = Meta::new(None, body.model.given().map(str::to_owned));
    let durations = [
        ("total_duration", body.total_duration),
        ("load_duration", body.load_duration),
    ];
    let durations = durations
        .into_iter()
        .filter_map(|(name, count)| Some((name.to_owned(), Value::from(count.0?))));
    response.meta.extra = Map::from_iter(durations);
    response.usage.input_tokens = body.prompt_eval_count.0;
    Ok(response)
}
