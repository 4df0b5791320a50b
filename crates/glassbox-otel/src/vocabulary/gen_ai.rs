//! The current GenAI semantic conventions.

use std::borrow::Cow;
use std::sync::Arc;

use glassbox_semconv::{attribute as name, glassbox, value};
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;

use super::attributes::{Attributes, double, text};
use super::{Cutter, View, route};
use crate::content::Contents;
use crate::facts::{self, Facts, Identity, StepKind};
use crate::recording::Ending;
use crate::step::MemoryOperation;

mod agent;
mod model;
mod step;
mod tool;

pub(crate) use model::{cached, finish_reasons, model, openai_api};

use value::gen_ai_operation_name as operation;

/// The operation's name.
pub(crate) fn operation(facts: Facts<'_>) -> &'static str {
    match facts {
        Facts::Agent(_) => operation::INVOKE_AGENT,
        Facts::Embeddings(call) => call.who.operation,
        Facts::Inference(call) => call.who.operation,
        Facts::Step(step) => match step.kind {
            StepKind::CreateAgent => operation::CREATE_AGENT,
            StepKind::Memory(of) => of.as_str(),
            StepKind::Plan => operation::PLAN,
            StepKind::Retrieval => operation::RETRIEVAL,
            StepKind::Workflow => operation::INVOKE_WORKFLOW,
        },
        Facts::Tool(_) => operation::EXECUTE_TOOL,
    }
}

/// The span's name: the operation and what it is done to.
pub(crate) fn name(facts: Facts<'_>) -> Cow<'static, str> {
    let what = match facts {
        Facts::Agent(run) => run.agent.name.as_deref(),
        Facts::Embeddings(call) => named(&call.who),
        Facts::Inference(call) => named(&call.who),
        Facts::Step(step) => match step.kind {
            StepKind::Memory(_) => None,
            _ => step.name.as_deref(),
        },
        // What a model made up is content.
        Facts::Tool(call) => call.known.then_some(&*call.name),
    };
    let operation = operation(facts);
    match what {
        Some(what) => format!("{operation} {what}").into(),
        None => operation.into(),
    }
}

fn named(who: &Identity) -> Option<&str> {
    Some(&*who.model).filter(|model| !model.is_empty())
}

/// Calls that leave the process are clients; what is done inside it is internal.
pub(crate) fn kind(facts: Facts<'_>) -> SpanKind {
    let leaves = match facts {
        Facts::Embeddings(_) => true,
        Facts::Inference(call) => call.who.address.is_some(),
        Facts::Step(step) => match step.kind {
            StepKind::CreateAgent | StepKind::Retrieval => true,
            StepKind::Memory(_) => step.address.is_some() || step.provider.is_some(),
            StepKind::Plan | StepKind::Workflow => false,
        },
        Facts::Agent(_) | Facts::Tool(_) => false,
    };
    if leaves {
        SpanKind::Client
    } else {
        SpanKind::Internal
    }
}

/// What is known when the operation begins, what identifies it first.
pub(crate) fn before(view: View<'_>, out: &mut Attributes) {
    out.push(KeyValue::new(
        name::GEN_AI_OPERATION_NAME,
        operation(view.facts),
    ));
    match view.facts {
        Facts::Agent(run) => agent::before(run, out),
        Facts::Embeddings(call) => model::embeddings_before(call, out),
        Facts::Inference(call) => model::before(call, out),
        Facts::Step(step) => step::before(step, out),
        Facts::Tool(call) => tool::before(call, out),
    }
    text(
        name::GEN_AI_CONVERSATION_ID,
        view.whom.conversation.as_ref(),
        out,
    );
    text(name::USER_ID, view.whom.user.as_ref(), out);
}

/// What is known when it has ended.
pub(crate) fn after(view: View<'_>, ending: &Ending, out: &mut Attributes) {
    match view.facts {
        Facts::Agent(run) => agent::after(run, ending, out),
        Facts::Embeddings(call) => model::embeddings_after(call, out),
        Facts::Inference(call) => model::after(call, ending, out),
        Facts::Step(step) => step::after(step, out),
        Facts::Tool(_) => {}
    }
    route::route(view.facts, out);
    if let Some(cost) = facts::cost(view.facts) {
        out.push(KeyValue::new(glassbox::COST_TOTAL, cost.total));
        out.push(KeyValue::new(glassbox::COST_SOURCE, cost.source.as_str()));
        // A run's is made of parts that stand on its calls.
        if !matches!(view.facts, Facts::Agent(_)) {
            double(glassbox::COST_INPUT, cost.input, out);
            double(glassbox::COST_OUTPUT, cost.output, out);
        }
        if cost.partial {
            out.push(KeyValue::new(glassbox::COST_PARTIAL, true));
        }
    }
    ending.put(out);
}

/// What was said.
pub(crate) fn content(
    facts: Facts<'_>,
    contents: &Contents,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    for (key, value) in said(facts, contents) {
        cut.put(key, value, out);
    }
    for (variable, value) in &contents.variables {
        let text = cut.text(name::GEN_AI_PROMPT_VARIABLE, value);
        let key = format!("{}.{variable}", name::GEN_AI_PROMPT_VARIABLE);
        out.push(KeyValue::new(key, text));
    }
    if contents.earlier > 0 {
        out.push(earlier(contents.earlier));
    }
}

/// How many messages stand on earlier spans.
pub(crate) fn earlier(count: usize) -> KeyValue {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    KeyValue::new(glassbox::INPUT_MESSAGES_EARLIER, count)
}

/// What was said, by the attribute it belongs to. The variables of a prompt are apart: they have names of their own.
pub(crate) fn said<'a>(
    facts: Facts<'_>,
    contents: &'a Contents,
) -> impl Iterator<Item = (&'static str, Option<&'a serde_json::Value>)> {
    let (query, found) = match facts {
        Facts::Step(step) => match step.kind {
            StepKind::Memory(_) => (
                Some(name::GEN_AI_MEMORY_QUERY_TEXT),
                Some(name::GEN_AI_MEMORY_RECORDS),
            ),
            _ => (
                Some(name::GEN_AI_RETRIEVAL_QUERY_TEXT),
                Some(name::GEN_AI_RETRIEVAL_DOCUMENTS),
            ),
        },
        // There is no attribute for the texts that were embedded.
        _ => (None, None),
    };
    let named = |name: Option<&'static str>, value: &'a Option<serde_json::Value>| {
        name.map(|name| (name, value.as_ref()))
    };
    [
        Some((
            name::GEN_AI_SYSTEM_INSTRUCTIONS,
            contents.instructions.as_ref(),
        )),
        Some((name::GEN_AI_INPUT_MESSAGES, contents.input.as_ref())),
        Some((name::GEN_AI_OUTPUT_MESSAGES, contents.output.as_ref())),
        Some((
            name::GEN_AI_TOOL_CALL_ARGUMENTS,
            contents.arguments.as_ref(),
        )),
        Some((name::GEN_AI_TOOL_CALL_RESULT, contents.result.as_ref())),
        named(query, &contents.query),
        named(found, &contents.found),
        Some((name::GEN_AI_TOOL_DEFINITIONS, contents.tools.as_ref())),
    ]
    .into_iter()
    .flatten()
    .filter(|(_, value)| value.is_some())
}

/// The events on the span when it ends.
pub(crate) fn told_after(facts: Facts<'_>) -> super::Told {
    match facts {
        Facts::Agent(run) => agent::told_after(run),
        _ => super::Told::new(),
    }
}

/// Where it is.
pub(crate) fn server(address: Option<&Arc<str>>, port: Option<u16>, out: &mut Attributes) {
    if let Some(address) = address {
        out.push(KeyValue::new(name::SERVER_ADDRESS, Arc::clone(address)));
        super::attributes::int(name::SERVER_PORT, port, out);
    }
}

impl MemoryOperation {
    /// The value of `gen_ai.operation.name`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => operation::CREATE_MEMORY,
            Self::CreateStore => operation::CREATE_MEMORY_STORE,
            Self::Delete => operation::DELETE_MEMORY,
            Self::DeleteStore => operation::DELETE_MEMORY_STORE,
            Self::Search => operation::SEARCH_MEMORY,
            Self::Update => operation::UPDATE_MEMORY,
            Self::Upsert => operation::UPSERT_MEMORY,
        }
    }
}
