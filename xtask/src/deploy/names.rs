//! The names that exist: attributes and spans by the registry, metrics as Prometheus has them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use glassbox_semconv::registry::{Contract, GLASSBOX, Instrument};
use serde::Deserialize;

/// What Prometheus adds to every series that comes in over OTLP, with the attributes that `prometheus.yaml` promotes.
const RESOURCE: &[&str] = &[
    "job",
    "instance",
    "deployment_environment_name",
    "service_version",
];

#[derive(Debug, Deserialize)]
struct Emitted {
    spans: Vec<Id>,
    metrics: Vec<Id>,
}

#[derive(Debug, Deserialize)]
struct Id {
    id: String,
}

/// What Glassbox emits, not all that the conventions know.
#[derive(Debug)]
pub(super) struct Names {
    /// The identifiers of span types.
    pub(super) spans: Vec<String>,
    /// The labels of each series in Prometheus.
    pub(super) series: BTreeMap<String, BTreeSet<String>>,
}

impl Names {
    pub(super) fn load() -> Result<Self> {
        let emitted: Emitted = serde_norway::from_str(include_str!("../../data/telemetry.yaml"))
            .context("reading xtask/data/telemetry.yaml")?;
        let own = GLASSBOX.metrics.iter().map(|def| def.name);
        let mut series = BTreeMap::new();
        for name in emitted.metrics.iter().map(|metric| &*metric.id).chain(own) {
            add(&mut series, name)?;
        }
        let up = ["job", "instance"].map(str::to_owned);
        series.insert("up".to_owned(), up.into());
        Ok(Self {
            spans: emitted.spans.into_iter().map(|span| span.id).collect(),
            series,
        })
    }
}

/// What Prometheus makes of the metric `name` with `UnderscoreEscapingWithSuffixes`.
fn add(series: &mut BTreeMap<String, BTreeSet<String>>, name: &str) -> Result<()> {
    let contract = Contract::current();
    let def = contract.metric_def(name);
    let def = def.with_context(|| format!("no registry has the metric {name}"))?;
    let carried = contract.metric(name);
    let carried = carried.with_context(|| format!("no registry has the metric {name}"))?;
    let mut labels: BTreeSet<String> = carried
        .attributes()
        .map(|attribute| attribute.name.replace('.', "_"))
        .collect();
    labels.extend(RESOURCE.iter().map(|&label| label.to_owned()));

    let unit = match def.unit {
        "s" => "_seconds",
        unit if unit.starts_with('{') => "",
        other => {
            anyhow::bail!("{name}: what Prometheus makes of the unit {other} is not known here")
        }
    };
    let base = format!("{}{unit}", name.replace('.', "_"));
    match def.instrument {
        Instrument::Counter => {
            series.insert(format!("{base}_total"), labels);
        }
        _ => {
            for suffix in ["_sum", "_count"] {
                series.insert(format!("{base}{suffix}"), labels.clone());
            }
            labels.insert("le".to_owned());
            series.insert(format!("{base}_bucket"), labels);
        }
    }
    Ok(())
}
