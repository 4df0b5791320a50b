//! Paths on which something is said that nobody else may hear.

use std::panic::resume_unwind;
use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox::openai::OpenAi;
use glassbox::otel::{Evaluation, MemoryOperation};
use glassbox::tool::{ToolError, tool};
use glassbox::{
    Agent, CompletionModelExt as _, Delivery, EmbeddingModel as _, EmbeddingRequest, Error,
    ErrorKind, Limits, Parameters, PromptTemplate, Request, Telemetry, ToolCall, Toolbox, Usage,
};
use glassbox_test::{Reply, Server, Turn};
use schemars::JsonSchema;
use serde::Deserialize;

/// For the host alone, whatever is recorded.
pub(super) const KEY: &str = "sk-kanari-key-7f3a";
pub(super) const HEADER: &str = "kanari-header";
/// Content.
pub(super) const PROMPT: &str = "kanari-prompt";
pub(super) const SYSTEM: &str = "kanari-system";
pub(super) const VARIABLE: &str = "kanari-variable";
pub(super) const REASONING: &str = "kanari-reasoning";
pub(super) const ANSWER: &str = "kanari-answer";
pub(super) const ARGUMENT: &str = "kanari-argument";
pub(super) const RESULT: &str = "kanari-result";
pub(super) const TOOL: &str = "kanari-tool";
pub(super) const BODY: &str = "kanari-body";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Path {
    Answered,
    Streamed,
    Refused,
    Broken,
    Cut,
    ToolFails,
    ToolPanics,
    UnknownTool,
    BadArguments,
    NoJson,
    Dropped,
    StepLimit,
    TimeLimit,
    Embeddings,
    Steps,
}

impl Path {
    pub(super) const ALL: [Self; 15] = [
        Self::Answered,
        Self::Streamed,
        Self::Refused,
        Self::Broken,
        Self::Cut,
        Self::ToolFails,
        Self::ToolPanics,
        Self::UnknownTool,
        Self::BadArguments,
        Self::NoJson,
        Self::Dropped,
        Self::StepLimit,
        Self::TimeLimit,
        Self::Embeddings,
        Self::Steps,
    ];

    /// Walks it, and gives what errors and models say of themselves.
    pub(super) async fn walk(self, telemetry: &Telemetry) -> Vec<String> {
        match self {
            Self::Embeddings => embeddings(telemetry).await,
            Self::Steps => steps(telemetry).await,
            _ => self.run(telemetry).await,
        }
    }

