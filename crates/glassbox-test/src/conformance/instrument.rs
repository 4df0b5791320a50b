//! Instruments: kind, unit and buckets.

use glassbox_semconv::registry::{Instrument, MetricDef, ValueKind};

use crate::{CapturedMetric, MetricKind};

/// What is wrong with an instrument, by the definition of its metric.
pub(super) fn misfits(def: &MetricDef, metric: &CapturedMetric) -> Vec<String> {
    let name = metric.name();
    let mut findings = Vec::new();
    let wanted = match def.instrument {
        Instrument::Counter => MetricKind::Counter,
        _ => MetricKind::Histogram,
    };
    if metric.kind() != wanted {
        findings.push(format!(
            "{name}: is of the kind {}, not {wanted}",
            metric.kind()
        ));
    }
    if metric.unit() != def.unit {
        findings.push(format!(
            "{name}: its unit is {:?}, not {:?}",
            metric.unit(),
            def.unit
        ));
    }
    if metric.is_integer() != (def.value == ValueKind::Int) {
        let word = |integer| if integer { "integers" } else { "doubles" };
        findings.push(format!(
            "{name}: takes {}, not {}",
            word(metric.is_integer()),
            word(!metric.is_integer())
        ));
    }
    let others = metric
        .points()
        .iter()
        .any(|point| point.bounds() != def.boundaries);
    if metric.kind() == MetricKind::Histogram && others {
        findings.push(format!(
            "{name}: its buckets are not the {} advised ones",
            def.boundaries.len()
        ));
    }
    findings
}
