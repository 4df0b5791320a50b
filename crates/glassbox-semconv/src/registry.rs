//! The registry as data: what a span, a metric or an event may carry, and of which type.
//!
//! [`CURRENT`] is what Glassbox emits by default, [`V1_41`] the last release of the conventions
//! that held the GenAI model. Every group reference of the registry is resolved: a span lists all
//! of its attributes, whichever group they came from. [`GLASSBOX`] is what has no name there, and
//! [`Contract`] puts both together: all that may be on what Glassbox emits.
//!
//! ```
//! use glassbox_semconv::registry::{self, Requirement};
//!
//! let span = registry::span("gen_ai.execute_tool.internal").expect("in the registry");
//! let tool = span.attribute("gen_ai.tool.name").expect("a tool has a name");
//! assert_eq!(tool.requirement, Requirement::Required);
//! assert!(tool.at_start, "samplers see it");
//! ```

mod contract;
mod current;
mod glassbox;
mod lookup;
mod v1_41;

pub use contract::{Carried, Contract};
pub(crate) use lookup::emitted;
pub use lookup::{attribute, event, metric, span};

/// The current conventions.
pub static CURRENT: Registry = current::REGISTRY;

/// The conventions of release 1.41.1, the last one with a GenAI model of its own.
pub static V1_41: Registry = v1_41::REGISTRY;

/// Glassbox's own: the attributes, metrics and events that the conventions have no name for. Its attributes are those
/// it defines; what its metrics and events carry is in part in [`CURRENT`].
pub static GLASSBOX: Registry = glassbox::REGISTRY;

/// What Glassbox adds to the span types, metrics and events of [`CURRENT`].
pub static ADDITIONS: Additions = glassbox::ADDITIONS;

/// One version of the conventions. Every table is sorted by name.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Registry {
    /// The `schema_url` of telemetry that follows this version.
    pub schema_url: &'static str,
    /// Every attribute, the general ones (`error.type`, `server.address`) included.
    pub attributes: &'static [AttributeDef],
    /// Every span type, and what single providers or tools add to one.
    pub spans: &'static [SpanDef],
    /// Every metric, and what single providers add to one.
    pub metrics: &'static [MetricDef],
    /// Every event.
    pub events: &'static [EventDef],
    /// Every resource entity.
    pub entities: &'static [EntityDef],
}

/// The type of an attribute's value, or of what an instrument records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// Text; also every attribute with well-known values.
    String,
    /// A signed integer of 64 bits.
    Int,
    /// A floating point number of 64 bits.
    Double,
    /// True or false.
    Boolean,
    /// A list of strings.
    StringArray,
    /// A structure: maps and lists, or their JSON text where an exporter knows only scalars.
    Any,
}

/// An attribute: its name and what it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttributeDef {
    /// The name; of a template, the part before the key and its dot.
    pub name: &'static str,
    /// The type of the value.
    pub kind: ValueKind,
    /// Whether this is a family of attributes, `name.KEY`, rather than one.
    pub template: bool,
    /// The well-known values, where there are such.
    pub values: Option<&'static [&'static str]>,
    /// Whether a value beyond the well-known ones is allowed. True where there are none.
    pub open: bool,
    /// Whether the registry warns that the value may hold personal or secret data.
    pub sensitive: bool,
}

/// How much a span, a metric or an event wants an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// Always there.
    Required,
    /// There whenever its condition holds, for instance that the operation failed.
    ConditionallyRequired,
    /// There by default, where it is known.
    Recommended,
    /// There only where a user asked for it.
    OptIn,
}

/// An attribute as one span, metric or event uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttributeRef {
    /// The name, as in [`AttributeDef::name`].
    pub name: &'static str,
    /// How much it is wanted here.
    pub requirement: Requirement,
    /// Whether it is set when the span starts, so that samplers see it.
    pub at_start: bool,
    /// Whether the name is that of a template.
    pub template: bool,
}

/// The kind of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpanKind {
    /// A call to something outside, usually over a network.
    Client,
    /// Work inside the process.
    Internal,
    /// The answer to a call from outside.
    Server,
}

/// A span type, or the refinement of one by a provider or a kind of tool.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SpanDef {
    /// The type's identifier. It is not on the wire.
    pub id: &'static str,
    /// The span type this one refines.
    pub base: Option<&'static str>,
    /// The `gen_ai.provider.name` that selects this refinement.
    pub provider: Option<&'static str>,
    /// The kind. In-process models and memories may use `Internal` for `Client`.
    pub kind: SpanKind,
    /// The name's pattern: `{attribute}` stands for a value; a word whose value is unknown goes.
    pub name: &'static str,
    /// The values of `gen_ai.operation.name` this type serves.
    pub operations: &'static [&'static str],
    /// Its attributes, sorted by name.
    pub attributes: &'static [AttributeRef],
}

/// The kind of a metric's instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instrument {
    /// A sum that only grows.
    Counter,
    /// A distribution.
    Histogram,
}

/// A metric, or the refinement of one by a provider.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MetricDef {
    /// The identifier: the metric's name, or that of a refinement.
    pub id: &'static str,
    /// The metric this one refines.
    pub base: Option<&'static str>,
    /// The instrument's name on the wire.
    pub name: &'static str,
    /// The kind of instrument.
    pub instrument: Instrument,
    /// The unit, in UCUM: `s`, `{token}`.
    pub unit: &'static str,
    /// What is recorded: [`ValueKind::Int`] or [`ValueKind::Double`].
    pub value: ValueKind,
    /// The bucket boundaries the conventions advise, in the metric's unit. Empty for a counter.
    pub boundaries: &'static [f64],
    /// Its attributes, sorted by name.
    pub attributes: &'static [AttributeRef],
}

/// An event: a log record with this name, or a span event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventDef {
    /// The event's name on the wire.
    pub name: &'static str,
    /// The severity number the conventions ask for.
    pub severity: Option<u8>,
    /// The span types whose spans carry it as a span event. Empty for a log record, which Glassbox can put on any span
    /// too.
    pub spans: &'static [&'static str],
    /// Its attributes, sorted by name.
    pub attributes: &'static [AttributeRef],
}

/// A resource entity: what the telemetry is about, beyond the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntityDef {
    /// The entity's type.
    pub name: &'static str,
    /// The attributes that identify it.
    pub identity: &'static [AttributeRef],
    /// The attributes that describe it.
    pub description: &'static [AttributeRef],
}

/// What Glassbox adds, sorted by what it adds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Additions {
    /// To span types; what is added to one is added to its refinements.
    pub spans: &'static [Addition],
    /// To metrics; what is added to one is added to its refinements.
    pub metrics: &'static [Addition],
    /// To events.
    pub events: &'static [Addition],
}

/// What is added to one span type, metric or event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Addition {
    /// The identifier of what it is added to.
    pub to: &'static str,
    /// The attributes, sorted by name. They are [`GLASSBOX`]'s, or [`CURRENT`]'s that are not listed there.
    pub attributes: &'static [AttributeRef],
}
