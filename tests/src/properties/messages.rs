//! Messages of AWS's event stream, written from a script: a fuzzer finds no checksum by itself.

/// Messages of AWS, as they are written on the wire.
pub(super) struct Script {
    messages: Vec<Message>,
}

/// A frame as the decoder is to give it: its name, its data, and whether it is a failure.
type Expected = (String, Vec<u8>, bool);

struct Message {
    bytes: Vec<u8>,
    /// `None` where the message was damaged on its way.
    frame: Option<Expected>,
}

/// Reads a script, one message a line: how it is written, a space, its name, a space, its payload.
///
/// | how | what is written |
/// | --- | --- |
/// | `event`, `exception` | that, with a payload of JSON |
/// | `error` | an error without a payload, which says its message in a header |
/// | `headers` | an event with a header of every type before those that mean something |
/// | `damaged` | an event of which one byte is wrong |
/// | `bare` | a message without headers |
///
/// Whatever else stands there is written as an event whose payload is the line.
pub(super) fn script(script: &[u8]) -> Script {
    let lines = script.split(|byte| *byte == b'\n');
    let messages = lines.filter(|line| !line.is_empty()).map(message).collect();
    Script { messages }
}

impl Script {
    pub(super) fn body(&self) -> Vec<u8> {
        let bytes = self.messages.iter().flat_map(|message| &message.bytes);
        bytes.copied().collect()
    }

    pub(super) fn frames(&self) -> Vec<Option<Expected>> {
        let frames = self.messages.iter().map(|message| message.frame.clone());
        frames.collect()
    }

    pub(super) fn longest(&self) -> usize {
        let lengths = self.messages.iter().map(|message| message.bytes.len());
        lengths.max().unwrap_or_default()
    }
}

fn message(line: &[u8]) -> Message {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let how = words.next().unwrap_or_default();
    let name = String::from_utf8_lossy(words.next().unwrap_or_default()).into_owned();
    let payload = words.next().unwrap_or_default();
    let event = [(":message-type", "event"), (":event-type", name.as_str())];
    match how {
        b"event" => Message::good(&texts(&event), name.clone(), payload, false),
        b"exception" => {
            let headers = [
                (":message-type", "exception"),
                (":exception-type", name.as_str()),
            ];
            Message::good(&texts(&headers), name.clone(), payload, true)
        }
        b"error" => {
            let said = String::from_utf8_lossy(payload).into_owned();
            let headers = [
                (":message-type", "error"),
                (":error-code", name.as_str()),
                (":error-message", said.as_str()),
            ];
            Message {
                bytes: write(&texts(&headers), b""),
                frame: Some((name.clone(), said.into_bytes(), true)),
            }
        }
        b"headers" => {
            let mut headers = every_type();
            headers.extend(texts(&event));
            Message::good(&headers, name.clone(), payload, false)
        }
        b"damaged" => {
            let mut bytes = write(&texts(&event), payload);
            let at = payload.first().map_or(0, |byte| usize::from(*byte)) % bytes.len();
            bytes[at] ^= 1;
            Message { bytes, frame: None }
        }
        b"bare" => Message::good(&[], String::new(), payload, false),
        _ => Message::good(&[], String::new(), line, false),
    }
}

impl Message {
    fn good(headers: &[u8], name: String, payload: &[u8], failure: bool) -> Self {
        Self {
            bytes: write(headers, payload),
            frame: Some((name, payload.to_vec(), failure)),
        }
    }
}

/// Headers that are strings (type 7).
fn texts(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in headers {
        // No input is longer than a header may be.
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        bytes.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        bytes.extend(name.as_bytes());
        bytes.push(7);
        bytes.extend(length.to_be_bytes());
        bytes.extend(&value.as_bytes()[..usize::from(length)]);
    }
    bytes
}

/// A header of every type that there is, none of which means anything.
fn every_type() -> Vec<u8> {
    let values: [(u8, &[u8]); 10] = [
        (0, &[]),
        (1, &[]),
        (2, &[9]),
        (3, &[9; 2]),
        (4, &[9; 4]),
        (5, &[9; 8]),
        (6, &[0, 2, 9, 9]),
        (7, b"\0\x03abc"),
        (8, &[9; 8]),
        (9, &[9; 16]),
    ];
    let headers = values.iter().flat_map(|(kind, value)| {
        let head = [1, b'a' + kind, *kind];
        head.into_iter().chain(value.iter().copied())
    });
    headers.collect()
}

/// A message on the wire
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html>): two lengths, their checksum, the
/// headers, the payload, the checksum of all that.
fn write(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = Vec::new();
    bytes.extend(length(12 + headers.len() + payload.len() + 4));
    bytes.extend(length(headers.len()));
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes.extend(headers);
    bytes.extend(payload);
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes
}
