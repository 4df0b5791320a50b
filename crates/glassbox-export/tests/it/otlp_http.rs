//! OTLP over HTTP against a server on loopback.

use std::time::Duration;

use glassbox_export::{Environment, Guard, Otlp, builder};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use tokio::task::JoinSet;

use crate::support::certificates::Authority;
use crate::support::http::{Answer, Collector};
use crate::support::{LONG, counts, end_spans, patient, refused_port, service_name};

fn guard(otlp: Otlp) -> Guard {
    builder()
        .with_batching(patient())
        .with_service_name("weather")
        .with_otlp(otlp)
        .build()
        .unwrap()
}

/// To this collector, as the environment would say it.
fn from_environment(collector: &Collector, more: &[(&str, &str)]) -> Guard {
    let url = collector.url();
    let endpoint = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str())];
    let environment: Environment = endpoint.iter().chain(more).copied().collect();
    let (otlp, warnings) = Otlp::from_environment(&environment).unwrap();
    assert_eq!(warnings, [""; 0]);
    guard(otlp)
}

#[test]
fn every_span_arrives_as_protobuf() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector, &[]);
    end_spans(&guard, 1000);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (1000, 0, 0, 0), "{report}");
    let names: Vec<_> = (0..1000).map(|index| format!("span {index}")).collect();
    assert_eq!(collector.names(), names);

    let requests = collector.received();
    assert_eq!(requests.len(), 2, "in batches of 512");
    for request in &requests {
        assert_eq!(request.line, "POST /v1/traces HTTP/1.1");
        assert_eq!(
            request.header("content-type"),
            Some("application/x-protobuf")
        );
        let agent = request.header("user-agent").unwrap_or_default();
        assert!(agent.starts_with("OTel-OTLP-Exporter-Rust/"), "{agent}");
    }
    let body = requests[0].spans();
    assert_eq!(service_name(&body).as_deref(), Some("weather"));
    let span = &body.resource_spans[0].scope_spans[0].spans[7];
    assert_eq!(span.attributes[0].key, "index");
    assert_eq!(span.kind, 3, "client");
}

#[tokio::test(flavor = "current_thread")]
async fn the_only_thread_of_a_runtime_may_flush() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector, &[]);
    end_spans(&guard, 3);
    assert!(guard.flush(LONG).is_complete());
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(collector.names().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_only_worker_of_a_runtime_may_shut_down() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector, &[]);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        end_spans(&guard, 3);
        guard.shutdown(LONG)
    });
    assert!(tasks.join_all().await[0].is_complete());
    assert_eq!(collector.names().len(), 3);
}

#[test]
fn headers_are_sent() {
    let collector = Collector::new([]);
    let guard = from_environment(
        &collector,
        &[(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer%20t0ken,x-tenant=7",
        )],
    );
    end_spans(&guard, 1);
    guard.shutdown(LONG);
    let requests = collector.received();
    assert_eq!(requests[0].header("authorization"), Some("Bearer t0ken"));
    assert_eq!(requests[0].header("x-tenant"), Some("7"));
}

#[test]
fn credentials_in_the_url_become_a_header() {
    let collector = Collector::new([]);
    let url = collector.url().replace("://", "://me:pass@") + "/v1/traces?key=1";
    let guard = guard(Otlp::http(&url).unwrap());
    end_spans(&guard, 1);
    let report = guard.shutdown(LONG);
    assert!(!report.sinks[0].target.contains("pass"));
    let requests = collector.received();
    assert_eq!(requests[0].line, "POST /v1/traces?key=1 HTTP/1.1");
    assert_eq!(
        requests[0].header("authorization"),
        Some("Basic bWU6cGFzcw==")
    );
}

