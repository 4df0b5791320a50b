//! An HTTP/1.1 server of our own: it keeps what it got and answers what it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

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
}

impl Collector {
    /// Answers each request with the next of `answers`, and then with 200.
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::start(answers, None)
    }

    pub(crate) fn tls(config: Arc<ServerConfig>) -> Self {
        Self::start([], Some(config))
    }

    fn start(answers: impl IntoIterator<Item = Answer>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let answers = Arc::new(Mutex::new(answers));
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let log = Arc::clone(&received);
        let scheme = if tls.is_some() { "https" } else { "http" };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                match tls.clone() {
                    None => thread::spawn(move || serve(stream, &answers, &log)),
                    Some(config) => thread::spawn(move || {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, stream), &answers, &log);
                    }),
                };
            }
        });
        Self {
            address,
            scheme,
            received,
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
        let received = self.received();
        received
            .iter()
            .flat_map(|request| span_names(&request.spans()))
            .collect()
    }
}

fn serve(stream: impl Read + Write, answers: &Mutex<Vec<Answer>>, log: &Mutex<Vec<Received>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream) {
        log.lock().unwrap().push(request);
        let answer = answers.lock().unwrap().pop();
        let answer = answer.unwrap_or_else(|| Answer::status(200));
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
        Answer::Cut => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
            false
        }
    }
}
