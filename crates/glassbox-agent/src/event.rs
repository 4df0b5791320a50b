use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use glassbox_core::{Event, Messages, Response, Result, ToolCall, Usage};
use glassbox_tool::Invocation;

use crate::{Outcome, Run};

/// The events of one run, in order. Dropping it cancels the run.
pub type RunStream = Pin<Box<dyn Stream<Item = Result<RunEvent>> + Send>>;

/// What happens in a run, as it happens. The last item is `Finished` or an error.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RunEvent {
    /// The model has answered.
    #[non_exhaustive]
    Answered {
        /// Which step, from 1.
        step: u32,
        /// The answer.
        response: Arc<Response>,
    },
    /// The state between two steps: enough to go on from here in another process.
    Checkpoint(Box<Run>),
    /// The run has ended and did not fail.
    Finished(Box<RunResult>),
    /// An event of the model's answer. Only where the run is followed live.
    #[non_exhaustive]
    Model {
        /// Which step, from 1.
        step: u32,
        /// The event.
        event: Event,
    },
    /// The model is called.
    #[non_exhaustive]
    Step {
        /// Which step, from 1.
        step: u32,
    },
    /// A tool has ended, well or not.
    #[non_exhaustive]
    ToolEnded {
        /// Which step, from 1.
        step: u32,
        /// What it gave, or how it failed.
        invocation: Arc<Invocation>,
    },
    /// A tool is called.
    #[non_exhaustive]
    ToolStarted {
        /// Which step, from 1.
        step: u32,
        /// The call.
        call: Arc<ToolCall>,
    },
}

/// What a run gave.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RunResult {
    /// The answer. Where the run ended otherwise, as much of one as there is: often nothing.
    pub answer: String,
    /// How the run ended.
    pub outcome: Outcome,
    /// How often the model was called.
    pub steps: u32,
    /// How many tool calls were run.
    pub tool_calls: u32,
    /// What all calls of the model together have consumed.
    pub usage: Usage,
    /// The whole conversation, fit to be continued: see [`Run::conversation`].
    pub messages: Messages,
}

impl RunResult {
    /// The result of a run that ended with `outcome`.
    #[must_use]
    pub fn new(run: &Run, outcome: Outcome) -> Self {
        Self {
            answer: run.answer(),
            outcome,
            steps: run.steps,
            tool_calls: run.tool_calls,
            usage: run.usage.clone(),
            messages: run.conversation(),
        }
    }

    /// The answer, or the outcome that stood in its way.
    ///
    /// # Errors
    ///
    /// The outcome, where it is not [`Outcome::Answer`].
    pub fn into_answer(self) -> Result<String, Outcome> {
        if self.outcome.is_answer() {
            Ok(self.answer)
        } else {
            Err(self.outcome)
        }
    }
}
