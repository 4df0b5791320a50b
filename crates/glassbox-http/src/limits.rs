use std::time::Duration;

/// How long to wait for what. `None` waits for ever, and needs no timer.
///
/// How long a connection may take is the transport's own business (`ReqwestTransportBuilder::with_connect_timeout`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// From sending the request until the head of the response, connecting included. 10 minutes unless set: a
    /// model that answers in one piece sends nothing before it has finished.
    pub headers: Option<Duration>,
    /// Between two pieces of the body, whatever they hold: a comment or a ping counts. 5 minutes unless set.
    pub idle: Option<Duration>,
}

impl Timeouts {
    /// The defaults: 10 minutes for the head, 5 minutes between two pieces.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            headers: Some(Duration::from_secs(600)),
            idle: Some(Duration::from_secs(300)),
        }
    }

    /// Waits for ever. Needs no runtime with a timer.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            headers: None,
            idle: None,
        }
    }

    /// Sets how long the head of the response may take.
    #[must_use]
    pub const fn with_headers(mut self, timeout: Duration) -> Self {
        self.headers = Some(timeout);
        self
    }

    /// Sets how long the body may be silent.
    #[must_use]
    pub const fn with_idle(mut self, timeout: Duration) -> Self {
        self.idle = Some(timeout);
        self
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::new()
    }
}

/// How much to read, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest body of a successful response, streams included. 64 MiB unless set.
    pub body: usize,
    /// The longest line of a stream, the longest server-sent event, and the longest message of an AWS event stream.
    /// 8 MiB unless set: an image in Base64 is one line.
    pub line: usize,
    /// How much of an error's body is read. 64 KiB unless set; the rest is ignored.
    pub error_body: usize,
}

impl Limits {
    /// The defaults: 64 MiB, 8 MiB and 64 KiB.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            body: 64 << 20,
            line: 8 << 20,
            error_body: 64 << 10,
        }
    }

    /// Sets the longest body of a successful response.
    #[must_use]
    pub const fn with_body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }

    /// Sets the longest line of a stream.
    #[must_use]
    pub const fn with_line(mut self, bytes: usize) -> Self {
        self.line = bytes;
        self
    }

    /// Sets how much of an error's body is read.
    #[must_use]
    pub const fn with_error_body(mut self, bytes: usize) -> Self {
        self.error_body = bytes;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}
