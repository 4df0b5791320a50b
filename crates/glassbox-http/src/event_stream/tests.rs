use super::*;
use crate::lines::KEPT_CAPACITY;

const LIMIT: usize = 1 << 20;

/// A message with these headers, each a name, a kind and the bytes of its value.
fn message(headers: &[(&str, u8, &[u8])], payload: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, kind, value) in headers {
        head.push(u8::try_from(name.len()).unwrap());
        head.extend_from_slice(name.as_bytes());
        head.push(*kind);
        if matches!(kind, 6 | 7) {
            head.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        }
        head.extend_from_slice(value);
    }
    sealed(
        16 + head.len() + payload.len(),
        head.len(),
        &[&head[..], payload].concat(),
    )
}

/// A message that says these lengths, with checksums that are right.
fn sealed(length: usize, headers: usize, inside: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    message.extend_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
    message.extend_from_slice(&u32::try_from(headers).unwrap().to_be_bytes());
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.extend_from_slice(inside);
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message
}

fn event(name: &str, payload: &str) -> Vec<u8> {
    let headers: &[(&str, u8, &[u8])] = &[
        (":event-type", 7, name.as_bytes()),
        (":content-type", 7, b"application/json"),
        (":message-type", 7, b"event"),
    ];
    message(headers, payload.as_bytes())
}

type Seen = Vec<(String, String, bool)>;

fn seen_in<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limit: usize) -> Result<Seen> {
    let mut decoder = EventStreamDecoder::new(limit);
    let mut seen = Vec::new();
    for mut piece in pieces {
        while let Some(frame) = decoder.decode(&mut piece)? {
            let data = String::from_utf8_lossy(frame.data).into_owned();
            seen.push((frame.event.to_owned(), data, frame.failure));
        }
        assert!(piece.is_empty(), "the piece is used up");
    }
    assert_eq!(decoder.finish()?, None);
    Ok(seen)
}

