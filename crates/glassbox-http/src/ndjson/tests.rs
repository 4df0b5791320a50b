use glassbox_core::ErrorKind;

use super::*;

fn lines_of(stream: &[u8], size: usize, limit: usize) -> Result<Vec<String>> {
    let mut decoder = NdjsonDecoder::new(limit);
    let mut seen = Vec::new();
    for mut piece in stream.chunks(size) {
        while let Some(frame) = decoder.decode(&mut piece)? {
            assert_eq!(frame.event, "");
            seen.push(String::from_utf8_lossy(frame.data).into_owned());
        }
    }
    if let Some(frame) = decoder.finish()? {
        seen.push(String::from_utf8_lossy(frame.data).into_owned());
    }
    assert_eq!(decoder.finish()?, None, "given once");
    Ok(seen)
}

fn lines(stream: &str) -> Vec<String> {
    let whole = lines_of(stream.as_bytes(), usize::MAX, 1_000).unwrap();
    for size in 1..8 {
        assert_eq!(
            lines_of(stream.as_bytes(), size, 1_000).unwrap(),
            whole,
            "in pieces of {size}: {stream:?}"
        );
    }
    whole
}

#[test]
fn lines_are_divided_wherever_they_are_cut() {
    assert_eq!(lines("{\"a\":1}\n{\"b\":2}\n"), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(
        lines("\u{feff}{\"a\":1}\r\n\r\n \t\n{\"b\":\"日本\"}\r\n"),
        ["{\"a\":1}", "{\"b\":\"日本\"}"]
    );
    // A carriage return alone is no end: it may stand between two tokens of a JSON text.
    assert_eq!(lines("{\"a\":\r1}\n"), ["{\"a\":\r1}"]);
    assert_eq!(lines("{\"a\":1}"), ["{\"a\":1}"]);
    assert_eq!(lines("\n\n"), [""; 0]);
    assert_eq!(lines(""), [""; 0]);
}

#[test]
fn half_a_byte_order_mark_is_the_beginning_of_a_line() {
    for size in [1, 2, 3] {
        let mut decoder = NdjsonDecoder::new(100);
        for mut chunk in b"\xEF\xBB".chunks(size) {
            assert!(decoder.decode(&mut chunk).unwrap().is_none());
        }
        assert_eq!(decoder.finish().unwrap().unwrap().data, b"\xEF\xBB");
    }
}

#[test]
fn a_line_in_one_piece_is_not_copied() {
    let stream = b"{\"a\":1}\n{\"b\":2}\r\n";
    let mut rest = &stream[..];
    let mut decoder = NdjsonDecoder::new(100);
    let first = decoder.decode(&mut rest).unwrap().unwrap();
    assert_eq!(first.data.as_ptr(), stream.as_ptr());
    let second = decoder.decode(&mut rest).unwrap().unwrap();
    assert_eq!(second.data.as_ptr(), stream[8..].as_ptr());
}

#[test]
fn a_line_beyond_the_limit_is_an_error() {
    for size in [1, 3, 100] {
        assert_eq!(
            lines_of(b"0123456789\n01", size, 10).unwrap(),
            ["0123456789", "01"]
        );
        let error = lines_of(b"1\n0123456789a\n", size, 10).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.message().contains("limit of 10 bytes"), "{error}");
    }
}
