//! A batch over OTLP: requests, each sent until it is taken or refused, and halved where it is too large.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::request::Requests;
use crate::sink::{Attempt, Batch as _, Later, Outcome, Parcel, Rest, Sink};

/// The most that is sent at once, before it is compressed. Collectors take less: 20 MiB by default
/// over HTTP, 4 MiB over gRPC.
pub(super) const MOST_SENT: usize = 64 * 1024 * 1024;

/// Carries requests to one collector.
pub(super) trait Courier: Send + Sync + 'static {
    /// Sends one request, as Protobuf, and says what was answered within `limit`.
    fn post(&self, request: Bytes, limit: Duration) -> Posting<'_>;
}

/// A request that is under way.
pub(super) type Posting<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// What a collector answered, or that it did not. The texts are one line each and hold nothing secret.
#[derive(Debug)]
pub(super) enum Answer {
    /// It took the request, but for so many items, and says something about it.
    Taken {
        rejected: u64,
        message: Option<String>,
    },
    /// It takes requests, and this one is too large.
    TooLarge(String),
    /// Another attempt may do better.
    Later(Later, String),
    /// Another attempt would do no better.
    Refused(String),
}

/// Delivers batches of one signal to one collector.
pub(super) struct Post<R> {
    requests: R,
    courier: Arc<dyn Courier>,
    /// Requests of so many bytes, or more, were too large.
    too_large: AtomicUsize,
}

impl<R> Post<R> {
    pub(super) fn new(requests: R, courier: Arc<dyn Courier>) -> Self {
        Self {
            requests,
            courier,
            too_large: AtomicUsize::new(MOST_SENT + 1),
        }
    }
}

/// Without the courier: it may hold a key.
impl<R> fmt::Debug for Post<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("too_large", &self.too_large)
            .finish_non_exhaustive()
    }
}

impl<R: Requests> Sink<R::Batch> for Post<R> {
    fn parcel(self: Arc<Self>, batch: R::Batch) -> Box<dyn Parcel> {
        Box::new(Unwritten { post: self, batch })
    }
}

/// A batch that no attempt was made with.
struct Unwritten<R: Requests> {
    post: Arc<Post<R>>,
    batch: R::Batch,
}

impl<R: Requests> Parcel for Unwritten<R> {
    fn items(&self) -> u64 {
        self.batch.items()
    }

    fn attempt(self: Box<Self>, limit: Duration) -> Attempt {
        let Self { post, batch } = *self;
        Box::pin(async move {
            let request = post.requests.protobuf(&batch);
            let items = batch.items();
            // What waits for an answer are bytes.
            drop(batch);
            let letter = Letter::new(post, request, items);
            Box::new(letter).attempt(limit).await
        })
    }
}

/// Requests that are to be sent one after the other.
pub(super) struct Letter<R: Requests> {
    post: Arc<Post<R>>,
    pages: VecDeque<Page>,
}

/// One request.
struct Page {
    request: Bytes,
    items: u64,
}

impl<R: Requests> Letter<R> {
    /// A request as Protobuf, with so many items in it.
    pub(super) fn new(post: Arc<Post<R>>, request: Bytes, items: u64) -> Self {
        let pages = VecDeque::from([Page { request, items }]);
        Self { post, pages }
    }

    /// The next request that is not too large as far as we know, unless it cannot be made smaller.
    fn next(&mut self) -> Option<Page> {
        loop {
            let page = self.pages.pop_front()?;
            let is_small = page.request.len() < self.post.too_large.load(Ordering::Relaxed);
            if is_small || !self.halve(&page) {
                return Some(page);
            }
        }
    }

    /// Puts the two halves of a request before the others; false where there is nothing to halve.
    fn halve(&mut self, page: &Page) -> bool {
        if page.items < 2 {
            return false;
        }
        let Ok([first, second]) = R::halve(&page.request) else {
            // We wrote it: this does not happen.
            return false;
        };
        for (request, items) in [second, first] {
            self.pages.push_front(Page { request, items });
        }
        true
    }

    /// What became of a request, and the rest of the letter.
    fn turn(mut self: Box<Self>, page: Page, answer: Answer) -> Outcome {
        let items = page.items;
        let mut outcome = match answer {
            Answer::Taken { rejected, message } => taken(items, rejected, message),
            Answer::Refused(reason) => Outcome::failed(items, reason),
            Answer::TooLarge(reason) => {
                let size = page.request.len();
                self.post.too_large.fetch_min(size, Ordering::Relaxed);
                match self.halve(&page) {
                    true => Outcome::default(),
                    false => Outcome::failed(items, reason),
                }
            }
            Answer::Later(later, reason) => {
                self.pages.push_front(page);
                return Outcome::setback(self, later, reason);
            }
        };
        if !self.pages.is_empty() {
            outcome.rest = Some(Rest {
                parcel: self,
                later: None,
            });
        }
        outcome
    }
}

impl<R: Requests> Parcel for Letter<R> {
    fn items(&self) -> u64 {
        self.pages.iter().map(|page| page.items).sum()
    }

    fn attempt(mut self: Box<Self>, limit: Duration) -> Attempt {
        Box::pin(async move {
            let Some(page) = self.next() else {
                return Outcome::default();
            };
            let answer = if page.request.len() > MOST_SENT {
                Answer::Refused(format!(
                    "{} of {} bytes, and {MOST_SENT} is the most that is sent",
                    R::SIGNAL.count(page.items),
                    page.request.len(),
                ))
            } else {
                let courier = Arc::clone(&self.post.courier);
                courier.post(page.request.clone(), limit).await
            };
            self.turn(page, answer)
        })
    }
}

fn taken(items: u64, rejected: u64, message: Option<String>) -> Outcome {
    let rejected = rejected.min(items);
    let reason = match (rejected, message) {
        (0, remark) => remark,
        (_, said) => {
            let said = said.unwrap_or_else(|| "no reason given".to_owned());
            Some(format!("rejected by the collector: {said}"))
        }
    };
    Outcome {
        delivered: items - rejected,
        rejected,
        reason,
        ..Outcome::default()
    }
}

#[cfg(test)]
mod tests;