    fn turns(self) -> Vec<Turn> {
        let call = |name: &str, arguments: &str| {
            Turn::tool_calls([ToolCall::new("c1", name, arguments)])
                .with_reasoning(REASONING)
                .with_usage(Usage::new(3, 2))
        };
        let argument = format!(r#"{{"text":"{ARGUMENT}"}}"#);
        let answer = || Turn::text(ANSWER).with_reasoning(REASONING).with_id("r2");
        let failure = |kind, status| {
            let words = format!("you sent {PROMPT} with {KEY}: {BODY}");
            Error::new(kind, "no")
                .with_status(status)
                .with_detail(words)
        };
        match self {
            Self::Refused => vec![Turn::refused(failure(ErrorKind::Unauthenticated, 401))],
            Self::Broken => vec![answer().broken(failure(ErrorKind::ServerError, 500))],
            Self::Cut => vec![answer().cut()],
            Self::ToolFails => vec![call("fail", &argument), answer()],
            Self::ToolPanics => vec![call("panic", &argument), answer()],
            Self::UnknownTool => vec![call(TOOL, &argument), answer()],
            Self::BadArguments => {
                let misfit = format!(r#"{{"text":["{ARGUMENT}"]}}"#);
                vec![call("echo", &misfit), answer()]
            }
            Self::NoJson => vec![call("echo", &format!("{{{ARGUMENT}")), answer()],
            Self::Dropped | Self::TimeLimit => vec![call("echo", &argument), answer().hanging()],
            _ => vec![call("echo", &argument), answer()],
        }
    }

    fn limits(self) -> Limits {
        match self {
            Self::StepLimit => Limits::new().with_steps(1),
            Self::TimeLimit => Limits::new().with_time(Duration::from_secs(1)),
            _ => Limits::new(),
        }
    }

    async fn run(self, telemetry: &Telemetry) -> Vec<String> {
        let server = Server::chat_completions(self.turns());
        let url = format!("{}/v1", server.url());
        let model = OpenAi::builder("gpt-4o-mini").api_key(KEY).base_url(url);
        let model = telemetry.model(model.build().unwrap());
        let mut said = vec![format!("{model:?} {telemetry:?}")];
        let prompt = PromptTemplate::new("greeting").with_variable("name", VARIABLE);
        let request = Request::default()
            .with_header("x-tenant", HEADER)
            .with_prompt(prompt)
            .with_parameters(Parameters::new().with_temperature(0.5));
        let delivery = if matches!(
            self,
            Self::Streamed | Self::Broken | Self::Cut | Self::Dropped
        ) {
            Delivery::Incremental
        } else {
            Delivery::Whole
        };
        let agent = Agent::new(model, tools())
            .with_system(SYSTEM)
            .with_request(request)
            .with_delivery(delivery)
            .with_limits(self.limits());
        let agent = telemetry.agent(agent);
        if self == Self::Dropped {
            let mut events = agent.stream(PROMPT);
            while let Some(event) = events.next().await {
                let event = format!("{:?}", event.unwrap());
                if event.contains("Text") && event.contains("kanari-a") {
                    break;
                }
            }
        } else if let Err(error) = agent.run(PROMPT).await {
            said.push(format!("{error} {error:?}"));
        }
        let sent = server.requests();
        assert!(!sent.is_empty());
        assert_eq!(sent[0].header("x-tenant"), Some(HEADER));
        said
    }
}

#[derive(Deserialize, JsonSchema)]
struct Echo {
    text: String,
}

fn tools() -> Toolbox {
    let echo = tool("echo", "Says it again.", |echo: Echo| async move {
        format!("{RESULT} {}", echo.text)
    });
    let fail = tool("fail", "Fails.", |echo: Echo| async move {
        Err::<String, _>(ToolError::new(format!("{RESULT} {}", echo.text)))
    });
    // Unwinds without the hook, which would print.
    let panic = tool("panic", "Panics.", |_: Echo| async move {
        if true {
            resume_unwind(Box::new(RESULT));
        }
    });
    let tools = Toolbox::new().with_tool(echo).unwrap();
    tools.with_tool(fail).unwrap().with_tool(panic).unwrap()
}

async fn embeddings(telemetry: &Telemetry) -> Vec<String> {
    let server = Server::new(|_| {
        let body = format!(r#"{{"error":{{"message":"{PROMPT} {KEY} {BODY}"}}}}"#);
        Reply::new(400).with_body(body)
    });
    let url = format!("{}/v1", server.url());
    let model = OpenAi::builder("embed").api_key(KEY).base_url(url);
    let model = telemetry.embeddings(model.build_embeddings().unwrap());
    let mut said = vec![format!("{model:?}")];
    let error = model.embed(EmbeddingRequest::new([PROMPT])).await;
    let error = error.unwrap_err();
    said.push(format!("{error} {error:?}"));
    said
}

async fn steps(telemetry: &Telemetry) -> Vec<String> {
    let mut search = telemetry.retrieval("handbook").with_query(PROMPT).start();
    search.document(RESULT, Some(0.5));
    search.finish();
    let refused = Error::new(ErrorKind::NotFound, "no").with_detail(BODY);
    let search = telemetry.retrieval("handbook").with_query(PROMPT);
    let error = search.try_run(async { Err::<(), _>(refused) }).await;
    let mut said = vec![format!("{error:?}")];
    let memory = telemetry.memory(MemoryOperation::Search).with_query(PROMPT);
    let other = std::io::Error::other(BODY);
    let _ = memory.try_run(async { Err::<(), _>(other) }).await;
    let mut memory = telemetry.memory(MemoryOperation::Create).start();
    memory.record("m1", RESULT);
    memory.fail(&ToolError::new(BODY));
    let created = telemetry.create_agent("openai", "helper");
    created.with_instructions(SYSTEM).run(async {}).await;
    let mut workflow = telemetry.workflow("greet").with_input(PROMPT).start();
    let model = telemetry.model(glassbox_test::ScriptedModel::new([Turn::text(ANSWER)]));
    let plan = telemetry.plan().run(model.text(PROMPT));
    let answer = workflow.drive(plan).await.unwrap();
    workflow.output(answer);
    let evaluation = Evaluation::new("relevance").with_explanation(RESULT);
    workflow.enter(|| telemetry.evaluation(&evaluation));
    // The script has ended.
    let error = workflow.drive(model.text(PROMPT)).await.unwrap_err();
    said.push(format!("{error} {error:?}"));
    workflow.fail(&error);
    said
}
