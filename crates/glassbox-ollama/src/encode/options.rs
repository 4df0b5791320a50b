//! The options of a request under Ollama's names, and those that it does not have.

use glassbox_core::{
    Error, ErrorKind, Message, Modality, Part, Request, Result, Role, ToolChoice, Unsupported,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::PROVIDER;
use crate::config::Settings;

/// What goes into `options`.
pub(super) fn options(request: &Request, settings: &Settings) -> Map<String, Value> {
    let given = &*request.parameters;
    let stop = &given.stop_sequences;
    let all = [
        ("num_ctx", settings.num_ctx.map(Value::from)),
        ("num_predict", given.max_tokens.map(Value::from)),
        ("temperature", given.temperature.map(Value::from)),
        ("top_p", given.top_p.map(Value::from)),
        ("top_k", given.top_k.map(Value::from)),
        ("stop", (!stop.is_empty()).then(|| stop.clone().into())),
        ("seed", given.seed.map(Value::from)),
        (
            "frequency_penalty",
            given.frequency_penalty.map(Value::from),
        ),
        ("presence_penalty", given.presence_penalty.map(Value::from)),
    ];
    let set = all
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    set.collect()
}

/// Whether to think, or how hard.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Think<'a> {
    Whether(bool),
    Hard(&'a str),
}

/// What to send as `think`: most models can be told only whether, a few how hard.
pub(super) fn think(request: &Request) -> Option<Think<'_>> {
    let effort = request.parameters.reasoning_effort.as_deref()?;
    Some(match effort {
        "none" | "false" => Think::Whether(false),
        "true" => Think::Whether(true),
        effort => Think::Hard(effort),
    })
}

/// Whether our tools are sent: a model that may not call them is not told of them.
pub(super) fn sends_tools(request: &Request) -> bool {
    !request.tools.is_empty() && request.tool_choice != ToolChoice::None
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

/// What the request wants and Ollama does not have, by our names.
fn missing(request: &Request) -> Vec<&'static str> {
    let given = &*request.parameters;
    let mut missing = Vec::new();
    let mut demand = |is_missing: bool, name: &'static str| {
        if is_missing && !missing.contains(&name) {
            missing.push(name);
        }
    };
    demand(
        given.choice_count.is_some_and(|count| count > 1),
        "choice_count",
    );
    // Without tools it means nothing, and several are what a model may call unasked.
    demand(
        given.parallel_tool_calls == Some(false) && sends_tools(request),
        "parallel_tool_calls",
    );
    demand(given.service_tier.is_some(), "service_tier");
    demand(
        matches!(
            request.tool_choice,
            ToolChoice::Named(_) | ToolChoice::Required
        ),
        "tool_choice",
    );
    let strict = request.tools.iter().any(|tool| tool.strict == Some(true));
    demand(strict, "strict tools");
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
    let (modality, by_url) = match part {
        Part::Blob(blob) => (&blob.modality, false),
        Part::Uri(uri) => (&uri.modality, true),
        Part::File(_) => return Some("files by id"),
        Part::Other(_) => return Some("parts of other types"),
        _ => return None,
    };
    match modality {
        Modality::Image if by_url => Some("images by URL"),
        Modality::Image => None,
        Modality::Audio => Some("audio"),
        Modality::Video => Some("video"),
        Modality::Document => Some("documents"),
        _ => Some("data of other kinds"),
    }
}
