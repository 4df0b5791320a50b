//! What a script runs in: the model that plays it, the tools it calls, and whoever follows the run.

use std::future::poll_fn;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use glassbox::tool::{FunctionTool, ToolError, tool};
use glassbox::{
    Agent, Capabilities, CompletionModel, CompletionModelExt as _, Error, ErrorKind, Event,
    EventStream, ModelInfo, Request, Result, Telemetry, Toolbox, Usage,
};
use opentelemetry::trace::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::CANARY;
use super::script::{Answer, Ending, Script, Until};

/// Longer than anything in a script takes, on a clock that is wound forward.
const FOREVER: Duration = Duration::from_secs(3_600);

/// What each call of a model reported so far.
pub(super) type Reported = Arc<Mutex<Vec<Usage>>>;

/// Everything that a script needs, recorded or not.
#[derive(Debug)]
pub(super) struct World {
    agent: Agent,
    pub(super) reported: Reported,
}

impl World {
    pub(super) fn new(script: &Script, telemetry: Option<&Telemetry>) -> Self {
        let reported = Reported::default();
        let player = |name: &str, answers: &[Answer]| Player {
            info: ModelInfo::new("scripted", name).with_capabilities(Capabilities::all()),
            answers: answers.into(),
            next: Arc::default(),
            reported: Arc::clone(&reported),
        };
        let recorded = |agent: Agent| match telemetry {
            Some(telemetry) => telemetry.agent(agent),
            None => agent,
        };
        let small = player("small", &[]);
        let helper = Agent::new(small.clone(), Toolbox::new()).with_name("helper");
        let small = match telemetry {
            Some(telemetry) => telemetry.model(small),
            None => Arc::new(small),
        };
        let model: Arc<dyn CompletionModel> = match (script.routed, telemetry) {
            (false, _) => Arc::new(player("script", &script.answers)),
            (true, None) => Arc::new(Router::new(player("routed", &script.answers))),
            (true, Some(telemetry)) => {
                let below = telemetry.model(player("routed", &script.answers));
                Arc::new(Router::new(below))
            }
        };
        let agent = Agent::new(model, tools(recorded(helper), small))
            .with_name("scripted")
            .with_system(CANARY)
            .with_limits(script.limits)
            .with_delivery(script.delivery);
        Self {
            agent: recorded(agent),
            reported,
        }
    }

    /// Follows the run as the script says, and waits for what its tools left behind. Gives all that was to be seen.
    pub(super) async fn observe(&self, script: &Script) -> Vec<String> {
        let following = script.following;
        let agent = self.agent.clone();
        let told = if following.live {
            let events = agent.stream(CANARY);
            events.map(|event| format!("{event:?}")).boxed()
        } else {
            stream::once(async move { format!("{:?}", agent.run(CANARY).await) }).boxed()
        };
        let seen = if following.elsewhere {
            tokio::spawn(follow(told, following.until)).await.unwrap()
        } else {
            follow(told, following.until).await
        };
        sleep(FOREVER).await;
        seen
    }
}

async fn follow(mut told: BoxStream<'static, String>, until: Until) -> Vec<String> {
    let mut seen = Vec::new();
    let (mut polls, time) = match until {
        Until::End => (usize::MAX, FOREVER),
        Until::Polls(polls) => (polls, FOREVER),
        Until::Time(time) => (usize::MAX, time),
    };
    let all = poll_fn(|cx| {
        while polls > 0 {
            polls -= 1;
            match told.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => seen.push(item),
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    });
    let in_time = timeout(time, all).await.is_ok();
    seen.push(format!("in time: {in_time}"));
    seen
}

/// The model that plays the script.
#[derive(Clone, Debug)]
struct Player {
    info: ModelInfo,
    answers: Arc<[Answer]>,
    next: Arc<AtomicUsize>,
    reported: Reported,
}

fn failure(kind: ErrorKind) -> Error {
    Error::new(kind, "the script says so").with_detail(format!("you asked {CANARY}"))
}

#[async_trait]
impl CompletionModel for Player {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let answer = self.answers.get(at).cloned().unwrap_or_else(Answer::last);
        sleep(answer.pace).await;
        if matches!(answer.ending, Ending::Refused) {
            return Err(failure(ErrorKind::RateLimited));
        }
        let call = {
            let mut reported = self.reported.lock().unwrap();
            reported.push(Usage::default());
            reported.len() - 1
        };
        let reported = Arc::clone(&self.reported);
        let events = stream::iter(answer.events(at, request.delivery)).then(move |event| {
            let reported = Arc::clone(&reported);
            async move {
                if !answer.pace.is_zero() {
                    sleep(answer.pace).await;
                }
                if let Event::Usage(usage) = &event {
                    reported.lock().unwrap()[call].update(usage);
                }
                Ok(event)
            }
        });
        let rest: EventStream = match answer.ending {
            Ending::Broken => {
                let error = Err(failure(ErrorKind::ServerError));
                Box::pin(stream::once(async { error }))
            }
            Ending::Hang => Box::pin(stream::pending()),
            Ending::Cut | Ending::End | Ending::Refused => Box::pin(stream::empty()),
        };
        Ok(Box::pin(events.chain(rest)))
    }
}

/// Asks another model and passes on what it says.
#[derive(Debug)]
struct Router {
    info: ModelInfo,
    below: Arc<dyn CompletionModel>,
}

impl Router {
    fn new(below: impl CompletionModel) -> Self {
        Self {
            info: ModelInfo::new("router", "any"),
            below: Arc::new(below),
        }
    }
}

#[async_trait]
impl CompletionModel for Router {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        self.below.stream(request).await
    }
}

#[derive(Deserialize, JsonSchema)]
struct Add {
    a: i64,
    b: i64,
}

/// The tools that are the same in every script: a schema takes longer to read than a script to play.
static SHARED: LazyLock<Toolbox> = LazyLock::new(|| {
    let add = tool("add", "Adds.", |sum: Add| async move { sum.a + sum.b });
    let fail = tool("fail", "Fails.", |_: ()| async move {
        Err::<String, _>(ToolError::new(CANARY))
    });
    // Unwinds without the hook, which would print.
    let panic = tool("panic", "Panics.", |_: ()| async move {
        if true {
            resume_unwind(Box::new(CANARY));
        }
    });
    let wait = tool("wait", "Waits.", |_: ()| async move {
        sleep(Duration::from_millis(30)).await;
        CANARY
    });
    with(Toolbox::new(), [add, fail, panic, wait])
});

fn with(tools: Toolbox, more: impl IntoIterator<Item = FunctionTool>) -> Toolbox {
    let mut more = more.into_iter();
    more.try_fold(tools, Toolbox::with_tool).unwrap()
}

fn tools(helper: Agent, small: Arc<dyn CompletionModel>) -> Toolbox {
    let again = helper.clone();
    let run = |helper: Agent| async move { helper.run(CANARY).await.map(|result| result.answer) };
    let ask = tool("ask", "Asks an agent.", move |_: ()| run(helper.clone()));
    let leave = tool("leave", "Leaves work behind.", move |_: ()| {
        let small = Arc::clone(&small);
        async move {
            let work = async move {
                sleep(Duration::from_millis(50)).await;
                small.text(CANARY).await
            };
            tokio::spawn(work.with_current_context());
            CANARY
        }
    });
    let spawn = tool("spawn", "Asks an agent elsewhere.", move |_: ()| {
        tokio::spawn(run(again.clone()).with_current_context())
    });
    with(SHARED.clone(), [ask, leave, spawn])
}
