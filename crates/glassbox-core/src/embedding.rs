use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Headers, Meta, ModelInfo, Result, Start, Usage};

/// A model that turns texts into vectors.
///
/// Wrapping, errors and cancellation are as for [`CompletionModel`](crate::CompletionModel).
#[async_trait]
pub trait EmbeddingModel: fmt::Debug + Send + Sync + 'static {
    /// Who answers, and where.
    fn info(&self) -> &ModelInfo;

    /// Sends one request. The vectors are in the order of the inputs, one each.
    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse>;
}

#[async_trait]
impl<M: EmbeddingModel + ?Sized> EmbeddingModel for Arc<M> {
    fn info(&self) -> &ModelInfo {
        (**self).info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        (**self).embed(request).await
    }
}

#[async_trait]
impl<M: EmbeddingModel + ?Sized> EmbeddingModel for Box<M> {
    fn info(&self) -> &ModelInfo {
        (**self).info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        (**self).embed(request).await
    }
}

/// Texts to turn into vectors. Cloning it copies no text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmbeddingRequest {
    /// The texts, in order.
    pub inputs: Arc<[String]>,
    /// The length the vectors are to have. `None` leaves it to the model.
    #[serde(default)]
    pub dimensions: Option<u32>,
    /// How the numbers travel. `None` leaves it to the adapter.
    #[serde(default)]
    pub encoding_format: Option<EncodingFormat>,
    /// The end user this is for, by the application's own id.
    #[serde(default)]
    pub user: Option<Arc<str>>,
    /// Further headers for the provider's HTTP request, as in [`Request::headers`](crate::Request::headers).
    #[serde(skip)]
    pub headers: Headers,
}

impl EmbeddingRequest {
    /// A request for these texts.
    pub fn new<T: Into<String>>(inputs: impl IntoIterator<Item = T>) -> Self {
        Self {
            inputs: inputs.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Asks for vectors of this length.
    #[must_use]
    pub fn with_dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// Says how the numbers are to travel.
    #[must_use]
    pub fn with_encoding_format(mut self, format: EncodingFormat) -> Self {
        self.encoding_format = Some(format);
        self
    }

    /// Names the end user.
    #[must_use]
    pub fn with_user(mut self, id: impl Into<Arc<str>>) -> Self {
        self.user = Some(id.into());
        self
    }
}

/// How the numbers of an embedding travel. The vectors are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EncodingFormat {
    /// Little-endian 32-bit floats in base64: a quarter of the size.
    Base64,
    /// JSON numbers.
    Float,
}

impl EncodingFormat {
    /// The word that travels, which is also the value in `gen_ai.request.encoding_formats`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Float => "float",
        }
    }
}

/// The vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmbeddingResponse {
    /// One vector for each input, in order.
    pub embeddings: Vec<Vec<f32>>,
    /// What the response says of itself.
    pub meta: Meta,
    /// What the call consumed.
    pub usage: Usage,
    /// What it took until the provider accepted the request.
    pub start: Start,
}

impl EmbeddingResponse {
    /// These vectors, and nothing said about them.
    #[must_use]
    pub fn new(embeddings: Vec<Vec<f32>>) -> Self {
        Self {
            embeddings,
            ..Self::default()
        }
    }
}
