use super::*;
use crate::lines::KEPT_CAPACITY;

const LIMIT: usize = 1 << 20;

type Seen = Vec<(String, Vec<u8>)>;

/// The events of a stream that arrives in these pieces.
fn events_of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limit: usize) -> Result<Seen> {
    let mut decoder = SseDecoder::new(limit);
    let mut seen = Vec::new();
    for mut piece in pieces {
        while let Some(frame) = decoder.decode(&mut piece)? {
            seen.push((frame.event.to_owned(), frame.data.to_vec()));
        }
        assert!(piece.is_empty(), "the piece is used up");
    }
    if let Some(frame) = decoder.finish()? {
        seen.push((frame.event.to_owned(), frame.data.to_vec()));
    }
    Ok(seen)
}

fn shown(seen: Seen) -> Vec<String> {
    seen.into_iter()
        .map(|(event, data)| format!("{event}|{}", String::from_utf8_lossy(&data)))
        .collect()
}

/// The events of a stream, which are the same however it is cut.
fn events(stream: &str) -> Vec<String> {
    let bytes = stream.as_bytes();
    let whole = events_of([bytes], LIMIT).unwrap();
    for size in [1, 2, 3, 7] {
        assert_eq!(
            events_of(bytes.chunks(size), LIMIT).unwrap(),
            whole,
            "in pieces of {size}: {stream:?}"
        );
    }
    for at in 0..bytes.len() {
        let (head, tail) = bytes.split_at(at);
        assert_eq!(
            events_of([head, tail], LIMIT).unwrap(),
            whole,
            "cut at {at}: {stream:?}"
        );
    }
    shown(whole)
}

#[test]
fn the_examples_of_the_standard() {
    assert_eq!(
        events("data: YHOO\ndata: +2\ndata: 10\n\n"),
        ["|YHOO\n+2\n10"]
    );
    assert_eq!(
        events(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
        ),
        ["|first event", "|second event", "| third event"]
    );
    // Two empty events, where the standard has one: we give the last although its blank line is missing.
    assert_eq!(events("data\n\ndata\ndata\n\ndata:"), ["|", "|\n", "|"]);
    assert_eq!(events("data:test\n\ndata: test\n\n"), ["|test", "|test"]);
    assert_eq!(
        events("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n"),
        ["add|73857293", "remove|2153"]
    );
}

#[test]
fn quirk_12_every_line_end_is_a_line_end() {
    for end in ["\n", "\r", "\r\n"] {
        let stream = ["event: a", "data: 1", "data: 2", "", "data: 3", "", ""].join(end);
        assert_eq!(events(&stream), ["a|1\n2", "|3"], "{end:?}");
    }
    assert_eq!(events("data: 1\r\ndata: 2\n\rdata: 3\r\r"), ["|1\n2", "|3"]);
}

#[test]
fn quirk_12_comments_and_pings_are_no_events() {
    assert_eq!(events(""), [""; 0]);
    assert_eq!(events("\n\n\r\n\r"), [""; 0]);
    assert_eq!(events(": OPENROUTER PROCESSING\n\n:\n\n"), [""; 0]);
    // An event without data is dropped, and its name with it.
    assert_eq!(events("event: ping\n\ndata: 1\n\n"), ["|1"]);
    assert_eq!(
        events("retry: 10\nid: 7\nfoo: bar\n data: no\ndatas: no\nDATA: no\n\n"),
        [""; 0]
    );
    // The last of several names counts; a comment in the middle changes nothing.
    assert_eq!(
        events("event: a\ndata: 1\n: c\nevent: b\ndata: 2\nid: 9\n\n"),
        ["b|1\n2"]
    );
}

#[test]
fn a_byte_order_mark_counts_only_at_the_start() {
    assert_eq!(events("\u{feff}data: 1\n\n"), ["|1"]);
    assert_eq!(events("\u{feff}\u{feff}data: 1\n\ndata: 2\n\n"), ["|2"]);
    // Bytes that begin as the mark does: `\u{fec0}` is EF BB 80.
    assert_eq!(events("\u{fec0}data: 1\n\ndata: 2\n\n"), ["|2"]);
    assert_eq!(events("data: \u{feff}\n\n"), ["|\u{feff}"]);
}

#[test]
fn quirk_12_text_of_many_bytes_survives_every_cut() {
    assert_eq!(
        events("data: {\"text\":\"naïve 日本 🦀\"}\r\n\r\nevent: größe\r\ndata: ß\r\n\r\n"),
        ["|{\"text\":\"naïve 日本 🦀\"}", "größe|ß"]
    );
}

#[test]
fn the_end_of_the_stream_ends_the_last_event() {
    assert_eq!(
        events("data: 1\n\nevent: e\ndata: 2\ndata: 3"),
        ["|1", "e|2\n3"]
    );
    assert_eq!(events("data: 1\n"), ["|1"]);
    assert_eq!(events("event: alone\n"), [""; 0]);
    let mut decoder = SseDecoder::new(LIMIT);
    let mut chunk = &b"data: 1"[..];
    assert_eq!(decoder.decode(&mut chunk).unwrap(), None);
    assert_eq!(decoder.finish().unwrap().unwrap().data, b"1");
    assert_eq!(decoder.finish().unwrap(), None, "given once");
}

