//! From current names to those of an older release.
//!
//! A vocabulary that speaks the older release asks for each current name what became of it.
//! Names this crate does not know (a user's own) are the [`Same`](Fate::Same).
//!
//! ```
//! use glassbox_semconv::rename::{Fate, V1_41};
//! use glassbox_semconv::{attribute, metric};
//!
//! assert_eq!(V1_41.attribute(attribute::GEN_AI_REQUEST_MODEL), Fate::Same);
//! assert_eq!(
//!     V1_41.attribute(attribute::GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
//!     Fate::Renamed("gen_ai.usage.cache_creation.input_tokens"),
//! );
//! assert_eq!(V1_41.attribute(attribute::GEN_AI_RESPONSE_STATUS), Fate::Absent);
//! assert_eq!(
//!     V1_41.metric(metric::GEN_AI_CLIENT_INFERENCE_OPERATION_INPUT_TOKENS),
//!     Fate::RenamedWith("gen_ai.client.token.usage", ("gen_ai.token.type", "input")),
//! );
//! ```

mod v1_41;

use crate::registry::emitted;

/// From the current names to those of release 1.41.1.
///
/// A few attributes kept their name and changed their type; compare [`AttributeDef::kind`] in
/// [`CURRENT`] and [`V1_41`](crate::registry::V1_41) (`gen_ai.request.top_k` was a double).
///
/// [`AttributeDef::kind`]: crate::registry::AttributeDef::kind
/// [`CURRENT`]: crate::registry::CURRENT
pub static V1_41: Renames = v1_41::RENAMES;

/// What became of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It is the same there.
    Same,
    /// It has this name there.
    Renamed(&'static str),
    /// It has this name there, and is told apart by this attribute and value.
    RenamedWith(&'static str, (&'static str, &'static str)),
    /// It does not exist there.
    Absent,
}

/// What became of the names that are not the same. Every table is sorted by name.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Renames {
    /// Attributes; the flag marks a template, whose members share its fate.
    pub attributes: &'static [(&'static str, bool, Fate)],
    /// Span types, by identifier.
    pub spans: &'static [(&'static str, bool, Fate)],
    /// Metrics.
    pub metrics: &'static [(&'static str, bool, Fate)],
    /// Events.
    pub events: &'static [(&'static str, bool, Fate)],
}

impl Renames {
    /// What became of the attribute `name`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Fate {
        fate(self.attributes, name)
    }

    /// What became of the span type `id`.
    #[must_use]
    pub fn span(&self, id: &str) -> Fate {
        fate(self.spans, id)
    }

    /// What became of the metric `name`.
    #[must_use]
    pub fn metric(&self, name: &str) -> Fate {
        fate(self.metrics, name)
    }

    /// What became of the event `name`.
    #[must_use]
    pub fn event(&self, name: &str) -> Fate {
        fate(self.events, name)
    }
}

fn fate(table: &'static [(&'static str, bool, Fate)], name: &str) -> Fate {
    emitted(table, name, |row| (row.0, row.1)).map_or(Fate::Same, |row| row.2)
}
