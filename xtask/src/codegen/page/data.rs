//! `xtask/data/telemetry.yaml`: what is emitted, and when each attribute is set.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// Where it is, from the workspace's root.
pub(super) const SOURCE: &str = "xtask/data/telemetry.yaml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(super) spans: Vec<Entry>,
    pub(super) metrics: Vec<Entry>,
    pub(super) events: Vec<Entry>,
    /// What is not emitted at all, and why.
    pub(super) left_out: LeftOut,
    /// When an attribute is set, wherever it is.
    pub(super) attributes: BTreeMap<String, Setting>,
}

/// A span type, a metric or an event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(super) id: String,
    pub(super) title: Option<String>,
    pub(super) about: String,
    /// When an attribute is set here.
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Setting>,
    /// Attributes that are never set here, and why.
    #[serde(default)]
    pub(super) left_out: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeftOut {
    pub(super) spans: BTreeMap<String, String>,
    pub(super) metrics: BTreeMap<String, String>,
    pub(super) events: BTreeMap<String, String>,
}

/// When an attribute is set: with the span's start, or at its end.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    Start(String),
    End(String),
}

/// For what our own registry says all of.
pub(super) static NOTHING: Entry = Entry {
    id: String::new(),
    title: None,
    about: String::new(),
    attributes: BTreeMap::new(),
    left_out: BTreeMap::new(),
};

impl Data {
    pub(super) fn load() -> Result<Self> {
        Self::parse(include_str!("../../../data/telemetry.yaml"))
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        let data = serde_norway::with::singleton_map_recursive::deserialize(
            serde_norway::Deserializer::from_str(text),
        );
        data.with_context(|| format!("parsing {SOURCE}"))
    }
}
