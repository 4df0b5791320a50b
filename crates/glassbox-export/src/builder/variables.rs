//! The variables about the provider and its exporters.

use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{Sampler, SpanLimits};

use crate::environment::{Settings, quoted};
use crate::limits::{LongestValue, RecordLimits};

/// What `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` say.
pub(super) fn sampler(settings: &mut Settings<'_>) -> Sampler {
    #[derive(Clone, Copy)]
    enum Root {
        On,
        Off,
        Ratio,
    }
    let wanted = settings.parsed(
        &["OTEL_TRACES_SAMPLER"],
        "a sampler there is (default parentbased_always_on)",
        |name| {
            let name = name.to_ascii_lowercase();
            let (name, parent_based) = match name.strip_prefix("parentbased_") {
                Some(root) => (root, true),
                None => (name.as_str(), false),
            };
            let root = match name {
                "always_on" => Root::On,
                "always_off" => Root::Off,
                "traceidratio" => Root::Ratio,
                _ => return None,
            };
            Some((root, parent_based))
        },
    );
    let (root, parent_based) = wanted.unwrap_or((Root::On, true));
    let root = match root {
        Root::On => Sampler::AlwaysOn,
        Root::Off => Sampler::AlwaysOff,
        Root::Ratio => Sampler::TraceIdRatioBased(ratio(settings)),
    };
    match parent_based {
        true => Sampler::ParentBased(Box::new(root)),
        false => root,
    }
}

fn ratio(settings: &mut Settings<'_>) -> f64 {
    let ratio = settings.parsed(
        &["OTEL_TRACES_SAMPLER_ARG"],
        "a number from 0 to 1 (default 1)",
        |ratio| {
            let ratio = ratio.parse::<f64>().ok()?;
            (0.0..=1.0).contains(&ratio).then_some(ratio)
        },
    );
    ratio.unwrap_or(1.0)
}

const ATTRIBUTES: &str = "OTEL_ATTRIBUTE_COUNT_LIMIT";
const LENGTH: &str = "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT";

/// How many attributes, events and links a span may have.
pub(super) fn span_limits(settings: &mut Settings<'_>) -> SpanLimits {
    let default = SpanLimits::default();
    let mut limit = |names: &[&str], default: u32| {
        let expected = format!("a whole number (default {default})");
        let limit = settings.parsed(names, &expected, |value| value.parse().ok());
        limit.unwrap_or(default)
    };
    let attributes = |own| [own, ATTRIBUTES];
    SpanLimits {
        max_attributes_per_span: limit(
            &attributes("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"),
            default.max_attributes_per_span,
        ),
        max_attributes_per_event: limit(
            &attributes("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"),
            default.max_attributes_per_event,
        ),
        max_attributes_per_link: limit(
            &attributes("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT"),
            default.max_attributes_per_link,
        ),
        max_events_per_span: limit(
            &["OTEL_SPAN_EVENT_COUNT_LIMIT"],
            default.max_events_per_span,
        ),
        max_links_per_span: limit(&["OTEL_SPAN_LINK_COUNT_LIMIT"], default.max_links_per_span),
    }
}

/// How long a text in an attribute of a span may be.
pub(super) fn span_length(settings: &mut Settings<'_>) -> Option<LongestValue> {
    length(settings, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT")
}

/// What a log record may have. The SDK has no limits of its own; the specification's 128 stand.
pub(super) fn record_limits(settings: &mut Settings<'_>) -> RecordLimits {
    let attributes = settings.parsed(
        &["OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", ATTRIBUTES],
        "a whole number (default 128)",
        |value| value.parse().ok(),
    );
    RecordLimits {
        value: length(settings, "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT"),
        attributes,
    }
}

fn length(settings: &mut Settings<'_>, own: &str) -> Option<LongestValue> {
    settings.parsed(
        &[own, LENGTH],
        "a whole number of characters (default no limit)",
        |value| value.parse().ok().map(LongestValue),
    )
}

/// How trace context travels to others and from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Propagators {
    pub(super) trace_context: bool,
    pub(super) baggage: bool,
}

impl Default for Propagators {
    fn default() -> Self {
        Self {
            trace_context: true,
            baggage: true,
        }
    }
}

