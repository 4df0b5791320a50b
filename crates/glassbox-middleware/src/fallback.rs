use std::sync::Arc;

use async_trait::async_trait;
use glassbox_core::{
    CompletionModel, DecisionKind, Error, ErrorKind, EventStream, ModelInfo, ModelName, Request,
    Result,
};

use crate::begun::begin;
use crate::identity;
use crate::journal::Journal;
use crate::when::{When, is_outage};

/// Models in an order: where one fails, the next is asked.
///
/// The next is asked as long as nothing of the answer has been seen: what comes before its first piece is held back until
/// then. An error after that is the caller's, because an answer cannot begin twice.
///
/// By default the next is asked after every error but those that it would give as well: an
/// [`InvalidRequest`](ErrorKind::InvalidRequest), a [`ContentFilter`](ErrorKind::ContentFilter), and a
/// [`Configuration`](ErrorKind::Configuration) that is wrong. A longer context or another ability may be what the next
/// one has, so [`ContextLength`](ErrorKind::ContextLength) and [`Unsupported`](ErrorKind::Unsupported) go on to it, and
/// so do a refused key and a used-up quota: they are how many an outage begins.
///
/// # Who answers
///
/// [`info`](CompletionModel::info) is the first model's, with the capabilities that all of them have: whoever answers
/// can do what is promised. [`Start::answered_by`](glassbox_core::Start::answered_by) names the one that does, and
/// [`Start::decisions`](glassbox_core::Start::decisions) says what failed before, whose retries are in
/// [`Start::retries`](glassbox_core::Start::retries). Where all fail, the error is the last one's, with all of that. What
/// a model consumed before it failed is in nobody's usage.
#[derive(Clone, Debug)]
pub struct Fallback {
    info: ModelInfo,
    models: Vec<Arc<dyn CompletionModel>>,
    when: When,
}

impl Fallback {
    /// Asks this model first.
    pub fn new(first: impl CompletionModel) -> Self {
        Self {
            info: first.info().clone(),
            models: vec![Arc::new(first)],
            when: When::new(|error| {
                use ErrorKind::{ContextLength, Unsupported};
                is_outage(error.kind()) || matches!(error.kind(), ContextLength | Unsupported)
            }),
        }
    }

    /// Asks this one where all before it have failed.
    #[must_use]
    pub fn or(mut self, next: impl CompletionModel) -> Self {
        self.info = identity::shared(self.info, next.info());
        self.models.push(Arc::new(next));
        self
    }

    /// Goes on to the next model after errors of these kinds alone.
    #[must_use]
    pub fn on(mut self, kinds: impl IntoIterator<Item = ErrorKind>) -> Self {
        self.when = When::one_of(kinds);
        self
    }

    /// Goes on to the next model after the errors for which `holds`.
    #[must_use]
    pub fn when(mut self, holds: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.when = When::new(holds);
        self
    }

    /// Replaces what is said of all of them together: a name of one's own, say, for the span.
    #[must_use]
    pub fn with_info(mut self, info: ModelInfo) -> Self {
        self.info = info;
        self
    }
}

#[async_trait]
impl CompletionModel for Fallback {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let mut journal = Journal::new();
        let mut at = 0;
        loop {
            let model = &self.models[at];
            let began = journal.elapsed();
            let mut failed = match begin(model, request.clone()).await {
                Ok(mut begun) => {
                    if let Some(start) = begun.start_mut() {
                        journal.tell(start, began);
                        identity::name(start, &self.info, model.info());
                    }
                    return Ok(Box::pin(begun.into_events()));
                }
                Err(failed) => failed,
            };
            let next = self.models.get(at + 1);
            match next.filter(|_| self.when.holds(&failed.error)) {
                Some(next) => {
                    journal.keep(&failed, began);
                    journal.decide(DecisionKind::fallback(
                        ModelName::from(model.info()),
                        ModelName::from(next.info()),
                        failed.error.kind(),
                        failed.error.status(),
                    ));
                    at += 1;
                }
                None => {
                    // What the last one told is told, and its error follows.
                    let Some(start) = failed.start_mut() else {
                        return Err(journal.fail(failed.error, began));
                    };
                    journal.tell(start, began);
                    identity::name(start, &self.info, model.info());
                    return Ok(Box::pin(failed.into_events()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
