use std::sync::Arc;

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, Delivery, Error, ErrorKind, Message, Messages, Parameters, Request, Result,
};
use glassbox_tool::Toolbox;

use crate::run::{Direct, Job, Runner};
use crate::{Limits, Run, RunEvent, RunResult, RunStream};

/// A model, its tools, and how to go about it. Cheap to clone; one agent serves any number of runs at once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Agent {
    /// The agent's name, for people and for telemetry.
    pub name: Option<Arc<str>>,
    /// What it is for, for people and for telemetry.
    pub description: Option<Arc<str>>,
    /// Instructions that stand before every conversation.
    pub system: Option<Arc<str>>,
    /// Who answers.
    pub model: Arc<dyn CompletionModel>,
    /// What it may call.
    pub tools: Toolbox,
    /// What every request of a run is made from: parameters, output format, delivery, conversation and user ids.
    /// Its messages and tools are replaced. A tool choice that forces a call holds for the first request alone, or
    /// the run could not end.
    pub request: Request,
    /// How far a run may go.
    pub limits: Limits,
    /// How many tools of one turn may run at once. All of them unless set.
    pub tool_concurrency: Option<usize>,
    runner: Arc<dyn Runner>,
}

impl Agent {
    /// An agent without instructions, of five steps at most.
    pub fn new(model: impl CompletionModel, tools: Toolbox) -> Self {
        Self {
            name: None,
            description: None,
            system: None,
            model: Arc::new(model),
            tools,
            request: Request::default(),
            limits: Limits::default(),
            tool_concurrency: None,
            runner: Arc::new(Direct),
        }
    }

    /// Names the agent.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says what the agent is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<Arc<str>>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the instructions.
    #[must_use]
    pub fn with_system(mut self, text: impl Into<Arc<str>>) -> Self {
        self.system = Some(text.into());
        self
    }

    /// Sets how the model is to answer.
    #[must_use]
    pub fn with_parameters(mut self, parameters: impl Into<Arc<Parameters>>) -> Self {
        self.request.parameters = parameters.into();
        self
    }

    /// Sets whether answers come in pieces or whole.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.request.delivery = delivery;
        self
    }

    /// Sets what every request is made from.
    #[must_use]
    pub fn with_request(mut self, request: Request) -> Self {
        self.request = request;
        self
    }

    /// Sets how far a run may go.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many tools of one turn may run at once.
    #[must_use]
    pub fn with_tool_concurrency(mut self, most: usize) -> Self {
        self.tool_concurrency = Some(most.max(1));
        self
    }

    /// Replaces the model by what `wrap` makes of it.
    #[must_use]
    pub fn map_model(
        mut self,
        wrap: impl FnOnce(Arc<dyn CompletionModel>) -> Arc<dyn CompletionModel>,
    ) -> Self {
        self.model = wrap(self.model);
        self
    }

    /// Replaces the runner by what `wrap` makes of it: the seam at which telemetry sees a whole run.
    #[must_use]
    pub fn map_runner(mut self, wrap: impl FnOnce(Arc<dyn Runner>) -> Arc<dyn Runner>) -> Self {
        self.runner = wrap(self.runner);
        self
    }

    /// A run that has not begun: the instructions and this conversation. Where the conversation begins with the very
    /// same instructions, as one does that an earlier run gave, they are not put there again.
    pub fn start(&self, input: impl Into<Messages>) -> Run {
        let mut messages = input.into();
        if let Some(system) = &self.system {
            let instructions = Message::system(&**system);
            if messages.iter().next() != Some(&instructions) {
                messages.push_front(instructions);
            }
        }
        Run::new(messages, self.limits)
    }

    /// Runs to the end.
    ///
    /// # Errors
    ///
    /// The model's error where a call of it failed. Failures of tools are told to the model, and limits are
    /// outcomes. To keep what was done until a failure, follow [`stream`](Agent::stream) and hold on to its
    /// checkpoints.
    pub async fn run(&self, input: impl Into<Messages>) -> Result<RunResult> {
        let mut events = self
            .runner
            .run(Job::new(self.clone(), self.start(input), false));
        while let Some(event) = events.next().await {
            if let RunEvent::Finished(result) = event? {
                return Ok(*result);
            }
        }
        Err(Error::new(
            ErrorKind::Protocol,
            "the run ended without a result",
        ))
    }

    /// Runs, and tells what happens as it happens. Nothing is done until the stream is polled.
    pub fn stream(&self, input: impl Into<Messages>) -> RunStream {
        self.resume(self.start(input))
    }

    /// Goes on with a run from where it was left, in this process or another. A run that a limit ended ends again at
    /// once, unless it was [extended](Run::extend).
    #[must_use]
    pub fn resume(&self, run: Run) -> RunStream {
        self.runner.run(Job::new(self.clone(), run, true))
    }
}
