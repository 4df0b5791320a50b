use std::sync::Arc;

use async_trait::async_trait;
use glassbox_core::{
    EmbeddingModel, EmbeddingRequest, EmbeddingResponse, ModelInfo, Result, Usage,
};
use glassbox_semconv::value::gen_ai_operation_name::EMBEDDINGS;
use opentelemetry::Context;

use crate::Telemetry;
use crate::facts::{Embeddings, Identity, Said};
use crate::recording::{Ending, Recording};
use crate::scope::{Operation, Scope};

/// An embedding model whose calls are recorded.
#[derive(Debug)]
pub(crate) struct TracedEmbeddings {
    telemetry: Telemetry,
    who: Arc<Identity>,
    inner: Arc<dyn EmbeddingModel>,
}

impl TracedEmbeddings {
    pub(crate) fn new(telemetry: Telemetry, inner: Arc<dyn EmbeddingModel>) -> Self {
        let who = Arc::new(Identity::of(EMBEDDINGS, inner.info()));
        Self {
            telemetry,
            who,
            inner,
        }
    }
}

#[async_trait]
impl EmbeddingModel for TracedEmbeddings {
    fn info(&self) -> &ModelInfo {
        self.inner.info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let around = Scope::current();
        if let Operation::Embeddings(who, inputs) = &around.operation
            && *who == self.who
            && Arc::ptr_eq(inputs, &request.inputs)
        {
            return self.inner.embed(request).await;
        }
        let facts = Embeddings {
            who: Arc::clone(&self.who),
            request: request.clone(),
            said: Said::default(),
            usage: Usage::default(),
            dimensions: None,
        };
        let scope = Scope {
            operation: Operation::Embeddings(Arc::clone(&self.who), Arc::clone(&request.inputs)),
            ..around
        };
        let mut recording = Recording::open(&self.telemetry, facts, scope, &Context::current());
        let result = recording.drive(self.inner.embed(request)).await;
        match &result {
            Ok(response) => {
                recording.started(&response.start);
                recording.facts.said.update(&response.meta);
                recording.facts.usage = response.usage.clone();
                recording.facts.dimensions = response.embeddings.first().map(Vec::len);
                recording.close(Ending::Done);
            }
            Err(error) => {
                recording.retries(error.retries());
                recording.close(Ending::failed(error));
            }
        }
        result
    }
}