fn refused(stream: &[u8]) -> Error {
    let error = seen_in([stream], LIMIT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    // By bytes it is the same.
    let by_bytes = seen_in(stream.chunks(1), LIMIT).unwrap_err();
    assert_eq!(by_bytes.message(), error.message());
    error
}

#[test]
fn messages_are_divided_wherever_they_are_cut() {
    let stream = [
        event("start", "{}"),
        event("größe", "日本 🦀"),
        message(&[], b""),
        event("end", &"x".repeat(3_000)),
    ]
    .concat();
    let whole = seen_in([&stream[..]], LIMIT).unwrap();
    assert_eq!(whole.len(), 4);
    assert_eq!(whole[1], ("größe".to_owned(), "日本 🦀".to_owned(), false));
    for size in [1, 2, 3, 7, 61, 1_000] {
        assert_eq!(
            seen_in(stream.chunks(size), LIMIT).unwrap(),
            whole,
            "in pieces of {size}"
        );
    }
    for at in 0..300 {
        let (head, tail) = stream.split_at(at);
        assert_eq!(seen_in([head, tail], LIMIT).unwrap(), whole, "cut at {at}");
    }
}

#[test]
fn a_message_in_one_piece_is_not_copied() {
    let stream = [event("a", "one"), event("b", "two")].concat();
    let mut rest = &stream[..];
    let mut decoder = EventStreamDecoder::new(LIMIT);
    for _ in 0..2 {
        let start = rest.as_ptr_range();
        let frame = decoder.decode(&mut rest).unwrap().unwrap();
        assert!(start.contains(&frame.data.as_ptr()) && start.contains(&frame.event.as_ptr()));
    }
    assert_eq!(decoder.partial.capacity(), 0);
}

#[test]
fn headers_of_every_kind_are_read_over() {
    let headers: &[(&str, u8, &[u8])] = &[
        ("yes", 0, b""),
        ("no", 1, b""),
        ("byte", 2, b"1"),
        ("short", 3, b"12"),
        ("integer", 4, b"1234"),
        ("long", 5, b"12345678"),
        ("bytes", 6, &[0xFF; 300]),
        ("", 7, b"a name may be empty"),
        ("time", 8, b"12345678"),
        ("uuid", 9, b"0123456789abcdef"),
        ("other", 7, &[0xFF, 0xFE]),
        (":event-type", 7, b"last"),
    ];
    let seen = seen_in([&message(headers, b"data")[..]], LIMIT).unwrap();
    assert_eq!(seen, [("last".to_owned(), "data".to_owned(), false)]);
}

#[test]
fn quirk_32_exceptions_and_errors_are_failures() {
    let exception = message(
        &[
            (":message-type", 7, b"exception"),
            (":exception-type", 7, b"throttlingException"),
        ],
        b"{\"message\":\"slow down\"}",
    );
    let error = message(
        &[
            (":message-type", 7, b"error"),
            (":error-code", 7, b"InternalError"),
            (":error-message", 7, b"it broke"),
        ],
        b"",
    );
    let seen = seen_in([&exception[..], &error], LIMIT).unwrap();
    let wanted = [
        ("throttlingException", "{\"message\":\"slow down\"}"),
        ("InternalError", "it broke"),
    ];
    for ((event, data, failure), wanted) in seen.iter().zip(wanted) {
        assert_eq!((event.as_str(), data.as_str()), wanted);
        assert!(failure);
    }
}

#[test]
fn a_flipped_bit_is_noticed_wherever_it_is() {
    let intact = event("name", "{\"text\":\"hi\"}");
    for at in 0..intact.len() * 8 {
        let mut damaged = intact.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        let error = refused(&damaged);
        assert!(error.message().contains("checksum"), "bit {at}: {error}");
    }
}

#[test]
fn lengths_that_do_not_fit_are_refused_before_anything_is_buffered() {
    for (length, headers) in [(0, 0), (15, 0), (16, 1), (20, 5), (64, u32::MAX as usize)] {
        let error = refused(&sealed(length, headers, &[0; 64]));
        assert!(
            error.message().contains("lengths"),
            "{length} {headers}: {error}"
        );
    }
    let huge = sealed(u32::MAX as usize, 0, b"");
    let mut decoder = EventStreamDecoder::new(LIMIT);
    for byte in &huge[..11] {
        assert_eq!(
            decoder.decode(&mut std::slice::from_ref(byte)).unwrap(),
            None
        );
    }
    let error = decoder.decode(&mut &huge[11..12]).unwrap_err();
    assert!(error.message().contains("Limits::line"), "{error}");
    assert!(decoder.partial.capacity() < 64, "nothing was kept for it");
}

#[test]
fn a_message_beyond_the_limit_is_an_error() {
    let stream = event("e", "0123456789");
    for size in [1, 3, 1_000] {
        assert!(seen_in(stream.chunks(size), stream.len()).is_ok());
        let error = seen_in(stream.chunks(size), stream.len() - 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
    }
}

#[test]
fn headers_that_cannot_be_read_are_an_error() {
    let cut: &[&[u8]] = &[
        // A name that is longer than all headers, no kind, an unknown kind, values that are cut.
        b"\x20abc",
        b"\x01a",
        b"\x01a\x0A",
        b"\x01a\x07",
        b"\x01a\x07\x00",
        b"\x01a\x07\x00\x05abc",
        b"\x01a\x09short",
        b"\x01a\x04abc",
    ];
    for headers in cut {
        let error = refused(&sealed(16 + headers.len(), headers.len(), headers));
        assert!(error.message().contains("header"), "{headers:?}: {error}");
    }
    let not_text = message(&[(":event-type", 7, &[0xFF])], b"");
    assert!(refused(&not_text).message().contains("header"));
}

#[test]
fn a_stream_that_is_cut_off_is_an_error_wherever_that_is() {
    let stream = [event("a", "one"), event("b", "two")].concat();
    let first = event("a", "one").len();
    for at in (1..stream.len()).filter(|at| *at != first) {
        let error = seen_in([&stream[..at]], LIMIT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}");
        assert!(
            error.message().contains("broke off"),
            "cut at {at}: {error}"
        );
    }
    assert_eq!(seen_in([&stream[..first]], LIMIT).unwrap().len(), 1);
    assert_eq!(seen_in([], LIMIT).unwrap(), []);
}

#[test]
fn text_is_no_event_stream() {
    for text in [
        "data: {\"text\":\"hi\"}\n\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        assert!(
            refused(text.as_bytes())
                .message()
                .contains("not an AWS event stream")
        );
    }
}

#[test]
fn a_large_message_leaves_no_large_buffer() {
    let large = event("e", &"x".repeat(500_000));
    let mut decoder = EventStreamDecoder::new(LIMIT);
    for mut piece in large.chunks(1_000) {
        while decoder.decode(&mut piece).unwrap().is_some() {}
    }
    assert_eq!(decoder.finish().unwrap(), None);
    assert!(decoder.partial.capacity() <= KEPT_CAPACITY);
}
