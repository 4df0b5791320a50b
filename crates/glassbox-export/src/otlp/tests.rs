mod backward;
mod encode;

use super::*;

fn read(variables: &[(&str, &str)]) -> (Otlp, Vec<String>) {
    Otlp::from_environment(&variables.iter().copied().collect()).unwrap()
}

/// Protocol and endpoint, where nothing was wrong.
fn target(variables: &[(&str, &str)]) -> (Protocol, String) {
    let (otlp, warnings) = read(variables);
    assert_eq!(warnings, [""; 0]);
    (otlp.protocol(), otlp.endpoint().to_owned())
}

const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

#[test]
fn the_defaults_are_the_specification_s() {
    let (otlp, warnings) = read(&[]);
    assert_eq!(warnings, [""; 0]);
    assert_eq!(otlp.protocol(), Protocol::HttpProtobuf);
    assert_eq!(otlp.endpoint(), "http://localhost:4318/v1/traces");
    assert_eq!(otlp.timeout, Duration::from_secs(10));
    assert!(!otlp.gzip);
    assert_eq!(
        target(&[(PROTOCOL, "grpc")]),
        (Protocol::Grpc, "http://localhost:4317".to_owned())
    );
    assert_eq!(target(&[(PROTOCOL, "http/json")]).0, Protocol::HttpJson);
}

#[test]
fn the_general_endpoint_is_a_base_and_the_own_one_is_taken_as_it_is() {
    for (variable, value, expected) in [
        (ENDPOINT, "http://c:4318", "http://c:4318/v1/traces"),
        (ENDPOINT, "http://c:4318/", "http://c:4318/v1/traces"),
        (ENDPOINT, "https://c/otlp", "https://c/otlp/v1/traces"),
        (ENDPOINT, "https://c/otlp/", "https://c/otlp/v1/traces"),
        (TRACES_ENDPOINT, "http://c:4318", "http://c:4318"),
        (TRACES_ENDPOINT, "http://c:4318/", "http://c:4318"),
        (
            TRACES_ENDPOINT,
            "http://c/in/traces/",
            "http://c/in/traces/",
        ),
        (ENDPOINT, "http://[::1]:4318", "http://[::1]:4318/v1/traces"),
    ] {
        assert_eq!(
            target(&[(variable, value)]).1,
            expected,
            "{variable}={value}"
        );
    }
    let both = [
        (ENDPOINT, "http://general"),
        (TRACES_ENDPOINT, "http://own/x"),
    ];
    assert_eq!(target(&both).1, "http://own/x");
}

#[test]
fn grpc_has_no_path_and_may_have_no_scheme() {
    let grpc = |value, insecure| {
        target(&[
            (PROTOCOL, "grpc"),
            (ENDPOINT, value),
            ("OTEL_EXPORTER_OTLP_INSECURE", insecure),
        ])
        .1
    };
    assert_eq!(grpc("http://c:4317", ""), "http://c:4317");
    assert_eq!(grpc("c:4317", ""), "https://c:4317");
    assert_eq!(grpc("c:4317", "true"), "http://c:4317");
    assert_eq!(grpc("https://c:4317", "true"), "https://c:4317");
}

#[test]
fn an_http_endpoint_without_a_scheme_is_understood_and_reported() {
    let (otlp, warnings) = read(&[(ENDPOINT, "localhost:4318")]);
    assert_eq!(otlp.endpoint(), "http://localhost:4318/v1/traces");
    assert_eq!(
        warnings,
        ["OTEL_EXPORTER_OTLP_ENDPOINT has no scheme; taken as http://"]
    );
}

#[test]
fn a_wrong_value_is_reported_and_the_default_used() {
    for (variable, value) in [
        (PROTOCOL, "carrier-pigeon"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http"),
        (ENDPOINT, "ftp://c"),
        (ENDPOINT, "http://"),
        (ENDPOINT, "http://c:99999"),
        (TRACES_ENDPOINT, "http:// "),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "-1"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "no equals sign"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "bad name=x"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "name=line%0Abreak"),
    ] {
        let (otlp, warnings) = read(&[(variable, value)]);
        assert_eq!(warnings.len(), 1, "{variable}={value}: {warnings:?}");
        assert!(warnings[0].contains(variable), "{warnings:?}");
        let (default, _) = read(&[]);
        assert_eq!(
            format!("{otlp:?}"),
            format!("{default:?}"),
            "{variable}={value}"
        );
    }
}

#[test]
fn the_own_variable_wins_where_it_makes_sense() {
    let (otlp, warnings) = read(&[
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "brotli"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2500"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1,b=2"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "c=3"),
    ]);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(otlp.gzip);
    assert_eq!(otlp.timeout, Duration::from_millis(2500));
    let names: Vec<_> = otlp.headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["c"]);
}

#[test]
fn a_timeout_of_zero_is_no_limit() {
    let (otlp, _) = read(&[("OTEL_EXPORTER_OTLP_TIMEOUT", "0")]);
    assert!(otlp.timeout > Duration::from_secs(3600));
}

