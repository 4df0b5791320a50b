//! The hand-written data beside the registry: `xtask/data/*.yaml`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::model::Registry;

/// What the registry's YAML does not say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    pub(crate) extra_attributes: Vec<String>,
    pub(crate) sensitive: Vec<String>,
    pub(crate) spans: BTreeMap<String, SpanOverlay>,
    pub(crate) boundaries: BTreeMap<String, Vec<f64>>,
    pub(crate) metrics: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SpanOverlay {
    pub(crate) operations: Vec<String>,
    pub(crate) base: Option<String>,
    pub(crate) provider: Option<String>,
}

/// Current names and their older ones.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Renames {
    pub(crate) attributes: BTreeMap<String, Rename>,
    pub(crate) spans: BTreeMap<String, Rename>,
    pub(crate) metrics: BTreeMap<String, Rename>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    pub(crate) to: String,
    /// The attribute and value that tell two current names with one older name apart.
    #[serde(default)]
    pub(crate) with: BTreeMap<String, String>,
}

impl Overlay {
    pub(crate) fn load() -> Result<Self> {
        serde_norway::from_str(include_str!("../../data/overlay.yaml"))
            .context("parsing xtask/data/overlay.yaml")
    }

    /// Refuses entries about things none of `registries` has: left over, or misspelt.
    pub(crate) fn check_used(&self, registries: &[&Registry]) -> Result<()> {
        let any = |known: fn(&Registry, &str) -> bool, name: &str| {
            registries.iter().any(|registry| known(registry, name))
        };
        let attributes = self.sensitive.iter().filter(|name| {
            !any(
                |registry, name| registry.attributes.contains_key(name),
                name,
            )
        });
        let spans = self
            .spans
            .keys()
            .filter(|id| !any(|registry, id| registry.spans.contains_key(id), id));
        let metrics = self
            .metrics
            .keys()
            .filter(|id| !any(|registry, id| registry.metrics.contains_key(id), id));
        let unknown: Vec<&String> = attributes.chain(spans).chain(metrics).collect();
        ensure!(
            unknown.is_empty(),
            "xtask/data/overlay.yaml names what no model has: {unknown:?}"
        );
        Ok(())
    }
}

impl Renames {
    pub(crate) fn load() -> Result<Self> {
        serde_norway::from_str(include_str!("../../data/renames-1.41.yaml"))
            .context("parsing xtask/data/renames-1.41.yaml")
    }
}
