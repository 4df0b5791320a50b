//! What is being recorded around here: it travels in the OpenTelemetry context, so it crosses tasks where spans do.

use std::sync::{Arc, Mutex, PoisonError};

use glassbox_core::{Messages, Usage};
use opentelemetry::Context;

use crate::content::Told;
use crate::facts::Identity;

/// The operation that is being recorded, and whom it serves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// The innermost operation: what a second wrapper around the same thing meets.
    pub(crate) operation: Operation,
    /// The agent whose run this is part of.
    pub(crate) agent: Option<Arc<str>>,
    /// The conversation this is part of.
    pub(crate) conversation: Option<Arc<str>>,
    /// The end user this is for.
    pub(crate) user: Option<Arc<str>>,
    /// What the run that this is part of has recorded of its conversation.
    pub(crate) told: Option<Arc<Mutex<Told>>>,
    /// The workflow this is part of or, outside of any, the agent.
    pub(crate) workflow: Option<Arc<str>>,
    /// The names of the steps and tools around it, from the outside in, joined by dots. Known where a vocabulary
    /// records it.
    pub(crate) path: Option<Arc<str>>,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Operation {
    /// A runner is asked for a run: a wrapper that is asked now is the second around the same one.
    AgentStarting,
    Embeddings(Arc<Identity>, Arc<[String]>),
    Inference(Arc<Ongoing>),
    #[default]
    None,
    /// The call of a tool, by where it is in memory: wrappers hand on the very same one, and no other is there while
    /// it lasts.
    Tool(usize),
}

impl Scope {
    /// The scope of a context.
    pub(crate) fn of(context: &Context) -> Self {
        context.get::<Self>().cloned().unwrap_or_default()
    }

    /// The scope of the current context.
    pub(crate) fn current() -> Self {
        Context::map_current(Self::of)
    }

    /// The same, for what serves this conversation and this user where it names them.
    pub(crate) fn serving(
        mut self,
        conversation: Option<&Arc<str>>,
        user: Option<&Arc<str>>,
    ) -> Self {
        if let Some(conversation) = conversation {
            self.conversation = Some(Arc::clone(conversation));
        }
        if let Some(user) = user {
            self.user = Some(Arc::clone(user));
        }
        self
    }

    /// The path of what is inside the step or tool of this name.
    pub(crate) fn path_into(&self, name: &str) -> Option<Arc<str>> {
        Some(match &self.path {
            Some(path) => format!("{path}.{name}").into(),
            None => name.into(),
        })
    }

    /// The model call that is going on.
    pub(crate) fn inference(&self) -> Option<&Arc<Ongoing>> {
        match &self.operation {
            Operation::Inference(ongoing) => Some(ongoing),
            _ => None,
        }
    }
}
/// A model call that is going on.
#[derive(Debug)]
pub(crate) struct Ongoing {
    who: Arc<Identity>,
    messages: Messages,
    /// The answers of calls that were recorded below this one.
    below: Mutex<Vec<Answer>>,
}

/// What tells answers apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) usage: Usage,
}

impl Answer {
    /// Whether it is the other one, passed on.
    fn is(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (Some(id), Some(other)) => id == other,
            _ => self.usage == other.usage,
        }
    }
}

impl Ongoing {
    pub(crate) fn new(who: Arc<Identity>, messages: Messages) -> Self {
        Self {
            who,
            messages,
            below: Mutex::default(),
        }
    }

    /// Whether a call of that model with that conversation is this one, met again through a second wrapper.
    pub(crate) fn is(&self, who: &Identity, messages: &Messages) -> bool {
        *self.who == *who && self.messages.is_same(messages)
    }

    /// A call that was recorded below this one had this answer.
    pub(crate) fn answered_below(&self, answer: Answer) {
        self.below
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(answer);
    }

    /// Whether this answer was recorded below, so that its usage would be counted twice here.
    pub(crate) fn repeats(&self, answer: &Answer) -> bool {
        let below = self.below.lock().unwrap_or_else(PoisonError::into_inner);
        below.iter().any(|other| other.is(answer))
    }
}
