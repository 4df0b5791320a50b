use std::sync::Arc;

use async_trait::async_trait;
use glassbox_core::{EmbeddingModel, EmbeddingRequest, EmbeddingResponse, ModelInfo, Result};
use glassbox_semconv::value::gen_ai_operation_name::EMBEDDINGS;
use opentelemetry::Context;

use crate::Telemetry;
use crate::facts::{Embeddings, Identity, Tariff};
use crate::propagation;
use crate::recording::{Ending, Recording};
use crate::scope::{Operation, Scope};

/// An embedding model whose calls are recorded.
#[derive(Debug)]
pub(crate) struct TracedEmbeddings {
    telemetry: Telemetry,
    who: Arc<Identity>,
    tariff: Arc<Tariff>,
    inner: Arc<dyn EmbeddingModel>,
}

impl TracedEmbeddings {
    pub(crate) fn new(telemetry: Telemetry, inner: Arc<dyn EmbeddingModel>) -> Self {
        let who = Arc::new(Identity::of(EMBEDDINGS, inner.info()));
        Self {
            telemetry,
            who,
            tariff: Arc::default(),
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
        let facts = Embeddings::new(
            Arc::clone(&self.who),
            Arc::clone(&self.tariff),
            request.clone(),
        );
        let scope = Scope {
            operation: Operation::Embeddings(Arc::clone(&self.who), Arc::clone(&request.inputs)),
            ..around.serving(None, request.user.as_ref())
        };
        let mut recording = Recording::open(&self.telemetry, facts, scope, &Context::current());
        let mut request = request;
        if self.telemetry.settings().propagate_to_models {
            let headers = propagation::inject(recording.context());
            request.headers.extend(headers);
        }
        let result = recording.drive(self.inner.embed(request)).await;
        match &result {
            Ok(response) => {
                recording.started(&response.start);
                recording.facts.answered(response);
                recording.close(&Ending::Done);
            }
            Err(error) => {
                recording.on_the_way(error.retries(), error.decisions());
                recording.facts.route.decided(error.decisions());
                recording.facts.failure = error.detail().map(str::to_owned);
                recording.close(&Ending::failed(error));
            }
        }
        result
    }
}
