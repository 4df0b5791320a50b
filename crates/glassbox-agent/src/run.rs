use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::{StreamExt as _, stream};
use glassbox_core::{
    Error, ErrorKind, Fold, Response, Result, ToolCall, ToolCallResponse, ToolChoice,
};
use glassbox_tool::ToolContext;

use crate::{Agent, Next, Outcome, Run, RunEvent, RunResult, RunStream};

/// One run to be done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Job {
    /// Who runs it.
    pub agent: Agent,
    /// Where it stands.
    pub run: Run,
    /// Whether the events of the model's answers are wanted too.
    pub live: bool,
}

impl Job {
    /// A run of `agent`.
    #[must_use]
    pub fn new(agent: Agent, run: Run, live: bool) -> Self {
        Self { agent, run, live }
    }
}

/// Does runs. There is one that does, and telemetry wraps it: a struct that holds an `Arc<dyn Runner>` and is a
/// `Runner`.
pub trait Runner: fmt::Debug + Send + Sync + 'static {
    /// The events of the run. Nothing is done until the stream is polled; dropping it cancels the run.
    fn run(&self, job: Job) -> RunStream;
}

/// Awaits what the step machine asks for.
#[derive(Debug)]
pub(crate) struct Direct;

impl Runner for Direct {
    fn run(&self, job: Job) -> RunStream {
        let outbox = Outbox::default();
        let future = Box::pin(drive(job, outbox.clone()));
        Box::pin(Driven {
            future: Some(future),
            outbox,
            last: None,
        })
    }
}

async fn drive(mut job: Job, outbox: Outbox) -> Result<RunResult> {
    let Some(limit) = job.run.limits.time else {
        return steps(&job.agent, &mut job.run, job.live, &outbox).await;
    };
    match tokio::time::timeout(limit, steps(&job.agent, &mut job.run, job.live, &outbox)).await {
        Ok(result) => result,
        Err(_) => {
            // Unless it has ended already and only its last events were not taken.
            job.run.stop(Outcome::TimeLimit);
            if job.live {
                outbox.put(RunEvent::Checkpoint(Box::new(job.run.clone())));
            }
            let outcome = match job.run.next() {
                Next::Done(outcome) => outcome,
                Next::Model | Next::Tools(_) => Outcome::TimeLimit,
            };
            Ok(RunResult::new(&job.run, outcome))
        }
    }
}

async fn steps(agent: &Agent, run: &mut Run, live: bool, outbox: &Outbox) -> Result<RunResult> {
    loop {
        let step = run.steps + 1;
        match run.next() {
            Next::Done(outcome) => return Ok(RunResult::new(run, outcome)),
            Next::Model => {
                outbox.give(RunEvent::Step { step }).await;
                let response = Arc::new(call_model(agent, run, step, live, outbox).await?);
                let taken = run.answered(&response);
                outbox.give(RunEvent::Answered { step, response }).await;
                taken?;
            }
            // Only what was saved and then meddled with is in that state; it would never go on.
            Next::Tools(calls) if calls.is_empty() => {
                let message = "the saved run waits for tools, and none of them is left to run";
                return Err(Error::new(ErrorKind::Protocol, message));
            }
            Next::Tools(calls) => {
                let calls = calls
                    .into_iter()
                    .map(|(place, call)| (place, Arc::new(call.clone())));
                let calls = calls.collect();
                call_tools(agent, run, calls, live, outbox).await?;
            }
        }
        if live {
            outbox
                .give(RunEvent::Checkpoint(Box::new(run.clone())))
                .await;
        }
    }
}

async fn call_model(
    agent: &Agent,
    run: &Run,
    step: u32,
    live: bool,
    outbox: &Outbox,
) -> Result<Response> {
    let mut request = agent.request.clone();
    request.messages = run.messages.clone();
    request.tools = agent.tools.specs();
    if run.steps > 0
        && matches!(
            request.tool_choice,
            ToolChoice::Named(_) | ToolChoice::Required
        )
    {
        request.tool_choice = ToolChoice::Auto;
    }
    let mut events = agent.model.stream(request).await?;
    let mut fold = Fold::new();
    while let Some(event) = events.next().await {
        let event = event?;
        if live {
            outbox
                .give(RunEvent::Model {
                    step,
                    event: event.clone(),
                })
                .await;
        }
        fold.push(event);
    }
    fold.finish()
}

/// Runs the calls at the same time, and keeps each result as soon as it is there: what has run is not run again,
/// whatever happens to the others.
async fn call_tools(
    agent: &Agent,
    run: &mut Run,
    calls: Vec<(usize, Arc<ToolCall>)>,
    live: bool,
    outbox: &Outbox,
) -> Result<()> {
    let step = run.steps;
    let most = agent.tool_concurrency.unwrap_or(calls.len()).max(1);
    let mut waiting = Vec::with_capacity(calls.len());
    for (place, call) in calls {
        waiting.push(call_tool(agent, place, call, step, outbox));
    }
    let mut running = stream::iter(waiting).buffer_unordered(most);
    while let Some((place, response)) = running.next().await {
        run.tool_ran(place, response)?;
        if live {
            outbox.put(RunEvent::Checkpoint(Box::new(run.clone())));
        }
    }
    Ok(())
}

async fn call_tool(
    agent: &Agent,
    place: usize,
    call: Arc<ToolCall>,
    step: u32,
    outbox: &Outbox,
) -> (usize, ToolCallResponse) {
    outbox.put(RunEvent::ToolStarted {
        step,
        call: Arc::clone(&call),
    });
    let mut context = ToolContext::new();
    if let Some(conversation) = &agent.request.conversation {
        context = context.with_conversation(Arc::clone(conversation));
    }
    if let Some(user) = &agent.request.user {
        context = context.with_user(Arc::clone(user));
    }
    let invocation = Arc::new(agent.tools.call(&call, context).await);
    let response = invocation.response.clone();
    outbox.put(RunEvent::ToolEnded { step, invocation });
    (place, response)
}

/// Events on their way from the run to whoever follows it.
#[derive(Clone, Debug, Default)]
struct Outbox(Arc<Mutex<VecDeque<RunEvent>>>);

impl Outbox {
    fn put(&self, event: RunEvent) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(event);
    }

    /// Puts an event and lets it be taken before the run goes on, so that no more than a few ever wait. The pause
    /// needs no waker: [`Driven`] polls the run again as soon as it has handed the event on.
    async fn give(&self, event: RunEvent) {
        self.put(event);
        let mut paused = false;
        poll_fn(|_| {
            if std::mem::replace(&mut paused, true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    fn is_empty(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }

    fn take(&self) -> Option<RunEvent> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }
}

type RunFuture = Pin<Box<dyn Future<Output = Result<RunResult>> + Send>>;

/// The run as a stream of its events.
struct Driven {
    future: Option<RunFuture>,
    outbox: Outbox,
    /// The last item, while events that came before it wait.
    last: Option<Result<RunEvent>>,
}

impl Stream for Driven {
    type Item = Result<RunEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.outbox.take() {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(future) = &mut self.future else {
                return Poll::Ready(self.last.take());
            };
            match future.as_mut().poll(cx) {
                Poll::Ready(result) => {
                    self.future = None;
                    self.last = Some(result.map(|result| RunEvent::Finished(Box::new(result))));
                }
                Poll::Pending if self.outbox.is_empty() => return Poll::Pending,
                Poll::Pending => {}
            }
        }
    }
}
