//! The options of a request under the names of a host, and those that the host does not have.

use glassbox_core::{
    Error, ErrorKind, Message, Modality, OutputFormat, Part, Request, Result, Role, ToolChoice,
    Unsupported,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::dialect::{Dialect, Media, ReasoningEffort, StructuredOutput};

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
    #[serde(serialize_with = "effort")]
    Effort(&'a str),
    Flag(bool),
    Float(f64),
    Integer(i64),
    Text(&'a str),
    Texts(&'a [String]),
}

/// `{"effort": "low"}`
fn effort<S: Serializer>(effort: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry("effort", effort)?;
    map.end()
}

/// The options that the request sets, in the order in which they are sent.
pub(super) fn settings<'a>(
    request: &'a Request,
    model: &str,
    dialect: &Dialect,
) -> impl Iterator<Item = Setting<'a>> {
    let given = &*request.parameters;
    let names = &dialect.options;
    let text = |text: &'a Option<String>| text.as_deref().map(Value::Text);
    let stop = &given.stop_sequences;
    let effort = given.reasoning_effort.as_deref();
    let (effort_field, effort) = match dialect.reasoning_effort {
        ReasoningEffort::Flat => (Some("reasoning_effort"), effort.map(Value::Text)),
        ReasoningEffort::Nested => (Some("reasoning"), effort.map(Value::Effort)),
        ReasoningEffort::Unsupported => (None, effort.map(Value::Text)),
    };
    // Without tools OpenAI refuses it, and it means nothing.
    let parallel = given.parallel_tool_calls.filter(|_| has_tools(request));
    let cap = given.max_tokens.map(|_| dialect.output_cap.field(model));
    let all = [
        ("max_tokens", cap, given.max_tokens.map(Value::Count)),
        (
            "temperature",
            Some("temperature"),
            given.temperature.map(Value::Float),
        ),
        ("top_p", Some("top_p"), given.top_p.map(Value::Float)),
        (
            "top_k",
            names.top_k,
            given.top_k.map(|top| Value::Count(top.into())),
        ),
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
            given.choice_count.map(|n| Value::Count(n.into())),
        ),
        ("reasoning_effort", effort_field, effort),
        (
            "parallel_tool_calls",
            names.parallel_tool_calls,
            parallel.map(Value::Flag),
        ),
        (
            "service_tier",
            names.service_tier,
            text(&given.service_tier),
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

/// Whether there are tools, ours or some that the request adds by itself.
pub(crate) fn has_tools(request: &Request) -> bool {
    !request.tools.is_empty() || request.extra.contains_key("tools")
}

/// The `tool_choice` to send: the word, or the name of the tool. `None` where nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice<'a> {
    Word(&'static str),
    Named(&'a str),
}

/// What to send for the request's tool choice; `Err` where the host cannot be told.
pub(crate) fn tool_choice<'a>(
    request: &'a Request,
    dialect: &Dialect,
) -> Result<Option<Choice<'a>>, ()> {
    let known = dialect.tool_choice;
    if clashes(request, dialect) {
        return Err(());
    }
    match &request.tool_choice {
        ToolChoice::None if known.none && has_tools(request) => Ok(Some(Choice::Word("none"))),
        ToolChoice::Required => known
            .required
            .map(|word| Some(Choice::Word(word)))
            .ok_or(()),
        ToolChoice::Named(name) if known.named => Ok(Some(Choice::Named(name))),
        ToolChoice::Named(_) => Err(()),
        // `Auto` is the default everywhere. Where `none` is unknown, the tools are left out.
        _ => Ok(None),
    }
}

/// Whether a tool must be called while the answer has a form, which the host cannot have both.
fn clashes(request: &Request, dialect: &Dialect) -> bool {
    let is_formed = !matches!(request.output.as_deref(), None | Some(OutputFormat::Text));
    let is_forced = matches!(
        request.tool_choice,
        ToolChoice::Required | ToolChoice::Named(_)
    );
    is_formed && is_forced && !dialect.output_beside.forced_tools
}

/// Whether our tools are sent.
pub(crate) fn sends_tools(request: &Request, dialect: &Dialect) -> bool {
    let forbidden = request.tool_choice == ToolChoice::None && !dialect.tool_choice.none;
    !request.tools.is_empty() && dialect.tools && !forbidden
}

/// Whether the host takes this part in what a user says.
pub(super) fn takes(part: &Part, media: Media) -> bool {
    match part {
        Part::Blob(blob) => match blob.modality {
            Modality::Image => media.images,
            Modality::Audio => media.audio,
            Modality::Video => media.video,
            Modality::Document => media.documents,
            _ => false,
        },
        Part::Uri(uri) => match uri.modality {
            Modality::Image => media.images,
            Modality::Video => media.video,
            _ => false,
        },
        Part::File(_) => media.documents,
        Part::Other(_) => false,
        _ => true,
    }
}

/// Refuses the request, or says what to leave out and report, as it wishes.
pub(super) fn check(request: &Request, model: &str, dialect: &Dialect) -> Result<Vec<String>> {
    let missing = missing(request, model, dialect);
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
fn missing(request: &Request, model: &str, dialect: &Dialect) -> Vec<String> {
    let mut missing: Vec<String> = settings(request, model, dialect)
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
    demand(request.previous_response.is_some(), "previous_response");
    // What a model said once is a different matter: of that, media are left out.
    let said_to_it = |message: &&Message| message.role != Role::Assistant;
    for message in request.messages.iter().filter(said_to_it) {
        for part in &message.parts {
            demand(!takes(part, dialect.media), part_name(part));
        }
    }
    missing
}

pub(crate) fn part_name(part: &Part) -> &'static str {
    let modality = match part {
        Part::Blob(blob) => &blob.modality,
        Part::Uri(uri) => &uri.modality,
        Part::File(file) => &file.modality,
        _ => return "parts of other types",
    };
    match (modality, part) {
        (Modality::Image, _) => "images",
        (Modality::Audio, Part::Uri(_)) => "audio by URL",
        (Modality::Audio, _) => "audio",
        (Modality::Video, _) => "video",
        (Modality::Document, Part::Uri(_)) => "documents by URL",
        (Modality::Document, _) => "documents",
        _ => "data of other kinds",
    }
}
