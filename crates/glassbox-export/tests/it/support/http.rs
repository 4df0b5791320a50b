//! An HTTP/1.1 server of our own: it keeps what it got and answers what it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde::de::DeserializeOwned;

use super::span_names;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// `POST /v1/traces HTTP/1.1`.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn spans(&self) -> ExportTraceServiceRequest {
        self.decoded()
    }

    /// The body as the request it is.
    pub(crate) fn decoded<R: Message + Default + DeserializeOwned>(&self) -> R {
        let body = match self.header("content-encoding") {
            Some("gzip") => {
                let mut body = Vec::new();
                GzDecoder::new(&*self.body).read_to_end(&mut body).unwrap();
                body
            }
            _ => self.body.clone(),
        };
        match self.header("content-type") {
            Some("application/json") => serde_json::from_slice(&body).unwrap(),
            _ => R::decode(&*body).unwrap(),
        }
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Status(u16, Vec<(&'static str, &'static str)>, Vec<u8>),
    /// Nothing, ever.
    Silence,
    /// A connection cut in the middle of the answer.
    Cut,
    /// A connection closed without one.
    Hangup,
    /// Bytes that are no HTTP.
    Garbage,
    /// Success, piece by piece, each a while after the other.
    Slow(Duration),
    /// 413 for a body of more than so many bytes, and success for others.
    Most(usize),
}

impl Answer {
    pub(crate) fn status(code: u16) -> Self {
        Self::Status(code, Vec::new(), Vec::new())
    }
}

pub(crate) struct Collector {
    address: SocketAddr,
    scheme: &'static str,
    received: Arc<Mutex<Vec<Received>>>,
    /// The requests that were answered with success.
    taken: Arc<Mutex<Vec<Received>>>,
}

/// What is answered, and to whom the requests go.
#[derive(Clone)]
struct Script {
    answers: Arc<Mutex<Vec<Answer>>>,
    /// When there are no more answers.
    then: Answer,
    received: Arc<Mutex<Vec<Received>>>,
    taken: Arc<Mutex<Vec<Received>>>,
}

impl Collector {
    /// Answers each request with the next of `answers`, and then with 200.
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::start(answers, Answer::status(200), None, 0)
    }

    /// Answers each request with this.
    pub(crate) fn always(answer: Answer) -> Self {
        Self::start([], answer, None, 0)
    }

    /// Takes everything, on this port.
    pub(crate) fn on(port: u16) -> Self {
        Self::start([], Answer::status(200), None, port)
    }

    pub(crate) fn tls(config: Arc<ServerConfig>) -> Self {
        Self::start([], Answer::status(200), Some(config), 0)
    }

    fn start(
        answers: impl IntoIterator<Item = Answer>,
        then: Answer,
        tls: Option<Arc<ServerConfig>>,
        port: u16,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let address = listener.local_addr().unwrap();
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let script = Script {
            answers: Arc::new(Mutex::new(answers)),
            then,
            received: Arc::default(),
            taken: Arc::default(),
        };
        let (received, taken) = (Arc::clone(&script.received), Arc::clone(&script.taken));
        let scheme = if tls.is_some() { "https" } else { "http" };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let script = script.clone();
                match tls.clone() {
                    None => thread::spawn(move || serve(stream, &script)),
                    Some(config) => thread::spawn(move || {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, stream), &script);
                    }),
                };
            }
        });
        Self {
            address,
            scheme,
            received,
            taken,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The bodies of the requests to this path, such as `/v1/metrics`.
    pub(crate) fn at<R: Message + Default + DeserializeOwned>(&self, path: &str) -> Vec<R> {
        let line = format!("POST {path} HTTP/1.1");
        let received = self.received();
        let there = received.iter().filter(|request| request.line == line);
        there.map(Received::decoded).collect()
    }

    /// The names of all spans that came, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        names(&self.received.lock().unwrap())
    }

    /// The names of all spans of the requests that were answered with success, in order.
    pub(crate) fn taken(&self) -> Vec<String> {
        names(&self.taken.lock().unwrap())
    }
}

fn names(requests: &[Received]) -> Vec<String> {
    requests
        .iter()
        .flat_map(|request| span_names(&request.spans()))
        .collect()
}

fn serve(stream: impl Read + Write, script: &Script) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream) {
        script.received.lock().unwrap().push(request.clone());
        let answer = script.answers.lock().unwrap().pop();
        let answer = match answer.unwrap_or_else(|| script.then.clone()) {
            Answer::Most(most) if request.body.len() > most => Answer::status(413),
            Answer::Most(_) => Answer::status(200),
            answer => answer,
        };
        let is_success = matches!(
            answer,
            Answer::Status(200..300, ..) | Answer::Slow(_) | Answer::Cut
        );
        if is_success {
            script.taken.lock().unwrap().push(request);
        }
        if !write(stream.get_mut(), answer) {
            return;
        }
    }
}

fn read(stream: &mut impl BufRead) -> Option<Received> {
    let line = read_line(stream)?;
    let mut headers = Vec::new();
    loop {
        let header = read_line(stream)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Received {
        line,
        headers,
        body: Vec::new(),
    };
    let length = request.header("content-length")?.parse().ok()?;
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn read_line(stream: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line) {
        Ok(1..) => Some(line.trim_end().to_owned()),
        _ => None,
    }
}

/// Whether the connection goes on.
fn write(stream: &mut impl Write, answer: Answer) -> bool {
    match answer {
        Answer::Status(code, headers, body) => {
            let mut head = format!("HTTP/1.1 {code} X\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            stream.write_all(head.as_bytes()).is_ok() && stream.write_all(&body).is_ok()
        }
        Answer::Silence => loop {
            thread::park();
        },
        Answer::Hangup => false,
        Answer::Garbage => {
            let _ = stream.write_all(b"\x00\x01 this is no HTTP\r\n\r\n");
            false
        }
        Answer::Slow(pause) => {
            let pieces = ["HTTP/1.1 200 OK\r\n", "content-length: 0\r\n", "\r\n"];
            pieces.iter().all(|piece| {
                thread::sleep(pause);
                stream.write_all(piece.as_bytes()).is_ok()
            })
        }
        // `serve` has decided.
        Answer::Most(_) => false,
        Answer::Cut => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            false
        }
    }
}
