//! What one attribute says about another.

use glassbox_semconv::registry::Carried;
use glassbox_semconv::{attribute, glassbox, value};

use super::Subject;
use super::held::{Carrier, Held};

/// Required by the registry, and yet only there where the request has one: most calls of Bedrock name no guardrail.
pub(super) const NOT_DEMANDED: &[&str] = &[attribute::AWS_BEDROCK_GUARDRAIL_ID];

/// Set where true, left out where not.
const ONLY_TRUE: &[&str] = &[
    attribute::GEN_AI_REQUEST_STREAM,
    attribute::GEN_AI_CONVERSATION_COMPACTED,
    glassbox::COST_PARTIAL,
];

/// Where the first is, the second has to be.
const TOGETHER: &[(&str, &str)] = &[
    (attribute::SERVER_ADDRESS, attribute::SERVER_PORT),
    (
        attribute::GEN_AI_PROMPT_VERSION,
        attribute::GEN_AI_PROMPT_NAME,
    ),
    (
        attribute::GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
        attribute::GEN_AI_REQUEST_STREAM,
    ),
    (glassbox::COST_INPUT, glassbox::COST_TOTAL),
    (glassbox::COST_OUTPUT, glassbox::COST_TOTAL),
    (glassbox::COST_TOTAL, glassbox::COST_SOURCE),
    (glassbox::COST_SOURCE, glassbox::COST_TOTAL),
];

/// The rules that what is checked breaks.
pub(super) fn broken(subject: &Subject<'_>, carried: Carried) -> Vec<String> {
    let mut findings = Vec::new();
    for name in ONLY_TRUE {
        if subject.attributes.get(name) == Some(&Held::Boolean(false)) {
            findings.push(format!(
                "{name} is false; it is left out where it is not true"
            ));
        }
    }
    let may_have = |name| carried.attribute(name).is_some();
    for (one, other) in TOGETHER {
        if subject.has(one) && !subject.has(other) && may_have(one) && may_have(other) {
            findings.push(format!("{other} is missing; it is required where {one} is"));
        }
    }
    if subject
        .attributes
        .get(attribute::GEN_AI_REQUEST_CHOICE_COUNT)
        == Some(&Held::Int(1))
    {
        let name = attribute::GEN_AI_REQUEST_CHOICE_COUNT;
        findings.push(format!(
            "{name} is 1; it is left out where one choice was asked for"
        ));
    }
    findings.extend(outcome(subject));
    findings
}

/// Only a run of an agent has an outcome of its own; any other operation was cancelled or says nothing.
fn outcome(subject: &Subject<'_>) -> Option<String> {
    let outcome = subject.text(glassbox::OUTCOME)?;
    let operation = subject.text(attribute::GEN_AI_OPERATION_NAME);
    let run = operation == Some(value::gen_ai_operation_name::INVOKE_AGENT);
    let fine = run
        || subject.carrier == Carrier::SpanEvent
        || outcome == glassbox::value::outcome::CANCELLED;
    (!fine).then(|| {
        format!(
            "{} is {outcome:?}; only a run of an agent has another than \"cancelled\"",
            glassbox::OUTCOME
        )
    })
}
