use std::fmt::Write as _;

use super::attributes::attribute_lines;
use crate::capture::{CapturedMetric, CapturedPoint};

/// All metrics, each with its points and their attributes.
pub(crate) fn metrics(metrics: &[CapturedMetric]) -> String {
    let mut out = String::new();
    for metric in metrics {
        let unit = match metric.unit() {
            "" => String::new(),
            unit => format!(", {unit}"),
        };
        let _ = writeln!(out, "{} [{}{unit}]", metric.name(), metric.kind());
        // Points whose attributes differ only in what is left out keep a fixed order by what they hold.
        let mut points: Vec<(Vec<String>, String)> = metric
            .points()
            .iter()
            .map(|point| (attribute_lines(point.attributes()), held(metric, point)))
            .collect();
        points.sort();
        for (attributes, held) in points {
            let _ = writeln!(out, "  {held}");
            for line in attributes {
                let _ = writeln!(out, "    {line}");
            }
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What a point holds. How long things took is never the same twice: only how often is shown.
fn held(metric: &CapturedMetric, point: &CapturedPoint) -> String {
    let measured = matches!(metric.unit(), "s" | "ms" | "us" | "ns");
    let number = |number: f64| match metric.is_integer() {
        true => format!("{number:.0}"),
        false => format!("{number:?}"),
    };
    match (point.count(), point.sum(), point.value()) {
        (Some(count), ..) if measured => format!("count {count}"),
        (Some(count), Some(sum), _) => format!("count {count}, sum {}", number(sum)),
        (.., Some(value)) if !measured => format!("value {}", number(value)),
        _ => "value [measured]".to_owned(),
    }
}
