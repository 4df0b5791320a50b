//! What a gRPC server may answer.

use prost::Message;
use tonic::{Code, Status};

use super::*;
use crate::support::grpc::{Answer, Collector};

fn status(code: Code) -> Answer {
    Answer::Status(Status::new(code, "as told"))
}

/// With a `RetryInfo` of so many seconds.
fn asking(code: Code, seconds: i64) -> Answer {
    let delay = Delay { seconds };
    let info = RetryInfo { delay: Some(delay) };
    let any = Any {
        type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
        value: info.encode_to_vec(),
    };
    let details = Details { details: vec![any] };
    Answer::Status(Status::with_details(
        code,
        "as told",
        details.encode_to_vec().into(),
    ))
}

#[derive(Clone, PartialEq, Message)]
struct Details {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<Delay>,
}

#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

fn run(collector: &Collector, fate: Fate, patience: Duration) {
    waiting(collector, fate, patience, LONG);
}

/// With this limit for each attempt.
fn waiting(collector: &Collector, fate: Fate, patience: Duration, timeout: Duration) {
    let otlp = Otlp::grpc(&collector.url()).unwrap();
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
            run(&Collector::answering([$($answer),*]), $fate, LONG);
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
    unavailable: [status(Code::Unavailable)] => arrives(3);
    unavailable_and_says_for_how_long: [asking(Code::Unavailable, 1)] => arrives(3);
    exhausted_and_says_for_how_long: [asking(Code::ResourceExhausted, 0)] => arrives(3);
    cancelled: [status(Code::Cancelled)] => arrives(3);
    deadline_exceeded: [status(Code::DeadlineExceeded)] => arrives(3);
    aborted: [status(Code::Aborted)] => arrives(3);
    out_of_range: [status(Code::OutOfRange)] => arrives(3);
    data_loss: [status(Code::DataLoss)] => arrives(3);
    rejects_a_part: [Answer::Partial(3, "too old")] =>
        is_cut(3, 2, "rejected by the collector: too old");
    has_a_remark: [Answer::Partial(0, "update soon")] => arrives(2);
    refuses_a_batch: [status(Code::InvalidArgument)] => Fate {
        exported: 4,
        failed: 6,
        ..fails(2, "could not deliver 6 spans")
    };
}

always! {
    invalid_argument: status(Code::InvalidArgument) =>
        fails(2, "the collector answered InvalidArgument: as told");
    unauthenticated: status(Code::Unauthenticated) =>
        fails(2, "the collector answered Unauthenticated: as told");
    permission_denied: status(Code::PermissionDenied) =>
        fails(2, "the collector answered PermissionDenied: as told");
    unimplemented: status(Code::Unimplemented) =>
        fails(2, "the collector answered Unimplemented: as told");
    internal: status(Code::Internal) => fails(2, "the collector answered Internal: as told");
    unknown: status(Code::Unknown) => fails(2, "the collector answered Unknown: as told");
    not_found: status(Code::NotFound) => fails(2, "the collector answered NotFound: as told");
    exhausted: status(Code::ResourceExhausted) =>
        fails(2, "the collector answered ResourceExhausted: as told");
    asks_for_an_hour: asking(Code::ResourceExhausted, 3600) =>
        fails(1, "the collector answered ResourceExhausted: as told");
    takes_little_at_once: Answer::Most(1) => Fate {
        requests: None,
        ..arrives(0)
    };
    finds_all_too_large: Answer::Most(0) => Fate {
        requests: None,
        ..fails(0, "received message larger than max")
    };
    is_slow: Answer::Slow(Duration::from_millis(5)) => arrives(2);
}

#[test]
fn busy_for_ever() {
    let collector = Collector::always(status(Code::Unavailable));
    let fate = fails_in_the_end("the collector answered Unavailable: as told");
    run(&collector, fate, Duration::from_millis(300));
    assert!(collector.received().len() > 1);
}

#[test]
fn no_answer_at_first() {
    let fate = Fate {
        requests: None,
        ..arrives(0)
    };
    let collector = Collector::answering([Answer::Silence]);
    waiting(&collector, fate, LONG, TIMEOUT * 4);
}

#[test]
fn never_answers() {
    let fate = fails_in_the_end("no answer within 50 ms");
    waiting(&Collector::always(Answer::Silence), fate, LONG, TIMEOUT);
}
