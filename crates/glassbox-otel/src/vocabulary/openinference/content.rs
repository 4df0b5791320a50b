//! What was said.

use std::borrow::Cow;

use glassbox_semconv::openinference::{self as name, document, mime_type};
use opentelemetry::KeyValue;
use serde_json::{Map, Value, json};

use super::list::{self, Field, field};
use super::message::{self, INPUT, OUTPUT};
use crate::content::Contents;
use crate::facts::{Facts, StepKind};
use crate::step::MemoryOperation;
use crate::vocabulary::{Attributes, Cutter, gen_ai};

const MOST_DOCUMENTS: usize = 16;
const MOST_EMBEDDINGS: usize = 32;
const MOST_TOOLS: usize = 16;

pub(crate) fn content(
    facts: Facts<'_>,
    contents: &Contents,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    // These first: the SDK has no room for what comes after the 128th.
    if let Some(value) = input(facts, contents) {
        put(name::INPUT_VALUE, name::INPUT_MIME_TYPE, &value, cut, out);
    }
    if let Some(value) = output(facts, contents) {
        put(name::OUTPUT_VALUE, name::OUTPUT_MIME_TYPE, &value, cut, out);
    }
    if contents.earlier > 0 {
        out.push(gen_ai::earlier(contents.earlier));
    }
    match facts {
        Facts::Inference(_) => inference(contents, cut, out),
        Facts::Embeddings(_) => embedded(contents, cut, out),
        Facts::Step(step) if finds(step.kind) => documents(contents, cut, out),
        Facts::Tool(call) => cut.put(name::TOOL_PARAMETERS, call.parameters.as_ref(), out),
        Facts::Agent(_) | Facts::Step(_) => {}
    }
}

/// A value and what it is: a text by itself, or JSON.
fn put(
    key: &'static str,
    kind_key: &'static str,
    value: &Value,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    cut.put(key, Some(value), out);
    let kind = if value.is_string() {
        mime_type::TEXT
    } else {
        mime_type::JSON
    };
    out.push(KeyValue::new(kind_key, kind));
}

/// Whether the step looks for something and gives what it found.
fn finds(kind: StepKind) -> bool {
    matches!(
        kind,
        StepKind::Retrieval | StepKind::Memory(MemoryOperation::Search)
    )
}

/// What went in.
fn input<'a>(facts: Facts<'_>, contents: &'a Contents) -> Option<Cow<'a, Value>> {
    let input = contents.input.as_ref();
    let value = match facts {
        Facts::Agent(_) => text_or_all(input?),
        Facts::Embeddings(_) => alone(contents.query.as_ref()?),
        Facts::Inference(_) => match &contents.instructions {
            Some(parts) => return Some(Cow::Owned(with_system(parts, input))),
            None => text_or_all(input?),
        },
        Facts::Step(step) => match &contents.query {
            Some(query) => query,
            // What a memory takes is what it is given.
            None if matches!(step.kind, StepKind::Memory(_)) && !finds(step.kind) => {
                contents.found.as_ref()?
            }
            None => match input {
                Some(input) => text_or_all(input),
                None => text_of(contents.instructions.as_ref()?),
            },
        },
        Facts::Tool(_) => contents.arguments.as_ref()?,
    };
    Some(Cow::Borrowed(value))
}

/// What came out.
fn output<'a>(facts: Facts<'_>, contents: &'a Contents) -> Option<Cow<'a, Value>> {
    let value = match facts {
        Facts::Tool(_) => contents.result.as_ref()?,
        Facts::Step(step) if finds(step.kind) => contents.found.as_ref()?,
        _ => text_or_all(contents.output.as_ref()?),
    };
    Some(Cow::Borrowed(value))
}

/// A list's only element, or else the list.
fn alone(list: &Value) -> &Value {
    match list.as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => list,
    }
}

/// The text of the only message, where that is all it is; or else the messages.
fn text_or_all(messages: &Value) -> &Value {
    let parts = alone(messages).get("parts");
    let text = parts.map(text_of).filter(|text| text.is_string());
    text.unwrap_or(messages)
}

