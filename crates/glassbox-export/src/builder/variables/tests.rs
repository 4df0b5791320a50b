use std::collections::BTreeSet;

use super::*;
use crate::builder::Builder;

fn from(variables: &[(&str, &str)]) -> Builder {
    Builder::from_environment(&variables.iter().copied().collect()).unwrap()
}

#[test]
fn a_sampler_s_argument_is_checked_where_it_matters() {
    let warnings = |sampler, argument| {
        from(&[
            ("OTEL_TRACES_SAMPLER", sampler),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
        ])
        .warnings
    };
    assert_eq!(warnings("traceidratio", "0.25"), [""; 0]);
    assert_eq!(warnings("always_on", "much"), [""; 0]);
    for bad in ["much", "1.5", "-0.1", "NaN"] {
        assert_eq!(warnings("parentbased_traceidratio", bad).len(), 1, "{bad}");
    }
}

#[test]
fn each_sampler_is_the_one_that_is_asked_for() {
    let read = |name, argument| {
        let variables = [
            ("OTEL_TRACES_SAMPLER", name),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
        ];
        let environment = variables.into_iter().collect();
        let mut settings = Settings::new(&environment);
        let sampler = sampler(&mut settings);
        assert_eq!(settings.warnings, [""; 0]);
        format!("{sampler:?}")
    };
    for (name, argument, expected) in [
        ("", "", "ParentBased(AlwaysOn)"),
        ("always_on", "", "AlwaysOn"),
        ("always_off", "", "AlwaysOff"),
        ("traceidratio", "0.25", "TraceIdRatioBased(0.25)"),
        ("traceidratio", "", "TraceIdRatioBased(1.0)"),
        ("parentbased_always_on", "", "ParentBased(AlwaysOn)"),
        ("parentbased_always_off", "", "ParentBased(AlwaysOff)"),
        (
            "ParentBased_TraceIdRatio",
            "0.5",
            "ParentBased(TraceIdRatioBased(0.5))",
        ),
    ] {
        assert_eq!(read(name, argument), expected, "{name}");
    }
}

#[test]
fn limits_are_a_signal_s_own_or_the_general_ones() {
    let read = |variables: &[(&str, &str)]| {
        let environment = variables.iter().copied().collect();
        let mut settings = Settings::new(&environment);
        let limits = span_limits(&mut settings);
        let length = span_length(&mut settings);
        let records = record_limits(&mut settings);
        assert_eq!(settings.warnings, [""; 0]);
        let counts = [
            limits.max_attributes_per_span,
            limits.max_attributes_per_event,
            limits.max_attributes_per_link,
            limits.max_events_per_span,
            limits.max_links_per_span,
        ];
        let lengths = [length, records.value].map(|length| length.map(|length| length.0));
        (counts, lengths, records.attributes)
    };
    assert_eq!(read(&[]), ([128; 5], [None; 2], None));
    let general = [
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "7"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "9"),
    ];
    let expected = ([7, 7, 7, 128, 128], [Some(9); 2], Some(7));
    assert_eq!(read(&general), expected);
    let own = [
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "7"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "9"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1"),
        ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "2"),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "3"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "4"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "0"),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "0"),
        ("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "6"),
        ("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "8"),
    ];
    let expected = ([1, 2, 3, 4, 0], [Some(0), Some(6)], Some(8));
    assert_eq!(read(&own), expected);
}

#[test]
fn the_propagators_are_those_asked_for() {
    use opentelemetry::propagation::TextMapPropagator as _;

    for (value, expected, warnings) in [
        ("", &["traceparent", "tracestate", "baggage"][..], 0),
        ("tracecontext", &["traceparent", "tracestate"], 0),
        ("Baggage", &["baggage"], 0),
        (
            " baggage , tracecontext,baggage",
            &["traceparent", "tracestate", "baggage"],
            0,
        ),
        ("none", &[], 0),
        ("none,baggage", &["baggage"], 1),
        ("b3,tracecontext", &["traceparent", "tracestate"], 1),
        ("b3multi,jaeger,xray,none", &[], 3),
        ("pigeon", &["traceparent", "tracestate", "baggage"], 1),
    ] {
        let builder = from(&[("OTEL_PROPAGATORS", value)]);
        let composite = builder.propagators.composite();
        let mut fields: Vec<_> = composite.fields().collect();
        fields.sort_by_key(|field| expected.iter().position(|it| it == field));
        assert_eq!(fields, expected, "{value}");
        assert_eq!(builder.warnings.len(), warnings, "{:?}", builder.warnings);
    }
}

