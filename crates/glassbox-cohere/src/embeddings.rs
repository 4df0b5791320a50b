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
use serde_json::value::RawValue;

use crate::config::{CohereBuilder, Endpoint};
use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Lenient, Maybe, Word};

#[cfg(test)]
mod tests;

/// An embedding model of Cohere's. Cheap to clone.
///
/// Cohere wants to know what the vectors are for: [`CohereBuilder::input_type`]. Floats travel in Base64 where the
/// request says so, which is a quarter of the bytes and the very numbers.
#[derive(Clone)]
pub struct CohereEmbeddings {
    endpoint: Endpoint,
    settings: Settings,
}

/// The numbers that a vector is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmbeddingType {
    /// One bit a dimension, eight of them in a signed byte: an eighth as many numbers.
    Binary,
    /// 32-bit floats.
    #[default]
    Float,
    /// Signed bytes.
    Int8,
    /// One bit a dimension, eight of them in an unsigned byte: an eighth as many numbers.
    Ubinary,
    /// Unsigned bytes.
    Uint8,
}

impl EmbeddingType {
    /// Cohere's word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Float => "float",
            Self::Int8 => "int8",
            Self::Ubinary => "ubinary",
            Self::Uint8 => "uint8",
        }
    }
}

/// What is the same in every request.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) input_type: String,
    pub(crate) embedding_type: EmbeddingType,
    pub(crate) truncate: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            input_type: "search_document".to_owned(),
            embedding_type: EmbeddingType::default(),
            truncate: None,
        }
    }
}

impl CohereEmbeddings {
    /// A model with a key.
    ///
    /// # Errors
    ///
    /// As [`CohereBuilder::build`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        CohereBuilder::new(model)
            .api_key(api_key)
            .build_embeddings()
    }

    /// A model with the key and the base URL that the environment names.
    ///
    /// # Errors
    ///
    /// As [`CohereBuilder::build`].
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        CohereBuilder::from_env(model).build_embeddings()
    }

    pub(crate) const fn at(endpoint: Endpoint, settings: Settings) -> Self {
        Self { endpoint, settings }
    }
}

impl fmt::Debug for CohereEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CohereEmbeddings")
            .field("info", &self.endpoint.info)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl EmbeddingModel for CohereEmbeddings {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let Endpoint { info, call, http } = &self.endpoint;
        let mut call = call.clone().with_headers(&request.headers)?;
        call.body = encode(&request, &info.model, &self.settings)?.into();
        let reply = http.send(call).await?;
        let start = reply.start.clone();
        let body = reply.bytes().await?;
        let wanted = self.settings.wanted(&request);
        match decode(&body, request.inputs.len(), wanted) {
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

impl Settings {
    /// What to ask for. Only floats come in Base64.
    fn wanted(&self, request: &EmbeddingRequest) -> &'static str {
        match (self.embedding_type, request.encoding_format) {
            (EmbeddingType::Float, Some(EncodingFormat::Base64)) => "base64",
            (embedding_type, _) => embedding_type.as_str(),
        }
    }
}

/// Writes the body of a request to `model`.
fn encode(request: &EmbeddingRequest, model: &str, settings: &Settings) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Body<'a> {
        model: &'a str,
        texts: &'a [String],
        input_type: &'a str,
        embedding_types: [&'static str; 1],
        #[serde(skip_serializing_if = "Option::is_none")]
        output_dimension: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        truncate: Option<&'a str>,
    }
    let body = Body {
        model,
        texts: &request.inputs,
        input_type: &settings.input_type,
        embedding_types: [settings.wanted(request)],
        output_dimension: request.dimensions,
        truncate: settings.truncate.as_deref(),
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
    embeddings: Maybe<Embeddings>,
    #[serde(borrow)]
    meta: Maybe<Said<'a>>,
}

/// One list for every type that was asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Embeddings {
    base64: Vectors,
    binary: Vectors,
    float: Vectors,
    int8: Vectors,
    ubinary: Vectors,
    uint8: Vectors,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said<'a> {
    #[serde(borrow)]
    billed_units: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Billed {
    input_tokens: Count,
}

#[derive(Default)]
struct Vectors(Vec<Vector>);

impl<'de> Lenient<'de> for Vectors {
    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut vectors = Vec::new();
        while let Some(vector) = items.next_element()? {
            vectors.push(vector);
        }
        Ok(Self(vectors))
    }
}

lenient!(Vectors);

/// Numbers; `None` stands for what is neither a list of them nor Base64.
#[derive(Default)]
struct Vector(Option<Vec<f32>>);

impl<'de> Lenient<'de> for Vector {
    fn text(text: Cow<'de, str>) -> Self {
        let bytes = STANDARD.decode(text.as_bytes()).unwrap_or_default();
        let words = bytes.chunks_exact(4);
        let is_whole = !bytes.is_empty() && words.remainder().is_empty();
        let numbers = words.map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        Self(is_whole.then(|| numbers.collect()))
    }

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
fn decode(body: &[u8], count: usize, wanted: &str) -> Result<EmbeddingResponse> {
    let wrong = |message: String| Error::new(ErrorKind::Protocol, message);
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| {
        wrong(format!(
            "the answer is not a list of embeddings: see line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    let lists = body.embeddings.0.unwrap_or_default();
    let vectors = match wanted {
        "base64" => lists.base64,
        "binary" => lists.binary,
        "int8" => lists.int8,
        "ubinary" => lists.ubinary,
        "uint8" => lists.uint8,
        _ => lists.float,
    };
    let given = vectors.0.len();
    if given != count {
        return Err(wrong(format!("{count} texts gave {given} embeddings")));
    }
    let mut embeddings = Vec::with_capacity(count);
    for (place, Vector(vector)) in vectors.0.into_iter().enumerate() {
        let vector = vector.ok_or_else(|| {
            wrong(format!(
                "embedding {place} is neither a list of numbers nor Base64 of them"
            ))
        })?;
        embeddings.push(vector);
    }
    let mut response = EmbeddingResponse::new(embeddings);
    response.meta = Meta::new(body.id.given().map(str::to_owned), None);
    if let Some(raw) = body.meta.0.and_then(|said| said.billed_units) {
        let billed: Billed = serde_json::from_str(raw.get()).unwrap_or_default();
        response.usage.input_tokens = billed.input_tokens.0;
        if let Ok(units) = serde_json::from_str(raw.get()) {
            response.meta.extra.insert("billed_units".to_owned(), units);
        }
    }
    Ok(response)
}
