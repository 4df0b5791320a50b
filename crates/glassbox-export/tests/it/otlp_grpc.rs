//! OTLP over gRPC against a server on loopback.

use std::time::Duration;

use glassbox_export::{Environment, Guard, Otlp, builder};
use tokio::task::JoinSet;
use tonic::Status;

use crate::support::certificates::Authority;
use crate::support::grpc::Collector;
use crate::support::{LONG, counts, end_spans, patient, refused_port, service_name};

fn guard(otlp: Otlp) -> Guard {
    builder()
        .with_batching(patient())
        .with_service_name("weather")
        .with_otlp(otlp)
        .build()
        .unwrap()
}

fn from_environment(url: &str, more: &[(&str, &str)]) -> Guard {
    let base = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ];
    let environment: Environment = base.iter().chain(more).copied().collect();
    let (otlp, warnings) = Otlp::from_environment(&environment).unwrap();
    assert_eq!(warnings, [""; 0]);
    guard(otlp)
}

#[test]
fn every_span_arrives_without_a_runtime() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector.url(), &[]);
    end_spans(&guard, 600);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (600, 0, 0, 0), "{report}");
    let names: Vec<_> = (0..600).map(|index| format!("span {index}")).collect();
    assert_eq!(collector.names(), names);
    let (_, request) = &collector.received()[0];
    assert_eq!(service_name(request).as_deref(), Some("weather"));
}

#[tokio::test(flavor = "current_thread")]
async fn the_only_thread_of_a_runtime_may_flush() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector.url(), &[]);
    end_spans(&guard, 3);
    assert!(guard.flush(LONG).is_complete());
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(collector.names().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_only_worker_of_a_runtime_may_shut_down() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector.url(), &[]);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        end_spans(&guard, 3);
        guard.shutdown(LONG)
    });
    assert!(tasks.join_all().await[0].is_complete());
    assert_eq!(collector.names().len(), 3);
}

#[test]
fn headers_are_metadata_and_gzip_is_gzip() {
    let collector = Collector::new([]);
    let guard = from_environment(
        &collector.url(),
        &[
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20t0ken"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ],
    );
    end_spans(&guard, 3);
    let report = guard.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let (metadata, _) = &collector.received()[0];
    let sent = |name| metadata.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(sent("authorization"), Some("Bearer t0ken"));
    assert_eq!(sent("grpc-encoding"), Some("gzip"));
    let agent = sent("user-agent").unwrap_or_default();
    assert!(agent.starts_with("OTel-OTLP-Exporter-Rust/"), "{agent}");
    assert_eq!(collector.names().len(), 3);
}

#[tokio::test(flavor = "current_thread")]
async fn a_port_where_nobody_listens_is_one_clear_sentence() {
    let url = format!("http://127.0.0.1:{}", refused_port());
    let guard = from_environment(&url, &[]);
    end_spans(&guard, 5);
    let report = guard.shutdown(LONG);
    assert_eq!(
        report.to_string(),
        format!(
            "could not deliver 5 spans to {url}: connection refused; is a collector listening? \
             (OTEL_EXPORTER_OTLP_ENDPOINT)"
        )
    );
}

#[test]
fn a_collector_that_is_busy_is_asked_again() {
    let collector = Collector::new([Status::unavailable("busy")]);
    let guard = from_environment(&collector.url(), &[]);
    end_spans(&guard, 2);
    let report = guard.flush(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(collector.received().len(), 2);
}

#[test]
fn a_collector_that_refuses_is_not_asked_again() {
    let collector = Collector::new([Status::unauthenticated("who are you?")]);
    let guard = from_environment(&collector.url(), &[]);
    end_spans(&guard, 2);
    let report = guard.flush(LONG);
    assert_eq!(collector.received().len(), 1);
    assert_eq!(
        report.to_string(),
        format!(
            "could not deliver 2 spans to {}: the collector answered Unauthenticated: \
             who are you? (OTEL_EXPORTER_OTLP_HEADERS)",
            collector.url()
        )
    );
}

#[test]
fn a_collector_that_never_answers_holds_up_nobody() {
    let collector = Collector::silent();
    let guard = from_environment(&collector.url(), &[]);
    end_spans(&guard, 2);
    assert!(guard.flush(Duration::from_millis(50)).timed_out);
    let report = guard.shutdown(Duration::from_millis(500));
    assert_eq!(counts(&report.sinks[0]), (0, 0, 2, 0));
}

#[test]
fn a_late_answer_names_the_timeout() {
    let collector = Collector::silent();
    let guard = from_environment(&collector.url(), &[("OTEL_EXPORTER_OTLP_TIMEOUT", "30")]);
    end_spans(&guard, 1);
    let report = guard.flush(LONG);
    assert_eq!(
        report.sinks[0].last_error.as_deref(),
        Some("no answer within 30 ms (OTEL_EXPORTER_OTLP_TIMEOUT)")
    );
}

#[test]
fn tls_trusts_whom_it_is_told_to_trust_and_says_who_it_is() {
    let authority = Authority::new();
    let collector = Collector::mutual(&authority);
    let client = authority.vouch_for("client");
    let otlp = Otlp::grpc(&collector.url())
        .unwrap()
        .with_certificate(authority.certificate.as_str())
        .with_client_certificate(client.certificate, client.key);
    let known = guard(otlp);
    end_spans(&known, 2);
    let report = known.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(collector.names().len(), 2);

    // The system's authorities know nothing of ours.
    let wary = guard(
        Otlp::grpc(&collector.url())
            .unwrap()
            .with_certificate(Authority::new().certificate),
    );
    end_spans(&wary, 1);
    let report = wary.shutdown(LONG);
    assert_eq!(report.sinks[0].failed, 1);
    assert_eq!(collector.names().len(), 2);
}

#[test]
fn the_wrong_protocol_is_recognised() {
    let collector = crate::support::http::Collector::new([]);
    let guard = from_environment(&collector.url(), &[]);
    end_spans(&guard, 1);
    let report = guard.shutdown(LONG);
    assert_eq!(report.sinks[0].failed, 1, "{report}");
}

#[test]
fn the_library_s_exporter_sends_the_same() {
    use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};

    let (ours, theirs) = (Collector::new([]), Collector::new([]));
    // Its client is set up inside a runtime.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let exporter = {
        let _entered = runtime.enter();
        let exporter = SpanExporter::builder().with_tonic();
        exporter.with_endpoint(theirs.url()).build().unwrap()
    };
    let guard = builder()
        .with_batching(patient())
        .with_otlp(Otlp::grpc(&ours.url()).unwrap())
        .with_exporter("library", theirs.url(), exporter)
        .build()
        .unwrap();
    end_spans(&guard, 5);
    let report = guard.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let (_, sent) = &ours.received()[0];
    let (_, expected) = &theirs.received()[0];
    assert_eq!(sent, expected);
}
