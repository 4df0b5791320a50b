use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures_core::Stream;
use glassbox_agent::{Job, RunEvent, RunStream, Runner};
use glassbox_core::{Error, ErrorKind, Result};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;

use crate::Telemetry;
use crate::facts::AgentRun;
use crate::recording::{Ending, Recording};
use crate::scope::{Operation, Scope};

/// A runner whose runs are recorded.
#[derive(Debug)]
pub(crate) struct TracedRunner {
    telemetry: Telemetry,
    inner: Arc<dyn Runner>,
}

impl TracedRunner {
    pub(crate) fn new(telemetry: Telemetry, inner: Arc<dyn Runner>) -> Self {
        Self { telemetry, inner }
    }
}

impl Runner for TracedRunner {
    fn run(&self, job: Job) -> RunStream {
        let asked_in = Context::current();
        if matches!(Scope::of(&asked_in).operation, Operation::AgentStarting) {
            return self.inner.run(job);
        }
        Box::pin(TracedRun {
            waiting: Some(Waiting {
                telemetry: self.telemetry.clone(),
                inner: Arc::clone(&self.inner),
                job,
                asked_in,
            }),
            running: None,
        })
    }
}

/// The events of a recorded run, unchanged. The span begins when the run is first polled, which is when it begins.
struct TracedRun {
    waiting: Option<Waiting>,
    running: Option<Running>,
}

/// A run that has begun.
struct Running {
    events: RunStream,
    recording: Recording<AgentRun>,
}

/// A run that has not begun.
struct Waiting {
    telemetry: Telemetry,
    inner: Arc<dyn Runner>,
    job: Job,
    /// Where it was asked for: the request's handler, say, which hands the stream to somebody else to be polled.
    asked_in: Context,
}

impl Waiting {
    fn begin(self) -> Running {
        let here = Context::current();
        let parent = if here.has_active_span() {
            here
        } else {
            self.asked_in
        };
        let agent = &self.job.agent;
        let facts = AgentRun::new(
            agent.clone(),
            self.job.run.clone(),
            self.telemetry.settings().agent_usage,
        );
        let request = &agent.request;
        let around = Scope::of(&parent);
        let scope = Scope {
            operation: Operation::None,
            agent: agent.name.clone(),
            told: Some(Arc::default()),
            workflow: around.workflow.clone().or_else(|| agent.name.clone()),
            ..around.serving(request.conversation.as_ref(), request.user.as_ref())
        };
        let mut recording = Recording::open(&self.telemetry, facts, scope.clone(), &parent);
        let operation = if recording.is_recorded() {
            Operation::AgentStarting
        } else {
            Operation::None
        };
        let starting = recording.context().with_value(Scope { operation, ..scope });
        let events = recording.enter(|| {
            let _guard = starting.attach();
            self.inner.run(self.job)
        });
        Running { events, recording }
    }
}

impl Stream for TracedRun {
    type Item = Result<RunEvent>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        if let Some(waiting) = self.waiting.take() {
            self.running = Some(waiting.begin());
        }
        let Some(Running { events, recording }) = &mut self.running else {
            return Poll::Ready(None);
        };
        let polled = recording.enter(|| events.as_mut().poll_next(cx));
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(event))) => passed(recording, event),
            Poll::Ready(Some(Err(error))) => recording.close(&Ending::failed(error)),
            Poll::Ready(None) => {
                let error = Error::new(ErrorKind::Protocol, "the run ended without a result");
                recording.close(&Ending::failed(&error));
            }
        }
        polled
    }
}

fn passed(recording: &mut Recording<AgentRun>, event: &RunEvent) {
    let prices = recording.prices().clone();
    let facts = &mut recording.facts;
    match event {
        RunEvent::Step { .. } => facts.stepped(),
        RunEvent::Answered { response, .. } => facts.answered(response, &prices),
        RunEvent::ToolEnded { .. } => facts.tool_calls += 1,
        RunEvent::Finished(result) => {
            facts.ended(result.outcome, &result.messages);
            recording.close(&Ending::Done);
        }
        _ => {}
    }
}
