//! TraceQL: attributes that exist, values that they can have, and spans that carry all that a filter asks for.

use glassbox_semconv::attribute::GEN_AI_OPERATION_NAME;
use glassbox_semconv::registry::{AttributeDef, Contract, SpanDef, ValueKind};

use super::names::Names;
use super::tokens::{Token, tokens};

/// What asks something of one span: a filter in braces, and what follows it until the next.
#[derive(Debug, Default)]
struct Spanset<'a> {
    attributes: Vec<&'a str>,
    /// What `gen_ai.operation.name` must be.
    operation: Option<&'a str>,
    /// The event that must be on it, and what is asked of that.
    event: Option<&'a str>,
    of_event: Vec<&'a str>,
    /// Whether one of its conditions is enough.
    either: bool,
}

/// What is wrong with `query`.
pub(super) fn check(query: &str, names: &Names) -> Vec<String> {
    let tokens = tokens(query);
    let mut findings = Vec::new();
    let mut spansets: Vec<Spanset<'_>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            Token::Sign('{') => spansets.push(Spanset::default()),
            Token::Compare("||") => {
                if let Some(last) = spansets.last_mut() {
                    last.either = true;
                }
            }
            Token::Word(word) => {
                let Some(last) = spansets.last_mut() else {
                    findings.push(format!("`{word}` stands before any span is chosen"));
                    continue;
                };
                let compared = (tokens.get(at + 1).copied(), tokens.get(at + 2).copied());
                findings.extend(note(last, word, compared));
            }
            _ => {}
        }
    }
    if spansets.is_empty() {
        findings.push("chooses no spans".to_owned());
    }
    findings.extend(
        spansets
            .iter()
            .filter_map(|spanset| nowhere(spanset, names)),
    );
    findings.extend(spansets.iter().flat_map(not_of_event));
    findings
}

/// Takes in what `word` asks, with what it is compared with.
fn note<'a>(
    spanset: &mut Spanset<'a>,
    word: &'a str,
    compared: (Option<Token<'a>>, Option<Token<'a>>),
) -> Option<String> {
    let contract = Contract::current();
    if let Some(name) = word.strip_prefix("span.") {
        spanset.attributes.push(name);
        if let (Some(Token::Compare("=")), Some(Token::Text(text))) = compared
            && name == GEN_AI_OPERATION_NAME
        {
            spanset.operation = Some(text);
        }
        let Some(def) = contract.attribute(name) else {
            return Some(format!("there is no attribute `{name}`"));
        };
        return mismatch(def, compared);
    }
    if let Some(name) = word.strip_prefix("event.") {
        spanset.of_event.push(name);
        let Some(def) = contract.attribute(name) else {
            return Some(format!("there is no attribute `{name}`"));
        };
        return mismatch(def, compared);
    }
    if word == "event:name"
        && let (Some(Token::Compare("=")), Some(Token::Text(text))) = compared
    {
        spanset.event = Some(text);
        return contract
            .event(text)
            .is_none()
            .then(|| format!("there is no event `{text}`"));
    }
    if let Some(name) = word.strip_prefix("resource.") {
        let known = [
            "service.name",
            "service.version",
            "service.instance.id",
            "deployment.environment.name",
        ];
        return (!known.contains(&name)).then(|| format!("nothing sets the resource's `{name}`"));
    }
    word.starts_with('.')
        .then(|| format!("`{word}` does not say whose attribute it is; `span{word}` does"))
}

/// Why an attribute can never compare so.
fn mismatch(
    def: &AttributeDef,
    compared: (Option<Token<'_>>, Option<Token<'_>>),
) -> Option<String> {
    let (Some(Token::Compare(sign)), Some(value)) = compared else {
        return None;
    };
    let name = def.name;
    let number = matches!(def.kind, ValueKind::Int | ValueKind::Double);
    match value {
        Token::Text(_) if number => {
            Some(format!("`{name}` is a number, and is compared with a text"))
        }
        Token::Number(_) if !number => {
            Some(format!("`{name}` is no number, and is compared with one"))
        }
        Token::Text(text) if matches!(sign, "=" | "!=") && !text.contains("${") => {
            let ours = name.starts_with("glassbox.") || name == GEN_AI_OPERATION_NAME;
            let values = def
                .values
                .filter(|values| ours && !values.contains(&text))?;
            Some(format!(
                "`{name}` is one of {}, and not `{text}`",
                values.join(", ")
            ))
        }
        _ => None,
    }
}

/// Why no span can be what `spanset` asks for.
fn nowhere(spanset: &Spanset<'_>, names: &Names) -> Option<String> {
    let contract = Contract::current();
    if spanset.either
        || spanset
            .attributes
            .iter()
            .any(|name| contract.attribute(name).is_none())
    {
        return None;
    }
    let serves = |def: &SpanDef| {
        spanset
            .operation
            .is_none_or(|operation| def.operations.contains(&operation))
    };
    let emitted = |def: &SpanDef| {
        names
            .spans
            .iter()
            .any(|id| def.id == id || def.base == Some(id))
    };
    let carries = |def: &SpanDef| {
        let carried = contract.span(def.id);
        carried.is_some_and(|carried| {
            spanset
                .attributes
                .iter()
                .all(|name| carried.attribute(name).is_some())
        })
    };
    let mut spans = contract.conventions().spans.iter();
    if spans.any(|def| emitted(def) && serves(def) && carries(def)) {
        return None;
    }
    let which = spanset.operation.map_or("no span".to_owned(), |operation| {
        format!("no span of `{operation}`")
    });
    Some(format!(
        "{which} carries all of {}",
        spanset.attributes.join(", ")
    ))
}

fn not_of_event(spanset: &Spanset<'_>) -> Vec<String> {
    let Some((event, carried)) = spanset
        .event
        .and_then(|event| Some((event, Contract::current().event(event)?)))
    else {
        return Vec::new();
    };
    let missing = spanset
        .of_event
        .iter()
        .filter(|name| carried.attribute(name).is_none());
    missing
        .map(|name| format!("the event `{event}` has no `{name}`"))
        .collect()
}
