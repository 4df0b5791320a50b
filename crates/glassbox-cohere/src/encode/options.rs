//! The options of a request under Cohere's names, and those that it does not have.

use glassbox_core::{
    Error, ErrorKind, Message, Modality, Part, Request, Result, Role, ToolChoice, Unsupported,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::PROVIDER;

/// An option that a request sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// What we call it.
    name: &'static str,
    /// What Cohere calls it, where it has it.
    pub(super) field: Option<&'static str>,
    pub(super) value: Value<'a>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Value<'a> {
    Count(u64),
    Float(f64),
    Integer(i64),
    Texts(&'a [String]),
    #[serde(serialize_with = "thinking")]
    Thinking(&'static str),
    /// Of an option that cannot be sent.
    Nothing,
}

/// `{"type": "enabled"}`
fn thinking<S: Serializer>(kind: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry("type", kind)?;
    map.end()
}

/// The options that the request sets, in the order in which they are sent.
pub(super) fn settings(request: &Request) -> impl Iterator<Item = Setting<'_>> {
    let given = &*request.parameters;
    let stop = &given.stop_sequences;
    let count = |count: Option<u32>| count.map(|count| Value::Count(count.into()));
    let effort = given.reasoning_effort.as_deref();
    // It thinks or it does not; how hard, only a budget says, which a request may add as `thinking`.
    let (thinking, effort) = match effort {
        Some("none" | "disabled") => (Some("thinking"), Some(Value::Thinking("disabled"))),
        Some("high" | "enabled") => (Some("thinking"), Some(Value::Thinking("enabled"))),
        Some(_) => (None, Some(Value::Nothing)),
        None => (None, None),
    };
    let only = |is_set: bool| is_set.then_some(Value::Nothing);
    let all = [
        (
            "max_tokens",
            Some("max_tokens"),
            given.max_tokens.map(Value::Count),
        ),
        (
            "temperature",
            Some("temperature"),
            given.temperature.map(Value::Float),
        ),
        ("top_p", Some("p"), given.top_p.map(Value::Float)),
        ("top_k", Some("k"), count(given.top_k)),
        (
            "stop_sequences",
            Some("stop_sequences"),
            (!stop.is_empty()).then_some(Value::Texts(stop)),
        ),
        ("seed", Some("seed"), given.seed.map(Value::Integer)),
        (
            "frequency_penalty",
            Some("frequency_penalty"),
            given.frequency_penalty.map(Value::Float),
        ),
        (
            "presence_penalty",
            Some("presence_penalty"),
            given.presence_penalty.map(Value::Float),
        ),
        ("reasoning_effort", thinking, effort),
        (
            "choice_count",
            None,
            only(given.choice_count.is_some_and(|count| count > 1)),
        ),
        // Without tools it means nothing, and several are what a model may call unasked.
        (
            "parallel_tool_calls",
            None,
            only(given.parallel_tool_calls == Some(false) && !request.tools.is_empty()),
        ),
        ("service_tier", None, only(given.service_tier.is_some())),
    ];
    all.into_iter().filter_map(|(name, field, value)| {
        Some(Setting {
            name,
            field,
            value: value?,
        })
    })
}

/// Whether every tool is to hold the model to its schema: it is all or none.
pub(super) fn is_strict(request: &Request) -> bool {
    request.tools.iter().any(|tool| tool.strict == Some(true))
}

/// The word to send for the request's tool choice. A tool cannot be named.
pub(super) fn tool_choice(request: &Request) -> Option<&'static str> {
    match request.tool_choice {
        ToolChoice::None if !request.tools.is_empty() => Some("NONE"),
        ToolChoice::Required => Some("REQUIRED"),
        _ => None,
    }
}

/// Refuses the request, or says what to leave out and report, as it wishes.
pub(super) fn check(request: &Request) -> Result<Vec<String>> {
    let missing: Vec<String> = missing(request).into_iter().map(str::to_owned).collect();
    match request.unsupported {
        _ if missing.is_empty() => Ok(missing),
        Unsupported::Drop => Ok(Vec::new()),
        Unsupported::Warn => Ok(missing),
        _ => Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "this API has no {}; leave it out, or let the request drop what is unsupported",
                missing.join(", ")
            ),
        )
        .with_provider(PROVIDER)),
    }
}

/// What the request wants and Cohere does not have, by our names.
fn missing(request: &Request) -> Vec<&'static str> {
    let mut missing: Vec<&'static str> = settings(request)
        .filter(|setting| setting.field.is_none())
        .map(|setting| setting.name)
        .collect();
    let mut demand = |is_missing: bool, name: &'static str| {
        if is_missing && !missing.contains(&name) {
            missing.push(name);
        }
    };
    let is_named = matches!(request.tool_choice, ToolChoice::Named(_));
    demand(is_named, "named tool_choice");
    demand(request.previous_response.is_some(), "previous_response");
    // What a model said once is a different matter: of that, media are left out.
    let said_to_it = |message: &&Message| message.role != Role::Assistant;
    for message in request.messages.iter().filter(said_to_it) {
        for name in message.parts.iter().filter_map(unknown_part) {
            demand(true, name);
        }
    }
    missing
}

/// The name of a part that cannot be sent.
fn unknown_part(part: &Part) -> Option<&'static str> {
    let modality = match part {
        Part::Blob(blob) => &blob.modality,
        Part::Uri(uri) => &uri.modality,
        Part::File(_) => return Some("files by id"),
        Part::Other(_) => return Some("parts of other types"),
        _ => return None,
    };
    match modality {
        Modality::Image => None,
        Modality::Audio => Some("audio"),
        Modality::Video => Some("video"),
        Modality::Document => Some("documents in messages"),
        _ => Some("data of other kinds"),
    }
}
