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
        ("zipkin", &[], 1),
        ("zipkin,console", &["console"], 1),
        ("none,console", &["console"], 1),
        ("zipkin,none", &[], 1),
    ] {
        let (names, said) = sinks(&[("OTEL_TRACES_EXPORTER", value)]);
        assert_eq!(names, expected, "{value}");
        assert_eq!(said.len(), warnings, "{value}: {said:?}");
    }
}

/// The names of the exporters of traces, of metrics and of logs.
fn all_sinks(builder: &Builder) -> [Vec<&str>; 3] {
    fn names<B>(sink: &SinkSpec<B>) -> &str {
        &sink.name
    }
    [
        builder.sinks.iter().map(names).collect(),
        builder
            .metric_sinks
            .iter()
            .map(|(sink, _)| names(sink))
            .collect(),
        builder.log_sinks.iter().map(names).collect(),
    ]
}

#[test]
fn each_signal_has_a_variable_of_its_own() {
    assert_eq!(all_sinks(&from(&[])), [["otlp"], ["otlp"], ["otlp"]]);
    let builder = from(&[
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_METRICS_EXPORTER", "console"),
        ("OTEL_LOGS_EXPORTER", "otlp,console"),
    ]);
    let expected: [&[&str]; 3] = [&[], &["console"], &["otlp", "console"]];
    assert_eq!(all_sinks(&builder), expected);
    assert_eq!(builder.warnings, [""; 0]);

    let builder = from(&[
        ("OTEL_METRICS_EXPORTER", "prometheus"),
        ("OTEL_LOGS_EXPORTER", "paper"),
    ]);
    let expected: [&[&str]; 3] = [&["otlp"], &[], &[]];
    assert_eq!(all_sinks(&builder), expected);
    assert_eq!(
        builder.warnings,
        [
            "OTEL_METRICS_EXPORTER: \"prometheus\" is not otlp, console or none; ignored",
            "OTEL_LOGS_EXPORTER: \"paper\" is not otlp, console or none; ignored",
        ]
    );
}

#[test]
fn a_program_that_chooses_gets_what_it_adds() {
    let environment = Environment::default();
    let builder = Builder::settings_from_environment(&environment)
        .with_otlp(Otlp::http("http://127.0.0.1:1/").unwrap());
    let expected: [&[&str]; 3] = [&["otlp"], &[], &[]];
    assert_eq!(all_sinks(&builder), expected);
}

#[test]
fn the_variables_of_metrics_and_logs_are_read() {
    let builder = from(&[
        ("OTEL_METRIC_EXPORT_INTERVAL", "250"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "100"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "20"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "7"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "3"),
        ("OTEL_BLRP_EXPORT_TIMEOUT", "40"),
    ]);
    assert_eq!(builder.warnings, [""; 0]);
    assert_eq!(builder.periodic.interval.as_millis(), 250);
    assert_eq!(builder.periodic.timeout.as_millis(), 100);
    let batching = builder.log_batching;
    assert_eq!(batching.schedule_delay.as_millis(), 20);
    assert_eq!((batching.max_queue_size, batching.max_batch_size), (7, 3));
    assert_eq!(batching.export_timeout.as_millis(), 40);
    assert_eq!(builder.batching, Batching::default(), "that of spans");

    let builder = from(&[
        ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "-1"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "soon"),
    ]);
    assert_eq!(builder.periodic, Periodic::default());
    assert_eq!(builder.log_batching, Batching::for_logs());
    let named = |warning: &String| warning.split('=').next().unwrap_or_default().to_owned();
    let mut named: Vec<_> = builder.warnings.iter().map(named).collect();
    named.sort();
    assert_eq!(
        named,
        [
            "OTEL_BLRP_MAX_QUEUE_SIZE",
            "OTEL_BLRP_SCHEDULE_DELAY",
            "OTEL_METRIC_EXPORT_INTERVAL",
            "OTEL_METRIC_EXPORT_TIMEOUT",
        ]
    );
}

#[test]
fn a_disabled_sdk_has_no_exporter_and_no_spans() {
    use opentelemetry::logs::{Logger as _, LoggerProvider as _, Severity};
    use opentelemetry::metrics::MeterProvider as _;
    use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};

    let builder = from(&[("OTEL_SDK_DISABLED", "true")]);
    let expected: [&[&str]; 3] = [&[], &[], &[]];
    assert_eq!(all_sinks(&builder), expected);
    // Nor does what a program adds to it count.
    let guard = builder
        .with_otlp_metrics(Otlp::http("http://127.0.0.1:1/").unwrap())
        .with_console_logs(ConsoleExporter::stdout())
        .build()
        .unwrap();
    let meter = guard.meter_provider().meter("test");
    meter.u64_counter("jobs").build().add(1, &[]);
    let logger = guard.logger_provider().logger("test");
    assert!(!logger.event_enabled(Severity::Fatal, "test", None));
    assert_eq!(guard.flush(std::time::Duration::ZERO).sinks, []);
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