/// The text of the only part, where it is a text; or else the parts. What the model thought before it spoke is not what
/// it said, and stands in the messages.
fn text_of(parts: &Value) -> &Value {
    fn kind(part: &Value) -> Option<&str> {
        part.get("type").and_then(Value::as_str)
    }
    let all = parts.as_array().into_iter().flatten();
    let mut said = all.filter(|part| !matches!(kind(part), Some("opaque" | "reasoning")));
    match (said.next(), said.next()) {
        (Some(part), None) if kind(part) == Some("text") => part.get("content").unwrap_or(parts),
        _ => parts,
    }
}

/// The conversation with the instructions, which some providers take apart from it, as its first message.
fn with_system(parts: &Value, messages: Option<&Value>) -> Value {
    let system = json!({"role": "system", "parts": parts});
    let messages = messages.and_then(Value::as_array).cloned();
    let all = std::iter::once(system).chain(messages.into_iter().flatten());
    all.collect()
}

fn inference(contents: &Contents, cut: &mut Cutter<'_>, out: &mut Attributes) {
    if !contents.variables.is_empty() {
        let variables: Map<String, Value> = contents.variables.iter().cloned().collect();
        let variables = Value::Object(variables);
        cut.put(name::LLM_PROMPT_TEMPLATE_VARIABLES, Some(&variables), out);
    }
    let sent = message::conversation(contents.instructions.as_ref(), contents.input.as_ref());
    message::flatten(name::LLM_INPUT_MESSAGES_PREFIX, &sent, INPUT, cut, out);
    let answered = message::conversation(None, contents.output.as_ref());
    message::flatten(
        name::LLM_OUTPUT_MESSAGES_PREFIX,
        &answered,
        OUTPUT,
        cut,
        out,
    );
    list::first(
        name::LLM_TOOLS_PREFIX,
        elements(contents.tools.as_ref()),
        MOST_TOOLS,
        name::TOOL_NAME,
        |spec| vec![tool(spec)],
        cut,
        out,
    );
}

/// A tool on offer: in OpenAI's form, or by name where no more of it is recorded.
fn tool(spec: &Value) -> Field<'_> {
    match spec.get("parameters") {
        Some(parameters) => {
            let mut function = Map::new();
            for key in ["name", "description"] {
                function.extend(spec.get(key).map(|value| (key.to_owned(), value.clone())));
            }
            function.insert("parameters".to_owned(), parameters.clone());
            let whole = json!({"type": spec.get("type"), "function": function});
            (name::TOOL_JSON_SCHEMA.into(), Cow::Owned(whole))
        }
        None => field(name::TOOL_NAME, spec.get("name").unwrap_or(&Value::Null)),
    }
}

fn embedded(contents: &Contents, cut: &mut Cutter<'_>, out: &mut Attributes) {
    list::first(
        name::EMBEDDING_EMBEDDINGS_PREFIX,
        elements(contents.query.as_ref()),
        MOST_EMBEDDINGS,
        name::EMBEDDING_TEXT,
        |text| vec![field(name::EMBEDDING_TEXT, text)],
        cut,
        out,
    );
}

fn documents(contents: &Contents, cut: &mut Cutter<'_>, out: &mut Attributes) {
    const LEAVES: &[(&str, &str)] = &[
        ("id", document::ID),
        ("score", document::SCORE),
        ("content", document::CONTENT),
        ("metadata", document::METADATA),
    ];
    list::first(
        name::RETRIEVAL_DOCUMENTS_PREFIX,
        elements(contents.found.as_ref()),
        MOST_DOCUMENTS,
        document::CONTENT,
        |entry| {
            let leaf = |(key, name): &(&str, &'static str)| Some(field(name, entry.get(key)?));
            LEAVES.iter().filter_map(leaf).collect()
        },
        cut,
        out,
    );
}

fn elements(list: Option<&Value>) -> &[Value] {
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
