//! What an HTTP server may answer.

use super::*;
use crate::support::http::{Answer, Collector};

fn status(code: u16) -> Answer {
    Answer::status(code)
}

fn asking(code: u16, retry_after: &'static str) -> Answer {
    Answer::Status(code, vec![("retry-after", retry_after)], Vec::new())
}

fn partial() -> Answer {
    let json = r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#;
    let kind = vec![("content-type", "application/json")];
    Answer::Status(200, kind, json.into())
}

fn run(collector: &Collector, fate: Fate, patience: Duration) {
    waiting(collector, fate, patience, LONG);
}

/// With this limit for each attempt.
fn waiting(collector: &Collector, fate: Fate, patience: Duration, timeout: Duration) {
    let otlp = Otlp::http(&format!("{}/v1/traces", collector.url())).unwrap();
    let report = work(to(otlp.with_timeout(timeout)), patience);
    assert_fate(
        &report,
        fate,
        &collector.taken(),
        collector.received().len(),
    );
}

/// A test for each row: what is answered first, before everything is taken.
macro_rules! first {
    ($($name:ident: [$($answer:expr),*] => $fate:expr;)*) => {$(
        #[test]
        fn $name() {
            run(&Collector::new([$($answer),*]), $fate, LONG);
        }
    )*};
}

/// A test for each row: what is always answered.
macro_rules! always {
    ($($name:ident: $answer:expr => $fate:expr;)*) => {$(
        #[test]
        fn $name() {
            run(&Collector::always($answer), $fate, LONG);
        }
    )*};
}

// The first flush finds six of the ten spans, the shutdown the rest: two requests.
first! {
    all_is_well: [] => arrives(2);
    busy_429: [status(429)] => arrives(3);
    busy_429_and_says_for_how_long: [asking(429, "0")] => arrives(3);
    busy_429_and_says_for_how_long_at_length: [asking(429, "1")] => arrives(3);
    busy_503_until_a_date_that_is_over: [asking(503, "Fri, 31 Dec 1999 23:59:59 GMT")] => arrives(3);
    broken_502: [status(502)] => arrives(3);
    broken_503: [status(503)] => arrives(3);
    broken_504: [status(504)] => arrives(3);
    broken_in_turns: [status(502), status(503), status(504), status(429), status(503)] => arrives(7);
    cut_in_the_middle_of_an_answer: [Answer::Cut] => arrives(3);
    closed_without_an_answer: [Answer::Hangup] => arrives(3);
    garbage_at_first: [Answer::Garbage] => arrives(3);
    rejects_a_part: [partial()] => is_cut(3, 2, "rejected by the collector: too old");
    a_success_that_makes_no_sense:
        [Answer::Status(200, Vec::new(), b"\xff\xff garbage".to_vec())] => arrives(2);
    refuses_a_batch: [status(400)] => Fate {
        exported: 4,
        failed: 6,
        ..fails(2, "could not deliver 6 spans")
    };
}

always! {
    refuses_400: status(400) => fails(2, "the collector answered 400 Bad Request");
    refuses_401: status(401) => fails(2, "the collector answered 401 Unauthorized");
    refuses_403: status(403) => fails(2, "the collector answered 403 Forbidden");
    refuses_404: status(404) => fails(2, "the collector answered 404 Not Found");
    refuses_408: status(408) => fails(2, "the collector answered 408 Request Timeout");
    refuses_500: status(500) => fails(2, "the collector answered 500 Internal Server Error");
    refuses_501: status(501) => fails(2, "the collector answered 501 Not Implemented");
    redirects: status(308) => fails(2, "the collector answered 308 Permanent Redirect");
    // 6 spans: 6, 3, 1, 2, 1, 1, ...: each batch of n takes 2n - 1.
    finds_all_too_large: status(413) => Fate {
        requests: None,
        ..fails(0, "the collector answered 413 Payload Too Large")
    };
    takes_little_at_once: Answer::Most(400) => Fate {
        requests: None,
        ..arrives(0)
    };
    is_slow: Answer::Slow(Duration::from_millis(10)) => arrives(2);
    always_hangs_up: Answer::Hangup => fails_in_the_end("could not deliver 10 spans");
    always_garbage: Answer::Garbage => fails_in_the_end("could not deliver 10 spans");
    asks_for_an_hour: asking(429, "3600") => fails(1, "the collector answered 429 Too Many Requests");
    asks_for_ever: asking(503, "99999999999999999999999") =>
        fails(1, "the collector answered 503 Service Unavailable");
}

#[test]
fn busy_for_ever() {
    for code in [429, 502, 503, 504] {
        let collector = Collector::always(status(code));
        let fate = fails_in_the_end("the collector answered 5");
        let fate = match code {
            429 => fails_in_the_end("the collector answered 429"),
            _ => fate,
        };
        run(&collector, fate, Duration::from_millis(300));
        assert!(collector.received().len() > 1, "{code}");
    }
}

#[test]
fn no_answer_at_first() {
    let fate = Fate {
        requests: None,
        ..arrives(0)
    };
    waiting(&Collector::new([Answer::Silence]), fate, LONG, TIMEOUT * 4);
}

#[test]
fn never_answers() {
    let fate = fails_in_the_end("no answer within 50 ms");
    waiting(&Collector::always(Answer::Silence), fate, LONG, TIMEOUT);
}