#[test]
fn gzip_is_smaller_and_says_the_same() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector, &[("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")]);
    end_spans(&guard, 100);
    assert!(guard.shutdown(LONG).is_complete());
    let requests = collector.received();
    assert_eq!(requests[0].header("content-encoding"), Some("gzip"));
    assert_eq!(collector.names().len(), 100);
    assert!(requests[0].body.len() < requests[0].spans().encoded_len());
}

#[test]
fn json_is_sent_where_it_is_asked_for() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector, &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]);
    end_spans(&guard, 2);
    assert!(guard.shutdown(LONG).is_complete());
    let requests = collector.received();
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[0].line, "POST /v1/traces HTTP/1.1");
    assert_eq!(collector.names(), ["span 0", "span 1"]);
}

#[test]
fn a_port_where_nobody_listens_is_one_clear_sentence() {
    let url = format!("http://localhost:{}", refused_port());
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str())];
    let (otlp, _) = Otlp::from_environment(&environment.into_iter().collect()).unwrap();
    let guard = guard(otlp);
    end_spans(&guard, 5);
    let reason = "connection refused; is a collector listening? (OTEL_EXPORTER_OTLP_ENDPOINT)";
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 5), "not lost yet");
    assert!(!report.timed_out);
    assert_eq!(
        report.to_string(),
        format!("5 spans still on the way to {url}/v1/traces: {reason}")
    );
    let report = guard.shutdown(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 5, 0));
    assert!(!report.timed_out);
    assert_eq!(
        report.to_string(),
        format!("could not deliver 5 spans to {url}/v1/traces: {reason}")
    );
}

#[test]
fn a_collector_that_is_busy_is_asked_again() {
    let collector = Collector::new([
        Answer::status(503),
        Answer::Status(429, vec![("retry-after", "0")], Vec::new()),
    ]);
    let guard = from_environment(&collector, &[]);
    end_spans(&guard, 2);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (2, 0, 0, 0));
    assert!(report.is_complete(), "{report}");
    let requests = collector.received();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0].body, requests[2].body);
}

#[test]
fn a_connection_that_breaks_is_tried_again() {
    let collector = Collector::new([Answer::Cut]);
    let guard = from_environment(&collector, &[]);
    end_spans(&guard, 2);
    assert!(guard.flush(LONG).is_complete());
    assert_eq!(collector.received().len(), 2);
}

#[test]
fn a_collector_that_refuses_is_not_asked_again() {
    let collector = Collector::new([Answer::Status(
        400,
        vec![("content-type", "text/plain")],
        b"which experiment?".to_vec(),
    )]);
    let guard = from_environment(&collector, &[]);
    end_spans(&guard, 2);
    let report = guard.flush(LONG);
    assert_eq!(collector.received().len(), 1);
    assert_eq!(
        report.to_string(),
        format!(
            "could not deliver 2 spans to {}/v1/traces: the collector answered 400 Bad Request: \
             which experiment?",
            collector.url()
        )
    );
    end_spans(&guard, 3);
    let report = guard.flush(LONG);
    assert_eq!(
        counts(&report.sinks[0]),
        (3, 0, 2, 0),
        "the next batch is another matter"
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Collector::new([]);
    let location: &'static str = Box::leak(elsewhere.url().into_boxed_str());
    let collector = Collector::new([Answer::Status(
        307,
        vec![("location", location)],
        Vec::new(),
    )]);
    let guard = from_environment(&collector, &[("OTEL_EXPORTER_OTLP_HEADERS", "key=secret")]);
    end_spans(&guard, 1);
    let report = guard.flush(LONG);
    assert_eq!(report.sinks[0].failed, 1);
    assert_eq!(elsewhere.received().len(), 0);
}

#[test]
fn rejected_spans_are_counted_and_the_reason_told() {
    let answer = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 2,
            error_message: "too old".to_owned(),
        }),
    };
    let protobuf = Answer::Status(
        200,
        vec![("content-type", "application/x-protobuf")],
        answer.encode_to_vec(),
    );
    let json = Answer::Status(
        200,
        vec![("content-type", "application/json")],
        serde_json::to_vec(&answer).unwrap(),
    );
    for (protocol, answer) in [("http/protobuf", protobuf), ("http/json", json)] {
        let collector = Collector::new([answer]);
        let guard = from_environment(&collector, &[("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]);
        end_spans(&guard, 5);
        let report = guard.flush(LONG);
        assert_eq!(counts(&report.sinks[0]), (3, 0, 2, 0), "{protocol}");
        assert_eq!(report.sinks[0].rejected, 2, "{protocol}");
        assert_eq!(
            report.sinks[0].last_error.as_deref(),
            Some("rejected by the collector: too old")
        );
    }
}

#[test]
fn an_odd_answer_is_an_answer() {
    for body in [b"\xff\xfe garbage".to_vec(), vec![0; 10_000_000]] {
        let collector = Collector::new([Answer::Status(200, Vec::new(), body)]);
        let guard = from_environment(&collector, &[]);
        end_spans(&guard, 1);
        assert!(guard.flush(LONG).is_complete());
    }
}

#[test]
fn a_collector_that_never_answers_holds_up_nobody() {
    let collector = Collector::new([Answer::Silence, Answer::Silence]);
    let guard = from_environment(&collector, &[]);
    end_spans(&guard, 2);
    let report = guard.flush(Duration::from_millis(50));
    assert!(report.timed_out);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 2));
    let report = guard.shutdown(Duration::from_millis(500));
    assert_eq!(counts(&report.sinks[0]), (0, 0, 2, 0));
}

