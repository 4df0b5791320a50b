//! The options of a request in Google's words, and those that it does not have.

use glassbox_core::{Error, ErrorKind, Message, OutputFormat, Request, Result, Role, Unsupported};
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::model::generation as generation_of;
use super::{Target, parts, schema};
use crate::config::Platform;

/// The `generationConfig`.
pub(super) fn generation(request: &Request, target: Target<'_>) -> Map<String, Value> {
    let given = &*request.parameters;
    let stop = &given.stop_sequences;
    let settings = [
        ("temperature", given.temperature.map(Value::from)),
        ("topP", given.top_p.map(Value::from)),
        ("topK", given.top_k.map(Value::from)),
        ("candidateCount", given.choice_count.map(Value::from)),
        ("maxOutputTokens", given.max_tokens.map(Value::from)),
        ("stopSequences", (!stop.is_empty()).then(|| json!(stop))),
        ("presencePenalty", given.presence_penalty.map(Value::from)),
        ("frequencyPenalty", given.frequency_penalty.map(Value::from)),
        ("seed", seed(given.seed).ok().flatten().map(Value::from)),
        ("thinkingConfig", thinking(request, target)),
    ];
    let mut config: Map<String, Value> = settings
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    let Some(output) = request.output.as_deref() else {
        return config;
    };
    if *output != OutputFormat::Text && output_is_known(request, target) {
        config.insert("responseMimeType".to_owned(), "application/json".into());
        if let OutputFormat::Schema { schema, .. } = output {
            let (subset, whole) = ("responseSchema", "responseJsonSchema");
            let (field, schema) = schema::write(schema, target.schema_form, subset, whole);
            config.insert(field.to_owned(), schema);
        }
    }
    config
}

/// The seed is an `int32`.
fn seed(given: Option<i64>) -> Result<Option<i32>, ()> {
    given.map(i32::try_from).transpose().map_err(|_| ())
}

/// Up to its second generation Gemini holds no answer to a form while it may call functions.
fn output_is_known(request: &Request, target: Target<'_>) -> bool {
    let old = generation_of(target.model).is_some_and(|generation| generation < 3);
    !old || request.tools.is_empty()
}

/// How hard to think, as far as a word for it was found.
fn thinking(request: &Request, target: Target<'_>) -> Option<Value> {
    let effort = request.parameters.reasoning_effort.as_deref();
    let effort = effort.and_then(|effort| self::effort(effort, target.model));
    let thinks = effort.as_ref().map(|effort| *effort != Effort::Budget(0));
    let include = target.include_thoughts.or(thinks.filter(|thinks| *thinks));
    let mut config = Map::new();
    if let Some(include) = include {
        config.insert("includeThoughts".to_owned(), include.into());
    }
    match effort {
        Some(Effort::Level(level)) => {
            config.insert("thinkingLevel".to_owned(), level.into());
        }
        Some(Effort::Budget(tokens)) => {
            config.insert("thinkingBudget".to_owned(), tokens.into());
        }
        Some(Effort::Default) | None => {}
    }
    (!config.is_empty()).then_some(Value::Object(config))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort<'a> {
    /// As hard as the model likes.
    Default,
    /// Tokens; -1 leaves them to the model.
    Budget(i64),
    Level(&'a str),
}

/// What a word means to a model. From the third generation on there are levels, before it there are budgets: those
/// that Google's OpenAI-compatible API gives these words. A number is a budget everywhere.
fn effort<'a>(word: &'a str, model: &str) -> Option<Effort<'a>> {
    if let Ok(tokens) = word.parse::<i64>() {
        return Some(Effort::Budget(tokens));
    }
    match (generation_of(model), word) {
        (Some(0 | 1), _) => None,
        (_, "auto" | "dynamic") => Some(Effort::Default),
        // From the third generation on, and for this one, thinking cannot be switched off.
        (Some(3..), "none") => None,
        (Some(2), "none") => (!model.contains("2.5-pro")).then_some(Effort::Budget(0)),
        (Some(2), "minimal" | "low") => Some(Effort::Budget(1_024)),
        (Some(2), "medium") => Some(Effort::Budget(8_192)),
        (Some(2), "high") => Some(Effort::Budget(24_576)),
        (Some(2), _) => None,
        (None, "none") => Some(Effort::Budget(0)),
        (_, level) => Some(Effort::Level(level)),
    }
}

/// The tier, where the body has a place for it.
pub(super) fn service_tier<'a>(request: &'a Request, target: Target<'_>) -> Option<&'a str> {
    match request.parameters.service_tier.as_deref()? {
        _ if target.platform == Platform::Vertex => None,
        "auto" => None,
        "default" => Some("standard"),
        tier => Some(tier),
    }
}

/// Vertex AI takes the tier in a header.
pub(super) fn headers(request: &Request, target: Target<'_>) -> Vec<(HeaderName, HeaderValue)> {
    let tier = request.parameters.service_tier.as_deref();
    let value = match (target.platform, tier) {
        (Platform::Vertex, Some("flex")) => "flex",
        (Platform::Vertex, Some("priority")) => "priority",
        _ => return Vec::new(),
    };
    vec![(
        HeaderName::from_static("x-vertex-ai-llm-shared-request-type"),
        HeaderValue::from_static(value),
    )]
}

/// Refuses the request, or says what to leave out and report, as it wishes.
pub(super) fn check(request: &Request, target: Target<'_>) -> Result<Vec<String>> {
    let missing = missing(request, target);
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
        .with_provider(target.platform.provider())),
    }
}

/// What the request wants and the model or its API does not have, by our names.
fn missing(request: &Request, target: Target<'_>) -> Vec<String> {
    let given = &*request.parameters;
    let mut missing: Vec<String> = Vec::new();
    let mut demand = |is_missing: bool, name: &str| {
        if is_missing && !missing.iter().any(|known| known == name) {
            missing.push(name.to_owned());
        }
    };
    demand(seed(given.seed).is_err(), "seed of more than 32 bits");
    let word = given.reasoning_effort.as_deref();
    demand(
        word.is_some_and(|word| effort(word, target.model).is_none()),
        "reasoning_effort of this kind",
    );
    // There is no switch: the model decides.
    let one_by_one = given.parallel_tool_calls == Some(false) && !request.tools.is_empty();
    demand(one_by_one, "parallel_tool_calls");
    let tier = given.service_tier.as_deref();
    demand(
        target.platform == Platform::Vertex
            && tier.is_some_and(|tier| {
                !matches!(tier, "auto" | "default" | "flex" | "priority" | "standard")
            }),
        "service_tier of this name",
    );
    let formed = !matches!(request.output.as_deref(), None | Some(OutputFormat::Text));
    demand(
        formed && !output_is_known(request, target),
        "output of a form beside tools",
    );
    demand(request.previous_response.is_some(), "previous_response");
    // What a model said once is a different matter: of that, what has no place is left out.
    let said_to_it = |message: &&Message| message.role != Role::Assistant;
    for message in request.messages.iter().filter(said_to_it) {
        let instructs = super::contents::instructs(&message.role);
        for part in &message.parts {
            if let Some(what) = parts::refused(part, instructs) {
                demand(true, what);
            }
        }
    }
    missing
}
