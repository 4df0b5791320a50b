//! Embeddings.

use std::borrow::Cow;
use std::fmt;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glassbox_core::{
    EmbeddingModel, EmbeddingRequest, EmbeddingResponse, EncodingFormat, Error, ErrorKind, Meta,
    ModelInfo, Result, Secret,
};
use serde::de::SeqAccess;
use serde::{Deserialize, Serialize};

use crate::chat::usage::Usage;
use crate::config::{Endpoint, OpenAiBuilder};
use crate::dialect::{Dialect, VectorEncoding};
use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Lenient, List, Maybe, Word};

#[cfg(test)]
mod tests;

/// An embedding model of OpenAI, or of a host that speaks its API. Cheap to clone.
///
/// Vectors travel in Base64 where the host has it, unless the request says otherwise: that is a quarter of the bytes
/// and the very numbers.
#[derive(Clone)]
pub struct OpenAiEmbeddings {
    endpoint: Endpoint,
    dialect: Dialect,
}

impl OpenAiEmbeddings {
    /// A model of OpenAI's, with a key.
    ///
    /// # Errors
    ///
    /// As [`OpenAiBuilder::build`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        OpenAiBuilder::new(model)
            .api_key(api_key)
            .build_embeddings()
    }

    /// A model of a host, with what the environment says of it.
    ///
    /// # Errors
    ///
    /// As [`OpenAiBuilder::build`].
    pub fn from_env(dialect: &Dialect, model: impl Into<String>) -> Result<Self> {
        OpenAiBuilder::from_env(dialect, model).build_embeddings()
    }

    pub(crate) const fn at(endpoint: Endpoint, dialect: Dialect) -> Self {
        Self { endpoint, dialect }
    }
}

impl fmt::Debug for OpenAiEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiEmbeddings")
            .field("dialect", &self.dialect.name)
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl EmbeddingModel for OpenAiEmbeddings {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let Endpoint { info, call, http } = &self.endpoint;
        let mut call = call.clone().with_headers(&request.headers)?;
        call.body = encode(&request, &info.model, &self.dialect)?.into();
        let reply = http.send(call).await?;
        let start = reply.start.clone();
        let body = reply.bytes().await?;
        let encoding = self.dialect.embeddings.encoding;
        match decode(&body, request.inputs.len(), encoding) {
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
fn encode(request: &EmbeddingRequest, model: &str, dialect: &Dialect) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Body<'a> {
        model: &'a str,
        input: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        encoding_format: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        dimensions: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<&'a str>,
    }
    let default =
        (dialect.embeddings.encoding == VectorEncoding::Floats).then_some(EncodingFormat::Base64);
    let body = Body {
        model,
        input: &request.inputs,
        encoding_format: request
            .encoding_format
            .or(default)
            .map(EncodingFormat::as_str),
        dimensions: request.dimensions,
        user: request
            .user
            .as_deref()
            .filter(|_| dialect.options.user.is_some()),
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
    id: Word<'a>,
    #[serde(borrow)]
    model: Word<'a>,
    data: List<Item>,
    usage: Maybe<Usage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    index: Count,
    embedding: Vector,
}

/// Numbers, or bytes that stand for numbers.
#[derive(Default)]
enum Vector {
    #[default]
    Neither,
    Bytes(Vec<u8>),
    Numbers(Vec<f32>),
}

impl<'de> Lenient<'de> for Vector {
    fn text(text: Cow<'de, str>) -> Self {
        STANDARD
            .decode(text.as_bytes())
            .map_or(Self::Neither, Self::Bytes)
    }

    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = items.next_element::<f32>()? {
            numbers.push(number);
        }
        Ok(Self::Numbers(numbers))
    }
}

impl Vector {
    fn into_numbers(self, encoding: VectorEncoding) -> Option<Vec<f32>> {
        match (self, encoding) {
            (Self::Neither, _) => None,
            (Self::Numbers(numbers), _) => Some(numbers),
            (Self::Bytes(bytes), VectorEncoding::SignedBytes) => {
                let numbers = bytes.into_iter().map(|byte| byte.cast_signed().into());
                Some(numbers.collect())
            }
            (Self::Bytes(bytes), _) => {
                let words = bytes.chunks_exact(4);
                words.remainder().is_empty().then(|| {
                    words
                        .map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]]))
                        .collect()
                })
            }
        }
    }
}

lenient!(Vector);

/// Reads the vectors of `count` inputs, in the order of the inputs.
fn decode(body: &[u8], count: usize, encoding: VectorEncoding) -> Result<EmbeddingResponse> {
    let wrong = |message: String| Error::new(ErrorKind::Protocol, message);
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| {
        wrong(format!(
            "the answer is not a list of embeddings: see line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    let given = body.data.0.len();
    if given != count {
        return Err(wrong(format!("{count} texts gave {given} embeddings")));
    }
    let mut embeddings = vec![None; count];
    for (place, item) in body.data.0.into_iter().enumerate() {
        let index = item.index.0.unwrap_or(place as u64);
        let Some(vector) = item.embedding.into_numbers(encoding) else {
            return Err(wrong(format!(
                "embedding {index} is neither a list of numbers nor Base64 of them"
            )));
        };
        let slot = usize::try_from(index)
            .ok()
            .and_then(|index| embeddings.get_mut(index));
        match slot {
            Some(slot @ None) => *slot = Some(vector),
            _ => return Err(wrong(format!("there is no one text for embedding {index}"))),
        }
    }
    // As many as there are places, and no place taken twice: so every place is taken.
    let mut response = EmbeddingResponse::new(embeddings.into_iter().flatten().collect());
    let text = |word: &Word<'_>| word.given().map(str::to_owned);
    response.meta = Meta::new(text(&body.id), text(&body.model));
    response.usage = body.usage.0.map(|usage| usage.read()).unwrap_or_default();
    Ok(response)
}