#[test]
fn bytes_that_are_no_text_are_given_as_they_are() {
    let seen = events_of([&b"event: \xff\ndata: \xfe\x00\n\n"[..]], LIMIT).unwrap();
    assert_eq!(seen, [("\u{fffd}".to_owned(), b"\xfe\x00".to_vec())]);
}

#[test]
fn an_event_in_one_piece_is_not_copied() {
    let mut decoder = SseDecoder::new(LIMIT);
    let stream = b": hi\n\nevent: e\ndata: {\"a\":1}\nid: 3\n\ndata: 2\r\n\r\n";
    let range = stream.as_ptr_range();
    let mut rest = &stream[..];
    let mut count = 0;
    while let Some(frame) = decoder.decode(&mut rest).unwrap() {
        assert!(range.contains(&frame.data.as_ptr()), "{frame:?} was copied");
        count += 1;
    }
    assert_eq!(count, 2);
    assert_eq!(decoder.data.capacity(), 0);
    assert_eq!(decoder.lines.partial().len(), 0);
}

#[test]
fn a_line_or_an_event_beyond_the_limit_is_an_error() {
    let fits = format!("data: {}\n\n", "x".repeat(14));
    let over = format!("data: {}\n\n", "x".repeat(15));
    let lines = "data: 0123456789\ndata: 0123456789\n\n";
    let comment = format!(":{}", "x".repeat(20));
    for size in [1, 5, 1000] {
        let cut = |text: &'static str| text.as_bytes().chunks(size);
        assert!(events_of(fits.as_bytes().chunks(size), 20).is_ok());
        for (stream, what) in [(&*over, "line"), (lines, "event"), (&*comment, "line")] {
            let error = events_of(stream.as_bytes().chunks(size), 20).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert!(
                error.message().contains(what) && error.message().contains("20 bytes"),
                "{error}"
            );
        }
        assert!(events_of(cut("data: 012345678\ndata: 0123456789\n\n"), 20).is_ok());
    }
}

#[test]
fn an_endless_line_does_not_grow_memory() {
    let limit = 100_000;
    let mut decoder = SseDecoder::new(limit);
    let piece = [b'x'; 999];
    let mut failures = 0;
    for _ in 0..1_000 {
        let mut chunk = &piece[..];
        failures += usize::from(decoder.decode(&mut chunk).is_err());
    }
    assert!(failures > 800, "it stays failed");
    assert_eq!(decoder.lines.partial().len(), 0, "what was kept is let go");
}

#[test]
fn a_buffer_is_bounded_by_the_limit_and_shrinks_again() {
    let limit = 100_000;
    let mut decoder = SseDecoder::new(limit);
    let long = format!("data: {}", "x".repeat(99_000));
    for mut piece in long.as_bytes().chunks(1_000) {
        decoder.decode(&mut piece).unwrap();
    }
    assert!(decoder.lines.capacity() <= limit);
    let mut rest = &b"\n\ndata: 1\n\n"[..];
    let frame = decoder.decode(&mut rest).unwrap().unwrap();
    assert_eq!(frame.data.len(), 99_000);
    assert_eq!(decoder.decode(&mut rest).unwrap().unwrap().data, b"1");
    assert!(decoder.lines.capacity() <= KEPT_CAPACITY);
    assert!(decoder.data.capacity() <= KEPT_CAPACITY);
}

/// Random bytes from the alphabet of the format: cut four ways, they give the same events, and never a panic.
#[test]
fn random_streams_are_the_same_in_every_cut() {
    const ALPHABET: &[&[u8]] = &[
        b"data",
        b"event",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\n\n",
        b"\r\n",
        b"x",
        b"\xef",
        b"\xbb",
        b"\xbf",
        b"id",
        b"\xf0\x9f\xa6\x80",
        b"data: 1\n\n",
    ];
    let mut seed = 7u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    for _ in 0..500 {
        let stream: Vec<u8> = (0..random(40))
            .flat_map(|_| ALPHABET[random(ALPHABET.len())].to_vec())
            .collect();
        for limit in [LIMIT, 9] {
            let whole = outcome(&stream, stream.len().max(1), limit);
            for size in [1, 2, 5] {
                assert_eq!(outcome(&stream, size, limit), whole, "{stream:?} by {size}");
            }
        }
    }
}

/// The events until the first error, and the error.
fn outcome(stream: &[u8], size: usize, limit: usize) -> (Seen, Option<String>) {
    let mut decoder = SseDecoder::new(limit);
    let mut seen = Vec::new();
    for mut piece in stream.chunks(size) {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(frame)) => seen.push((frame.event.to_owned(), frame.data.to_vec())),
                Ok(None) => break,
                Err(error) => return (seen, Some(error.to_string())),
            }
        }
    }
    match decoder.finish() {
        Ok(frame) => {
            seen.extend(frame.map(|frame| (frame.event.to_owned(), frame.data.to_vec())));
            (seen, None)
        }
        Err(error) => (seen, Some(error.to_string())),
    }
}
