//! From a request to the bytes of its body. Pure.

use std::borrow::Cow;

use glassbox_core::{
    Delivery, Error, ErrorKind, Message, OutputFormat, Part, Request, Result, Role,
    ToolCallResponse, ToolChoice, Unsupported,
};

use crate::PROVIDER;
use crate::wire::{Called, Offer, Question, Turn};

/// The body, and the options that were left out and are to be reported.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that Acme does not have.
pub(crate) fn encode(request: &Request, model: &str) -> Result<(Vec<u8>, Vec<String>)> {
    let dropped = check(request)?;
    let offers = request.tools.iter().map(|tool| Offer {
        name: &tool.name,
        about: tool.description.as_deref(),
        input: &tool.parameters,
    });
    // A model that may not call tools is not told of them.
    let offered = request.tool_choice != ToolChoice::None;
    let question = Question {
        model,
        turns: request.messages.iter().flat_map(turns).collect(),
        tools: offers.filter(|_| offered).collect(),
        limit: request.parameters.max_tokens,
        heat: request.parameters.temperature,
        stream: request.delivery == Delivery::Incremental,
    };
    let body = serde_json::to_vec(&question).map_err(|_| {
        let message = "the request cannot be written as JSON";
        Error::new(ErrorKind::InvalidRequest, message)
    })?;
    Ok((body, dropped))
}

/// A message is a turn, and every result of a tool is one of its own.
fn turns(message: &Message) -> Vec<Turn<'_>> {
    let results = message.parts.iter().filter_map(|part| match part {
        Part::ToolCallResponse(result) => Some(returned(result)),
        _ => None,
    });
    let mut turns: Vec<Turn<'_>> = results.collect();
    if turns.is_empty() || turns.len() < message.parts.len() {
        turns.push(said(message));
    }
    turns
}

fn said(message: &Message) -> Turn<'_> {
    let calls = message.tool_calls().map(|call| Called {
        id: &call.id,
        tool: &call.name,
        input: call.arguments.to_value(),
    });
    Turn {
        by: match message.role {
            Role::Assistant => "assistant",
            Role::System => "system",
            _ => "user",
        },
        text: message.text().into(),
        calls: calls.collect(),
        call: None,
    }
}

fn returned(result: &ToolCallResponse) -> Turn<'_> {
    let text = result.to_text();
    Turn {
        by: "tool",
        // There is no place for a failure, so the text has to say it.
        text: match result.is_error {
            true => Cow::Owned(format!("Error: {text}")),
            false => text,
        },
        calls: Vec::new(),
        call: Some(&result.id),
    }
}

/// Refuses the request, or says what to leave out and report, as it wishes.
fn check(request: &Request) -> Result<Vec<String>> {
    let missing = missing(request);
    match request.unsupported {
        Unsupported::Drop => Ok(Vec::new()),
        _ if missing.is_empty() => Ok(missing),
        Unsupported::Warn => Ok(missing),
        _ => {
            let message = format!(
                "this API has no {}; leave it out, or let the request drop what is unsupported",
                missing.join(", ")
            );
            Err(Error::new(ErrorKind::Unsupported, message).with_provider(PROVIDER))
        }
    }
}

/// What the request wants and Acme does not have, by our names.
fn missing(request: &Request) -> Vec<String> {
    let given = &*request.parameters;
    let choice = &request.tool_choice;
    let strict = request.tools.iter().any(|tool| tool.strict == Some(true));
    let several = given.choice_count.is_some_and(|count| count > 1);
    let formed = request.output.as_deref();
    let options = [
        ("top_p", given.top_p.is_some()),
        ("top_k", given.top_k.is_some()),
        ("stop_sequences", !given.stop_sequences.is_empty()),
        ("seed", given.seed.is_some()),
        ("frequency_penalty", given.frequency_penalty.is_some()),
        ("presence_penalty", given.presence_penalty.is_some()),
        ("choice_count", several),
        ("reasoning_effort", given.reasoning_effort.is_some()),
        (
            "parallel_tool_calls",
            given.parallel_tool_calls == Some(false),
        ),
        ("service_tier", given.service_tier.is_some()),
        (
            "tool_choice",
            !matches!(choice, ToolChoice::Auto | ToolChoice::None),
        ),
        ("strict tools", strict),
        (
            "output",
            formed.is_some_and(|form| *form != OutputFormat::Text),
        ),
        ("previous_response", request.previous_response.is_some()),
        ("extra fields", !request.extra.is_empty()),
        ("media", request.messages.iter().any(holds_media)),
    ];
    let missing = options.into_iter().filter(|(_, wanted)| *wanted);
    missing.map(|(name, _)| name.to_owned()).collect()
}

/// Whether somebody shows something to the model. What it said itself is left out in silence.
fn holds_media(message: &Message) -> bool {
    let is_media = |part: &Part| {
        matches!(
            part,
            Part::Blob(_) | Part::File(_) | Part::Other(_) | Part::Uri(_)
        )
    };
    message.role != Role::Assistant && message.parts.iter().any(is_media)
}