#[test]
fn no_secret_is_shown() {
    let (otlp, warnings) = read(&[
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer%20hunter2,broken hunter2,x y=hunter2",
        ),
        (ENDPOINT, "https://me:hunter2@c/p?key=hunter2#hunter2"),
    ]);
    assert_eq!(otlp.endpoint(), "https://c/p/v1/traces");
    assert_eq!(otlp.headers["authorization"], "Bearer hunter2");
    let shown = format!("{otlp:?} {warnings:?}");
    assert!(!shown.contains("hunter2"), "{shown}");

    let (_, warnings) = read(&[(ENDPOINT, "https://me:hunter2@c:x/")]);
    assert!(!warnings[0].contains("hunter2"), "{warnings:?}");
    let error = Otlp::http("me:hunter2@c").unwrap_err().to_string();
    assert_eq!(error, "the OTLP endpoint is not an http or https URL");
    let error = Otlp::http("http://c")
        .unwrap()
        .with_header("a", "hunter2\n");
    let error = error.unwrap_err().to_string();
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn what_security_asks_for_is_not_left_out() {
    let error = |variables: &[(&str, &str)]| {
        let https = [(ENDPOINT, "https://c")];
        let all = variables.iter().chain(&https).copied();
        Otlp::from_environment(&all.collect())
            .unwrap_err()
            .to_string()
    };
    let missing = error(&[("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem")]);
    assert!(
        missing.starts_with(r#"OTEL_EXPORTER_OTLP_CERTIFICATE: cannot read "/nowhere/ca.pem": "#),
        "{missing}"
    );
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert_eq!(
        error(&[("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", manifest)]),
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE is set and OTEL_EXPORTER_OTLP_CLIENT_KEY is not"
    );
    assert_eq!(
        error(&[("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", manifest)]),
        "OTEL_EXPORTER_OTLP_CLIENT_KEY is set and OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE is not"
    );
    // Without TLS there is nothing to secure.
    target(&[("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem")]);
}

#[test]
fn a_file_that_is_no_certificate_is_an_error() {
    for pem in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\nAA"] {
        let tls = Tls {
            authorities: Some(pem.into()),
            identity: None,
        };
        assert!(tls.http(true).is_err(), "{pem}");
        assert!(tls.grpc().is_err(), "{pem}");
    }
}

#[test]
fn a_proxy_is_not_for_this_machine() {
    for (url, local) in [
        ("http://localhost:4318", true),
        ("http://LOCALHOST", true),
        ("http://127.0.0.1", true),
        ("http://127.9.9.9:1", true),
        ("http://[::1]:4318", true),
        ("http://localhost.example.com", false),
        ("http://10.0.0.1", false),
        ("https://collector", false),
    ] {
        assert_eq!(Endpoint::parse(url).unwrap().is_local(), local, "{url}");
    }
}

#[test]
fn each_signal_has_a_path_and_variables_of_its_own() {
    let environment = |variables: &[(&str, &str)]| variables.iter().copied().collect();
    let defaults: Environment = environment(&[]);
    let (metrics, _) = Otlp::metrics_from_environment(&defaults).unwrap();
    assert_eq!(metrics.endpoint(), "http://localhost:4318/v1/metrics");
    let (logs, _) = Otlp::logs_from_environment(&defaults).unwrap();
    assert_eq!(logs.endpoint(), "http://localhost:4318/v1/logs");

    let own: Environment = environment(&[
        (ENDPOINT, "http://all:4318"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m/collect"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://l:1"),
        ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-key=1"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "20"),
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "30"),
        ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "gzip"),
    ]);
    let (metrics, warnings) = Otlp::metrics_from_environment(&own).unwrap();
    assert_eq!(warnings, [""; 0]);
    assert_eq!(metrics.endpoint(), "http://m/collect", "as it stands");
    assert_eq!(metrics.timeout, Duration::from_millis(30));
    assert!(metrics.gzip && metrics.headers.is_empty());
    let (logs, _) = Otlp::logs_from_environment(&own).unwrap();
    assert_eq!(
        (logs.protocol(), logs.endpoint()),
        (Protocol::Grpc, "http://l:1")
    );
    assert_eq!(logs.timeout, Duration::from_millis(20));
    assert!(!logs.gzip && logs.headers.contains_key("x-key"));
    let (traces, _) = Otlp::from_environment(&own).unwrap();
    assert_eq!(traces.endpoint(), "http://all:4318/v1/traces");
}

#[test]
fn a_preferred_temporality_is_read_for_metrics() {
    const PREFERENCE: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    let read = |preference: &str| {
        let environment = [(PREFERENCE, preference)].into_iter().collect();
        let (otlp, warnings) = Otlp::metrics_from_environment(&environment).unwrap();
        (otlp.temporality(), warnings)
    };
    for (preference, expected) in [
        ("", Temporality::Cumulative),
        ("cumulative", Temporality::Cumulative),
        ("Delta", Temporality::Delta),
        ("lowmemory", Temporality::LowMemory),
    ] {
        assert_eq!(read(preference), (expected, Vec::new()), "{preference}");
    }
    let (temporality, warnings) = read("eternal");
    assert_eq!(temporality, Temporality::Cumulative);
    assert!(warnings[0].starts_with(PREFERENCE), "{warnings:?}");
}