impl Propagators {
    /// What `OTEL_PROPAGATORS` says.
    pub(super) fn read(settings: &mut Settings<'_>) -> Self {
        let Some(list) = settings.environment.var("OTEL_PROPAGATORS") else {
            return Self::default();
        };
        let mut propagators = Self {
            trace_context: false,
            baggage: false,
        };
        let mut none = false;
        for name in list.split(',').map(str::trim) {
            match name.to_ascii_lowercase().as_str() {
                "" => {}
                "tracecontext" => propagators.trace_context = true,
                "baggage" => propagators.baggage = true,
                "none" => none = true,
                "b3" | "b3multi" | "jaeger" | "xray" | "ottrace" => settings.warn(format!(
                    "OTEL_PROPAGATORS: {name} is not built in (tracecontext, baggage); ignored"
                )),
                _ => settings.warn(format!(
                    "OTEL_PROPAGATORS: {} is not tracecontext, baggage or none; ignored",
                    quoted(name)
                )),
            }
        }
        let any = propagators.trace_context || propagators.baggage;
        if any && none {
            settings.warn("OTEL_PROPAGATORS: none stands beside others; ignored");
        }
        match any || none {
            true => propagators,
            false => Self::default(),
        }
    }

    pub(super) fn composite(self) -> TextMapCompositePropagator {
        let mut list: Vec<Box<dyn TextMapPropagator + Send + Sync>> = Vec::new();
        if self.trace_context {
            list.push(Box::new(TraceContextPropagator::new()));
        }
        if self.baggage {
            list.push(Box::new(BaggagePropagator::new()));
        }
        TextMapCompositePropagator::new(list)
    }
}

/// Variables of the specification that nothing here acts upon: whoever sets one hears of it.
pub(super) fn check_others(settings: &mut Settings<'_>) {
    let filter = settings.parsed(
        &["OTEL_METRICS_EXEMPLAR_FILTER"],
        "always_on, always_off or trace_based",
        |value| match value.to_ascii_lowercase().as_str() {
            "always_off" => Some(false),
            "always_on" | "trace_based" => Some(true),
            _ => None,
        },
    );
    if filter == Some(true) {
        settings.warn("OTEL_METRICS_EXEMPLAR_FILTER: the SDK records no exemplars; ignored");
    }
    for name in ["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"] {
        if settings.environment.var(name).is_some() {
            settings.warn(format!(
                "{name}: there is no configuration by a file; ignored"
            ));
        }
    }
}

/// Whether histograms have exponential buckets: what
/// `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION` says.
pub(super) fn is_exponential(settings: &mut Settings<'_>) -> bool {
    let exponential = settings.parsed(
        &["OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"],
        "explicit_bucket_histogram or base2_exponential_bucket_histogram \
         (default explicit_bucket_histogram)",
        |value| match value.to_ascii_lowercase().as_str() {
            "explicit_bucket_histogram" => Some(false),
            "base2_exponential_bucket_histogram" => Some(true),
            _ => None,
        },
    );
    exponential.unwrap_or(false)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Otlp,
    Console,
}

/// What `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` or `OTEL_LOGS_EXPORTER` says: a list of `otlp`
/// (the default), `console` and `none`. A list of names that there are not asks for nothing: somebody chose, and not
/// the default.
pub(super) fn exporters(settings: &mut Settings<'_>, variable: &str) -> Vec<Kind> {
    let list = settings.environment.var(variable).unwrap_or("otlp");
    let mut kinds = Vec::new();
    let mut none = false;
    let mut unknown = false;
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let kind = match name.to_ascii_lowercase().as_str() {
            "otlp" => Kind::Otlp,
            // The second is the older name of the first.
            "console" | "logging" => Kind::Console,
            "none" => {
                none = true;
                continue;
            }
            _ => {
                unknown = true;
                settings.warn(format!(
                    "{variable}: {} is not otlp, console or none; ignored",
                    quoted(name)
                ));
                continue;
            }
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match (kinds.is_empty(), none) {
        (true, false) if !unknown => vec![Kind::Otlp],
        (false, true) => {
            settings.warn(format!("{variable}: none stands beside others; ignored"));
            kinds
        }
        _ => kinds,
    }
}

#[cfg(test)]
mod tests;
