//! A collector that goes away and comes back.

use super::*;
use crate::support::{end_spans, grpc, http, refused_port};

/// Spans that end while nobody listens arrive once somebody does.
fn run(otlp: &str, come_back: impl FnOnce(), taken: impl FnOnce() -> Vec<String>) {
    let otlp = match otlp {
        grpc if !grpc.contains("/v1/") => Otlp::grpc(grpc),
        http => Otlp::http(http),
    };
    let guard = to(otlp.unwrap()).build().unwrap();
    end_spans(&guard, 4);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 4), "{report}");
    assert!(report.sinks[0].retrying);
    let said = report.to_string();
    assert!(said.starts_with("4 spans still on the way to"), "{said}");
    end_spans(&guard, 3);

    come_back();
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (7, 0, 0, 0), "{report}");
    assert!(report.is_complete(), "{report}");
    assert!(!report.sinks[0].retrying);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(taken().len(), 7);
}

#[test]
fn over_http() {
    let port = refused_port();
    let url = format!("http://127.0.0.1:{port}/v1/traces");
    let collector = std::cell::OnceCell::new();
    let come_back = || drop(collector.set(http::Collector::on(port)));
    run(&url, come_back, || collector.get().unwrap().taken());
}

#[test]
fn over_grpc() {
    let port = refused_port();
    let url = format!("http://127.0.0.1:{port}");
    let collector = std::cell::OnceCell::new();
    let come_back = || drop(collector.set(grpc::Collector::on(port)));
    run(&url, come_back, || collector.get().unwrap().taken());
}

#[test]
fn without_being_asked() {
    let port = refused_port();
    let otlp = Otlp::http(&format!("http://127.0.0.1:{port}/v1/traces")).unwrap();
    let guard = to(otlp).build().unwrap();
    end_spans(&guard, 4);
    drop(guard.flush(LONG));
    let collector = http::Collector::on(port);
    // Nobody flushes: the next attempt is the exporter's own affair.
    while collector.taken().len() < 4 {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(collector.taken().len(), 4);
}
