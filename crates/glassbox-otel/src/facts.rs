//! What is known of an operation, in our own words. Vocabularies turn it into attributes.

use std::sync::Arc;
use std::time::Duration;

use glassbox_agent::{Agent, Outcome};
use glassbox_core::{
    Api, Delivery, EmbeddingRequest, Event, FinishReason, Meta, ModelInfo, Request, Response, Usage,
};

use crate::scope::{Answer, Ongoing};

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

    /// The operation is over; nothing more will be learned.
    fn closing(&mut self) {}
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

/// One call of a completion model.
#[derive(Debug)]
pub(crate) struct Inference {
    pub(crate) who: Arc<Identity>,
    pub(crate) request: Request,
    pub(crate) conversation: Option<Arc<str>>,
    pub(crate) said: Said,
    pub(crate) usage: Usage,
    /// Why each answer stopped, as far as it did.
    pub(crate) finish: Vec<Option<FinishReason>>,
    /// From the call to the first piece of an incremental answer.
    pub(crate) first_chunk: Option<Duration>,
    /// This call, as calls below it see it.
    pub(crate) ongoing: Arc<Ongoing>,
    /// The call that this one is part of: a router's, say.
    pub(crate) above: Option<Arc<Ongoing>>,
    /// Whether the answer was recorded by a call below, which then carries the usage.
    pub(crate) repeats: bool,
}

/// More answers than any provider gives: a hostile index must not make us allocate.
const MOST_CHOICES: usize = 256;

impl Inference {
    pub(crate) fn new(
        who: Arc<Identity>,
        request: Request,
        conversation: Option<Arc<str>>,
        above: Option<Arc<Ongoing>>,
    ) -> Self {
        Self {
            ongoing: Arc::new(Ongoing::new(Arc::clone(&who), request.messages.clone())),
            above,
            repeats: false,
            who,
            request,
            conversation,
            said: Said::default(),
            usage: Usage::default(),
            finish: Vec::new(),
            first_chunk: None,
        }
    }

    pub(crate) fn is_incremental(&self) -> bool {
        self.request.delivery == Delivery::Incremental
    }

    /// Learns from an event that passes, and says whether it is the first chunk of an incremental answer: the first
    /// thing that the provider sends, whatever is in it.
    pub(crate) fn observe(&mut self, event: &Event) -> bool {
        match event {
            Event::Start(_) | Event::End => return false,
            Event::Meta(meta) => self.said.update(meta),
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
        self.first_chunk.is_none() && self.is_incremental()
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

impl Record for Inference {
    fn facts(&self) -> Facts<'_> {
        Facts::Inference(self)
    }

    fn closing(&mut self) {
        let answer = Answer {
            id: self.said.id.clone(),
            usage: self.usage.clone(),
        };
        self.repeats = self.ongoing.repeats(&answer);
        if let Some(above) = &self.above {
            above.answered_below(answer);
        }
    }
}

/// One call of an embedding model.
#[derive(Debug)]
pub(crate) struct Embeddings {
    pub(crate) who: Arc<Identity>,
    pub(crate) request: EmbeddingRequest,
    pub(crate) said: Said,
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
    /// Whether there is such a tool. If not, its name is what the model wrote: content, and of any length.
    pub(crate) known: bool,
    /// What the model was told that it does.
    pub(crate) description: Option<Arc<str>>,
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
    pub(crate) conversation: Option<Arc<str>>,
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
    /// The model is called again, so what the last answer stopped for is not the last word.
    pub(crate) fn stepped(&mut self) {
        self.steps += 1;
        self.finish.clear();
    }

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
