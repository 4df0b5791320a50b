//! What is known of an operation, in our own words. Vocabularies turn it into attributes.

use std::sync::Arc;

use glassbox_core::{Api, Cost, Meta, ModelInfo, Usage};
use glassbox_price::{Call, Prices};
use opentelemetry::KeyValue;

use crate::content::{Contents, Policy};

mod agent;
mod embeddings;
mod inference;
mod route;
mod step;
mod tariff;
mod tool;

pub(crate) use agent::AgentRun;
pub(crate) use embeddings::Embeddings;
pub(crate) use inference::Inference;
pub(crate) use route::Route;
pub(crate) use step::{StepKind, StepTaken};
pub(crate) use tariff::Tariff;
pub(crate) use tool::ToolCalled;

/// The facts of one operation of any kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facts<'a> {
    Agent(&'a AgentRun),
    Embeddings(&'a Embeddings),
    Inference(&'a Inference),
    Step(&'a StepTaken),
    Tool(&'a ToolCalled),
}

/// What a recording records.
pub(crate) trait Record: Send {
    fn facts(&self) -> Facts<'_>;

    /// What was said, as far as the policy lets it be seen. Called once, and only where somebody wants it.
    fn contents(&mut self, policy: &Policy) -> Contents;

    /// The operation is over; nothing more will be learned, but what it cost.
    fn closing(&mut self, _prices: &Prices) {}
}

/// Whom an operation serves, and what it is part of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whom {
    pub(crate) conversation: Option<Arc<str>>,
    pub(crate) user: Option<Arc<str>>,
    /// The agent whose run it is, or is part of.
    pub(crate) agent: Option<Arc<str>>,
    /// The workflow that it is, or is part of, or else the agent.
    pub(crate) workflow: Option<Arc<str>>,
    /// The names of the steps and tools around it, joined by dots.
    pub(crate) path: Option<Arc<str>>,
    /// The entries of the baggage that are to be recorded.
    pub(crate) baggage: Vec<KeyValue>,
}

/// Which model it is and where: the same for every call of it, so its words are made once and shared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) operation: &'static str,
    pub(crate) provider: Arc<str>,
    /// Empty where it has no name.
    pub(crate) model: Arc<str>,
    pub(crate) address: Option<Arc<str>>,
    pub(crate) port: Option<u16>,
    pub(crate) api: Option<Api>,
}

impl Identity {
    pub(crate) fn of(operation: &'static str, info: &ModelInfo) -> Self {
        Self {
            operation,
            provider: Arc::from(&*info.provider),
            model: Arc::from(info.model.as_str()),
            address: info.server_address.as_deref().map(Arc::from),
            port: info.server_port,
            api: info.api,
        }
    }
}

/// What a response says of itself, as far as telemetry wants it: the rest may be as large as the answer.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) model: Option<Arc<str>>,
    pub(crate) service_tier: Option<Arc<str>>,
    pub(crate) system_fingerprint: Option<Arc<str>>,
}

impl Said {
    /// Learns what is new, as [`Meta::update`] does.
    pub(crate) fn update(&mut self, meta: &Meta) {
        fn shared(text: Option<&String>) -> Option<Arc<str>> {
            text.filter(|text| !text.is_empty())
                .map(|text| Arc::from(text.as_str()))
        }
        self.id = self.id.take().or_else(|| shared(meta.id.as_ref()));
        self.model = self.model.take().or_else(|| shared(meta.model.as_ref()));
        self.service_tier = shared(meta.service_tier.as_ref()).or(self.service_tier.take());
        self.system_fingerprint =
            shared(meta.system_fingerprint.as_ref()).or(self.system_fingerprint.take());
    }
}

/// What a call cost: as it was told, or else as the prices have it.
pub(crate) fn price(
    usage: &Usage,
    who: &Identity,
    said: &Said,
    tier: Option<&str>,
    tariff: &Tariff,
    prices: &Prices,
) -> Option<Cost> {
    let call = Call::new(&who.provider, &who.model)
        .with_answered(said.model.as_deref())
        .with_service_tier(said.service_tier.as_deref().or(tier));
    usage.cost.or_else(|| tariff.cost(prices, &call, usage))
}

/// What the operation cost, where that is known.
pub(crate) fn cost(facts: Facts<'_>) -> Option<Cost> {
    match facts {
        Facts::Agent(run) => run.usage.cost.filter(|_| run.with_usage),
        Facts::Embeddings(call) => call.usage.cost,
        Facts::Inference(call) => call.usage.cost.filter(|_| !call.repeats),
        Facts::Step(_) | Facts::Tool(_) => None,
    }
}
