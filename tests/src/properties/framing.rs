use glassbox_core::{Error, Result};
use glassbox_http::{EventStreamDecoder, Frame, NdjsonDecoder, SseDecoder};

use super::input::{Cut, Input};
use super::messages;

/// A frame that is no longer borrowed: its name, its data, and whether it says that the host failed.
type Owned = (String, Vec<u8>, bool);

/// What a decoder made of a body: frames, then the end or an error.
type Framed = (Vec<Owned>, Option<Error>);

fn owned(frame: Frame<'_>) -> Owned {
    (frame.event.to_owned(), frame.data.to_vec(), frame.failure)
}

/// The frames of a body that comes in these pieces.
macro_rules! frames {
    ($decoder:expr, $pieces:expr) => {{
        let mut decoder = $decoder;
        let mut frames: Vec<Owned> = Vec::new();
        let mut read = || -> Result<()> {
            for mut piece in $pieces {
                while let Some(frame) = decoder.decode(&mut piece)? {
                    frames.push(owned(frame));
                }
                assert!(piece.is_empty(), "a piece is not used up");
            }
            if let Some(frame) = decoder.finish()? {
                frames.push(owned(frame));
            }
            Ok(())
        };
        let error = read().err();
        (frames, error)
    }};
}

/// Asserts that it does not matter how the body is cut, and gives what it is in one piece.
fn uncut(input: &Input<'_>, decode: impl Fn(&Input<'_>, Cut) -> Framed) -> Framed {
    let (frames, error) = decode(input, Cut::Whole);
    for cut in Cut::OTHERS {
        let (others, failed) = decode(input, cut);
        assert_eq!(others, frames, "{cut:?}");
        let words = |error: &Option<Error>| error.as_ref().map(|error| format!("{error:?}"));
        assert_eq!(words(&failed), words(&error), "{cut:?}");
    }
    (frames, error)
}

/// Server-sent events: however they are cut, and as a plain reading of the standard has them.
pub(super) fn sse(input: &[u8]) {
    let Some(input) = Input::read(input) else {
        return;
    };
    let (frames, error) = uncut(&input, |input, cut| {
        frames!(SseDecoder::new(input.line()), input.pieces(cut))
    });
    let longest = frames.iter().map(|(_, data, _)| data.len()).max();
    assert!(
        longest.is_none_or(|longest| longest <= input.line()),
        "a longer event"
    );
    if error.is_none() {
        let expected: Vec<Owned> = standard(input.body)
            .into_iter()
            .map(|(event, data)| (event, data, false))
            .collect();
        assert_eq!(frames, expected);
    }
}

/// Server-sent events as the HTML Standard reads them (section 9.2.6), without regard to memory, and with an event
/// given that the end of the body cuts off.
fn standard(body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut events = Vec::new();
    let (mut name, mut data): (Vec<u8>, Option<Vec<u8>>) = (Vec::new(), None);
    let lines = lines(body);
    for line in lines.into_iter().chain([&b""[..]]) {
        if line.is_empty() {
            if let Some(data) = data.take() {
                events.push((String::from_utf8_lossy(&name).into_owned(), data));
            }
            name.clear();
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (field, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match (field, &mut data) {
            (b"event", _) => name = value.to_vec(),
            (b"data", Some(data)) => {
                data.push(b'\n');
                data.extend(value);
            }
            (b"data", none) => *none = Some(value.to_vec()),
            _ => {}
        }
    }
    events
}

/// The lines of a body, which end in a line feed, in a carriage return, or in both. The last one may not end.
fn lines(body: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = body;
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        let (line, after) = rest.split_at(end);
        lines.push(line);
        let both = after.strip_prefix(b"\r\n");
        rest = both.unwrap_or(&after[1..]);
    }
    lines.push(rest);
    lines
}

/// JSON lines: however they are cut, and as the body divided at its line feeds has them.
pub(super) fn ndjson(input: &[u8]) {
    let Some(input) = Input::read(input) else {
        return;
    };
    let (frames, error) = uncut(&input, |input, cut| {
        frames!(NdjsonDecoder::new(input.line()), input.pieces(cut))
    });
    if error.is_none() {
        let body = input
            .body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(input.body);
        let lines = body.split(|byte| *byte == b'\n');
        let expected: Vec<Owned> = lines
            .filter(|line| !line.trim_ascii().is_empty())
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .map(|line| (String::new(), line.to_vec(), false))
            .collect();
        assert_eq!(frames, expected);
    }
}

/// Messages of AWS: however they are cut, and where they were written well, as they were written.
pub(super) fn event_stream(input: &[u8]) {
    let Some(input) = Input::read(input) else {
        return;
    };
    let decode =
        |input: &Input<'_>, cut| frames!(EventStreamDecoder::new(input.line()), input.pieces(cut));
    if !input.is_script() {
        uncut(&input, decode);
        return;
    }
    let script = messages::script(input.body);
    let body = script.body();
    let (frames, error) = uncut(&input.with_body(&body), decode);
    let expected = script.frames();
    let until = expected.iter().position(|frame| frame.is_none());
    let until = until.unwrap_or(expected.len());
    let fits = script.longest() <= input.line();
    if fits {
        let expected: Vec<Owned> = expected[..until].iter().flatten().cloned().collect();
        assert_eq!(frames, expected);
        assert_eq!(error.is_some(), until < script.frames().len());
    } else {
        assert!(error.is_some(), "a message is longer than the limit");
    }
}
