use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What a [`Server`](super::Server) does with a request.
///
/// A body that was set as a whole goes out with its length. As soon as there is a step (a chunk, a pause, a break),
/// the body goes out in HTTP chunks, each written by itself.
#[derive(Clone, Debug)]
pub struct Reply {
    /// `None` sends no head: only the steps are done.
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Bytes,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Chunk(Bytes),
    Endless(Bytes),
    Pause(Duration),
    Hang,
    Close,
    Reset,
}

impl Reply {
    /// A status without headers and body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status: Some(status),
            headers: Vec::new(),
            body: Bytes::new(),
            steps: Vec::new(),
        }
    }

    /// 200 with a body of JSON.
    #[must_use]
    pub fn json(body: &serde_json::Value) -> Self {
        Self::new(200)
            .with_header("content-type", "application/json")
            .with_body(body.to_string())
    }

    /// 200 with server-sent events, which are still to be given as chunks.
    #[must_use]
    pub fn events() -> Self {
        Self::new(200).with_header("content-type", "text/event-stream")
    }

    /// Never answers, and keeps the connection open.
    #[must_use]
    pub fn hanging() -> Self {
        Self::silent().with_hang()
    }

    /// Closes the connection without an answer.
    #[must_use]
    pub fn closing() -> Self {
        Self::silent().with_close()
    }

    /// Resets the connection without an answer.
    #[must_use]
    pub fn resetting() -> Self {
        Self::silent().with_reset()
    }

    fn silent() -> Self {
        Self {
            status: None,
            ..Self::new(200)
        }
    }

    /// Sets the status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the whole body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends a piece of the body.
    #[must_use]
    pub fn with_chunk(self, chunk: impl Into<Bytes>) -> Self {
        self.with_step(Step::Chunk(chunk.into()))
    }

    /// Sends several pieces of the body, one by one.
    #[must_use]
    pub fn with_chunks<B: Into<Bytes>>(self, chunks: impl IntoIterator<Item = B>) -> Self {
        chunks.into_iter().fold(self, Self::with_chunk)
    }

    /// Sends a piece of the body again and again, until the client hangs up.
    #[must_use]
    pub fn with_endless(self, chunk: impl Into<Bytes>) -> Self {
        self.with_step(Step::Endless(chunk.into()))
    }

    /// Waits, on the clock of the runtime.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        self.with_step(Step::Pause(pause))
    }

    /// Sends nothing more, and keeps the connection open.
    #[must_use]
    pub fn with_hang(self) -> Self {
        self.with_step(Step::Hang)
    }

    /// Closes the connection here: the body lacks its end.
    #[must_use]
    pub fn with_close(self) -> Self {
        self.with_step(Step::Close)
    }

    /// Resets the connection here.
    #[must_use]
    pub fn with_reset(self) -> Self {
        self.with_step(Step::Reset)
    }

    fn with_step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Sends the reply, and says whether the connection can take another request.
    pub(super) async fn write(self, stream: &mut TcpStream) -> bool {
        self.try_write(stream).await.unwrap_or(false)
    }

    async fn try_write(self, stream: &mut TcpStream) -> io::Result<bool> {
        if self.steps.is_empty() {
            let mut message = self.head(&format!("content-length: {}", self.body.len()));
            message.extend_from_slice(&self.body);
            stream.write_all(&message).await?;
            return Ok(true);
        }
        if self.status.is_some() {
            let head = self.head("transfer-encoding: chunked");
            stream.write_all(&head).await?;
        }
        if !self.body.is_empty() {
            write_chunk(stream, &self.body).await?;
        }
        for step in self.steps {
            match step {
                Step::Chunk(bytes) => write_chunk(stream, &bytes).await?,
                Step::Endless(bytes) => loop {
                    write_chunk(stream, &bytes).await?;
                },
                Step::Pause(pause) => sleep(pause).await,
                Step::Hang => std::future::pending().await,
                Step::Close => return Ok(false),
                Step::Reset => {
                    // With unsent data discarded, closing is a reset (RFC 9293, section 3.10.7).
                    stream.set_zero_linger()?;
                    return Ok(false);
                }
            }
        }
        stream.write_all(b"0\r\n\r\n").await?;
        Ok(true)
    }

    fn head(&self, framing: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} -\r\n", self.status.unwrap_or(200));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(framing);
        head.push_str("\r\n\r\n");
        head.into_bytes()
    }
}

/// One HTTP chunk in one write, so that it arrives as one. An empty one would end the body, and is left out.
async fn write_chunk(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    stream.write_all(&chunk).await
}
