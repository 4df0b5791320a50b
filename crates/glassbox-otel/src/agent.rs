use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use glassbox_agent::{Job, RunEvent, RunStream, Runner};
use glassbox_core::{Error, ErrorKind, Result, Usage};

use crate::Telemetry;
use crate::facts::AgentRun;
use crate::recording::{Ending, Recording};
use crate::scope::{Current, Scope};

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
        Box::pin(TracedRun {
            state: State::Waiting {
                telemetry: self.telemetry.clone(),
                inner: Arc::clone(&self.inner),
                job,
            },
        })
    }
}

/// The events of a recorded run, unchanged. The span begins when the run is first polled, which is when it begins.
struct TracedRun {
    state: State,
}

enum State {
    Waiting {
        telemetry: Telemetry,
        inner: Arc<dyn Runner>,
        job: Job,
    },
    Running {
        events: RunStream,
        recording: Recording<AgentRun>,
    },
    /// Another wrapper around this one records the run.
    Passing { events: RunStream },
    /// Only while one state turns into another.
    Turning,
}

impl State {
    fn begin(self) -> Self {
        let Self::Waiting {
            telemetry,
            inner,
            job,
        } = self
        else {
            return self;
        };
        let around = Scope::current();
        if around.operation == Current::Agent {
            return Self::Passing {
                events: inner.run(job),
            };
        }
        let request = &job.agent.request;
        let scope = Scope {
            operation: Current::Agent,
            agent: job.agent.name.clone(),
            conversation: request.conversation.clone().or(around.conversation),
        };
        let facts = AgentRun {
            agent: job.agent.clone(),
            steps: 0,
            tool_calls: 0,
            usage: Usage::default(),
            with_usage: telemetry.settings().agent_usage,
            finish: Vec::new(),
            outcome: None,
        };
        let recording = Recording::open(&telemetry, facts, scope);
        Self::Running {
            events: inner.run(job),
            recording,
        }
    }
}

impl Stream for TracedRun {
    type Item = Result<RunEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Waiting { .. } = self.state {
            self.state = std::mem::replace(&mut self.state, State::Turning).begin();
        }
        let (events, recording) = match &mut self.state {
            State::Running { events, recording } => (events, recording),
            State::Passing { events } => return events.as_mut().poll_next(cx),
            State::Waiting { .. } | State::Turning => return Poll::Ready(None),
        };
        let guard = recording.context().clone().attach();
        let polled = events.as_mut().poll_next(cx);
        drop(guard);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(event))) => passed(recording, event),
            Poll::Ready(Some(Err(error))) => recording.close(Ending::failed(error)),
            Poll::Ready(None) => {
                let error = Error::new(ErrorKind::Protocol, "the run ended without a result");
                recording.close(Ending::failed(&error));
            }
        }
        polled
    }
}

fn passed(recording: &mut Recording<AgentRun>, event: &RunEvent) {
    let facts = &mut recording.facts;
    match event {
        RunEvent::Step { .. } => facts.steps += 1,
        RunEvent::Answered { response, .. } => facts.answered(response),
        RunEvent::ToolEnded { .. } => facts.tool_calls += 1,
        RunEvent::Finished(result) => {
            facts.outcome = Some(result.outcome);
            recording.close(Ending::Done);
        }
        _ => {}
    }
}
