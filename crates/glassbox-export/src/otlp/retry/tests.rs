use http::HeaderValue;

use super::*;

#[test]
fn what_may_be_tried_again_is_what_the_specification_lists() {
    let retryable: Vec<_> = (100..600)
        .filter(|code| is_retryable(StatusCode::from_u16(*code).unwrap()))
        .collect();
    assert_eq!(retryable, [429, 502, 503, 504]);

    let retryable: Vec<_> = (0..=16)
        .map(Code::from_i32)
        .filter(|code| is_retryable_status(&Status::new(*code, "no")).0)
        .collect();
    assert_eq!(
        retryable,
        [
            Code::Cancelled,
            Code::DeadlineExceeded,
            Code::Aborted,
            Code::OutOfRange,
            Code::Unavailable,
            Code::DataLoss,
        ]
    );
}

#[test]
fn how_long_a_server_wants_to_be_left_alone() {
    let read = |value: &str| {
        let value = HeaderValue::from_str(value).unwrap();
        retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]))
    };
    let seconds = |count| Some(Duration::from_secs(count));
    assert_eq!(read("7"), seconds(7));
    assert_eq!(read(" 0 "), seconds(0));
    assert_eq!(read("99999999999999999999999"), seconds(u64::MAX));
    assert_eq!(read("Fri, 31 Dec 1999 23:59:59 GMT"), seconds(0));
    assert!(read("Fri, 31 Dec 9999 23:59:59 GMT") > seconds(1_000_000));
    for odd in ["", "-1", "+1", "1.5", "soon", "0x10", "31 Dec"] {
        assert_eq!(read(odd), None, "{odd}");
    }
    assert_eq!(retry_after(&HeaderMap::new()), None);
}

/// A status with this `RetryInfo`.
fn asking(code: Code, delay: Option<Delay>) -> Status {
    let info = RetryInfo { retry_delay: delay };
    let other = Any {
        type_url: "type.googleapis.com/google.rpc.DebugInfo".to_owned(),
        value: vec![0xff],
    };
    let any = Any {
        type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
        value: info.encode_to_vec(),
    };
    let details = RpcStatus {
        details: vec![other, any],
    };
    Status::with_details(code, "busy", details.encode_to_vec().into())
}

#[test]
fn what_is_exhausted_is_tried_again_where_the_server_says_so() {
    let delay = |seconds, nanos| Some(Delay { seconds, nanos });
    for (delay, expected) in [
        (delay(2, 500_000_000), Duration::from_millis(2500)),
        (delay(0, 0), Duration::ZERO),
        (delay(-1, -1), Duration::ZERO),
        (delay(i64::MAX, 0), Duration::from_secs(i64::MAX as u64)),
        (None, Duration::ZERO),
    ] {
        let status = asking(Code::ResourceExhausted, delay);
        assert_eq!(is_retryable_status(&status), (true, Some(expected)));
    }
    let bare = Status::resource_exhausted("quota");
    assert_eq!(is_retryable_status(&bare), (false, None));
    let garbage = Status::with_details(Code::ResourceExhausted, "", b"\xff\xff".to_vec().into());
    assert_eq!(is_retryable_status(&garbage), (false, None));
    let refused = asking(Code::InvalidArgument, None);
    assert!(!is_retryable_status(&refused).0, "the code decides");
}

#[test]
fn a_message_that_is_too_large_is_known_by_its_words() {
    for (code, message) in [
        (
            Code::ResourceExhausted,
            "grpc: received message larger than max (5243077 vs. 4194304)",
        ),
        (
            Code::ResourceExhausted,
            "gRPC message exceeds maximum size 4194304: 5243077",
        ),
        (
            Code::OutOfRange,
            "Error, decoded message length too large: found 5243077 bytes, the limit is: 4194304 bytes",
        ),
    ] {
        assert!(is_too_large(&Status::new(code, message)), "{message}");
        assert!(!is_too_large(&Status::new(Code::Internal, message)));
    }
    assert!(!is_too_large(&Status::resource_exhausted(
        "too many requests"
    )));
}
