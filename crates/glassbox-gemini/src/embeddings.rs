//! Embeddings.

use std::fmt;

use async_trait::async_trait;
use glassbox_core::{
    EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Error, ErrorKind, ModelInfo, Result,
    Secret, Start,
};
use serde::de::SeqAccess;
use serde::{Deserialize, Serialize};

use crate::GeminiBuilder;
use crate::config::{Endpoint, Platform};
use crate::usage;
use crate::wire::Usage;
use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Lenient, List, Maybe};

#[cfg(test)]
mod tests;

/// An embedding model of Google's, at the Gemini API or at Vertex AI. Cheap to clone.
///
/// Vertex AI embeds one text at a time with the models named `gemini-embedding-...`, so there each text is a request,
/// one after the other.
#[derive(Clone)]
pub struct GeminiEmbeddings {
    endpoint: Endpoint,
    platform: Platform,
    task_type: Option<String>,
}

impl GeminiEmbeddings {
    /// A model of the Gemini API, with a key.
    ///
    /// # Errors
    ///
    /// As [`GeminiBuilder::build`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        GeminiBuilder::new(model)
            .api_key(api_key)
            .build_embeddings()
    }

    /// A model of the Gemini API, with what the environment says of it.
    ///
    /// # Errors
    ///
    /// As [`GeminiBuilder::build`].
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        GeminiBuilder::from_env(model).build_embeddings()
    }

    /// A model at Vertex AI, with what the environment says of it.
    ///
    /// # Errors
    ///
    /// As [`GeminiBuilder::build`].
    pub fn vertex_from_env(model: impl Into<String>) -> Result<Self> {
        GeminiBuilder::vertex_from_env(model).build_embeddings()
    }

    pub(crate) const fn at(
        endpoint: Endpoint,
        platform: Platform,
        task_type: Option<String>,
    ) -> Self {
        Self {
            endpoint,
            platform,
            task_type,
        }
    }

    async fn embed_together(
        &self,
        inputs: &[String],
        request: &EmbeddingRequest,
    ) -> Result<EmbeddingResponse> {
        let Endpoint { info, http, .. } = &self.endpoint;
        let job = Job {
            inputs,
            model: &info.model,
            dimensions: request.dimensions,
            task_type: self.task_type.as_deref(),
        };
        let mut call = self.endpoint.authorised(&request.headers).await?;
        call.body = match self.platform {
            Platform::Gemini => job.batch(),
            Platform::Vertex => job.predict(),
        }?
        .into();
        let reply = http.send(call).await?;
        let start = reply.start.clone();
        let body = reply.bytes().await?;
        match decode(&body, inputs.len()) {
            Ok(mut response) => {
                response.start = start;
                Ok(response)
            }
            Err(error) => Err(complete(error, info, start)),
        }
    }
}

impl fmt::Debug for GeminiEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeminiEmbeddings")
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl EmbeddingModel for GeminiEmbeddings {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let name = self.endpoint.info.model.rsplit('/').next();
        let one_by_one = self.platform == Platform::Vertex
            && name.is_some_and(|name| name.starts_with("gemini-embedding"));
        if !one_by_one || request.inputs.len() < 2 {
            return self.embed_together(&request.inputs, &request).await;
        }
        let mut all = EmbeddingResponse::default();
        for input in request.inputs.chunks(1) {
            let one = self.embed_together(input, &request).await?;
            all.embeddings.extend(one.embeddings);
            all.usage.add(&one.usage);
            all.start.retries.extend(one.start.retries);
            all.start.request_id = one.start.request_id.or(all.start.request_id);
        }
        Ok(all)
    }
}

