//! Reading back what was written: OTLP JSON, one document a line.

mod spans;
mod values;

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, Cursor, Read as _};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

use crate::console::json;

/// A longer line, and a longer document of several lines, is not read.
const MOST: usize = 64 << 20;

/// A span that was recorded, and what produced it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedSpan {
    /// The span. What the API has no type for (lists of mixed types, maps, bytes) is JSON text.
    pub span: SpanData,
    /// What produced it.
    pub resource: Resource,
}

impl RecordedSpan {
    /// The span as a JSON object in one line, in the shape of [`ConsoleExporter`](crate::ConsoleExporter).
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        json::span(
            &mut out,
            &self.span,
            &json::resource(&self.resource, true),
            true,
        );
        out
    }
}

/// Something in the input that is no span.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable {
    /// In which line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for Unreadable {}

/// Reads spans from OTLP JSON lines, as [`OtlpFile`](crate::OtlpFile) and the Collector's `file` exporter write them,
/// one line at a time. A single document over several lines is read too, and so is what Tempo's API answers.
///
/// It takes what others write: names in `snake_case`, whole numbers as text or as numbers, enumerations by name, ids in
/// hexadecimal or base64, fields that it does not know. What it cannot read it reports and passes over; the lines
/// after it are read. The input ends where it cannot be read from any more.
///
/// ```
/// use glassbox_export::OtlpReader;
///
/// let file = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",
///     "spanId":"00f067aa0ba902b7","name":"chat"}]}]}]}"#;
/// let mut spans = OtlpReader::new(&file[..]);
/// assert_eq!(spans.next().unwrap().unwrap().span.name, "chat");
/// assert!(spans.next().is_none());
/// ```
#[derive(Debug)]
pub struct OtlpReader<R> {
    /// What was read too far.
    ahead: Cursor<Vec<u8>>,
    input: R,
    line: u64,
    /// What has been read and not been asked for.
    read: VecDeque<Result<RecordedSpan, Unreadable>>,
    begun: bool,
    ended: bool,
}

/// One line of the input.
enum Line {
    End,
    Text(Vec<u8>),
    TooLong,
}

impl<R: BufRead> OtlpReader<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self {
            ahead: Cursor::default(),
            input,
            line: 0,
            read: VecDeque::new(),
            begun: false,
            ended: false,
        }
    }

    fn advance(&mut self) {
        match self.next_line() {
            Ok(Line::End) => self.ended = true,
            Ok(Line::TooLong) => self.complain(format!("longer than {} MiB", MOST >> 20)),
            Ok(Line::Text(text)) if text.trim_ascii().is_empty() => {}
            Ok(Line::Text(text)) => self.parse(text),
            Err(error) => {
                self.ended = true;
                self.complain(format!("cannot read on: {error}"));
            }
        }
    }

    fn parse(&mut self, text: Vec<u8>) {
        let first = !std::mem::replace(&mut self.begun, true);
        // A text that breaks off is to be told from one with a line break in it.
        match serde_json::from_slice(text.trim_ascii_end()) {
            Ok(document) => self.document(&document),
            Err(error) if first && error.is_eof() => self.several_lines(text, &error),
            Err(error) => self.complain(not_json(&error)),
        }
    }

    fn document(&mut self, document: &Value) {
        let line = self.line;
        let read = spans::of(document).into_iter();
        self.read
            .extend(read.map(|span| span.map_err(|problem| Unreadable { line, problem })));
    }

    /// The first line is the beginning of something: perhaps the whole is one document. If not, its lines are as good
    /// as any.
    fn several_lines(&mut self, mut text: Vec<u8>, error: &serde_json::Error) {
        let first = text.len();
        let limit = (MOST - first.min(MOST)) as u64;
        let rest = self.input.by_ref().take(limit).read_to_end(&mut text);
        let document = rest
            .ok()
            .and_then(|_| serde_json::from_slice::<Value>(&text).ok());
        match document {
            Some(document) => self.document(&document),
            None => {
                self.ahead = Cursor::new(text.split_off(first));
                self.complain(not_json(error));
            }
        }
    }

    fn complain(&mut self, problem: String) {
        let line = self.line;
        self.read.push_back(Err(Unreadable { line, problem }));
    }

    fn next_line(&mut self) -> io::Result<Line> {
        let mut text = Vec::new();
        let mut long = false;
        self.line += 1;
        for input in [&mut self.ahead as &mut dyn BufRead, &mut self.input] {
            loop {
                let left = (MOST + 1).saturating_sub(text.len()) as u64;
                let read = input.take(left).read_until(b'\n', &mut text)?;
                if read == 0 {
                    break;
                }
                if text.ends_with(b"\n") {
                    return Ok(if long {
                        Line::TooLong
                    } else {
                        Line::Text(text)
                    });
                }
                if text.len() > MOST {
                    long = true;
                    text.clear();
                }
            }
        }
        Ok(match (text.is_empty(), long) {
            (_, true) => Line::TooLong,
            (true, false) => Line::End,
            (false, false) => Line::Text(text),
        })
    }
}

impl<R: BufRead> Iterator for OtlpReader<R> {
    type Item = Result<RecordedSpan, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(read) = self.read.pop_front() {
                return Some(read);
            }
            if self.ended {
                return None;
            }
            self.advance();
        }
    }
}

/// Where it breaks off, without a word of what is in it.
fn not_json(error: &serde_json::Error) -> String {
    match error.is_eof() {
        true => "not JSON: it breaks off".to_owned(),
        false => format!("not JSON at column {}", error.column()),
    }
}

#[cfg(test)]
mod tests;
