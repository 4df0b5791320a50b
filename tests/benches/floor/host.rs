//! A host of prebuilt bytes: it reads a request and writes the answer, as fast as it can.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const CHUNKS: usize = 500;

struct Answers {
    chat: Bytes,
    tools: Bytes,
    stream: Bytes,
    opening: Bytes,
    accepted: Bytes,
    exported: AtomicU64,
}

pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        let answers = Arc::new(Answers::new());
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let answers = Arc::clone(&answers);
            tokio::spawn(async move { converse(socket, &answers).await });
        }
    });
}

impl Answers {
    fn new() -> Self {
        let text = "All the words of an answer. ".repeat(54);
        let calls = r#"[{"id":"call_1","type":"function","function":{"name":"first","arguments":"{\"n\":1}"}},{"id":"call_2","type":"function","function":{"name":"second","arguments":"{\"n\":2}"}}]"#;
        Self {
            chat: json(&completion(&format!("\"{text}\""), "null", "stop")),
            tools: json(&completion("null", calls, "tool_calls")),
            stream: Bytes::from(events(&stream(CHUNKS)) + "0\r\n\r\n"),
            opening: Bytes::from(events(&stream(1)[..300])),
            accepted: Bytes::from_static(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n",
            ),
            exported: AtomicU64::new(0),
        }
    }

    fn to(&self, head: &str, body: &[u8]) -> Bytes {
        if head.starts_with("POST /v1/traces") {
            self.exported
                .fetch_add(body.len() as u64, Ordering::Relaxed);
            return self.accepted.clone();
        }
        if head.starts_with("GET /exported") {
            return json(&self.exported.swap(0, Ordering::Relaxed).to_string());
        }
        let has = |needle: &[u8]| body.windows(needle.len()).any(|window| window == needle);
        if has(b"\"stream\":true") {
            return if has(b"wait") {
                self.opening.clone()
            } else {
                self.stream.clone()
            };
        }
        if has(b"\"tools\"") && !has(b"\"role\":\"tool\"") {
            self.tools.clone()
        } else {
            self.chat.clone()
        }
    }
}

fn completion(content: &str, calls: &str, finish: &str) -> String {
    format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{{"index":0,"message":{{"role":"assistant","content":{content},"tool_calls":{calls}}},"finish_reason":"{finish}"}}],"usage":{{"prompt_tokens":20,"completion_tokens":300,"total_tokens":320,"prompt_tokens_details":{{"cached_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0}}}},"service_tier":"default","system_fingerprint":"fp_1"}}"#
    )
}

fn stream(chunks: usize) -> String {
    let head = r#""id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_1""#;
    let delta = format!(
        "data: {{{head},\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" token\"}},\"logprobs\":null,\"finish_reason\":null}}],\"usage\":null}}\n\n"
    );
    let finish = format!(
        "data: {{{head},\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"stop\"}}]}}\n\n"
    );
    let usage = format!(
        "data: {{{head},\"choices\":[],\"usage\":{{\"prompt_tokens\":20,\"completion_tokens\":500,\"total_tokens\":520}}}}\n\n"
    );
    delta.repeat(chunks) + &finish + &usage + "data: [DONE]\n\n"
}

fn json(body: &str) -> Bytes {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into()
}

/// Each event in an HTTP chunk of its own, as hosts send them.
fn events(body: &str) -> String {
    let mut out =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_owned();
    for event in body.split_inclusive("\n\n") {
        out.push_str(&format!("{:x}\r\n{event}\r\n", event.len()));
    }
    out
}

async fn converse(mut socket: TcpStream, answers: &Answers) {
    socket.set_nodelay(true).unwrap();
    let mut buffer = BytesMut::with_capacity(16 * 1024);
    loop {
        let Some((head, body)) = request(&mut socket, &mut buffer).await else {
            return;
        };
        if socket.write_all(&answers.to(&head, &body)).await.is_err() {
            return;
        }
    }
}

async fn request(socket: &mut TcpStream, buffer: &mut BytesMut) -> Option<(String, Bytes)> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer.split_to(end)).into_owned();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0);
    while buffer.len() < length {
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, buffer.split_to(length).freeze()))
}