fn complete(error: Error, info: &ModelInfo, start: Start) -> Error {
    let error = error
        .with_provider(info.provider.clone())
        .with_retries(start.retries);
    match start.request_id {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// What to embed, and how.
#[derive(Clone, Copy, Debug)]
struct Job<'a> {
    inputs: &'a [String],
    model: &'a str,
    dimensions: Option<u32>,
    task_type: Option<&'a str>,
}

impl Job<'_> {
    /// The body of `batchEmbedContents`.
    fn batch(self) -> Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Body<'a> {
            requests: Vec<One<'a>>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct One<'a> {
            model: &'a str,
            content: Content<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            output_dimensionality: Option<u32>,
            #[serde(skip_serializing_if = "Option::is_none")]
            task_type: Option<&'a str>,
        }
        #[derive(Serialize)]
        struct Content<'a> {
            parts: [Text<'a>; 1],
        }
        #[derive(Serialize)]
        struct Text<'a> {
            text: &'a str,
        }
        // Every request names the model again, as a resource.
        let model = if self.model.contains('/') {
            self.model.to_owned()
        } else {
            format!("models/{}", self.model)
        };
        let requests = self.inputs.iter().map(|text| One {
            model: &model,
            content: Content {
                parts: [Text { text }],
            },
            output_dimensionality: self.dimensions,
            task_type: self.task_type,
        });
        written(&Body {
            requests: requests.collect(),
        })
    }

    /// The body of Vertex AI's `predict`.
    fn predict(self) -> Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Body<'a> {
            instances: Vec<Instance<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            parameters: Option<Parameters>,
        }
        #[derive(Serialize)]
        struct Instance<'a> {
            content: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            task_type: Option<&'a str>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Parameters {
            output_dimensionality: u32,
        }
        let instances = self.inputs.iter().map(|text| Instance {
            content: text,
            task_type: self.task_type,
        });
        written(&Body {
            instances: instances.collect(),
            parameters: self.dimensions.map(|output_dimensionality| Parameters {
                output_dimensionality,
            }),
        })
    }
}

fn written(body: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body).map_err(|_| {
        Error::new(
            ErrorKind::InvalidRequest,
            "the request cannot be written as JSON",
        )
    })
}

/// Either API's answer.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Body<'a> {
    embeddings: List<Vector>,
    predictions: List<Prediction>,
    #[serde(borrow)]
    usage_metadata: Maybe<Usage<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Prediction {
    embeddings: Maybe<Vector>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vector {
    values: Numbers,
    statistics: Maybe<Statistics>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Statistics {
    token_count: Count,
}

#[derive(Default)]
struct Numbers(Option<Vec<f32>>);

impl<'de> Lenient<'de> for Numbers {
    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut numbers = Vec::new();
        while let Some(number) = items.next_element::<f32>()? {
            numbers.push(number);
        }
        Ok(Self(Some(numbers)))
    }
}

lenient!(Numbers);

/// Reads the vectors of `count` inputs, in their order.
fn decode(body: &[u8], count: usize) -> Result<EmbeddingResponse> {
    let wrong = |message: String| Error::new(ErrorKind::Protocol, message);
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| {
        wrong(format!(
            "the answer is not a list of embeddings: see line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    let predicted = body.predictions.0.into_iter();
    let predicted = predicted.map(|prediction| prediction.embeddings.0.unwrap_or_default());
    let vectors: Vec<Vector> = body.embeddings.0.into_iter().chain(predicted).collect();
    if vectors.len() != count {
        return Err(wrong(format!(
            "{count} texts gave {} embeddings",
            vectors.len()
        )));
    }
    let said = body.usage_metadata.0.map(|usage| usage::read(&usage));
    let mut usage = said.unwrap_or_default();
    let mut embeddings = Vec::with_capacity(count);
    for (place, vector) in vectors.into_iter().enumerate() {
        let Some(numbers) = vector.values.0 else {
            return Err(wrong(format!("embedding {place} is no list of numbers")));
        };
        embeddings.push(numbers);
        // Vertex AI counts text by text.
        let tokens = vector.statistics.0.and_then(|said| said.token_count.0);
        if let Some(tokens) = tokens {
            let total = usage.input_tokens.unwrap_or(0).saturating_add(tokens);
            usage.input_tokens = Some(total);
        }
    }
    // There is no output to count.
    usage.output_tokens = None;
    let mut response = EmbeddingResponse::new(embeddings);
    response.usage = usage;
    Ok(response)
}
