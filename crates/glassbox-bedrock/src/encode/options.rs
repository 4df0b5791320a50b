//! The options of a request under the names of Converse, or of the model behind it.

use glassbox_core::{OutputFormat, Request, schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Missing;
use super::family::Family;

/// How to answer.
#[derive(Debug)]
pub(super) struct Options<'a> {
    pub(super) inference: Inference<'a>,
    pub(super) output: Option<OutputConfig<'a>>,
    pub(super) service_tier: Option<ServiceTier<'a>>,
    /// What Converse hands to the model unread.
    pub(super) additional: Map<String, Value>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Inference<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop_sequences: &'a [String],
}

impl Inference<'_> {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ServiceTier<'a> {
    r#type: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutputConfig<'a> {
    text_format: TextFormat<'a>,
}

#[derive(Debug, Serialize)]
struct TextFormat<'a> {
    r#type: &'static str,
    structure: Structure<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Structure<'a> {
    json_schema: JsonSchema<'a>,
}

#[derive(Debug, Serialize)]
struct JsonSchema<'a> {
    name: &'a str,
    /// The schema as a text.
    schema: String,
}

impl<'a> Options<'a> {
    pub(super) fn new(request: &'a Request, family: Family, missing: &mut Missing) -> Self {
        let given = &*request.parameters;
        let inference = Inference {
            max_tokens: given.max_tokens,
            temperature: given.temperature,
            top_p: given.top_p,
            stop_sequences: &given.stop_sequences,
        };
        let mut additional = Map::new();
        if let Some(top_k) = given.top_k {
            match family {
                Family::Anthropic => drop(additional.insert("top_k".to_owned(), top_k.into())),
                Family::Nova | Family::Nova2 => {
                    let config = json!({"topK": top_k});
                    additional.insert("inferenceConfig".to_owned(), config);
                }
                _ => missing.add("top_k"),
            }
        }
        let unknown = [
            ("seed", given.seed.is_some()),
            ("frequency_penalty", given.frequency_penalty.is_some()),
            ("presence_penalty", given.presence_penalty.is_some()),
            (
                "choice_count",
                given.choice_count.is_some_and(|count| count != 1),
            ),
            // Several calls in one turn are what models do unless they are told.
            (
                "parallel_tool_calls",
                given.parallel_tool_calls == Some(false),
            ),
            ("previous_response", request.previous_response.is_some()),
        ];
        for (name, _) in unknown.iter().filter(|(_, wanted)| *wanted) {
            missing.add(*name);
        }
        if let Some(effort) = &given.reasoning_effort {
            match reasoning(effort, family) {
                Some((field, value)) => drop(additional.insert(field.to_owned(), value)),
                None => missing.add("reasoning_effort"),
            }
        }
        let tier = given.service_tier.as_deref();
        Self {
            inference,
            output: output(request, missing),
            service_tier: tier.map(|r#type| ServiceTier { r#type }),
            additional,
        }
    }
}

/// How hard to think, where the model takes a word for it. Anthropic's take a number of tokens, or other words with
/// other versions, which is the caller's to choose.
fn reasoning(effort: &str, family: Family) -> Option<(&'static str, Value)> {
    match family {
        Family::Nova2 if effort == "none" => Some(("reasoningConfig", json!({"type": "disabled"}))),
        Family::Nova2 => Some((
            "reasoningConfig",
            json!({"type": "enabled", "maxReasoningEffort": effort}),
        )),
        Family::OpenAi => Some(("reasoning_effort", json!(effort))),
        _ => None,
    }
}

fn output<'a>(request: &'a Request, missing: &mut Missing) -> Option<OutputConfig<'a>> {
    match request.output.as_deref()? {
        OutputFormat::Text => None,
        OutputFormat::Schema { name, schema, .. } => Some(OutputConfig {
            text_format: TextFormat {
                r#type: "json_schema",
                structure: Structure {
                    json_schema: JsonSchema {
                        name,
                        schema: closed(schema).to_string(),
                    },
                },
            },
        }),
        _ => {
            missing.add("output");
            None
        }
    }
}

/// A schema whose objects say that nothing else may be in them, as Bedrock wants where it holds a model to a schema.
pub(super) fn closed(schema: &Value) -> Value {
    schema::transform(schema, |node| {
        if node.get("type").is_some_and(|kind| kind == "object") {
            node.entry("additionalProperties")
                .or_insert(Value::Bool(false));
        }
    })
}
