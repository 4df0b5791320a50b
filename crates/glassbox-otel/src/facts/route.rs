use std::sync::Arc;

use glassbox_core::{Decision, DecisionKind, Start, Usage};
use glassbox_price::Prices;
use glassbox_semconv::value::gen_ai_operation_name::EMBEDDINGS;

use super::{Identity, Said, Tariff, price};

/// Which way a call took through what is around its model.
#[derive(Debug, Default)]
pub(crate) struct Route {
    /// The model that answers, where it is another than the one that was asked.
    pub(crate) answerer: Option<Arc<Identity>>,
    /// Whether the answer came from a cache. `None` where there is none.
    pub(crate) cached: Option<bool>,
}

impl Route {
    pub(crate) fn started(&mut self, start: &Start, who: &Identity) {
        self.decided(&start.decisions);
        if let Some(info) = &start.answered_by {
            // A span of embeddings is one whoever answers.
            let operation = if who.operation == EMBEDDINGS {
                EMBEDDINGS
            } else {
                info.operation.as_str()
            };
            let answerer = Identity::of(operation, info);
            self.answerer = (answerer != *who).then(|| Arc::new(answerer));
        }
    }

    /// Whether a model is asked. Where a cache answers, none is.
    pub(crate) fn asks(&self) -> bool {
        self.cached != Some(true)
    }

    pub(crate) fn decided(&mut self, decisions: &[Decision]) {
        for decision in decisions {
            match decision.kind {
                DecisionKind::CacheHit { .. } => self.cached = Some(true),
                DecisionKind::CacheMiss { .. } => self.cached = Some(false),
                _ => {}
            }
        }
    }

    /// What a call cost, by the prices of the one who answered, and what a cache saved.
    pub(crate) fn price(
        &self,
        usage: &mut Usage,
        who: &Identity,
        said: &Said,
        tier: Option<&str>,
        tariff: &Tariff,
        prices: &Prices,
    ) {
        // What was looked up is of the one who was asked.
        let of_answerer = Tariff::default();
        let (who, tariff) = match &self.answerer {
            Some(answerer) => (&**answerer, &of_answerer),
            None => (who, tariff),
        };
        if let Some(saved) = &mut usage.saved {
            saved.cost = price(saved, who, said, tier, tariff, prices);
        }
        usage.cost = price(usage, who, said, tier, tariff, prices);
    }
}
