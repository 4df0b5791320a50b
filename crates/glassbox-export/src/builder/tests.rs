use opentelemetry::{Key, Value};

use super::resource::SERVICE_NAME;
use super::*;

fn from(variables: &[(&str, &str)]) -> Builder {
    Builder::from_environment(&variables.iter().copied().collect()).unwrap()
}

fn sinks(variables: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let builder = from(variables);
    let names = builder.sinks.into_iter().map(|sink| sink.name);
    (names.collect(), builder.warnings)
}

#[test]
fn the_exporters_are_those_asked_for() {
    for (value, expected, warnings) in [
        ("", &["otlp"][..], 0),
        ("otlp", &["otlp"], 0),
        ("console", &["console"], 0),
        ("none", &[], 0),
        (" console , otlp,console", &["console", "otlp"], 0),
        ("zipkin", &["otlp"], 1),
        ("zipkin,console", &["console"], 1),
        ("none,console", &["console"], 1),
        ("zipkin,none", &[], 1),
    ] {
        let (names, said) = sinks(&[("OTEL_TRACES_EXPORTER", value)]);
        assert_eq!(names, expected, "{value}");
        assert_eq!(said.len(), warnings, "{value}: {said:?}");
    }
}

#[test]
fn a_disabled_sdk_has_no_exporter_and_no_spans() {
    use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};

    let builder = from(&[("OTEL_SDK_DISABLED", "true")]);
    assert!(builder.sinks.is_empty());
    let guard = builder.build().unwrap();
    let tracer = guard.tracer_provider().tracer("test");
    assert!(!tracer.start("span").is_recording());
}

#[test]
fn every_warning_is_collected() {
    let warnings = from(&[
        ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_RESOURCE_ATTRIBUTES", "what"),
        ("OTEL_SDK_DISABLED", "perhaps"),
    ])
    .warnings;
    assert_eq!(warnings.len(), 5, "{warnings:#?}");
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
fn the_resource_follows_the_specification() {
    let resource = from(&[
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=lower,team=a%2Cb,empty=",
        ),
        ("OTEL_SERVICE_NAME", "higher"),
    ])
    .resource
    .unwrap();
    let value = |key: &'static str| resource.get(&Key::from_static_str(key));
    assert_eq!(value("service.name"), Some(Value::from("higher")));
    assert_eq!(value("team"), Some(Value::from("a,b")));
    assert_eq!(value("telemetry.sdk.language"), Some(Value::from("rust")));
}

#[test]
fn a_service_name_is_for_those_who_have_none() {
    let named = |variables: &[(&str, &str)]| {
        let resource = resource::read(&mut Settings::new(&variables.iter().copied().collect()));
        let name = resource::named(resource, Some("glassbox".to_owned()));
        name.get(&SERVICE_NAME).map(|name| name.to_string())
    };
    assert_eq!(named(&[]).as_deref(), Some("glassbox"));
    assert_eq!(
        named(&[("OTEL_SERVICE_NAME", "mine")]).as_deref(),
        Some("mine")
    );
}

#[test]
fn a_certificate_that_cannot_be_read_is_an_error() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://localhost"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere"),
    ];
    assert!(Builder::from_environment(&variables.into_iter().collect()).is_err());
}
