//! The options of a request under the names of Responses, and those that a host does not have.

use glassbox_core::{
    Error, ErrorKind, Message, Modality, OutputFormat, Part, Request, Result, Role, Unsupported,
};
use serde::Serialize;

use crate::chat::options::{has_tools, part_name, tool_choice};
use crate::dialect::{Dialect, Media, StructuredOutput};

/// An option that a request sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// What we call it.
    name: &'static str,
    /// What the host calls it, where it has it.
    pub(super) field: Option<&'static str>,
    pub(super) value: Value<'a>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Value<'a> {
    Count(u64),
    Flag(bool),
    Float(f64),
    Integer(i64),
    Text(&'a str),
    Texts(&'a [String]),
}

/// The options that the request sets, in the order in which they are sent.
pub(super) fn settings<'a>(
    request: &'a Request,
    dialect: &Dialect,
) -> impl Iterator<Item = Setting<'a>> {
    let given = &*request.parameters;
    let names = &dialect.responses.options;
    let stop = &given.stop_sequences;
    let count = |number: Option<u32>| number.map(|number| Value::Count(number.into()));
    // Without tools it means nothing.
    let parallel = given.parallel_tool_calls.filter(|_| has_tools(request));
    let all = [
        (
            "max_tokens",
            Some("max_output_tokens"),
            given.max_tokens.map(Value::Count),
        ),
        (
            "temperature",
            Some("temperature"),
            given.temperature.map(Value::Float),
        ),
        ("top_p", Some("top_p"), given.top_p.map(Value::Float)),
        ("top_k", names.top_k, count(given.top_k)),
        (
            "stop_sequences",
            names.stop_sequences,
            (!stop.is_empty()).then_some(Value::Texts(stop)),
        ),
        ("seed", names.seed, given.seed.map(Value::Integer)),
        (
            "frequency_penalty",
            names.frequency_penalty,
            given.frequency_penalty.map(Value::Float),
        ),
        (
            "presence_penalty",
            names.presence_penalty,
            given.presence_penalty.map(Value::Float),
        ),
        (
            "choice_count",
            names.choice_count,
            count(given.choice_count),
        ),
        (
            "parallel_tool_calls",
            names.parallel_tool_calls,
            parallel.map(Value::Flag),
        ),
        (
            "service_tier",
            names.service_tier,
            given.service_tier.as_deref().map(Value::Text),
        ),
    ];
    all.into_iter().filter_map(|(name, field, value)| {
        Some(Setting {
            name,
            field,
            value: value?,
        })
    })
}

/// Whether the host takes this part in what a user says.
pub(super) fn takes(part: &Part, media: Media) -> bool {
    let modality = match part {
        Part::Blob(blob) => &blob.modality,
        Part::File(file) => &file.modality,
        Part::Uri(uri) if matches!(uri.modality, Modality::Audio | Modality::Video) => {
            return false;
        }
        Part::Uri(uri) => &uri.modality,
        _ => return true,
    };
    match modality {
        Modality::Image => media.images,
        Modality::Document => media.documents,
        Modality::Audio => media.audio,
        _ => false,
    }
}

/// Refuses the request, or says what to leave out and report, as it wishes.
pub(super) fn check(request: &Request, dialect: &Dialect) -> Result<Vec<String>> {
    let missing = missing(request, dialect);
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
        .with_provider(dialect.provider)),
    }
}

/// What the request wants and the host does not have, by our names.
fn missing(request: &Request, dialect: &Dialect) -> Vec<String> {
    let mut missing: Vec<String> = settings(request, dialect)
        .filter(|setting| setting.field.is_none())
        .map(|setting| setting.name.to_owned())
        .collect();
    let mut demand = |is_missing: bool, name: &str| {
        if is_missing && !missing.iter().any(|known| known == name) {
            missing.push(name.to_owned());
        }
    };
    demand(!request.tools.is_empty() && !dialect.tools, "tools");
    demand(tool_choice(request, dialect).is_err(), "tool_choice");
    demand(
        match (request.output.as_deref(), dialect.structured_output) {
            (Some(OutputFormat::Json), known) => known == StructuredOutput::None,
            (Some(OutputFormat::Schema { .. }), known) => known != StructuredOutput::Schema,
            _ => false,
        },
        "output",
    );
    // What a model said once is a different matter: of that, media are left out.
    let said_to_it = |message: &&Message| message.role != Role::Assistant;
    for message in request.messages.iter().filter(said_to_it) {
        for part in &message.parts {
            demand(!takes(part, dialect.responses.media), part_name(part));
        }
    }
    missing
}
