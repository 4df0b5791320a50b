//! Two small models and what resolves them.

use super::super::model::Registry;
use super::super::overlay::Overlay;
use super::super::resolve;
use super::super::yaml::File;

/// A model in the newer format: groups within groups, a refinement of a span and one of a metric.
pub(super) const MODEL: &str = r#"
file_format: definition/2
attributes:
  - key: gen_ai.operation.name
    type:
      members:
        - { id: chat, value: chat, stability: development }
        - { id: old, value: chat, deprecated: { reason: renamed } }
        - { id: sp.lit, value: split/it, stability: development }
    stability: development
  - { key: gen_ai.request.top_k, type: int, stability: development, examples: [40] }
  - { key: gen_ai.prompt.variable, type: "template[string]", stability: development,
      note: "May contain sensitive information.", examples: ["Ada", "an `odd` one"] }
attribute_groups:
  - id: common
    attributes:
      - { ref: gen_ai.operation.name, requirement_level: required }
      - { ref: error.type, requirement_level: { conditionally_required: If it failed. } }
  - id: outer
    attributes:
      - { ref_group: common }
      - { ref: gen_ai.prompt.variable, requirement_level: opt_in }
spans:
  - type: gen_ai.chat
    kind: client
    name: { note: "**Span name** SHOULD be `{gen_ai.operation.name} x`, or else `x`." }
    note: "The `gen_ai.operation.name` SHOULD be one of `chat`, or `split/it`. Not `this`."
    attributes:
      - { ref_group: outer }
      - { ref: gen_ai.operation.name, sampling_relevant: true }
      - { ref: gen_ai.request.top_k }
span_refinements:
  - id: acme.gen_ai.chat
    ref: gen_ai.chat
    note: '`gen_ai.provider.name` MUST be set to `"acme"`.'
    attributes:
      - { ref: gen_ai.request.top_k, requirement_level: required }
metrics:
  - name: gen_ai.duration
    instrument: histogram
    unit: s
    attributes: [{ ref_group: common }]
  - name: gen_ai.calls
    instrument: counter
    unit: "{call}"
    annotations: { code_generation: { metric_value_type: int } }
metric_refinements:
  - { id: acme.gen_ai.duration, ref: gen_ai.duration, attributes: [{ ref: gen_ai.request.top_k }] }
events:
  - name: gen_ai.details
    note: Set the severity to DEBUG (severity number 5) here.
    attributes: [{ ref_group: span.gen_ai.chat }]
entities:
  - type: gen_ai.thing
    identity: [{ ref: error.type, requirement_level: required }]
"#;

/// A model in the older format: `extends`, and a span that extends a span.
pub(super) const OLDER: &str = r#"
groups:
  - id: registry.gen_ai
    type: attribute_group
    attributes:
      - { id: gen_ai.operation.name, type: string, stability: development }
      - { id: gen_ai.request.k, type: double, stability: development }
      - { id: gen_ai.gone, type: string, stability: development, deprecated: { reason: obsoleted } }
      - id: gen_ai.direction
        type: { members: [{ id: in, value: in }, { id: out, value: out }] }
        stability: development
  - id: common
    type: attribute_group
    attributes:
      - { ref: gen_ai.operation.name, requirement_level: required }
  - id: span.gen_ai.talk
    type: span
    span_kind: client
    brief: "**Span name** SHOULD be `talk`."
    extends: common
    attributes: [{ ref: gen_ai.request.k, requirement_level: recommended }]
  - { id: span.acme.talk, type: span, extends: span.gen_ai.talk }
  - id: metric.gen_ai.time
    type: metric
    metric_name: gen_ai.time
    instrument: histogram
    unit: s
    extends: common
    attributes: [{ ref: gen_ai.direction, requirement_level: required }]
"#;

pub(super) const CORE: &str = r#"
groups:
  - id: registry.error
    type: attribute_group
    attributes:
      - { id: error.type, type: { members: [{ id: other, value: _OTHER }] }, stability: stable }
      - { id: user.id, type: string, stability: release_candidate }
      - { id: unrelated, type: "template[string[]]", stability: stable }
"#;

pub(super) const OVERLAY: &str = "
extra_attributes: [user.id]
sensitive: []
spans: {}
boundaries: { short: [0.5, 1, 2] }
metrics: { gen_ai.duration: short, gen_ai.time: short }
";

pub(super) fn file(text: &str) -> File {
    serde_norway::from_str(text).expect("the fixture parses")
}

pub(super) fn overlay() -> Overlay {
    serde_norway::from_str(OVERLAY).expect("the fixture parses")
}

pub(super) fn resolved(text: &str) -> anyhow::Result<Registry> {
    resolve::resolve(&[file(text)], &[file(CORE)], &overlay())
}

/// What goes wrong with the model `text`, as the user sees it.
pub(super) fn refusal(text: &str) -> String {
    format!("{:#}", resolved(text).expect_err("the fixture is wrong"))
}
