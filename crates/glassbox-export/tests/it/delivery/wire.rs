//! What may happen below either protocol.

use super::*;
use crate::support::refused_port;
use crate::support::wire::Wire;

/// Both protocols to this port, where nothing can arrive.
fn run(port: u16, timeout: Duration, reason: &'static str) {
    let url = format!("http://127.0.0.1:{port}");
    for otlp in [Otlp::http(&url), Otlp::grpc(&url)] {
        let otlp = otlp.unwrap().with_timeout(timeout);
        let report = work(to(otlp), LONG);
        assert_fate(&report, fails_in_the_end(reason), &[], 0);
        assert!(!report.timed_out, "nobody waits for long: {report}");
    }
}

#[test]
fn nobody_listens() {
    run(
        refused_port(),
        LONG,
        "connection refused; is a collector listening?",
    );
}

#[test]
fn connections_are_closed() {
    run(Wire::Closes.port(), LONG, "could not deliver 10 spans");
}

#[test]
fn the_other_end_babbles() {
    run(Wire::Babbles.port(), LONG, "could not deliver 10 spans");
}

#[test]
fn the_other_end_hangs() {
    run(Wire::Hangs.port(), TIMEOUT, "no answer within 50 ms");
}

#[test]
fn a_host_that_does_not_exist() {
    let otlp = Otlp::http("http://nowhere.invalid:4318/v1/traces").unwrap();
    let report = work(to(otlp), Duration::from_secs(2));
    assert_fate(
        &report,
        fails_in_the_end("could not deliver 10 spans"),
        &[],
        0,
    );
}
