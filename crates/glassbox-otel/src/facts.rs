//! What is known of an operation, in our own words. Vocabularies turn it into attributes.

use std::sync::Arc;
use std::time::Duration;

use glassbox_agent::{Agent, Outcome};
use glassbox_core::{
    Delivery, EmbeddingRequest, Event, FinishReason, Meta, ModelInfo, Request, Response, ToolSpec,
    Usage,
};

/// The facts of one operation of any kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facts<'a> {
    Agent(&'a AgentRun),
    Embeddings(&'a Embeddings),
    Inference(&'a Inference),
    Tool(&'a ToolCalled),
}

/// What a recording records.
pub(crate) trait Record: Send {
    fn facts(&self) -> Facts<'_>;
}

/// One call of a completion model.
#[derive(Debug)]
pub(crate) struct Inference {
    pub(crate) info: ModelInfo,
    pub(crate) request: Request,
    pub(crate) conversation: Option<Arc<str>>,
    pub(crate) meta: Meta,
    pub(crate) usage: Usage,
    /// Why each answer stopped, as far as it did.
    pub(crate) finish: Vec<Option<FinishReason>>,
    /// From the call to the first piece of an incremental answer.
    pub(crate) first_chunk: Option<Duration>,
}

/// More answers than any provider gives: a hostile index must not make us allocate.
const MOST_CHOICES: usize = 256;

impl Inference {
    pub(crate) fn new(info: ModelInfo, request: Request, conversation: Option<Arc<str>>) -> Self {
        Self {
            info,
            request,
            conversation,
            meta: Meta::default(),
            usage: Usage::default(),
            finish: Vec::new(),
            first_chunk: None,
        }
    }

    pub(crate) fn is_incremental(&self) -> bool {
        self.request.delivery == Delivery::Incremental
    }

    /// Learns from an event that passes.
    pub(crate) fn observe(&mut self, event: &Event, elapsed: impl FnOnce() -> Duration) {
        match event {
            Event::Start(_) | Event::End => return,
            Event::Meta(meta) => self.meta.update(without_extra(meta)),
            Event::Usage(usage) => self.usage.update(usage),
            Event::Finish { choice, reason, .. } => {
                if let Some(finish) = self.choice(*choice) {
                    *finish = Some(reason.clone());
                }
            }
            Event::Text { choice, .. }
            | Event::Reasoning { choice, .. }
            | Event::Part { choice, .. }
                if self.finish.len() <= *choice as usize =>
            {
                self.choice(*choice);
            }
            Event::ToolCall { choice, .. } => {
                self.choice(*choice);
            }
            _ => {}
        }
        // The first thing the provider sends is its first chunk, whatever is in it.
        if self.first_chunk.is_none() && self.is_incremental() {
            self.first_chunk = Some(elapsed());
        }
    }

    fn choice(&mut self, choice: u32) -> Option<&mut Option<FinishReason>> {
        let index = choice as usize;
        if index >= MOST_CHOICES {
            return None;
        }
        if self.finish.len() <= index {
            self.finish.resize(index + 1, None);
        }
        self.finish.get_mut(index)
    }
}

/// What telemetry wants of it: the rest may be as large as the answer.
fn without_extra(meta: &Meta) -> Meta {
    let mut copy = Meta::new(meta.id.clone(), meta.model.clone());
    copy.service_tier.clone_from(&meta.service_tier);
    copy.system_fingerprint.clone_from(&meta.system_fingerprint);
    copy
}

impl Record for Inference {
    fn facts(&self) -> Facts<'_> {
        Facts::Inference(self)
    }
}

/// One call of an embedding model.
#[derive(Debug)]
pub(crate) struct Embeddings {
    pub(crate) info: ModelInfo,
    pub(crate) request: EmbeddingRequest,
    pub(crate) meta: Meta,
    pub(crate) usage: Usage,
    /// The length of the vectors that came back.
    pub(crate) dimensions: Option<usize>,
}

impl Record for Embeddings {
    fn facts(&self) -> Facts<'_> {
        Facts::Embeddings(self)
    }
}

/// One call of a tool.
#[derive(Debug)]
pub(crate) struct ToolCalled {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    /// What the model was told of it. `None` where there is no such tool.
    pub(crate) spec: Option<ToolSpec>,
    pub(crate) agent: Option<Arc<str>>,
    pub(crate) conversation: Option<Arc<str>>,
}

impl Record for ToolCalled {
    fn facts(&self) -> Facts<'_> {
        Facts::Tool(self)
    }
}

/// One run of an agent.
#[derive(Debug)]
pub(crate) struct AgentRun {
    pub(crate) agent: Agent,
    pub(crate) steps: u32,
    pub(crate) tool_calls: u32,
    pub(crate) usage: Usage,
    /// Whether `usage` is to be recorded.
    pub(crate) with_usage: bool,
    /// Why the last answers stopped.
    pub(crate) finish: Vec<Option<FinishReason>>,
    pub(crate) outcome: Option<Outcome>,
}

impl AgentRun {
    pub(crate) fn answered(&mut self, response: &Response) {
        self.usage.add(&response.usage);
        self.finish = response
            .choices
            .iter()
            .map(|choice| choice.finish_reason.clone())
            .collect();
    }
}

impl Record for AgentRun {
    fn facts(&self) -> Facts<'_> {
        Facts::Agent(self)
    }
}
