//! What a request may ask for that the demo model cannot do.

use glassbox_core::{
    Error, ErrorKind, Message, Modality, OutputFormat, Part, Request, Result, Role, ToolChoice,
    Unsupported,
};

/// The options to report as left out; or an error that names every one, where the request wants it so.
pub(super) fn check(request: &Request) -> Result<Vec<String>> {
    let missing = missing(request);
    match request.unsupported {
        _ if missing.is_empty() => Ok(missing),
        Unsupported::Drop => Ok(Vec::new()),
        Unsupported::Warn => Ok(missing),
        _ => {
            let message = format!(
                "the demo model has no {}; leave it out, or name a real model such as openai/gpt-4o-mini",
                missing.join(", ")
            );
            Err(Error::new(ErrorKind::Unsupported, message).with_provider("demo"))
        }
    }
}

fn missing(request: &Request) -> Vec<String> {
    let parameters = &request.parameters;
    let forced = matches!(
        request.tool_choice,
        ToolChoice::Required | ToolChoice::Named(_)
    );
    let formed = !matches!(request.output.as_deref(), None | Some(OutputFormat::Text));
    let several = parameters.choice_count.is_some_and(|count| count > 1);
    let options = [
        (several, "choice_count"),
        (!parameters.stop_sequences.is_empty(), "stop_sequences"),
        (forced, "tool_choice"),
        (formed, "output"),
        (request.previous_response.is_some(), "previous_response"),
    ];
    let mut missing: Vec<String> = options
        .into_iter()
        .filter(|(wanted, _)| *wanted)
        .map(|(_, name)| name.to_owned())
        .collect();
    // What a model said earlier in the conversation is no demand.
    let said_to_it = |message: &&Message| message.role != Role::Assistant;
    let messages = request.messages.iter().filter(said_to_it);
    for name in messages.flat_map(|message| &message.parts).filter_map(data) {
        if !missing.iter().any(|known| known == name) {
            missing.push(name.to_owned());
        }
    }
    missing
}

/// What kind of data a part is. `None` for text and the like.
fn data(part: &Part) -> Option<&'static str> {
    let modality = match part {
        Part::Blob(blob) => &blob.modality,
        Part::Uri(uri) => &uri.modality,
        Part::File(file) => &file.modality,
        Part::Other(_) => return Some("parts of other types"),
        _ => return None,
    };
    Some(match modality {
        Modality::Image => "images",
        Modality::Audio => "audio",
        Modality::Video => "video",
        Modality::Document => "documents",
        _ => "data of other kinds",
    })
}