/// Every variable with a value that can be wrong, and such a value.
fn wrong() -> Vec<(String, &'static str)> {
    let mut rows = vec![
        ("OTEL_SDK_DISABLED".to_owned(), "perhaps"),
        ("OTEL_RESOURCE_ATTRIBUTES".to_owned(), "what"),
        ("OTEL_TRACES_SAMPLER".to_owned(), "jaeger_remote"),
        ("OTEL_TRACES_SAMPLER".to_owned(), "xray"),
        ("OTEL_PROPAGATORS".to_owned(), "b3"),
        ("OTEL_METRICS_EXEMPLAR_FILTER".to_owned(), "always_on"),
        ("OTEL_METRICS_EXEMPLAR_FILTER".to_owned(), "sometimes"),
        ("OTEL_CONFIG_FILE".to_owned(), "sdk.yaml"),
        ("OTEL_METRIC_EXPORT_INTERVAL".to_owned(), "0"),
        ("OTEL_METRIC_EXPORT_TIMEOUT".to_owned(), "-1"),
        ("OTEL_EXPORTER_OTLP_INSECURE".to_owned(), "perhaps"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE".to_owned(),
            "eternal",
        ),
        (
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION".to_owned(),
            "pie_chart",
        ),
    ];
    for limit in [
        "ATTRIBUTE_COUNT",
        "ATTRIBUTE_VALUE_LENGTH",
        "SPAN_ATTRIBUTE_COUNT",
        "SPAN_ATTRIBUTE_VALUE_LENGTH",
        "SPAN_EVENT_COUNT",
        "SPAN_LINK_COUNT",
        "EVENT_ATTRIBUTE_COUNT",
        "LINK_ATTRIBUTE_COUNT",
        "LOGRECORD_ATTRIBUTE_COUNT",
        "LOGRECORD_ATTRIBUTE_VALUE_LENGTH",
    ] {
        rows.push((format!("OTEL_{limit}_LIMIT"), "-1"));
    }
    for prefix in ["BSP", "BLRP"] {
        rows.push((format!("OTEL_{prefix}_SCHEDULE_DELAY"), "soon"));
        rows.push((format!("OTEL_{prefix}_EXPORT_TIMEOUT"), "1.5"));
        rows.push((format!("OTEL_{prefix}_MAX_QUEUE_SIZE"), "0"));
        rows.push((format!("OTEL_{prefix}_MAX_EXPORT_BATCH_SIZE"), "many"));
    }
    for signal in ["TRACES", "METRICS", "LOGS"] {
        rows.push((format!("OTEL_{signal}_EXPORTER"), "paper"));
    }
    for signal in ["", "TRACES_", "METRICS_", "LOGS_"] {
        for (setting, value) in [
            ("PROTOCOL", "smoke"),
            ("ENDPOINT", "ftp://c"),
            ("HEADERS", "what"),
            ("TIMEOUT", "10s"),
            ("COMPRESSION", "zip"),
        ] {
            rows.push((format!("OTEL_EXPORTER_OTLP_{signal}{setting}"), value));
        }
    }
    rows
}

#[test]
fn a_wrong_value_is_a_warning_that_names_the_variable() {
    for (variable, value) in wrong() {
        let mut variables = vec![(variable.as_str(), value)];
        if variable.ends_with("_INSECURE") {
            // It speaks for an endpoint without a scheme.
            variables.push(("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));
            variables.push(("OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317"));
        }
        let warnings = from(&variables).warnings;
        assert!(!warnings.is_empty(), "{variable}={value}");
        for warning in warnings {
            assert!(warning.starts_with(&variable), "{variable}: {warning}");
        }
    }
}

#[test]
fn what_nobody_asked_for_is_no_warning() {
    assert_eq!(from(&[]).warnings, [""; 0]);
    for (variable, value) in [
        ("OTEL_METRICS_EXEMPLAR_FILTER", "always_off"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
            "base2_exponential_bucket_histogram",
        ),
        ("OTEL_SDK_DISABLED", "FALSE"),
    ] {
        assert_eq!(from(&[(variable, value)]).warnings, [""; 0], "{variable}");
    }
}

/// Variables that take any text, or the path of a file: what is wrong with one of those is an error.
const FREE: [&str; 5] = [
    "OTEL_SERVICE_NAME",
    "OTEL_TRACES_SAMPLER_ARG",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CLIENT_KEY",
];

#[test]
fn the_table_in_the_documents_has_every_variable() {
    let (_, table) = include_str!("../../../README.md")
        .split_once("# What the environment says")
        .unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `OTEL_"));
    let documented: BTreeSet<_> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|names| names.split('`').skip(1).step_by(2))
        .collect();
    let own = |name: &str| {
        ["TRACES", "METRICS", "LOGS"]
            .iter()
            .any(|signal| name.starts_with(&format!("OTEL_EXPORTER_OTLP_{signal}_")))
            && !name.ends_with("_PREFERENCE")
            && !name.ends_with("_AGGREGATION")
    };
    let wrong = wrong();
    let names = wrong.iter().map(|(name, _)| name.as_str()).chain(FREE);
    let known: BTreeSet<_> = names.filter(|name| !own(name)).collect();
    assert_eq!(documented, known);
}
