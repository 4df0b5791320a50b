use std::sync::Arc;

use async_trait::async_trait;
use glassbox_core::{Part, ToolCall};
use glassbox_semconv::value::error_type::OTHER;
use glassbox_tool::{Invocation, Invoke, ToolError, ToolRequest};
use opentelemetry::Context;

use crate::Telemetry;
use crate::content::Policy;
use crate::facts::ToolCalled;
use crate::propagation;
use crate::recording::{Ending, Recording};
use crate::scope::{Operation, Scope};

/// Serves calls of tools, and records each: those that never reach a tool too.
#[derive(Debug)]
pub(crate) struct TracedInvoker {
    telemetry: Telemetry,
    inner: Arc<dyn Invoke>,
}

impl TracedInvoker {
    pub(crate) fn new(telemetry: Telemetry, inner: Arc<dyn Invoke>) -> Self {
        Self { telemetry, inner }
    }
}

#[async_trait]
impl Invoke for TracedInvoker {
    async fn invoke(&self, request: ToolRequest<'_>) -> Invocation {
        let around = Scope::current();
        let here = std::ptr::from_ref(request.call()).addr();
        if matches!(around.operation, Operation::Tool(call) if call == here) {
            return self.inner.invoke(request).await;
        }
        let policy = self.telemetry.settings().policy();
        let wanted = policy.is_wanted();
        let spec = request.spec();
        let name = match spec {
            Some(spec) => Arc::from(spec.name.as_str()),
            None => made_up(request.call(), policy),
        };
        let facts = ToolCalled {
            id: clipped(&request.call().id, LONGEST_ID),
            name,
            known: spec.is_some(),
            description: spec
                .and_then(|spec| spec.description.as_deref())
                .map(Arc::from),
            parameters: spec
                .filter(|_| wanted && policy.tool_schemas)
                .map(|spec| spec.parameters.clone()),
            agent: around.agent.clone(),
            call: wanted.then(|| request.call().clone()),
            response: None,
        };
        let path = if facts.known && self.telemetry.settings().tells_paths() {
            around.path_into(&facts.name)
        } else {
            around.path.clone()
        };
        let scope = Scope {
            operation: Operation::Tool(here),
            path,
            // What the tool asks a model is a conversation of its own.
            told: None,
            ..around
        };
        let mut recording = Recording::open(&self.telemetry, facts, scope, &Context::current());
        let headers = propagation::inject(recording.context());
        let told = request.context().clone().with_headers(headers);
        let invocation = recording
            .drive(self.inner.invoke(request.with_context(told)))
            .await;
        if wanted {
            recording.facts.response = Some(invocation.response.clone());
        }
        recording.close(&invocation.error.as_ref().map_or(Ending::Done, failed));
        invocation
    }
}

/// Ids and names of tools are short; what is longer was made up by a model.
const LONGEST_ID: usize = 256;
const LONGEST_NAME: usize = 64;

fn clipped(text: &str, most: usize) -> Arc<str> {
    let end = (0..=most.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    Arc::from(&text[..end.unwrap_or(0)])
}

/// What stands for a tool that does not exist. Its name is what a model wrote, so it is content.
fn made_up(call: &ToolCall, policy: &Policy) -> Arc<str> {
    let shown = policy
        .content
        .on_spans()
        .then(|| Part::ToolCall(call.clone()));
    match shown.and_then(|part| policy.redacted(&part)) {
        Some(Part::ToolCall(call)) => clipped(&call.name, LONGEST_NAME),
        _ => Arc::from(OTHER),
    }
}

/// The tool's own message may hold its data, so the description is ours.
fn failed(error: &ToolError) -> Ending {
    let description = match error.kind() {
        ToolError::UNKNOWN_TOOL => "the model called a tool that does not exist",
        ToolError::INVALID_ARGUMENTS => "the model's arguments do not fit the tool",
        ToolError::PANIC => "the tool panicked",
        ToolError::TIMEOUT => "the tool took too long",
        _ => "the tool failed",
    };
    Ending::Failed(error.kind().to_owned().into(), description.to_owned())
}
