use std::sync::Arc;

use glassbox_core::{EmbeddingRequest, EmbeddingResponse, Usage};
use glassbox_price::Prices;

use super::{Facts, Identity, Record, Route, Said, Tariff};
use crate::content::{Capture, Contents, Policy};

/// One call of an embedding model.
#[derive(Debug)]
pub(crate) struct Embeddings {
    pub(crate) who: Arc<Identity>,
    pub(crate) request: EmbeddingRequest,
    pub(crate) said: Said,
    pub(crate) usage: Usage,
    pub(crate) route: Route,
    tariff: Arc<Tariff>,
    /// The length of the vectors that came back.
    pub(crate) dimensions: Option<usize>,
    /// What the provider said when it failed.
    pub(crate) failure: Option<String>,
}

impl Embeddings {
    pub(crate) fn new(who: Arc<Identity>, tariff: Arc<Tariff>, request: EmbeddingRequest) -> Self {
        Self {
            who,
            request,
            said: Said::default(),
            usage: Usage::default(),
            route: Route::default(),
            tariff,
            dimensions: None,
            failure: None,
        }
    }

    /// Who answers.
    pub(crate) fn by(&self) -> &Identity {
        self.route.answerer.as_ref().unwrap_or(&self.who)
    }

    /// Whether its usage counts: nobody is asked for what a cache has.
    pub(crate) fn is_billed(&self) -> bool {
        self.usage.saved.is_none()
    }

    pub(crate) fn answered(&mut self, response: &EmbeddingResponse) {
        self.route.started(&response.start, &self.who);
        self.said.update(&response.meta);
        self.usage = response.usage.clone();
        self.dimensions = response.embeddings.first().map(Vec::len);
    }
}

impl Record for Embeddings {
    fn facts(&self) -> Facts<'_> {
        Facts::Embeddings(self)
    }

    fn contents(&mut self, policy: &Policy) -> Contents {
        let capture = Capture(policy);
        let texts = self.request.inputs.iter();
        Contents {
            // The conventions have no attribute for the texts; other vocabularies do.
            query: Some(texts.filter_map(|text| capture.text(text)).collect()),
            failure: self.failure.take().and_then(|said| capture.text(&said)),
            ..Contents::default()
        }
    }

    fn closing(&mut self, prices: &Prices) {
        self.route.price(
            &mut self.usage,
            &self.who,
            &self.said,
            None,
            &self.tariff,
            prices,
        );
    }
}
