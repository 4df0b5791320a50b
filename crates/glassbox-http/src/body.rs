use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use glassbox_core::{Error, ErrorKind, Result};
use tokio::time::{Instant, Sleep, sleep_until};

/// The bytes of a response as they arrive. Dropping it closes the connection.
///
/// A body that came out of an [`HttpClient`](crate::HttpClient) is held to its limit and its idle timeout. After an
/// error it has ended.
pub struct Body {
    source: Source,
    /// How many bytes may still come, and how many there were in all.
    left: usize,
    limit: usize,
    idle: Option<Idle>,
}

enum Source {
    Ended,
    Whole(Bytes),
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>),
}

impl Body {
    /// A body that arrives as `stream` gives it.
    pub fn new(stream: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self::of(Source::Stream(Box::pin(stream)))
    }

    /// A body without bytes.
    #[must_use]
    pub fn empty() -> Self {
        Self::of(Source::Ended)
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            left: usize::MAX,
            limit: usize::MAX,
            idle: None,
        }
    }

    /// Fails after `limit` bytes, and after a silence of `idle`.
    pub(crate) fn guarded(mut self, limit: usize, idle: Option<Duration>) -> Self {
        self.left = limit;
        self.limit = limit;
        self.idle = idle.map(Idle::new);
        self
    }

    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        match &mut self.source {
            Source::Ended => Poll::Ready(None),
            Source::Whole(bytes) => {
                let bytes = mem::take(bytes);
                self.source = Source::Ended;
                Poll::Ready(Some(Ok(bytes)))
            }
            Source::Stream(stream) => stream.as_mut().poll_next(cx),
        }
    }

    /// Looks whether the end of the body is already there, so that its connection can be used again: an answer that
    /// says itself where it ends leaves the end of the HTTP body unread.
    pub(crate) fn drain(&mut self, cx: &mut Context<'_>) {
        const POLLS: usize = 4;
        for _ in 0..POLLS {
            match self.poll_source(cx) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(None | Some(Err(_))) => {
                    self.source = Source::Ended;
                    return;
                }
            }
        }
    }

    fn count(&mut self, bytes: Bytes) -> Result<Bytes> {
        match self.left.checked_sub(bytes.len()) {
            Some(left) => {
                self.left = left;
                Ok(bytes)
            }
            None => Err(Error::new(
                ErrorKind::Protocol,
                format!(
                    "the body is longer than the limit of {} bytes (Limits::body)",
                    self.limit
                ),
            )),
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let item = match this.poll_source(cx) {
            Poll::Pending => {
                let Some(idle) = &mut this.idle else {
                    return Poll::Pending;
                };
                ready!(idle.poll_silence(cx));
                Some(Err(idle.error()))
            }
            Poll::Ready(item) => {
                if let Some(idle) = &mut this.idle {
                    idle.waiting_since = None;
                }
                item.map(|bytes| bytes.and_then(|bytes| this.count(bytes)))
            }
        };
        if !matches!(item, Some(Ok(_))) {
            this.source = Source::Ended;
        }
        Poll::Ready(item)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.source {
            Source::Ended => "Body(ended)",
            Source::Whole(_) => "Body(whole)",
            Source::Stream(_) => "Body(stream)",
        })
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::of(Source::Whole(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

/// Fires when the source was silent for too long.
///
/// A piece that arrives costs no timer work: it only clears `waiting_since`. The one timer is set again when it
/// fires and finds that the present silence is younger than it is. Time in which nobody asks for bytes is not
/// silence.
struct Idle {
    timeout: Duration,
    waiting_since: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Idle {
    fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            waiting_since: None,
            sleep: None,
        }
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        let Some(deadline) = since.checked_add(self.timeout) else {
            return Poll::Pending;
        };
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        loop {
            ready!(sleep.as_mut().poll(cx));
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }

    fn error(&self) -> Error {
        Error::new(
            ErrorKind::Timeout,
            format!(
                "the connection was silent for {:?} in the middle of the answer",
                self.timeout
            ),
        )
    }
}