#[test]
fn a_late_answer_names_the_timeout() {
    let collector = Collector::new(vec![Answer::Silence; 8]);
    let guard = from_environment(&collector, &[("OTEL_EXPORTER_OTLP_TIMEOUT", "30")]);
    end_spans(&guard, 1);
    let report = guard.flush(LONG);
    assert_eq!(
        report.sinks[0].last_error.as_deref(),
        Some("no answer within 30 ms (OTEL_EXPORTER_OTLP_TIMEOUT)")
    );
}

#[test]
fn tls_trusts_whom_it_is_told_to_trust() {
    let authority = Authority::new();
    let collector = Collector::tls(authority.server(&["http/1.1"], false));
    let url = collector.url() + "/v1/traces";
    let trusting = Otlp::http(&url).unwrap();
    let trusting = guard(trusting.with_certificate(authority.certificate.as_str()));
    end_spans(&trusting, 2);
    let report = trusting.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(collector.names().len(), 2);

    let other = Authority::new();
    let wary = Otlp::http(&url)
        .unwrap()
        .with_certificate(other.certificate.as_str());
    let wary = guard(wary);
    end_spans(&wary, 1);
    let report = wary.shutdown(LONG);
    assert_eq!(report.sinks[0].failed, 1);
    let said = report.to_string();
    assert!(said.contains("invalid peer certificate"), "{said}");
    assert_eq!(collector.names().len(), 2);
}

#[test]
fn tls_shows_a_client_certificate() {
    let authority = Authority::new();
    let collector = Collector::tls(authority.server(&["http/1.1"], true));
    let client = authority.vouch_for("client");
    let otlp = Otlp::http(&(collector.url() + "/v1/traces")).unwrap();
    let otlp = otlp
        .with_certificate(authority.certificate.as_str())
        .with_client_certificate(client.certificate, client.key);
    let guard = guard(otlp);
    end_spans(&guard, 2);
    let report = guard.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(collector.names().len(), 2);
}

#[test]
fn a_certificate_that_is_none_fails_before_the_first_span() {
    let otlp = Otlp::http("https://127.0.0.1:1/").unwrap();
    let built = builder()
        .with_otlp(otlp.with_certificate("nonsense"))
        .build();
    let error = built.unwrap_err().to_string();
    assert_eq!(error, "the certificate to trust is not a PEM certificate");
}
