use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;
use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, Error, ErrorKind, Event, EventStream, Request, Result, Start,
};

/// More news than any provider sends before its answer: what keeps on telling us nothing is passed on.
const MOST_HELD: usize = 64;

/// An answer that has begun: its first piece is there, or it is complete without one.
pub(crate) struct Begun {
    held: Vec<Event>,
    rest: EventStream,
}

/// A model that failed before the first piece of its answer.
pub(crate) struct Failed {
    /// What it told before.
    held: Vec<Event>,
    pub(crate) error: Error,
}

/// Asks a model and waits for the first piece of its answer. Until then nobody has seen anything of it.
pub(crate) async fn begin(
    model: &dyn CompletionModel,
    request: Request,
) -> Result<Begun, Box<Failed>> {
    let failed = |held, error| Box::new(Failed { held, error });
    let mut rest = match model.stream(request).await {
        Ok(events) => events,
        Err(error) => return Err(failed(Vec::new(), error)),
    };
    let mut held = Vec::with_capacity(4);
    loop {
        match rest.next().await {
            Some(Ok(event)) => {
                let begun = event.is_output() || event == Event::End || held.len() >= MOST_HELD;
                held.push(event);
                if begun {
                    return Ok(Begun { held, rest });
                }
            }
            Some(Err(error)) => return Err(failed(held, error)),
            None => {
                let message = "the stream ended before the answer was complete";
                return Err(failed(held, Error::new(ErrorKind::Protocol, message)));
            }
        }
    }
}

impl Begun {
    pub(crate) fn start_mut(&mut self) -> Option<&mut Start> {
        start_of(&mut self.held)
    }

    /// All of its events.
    pub(crate) fn into_events(self) -> Replayed {
        Replayed {
            held: self.held.into_iter(),
            rest: Some(self.rest),
            last: None,
        }
    }
}

impl Failed {
    pub(crate) fn start(&self) -> Option<&Start> {
        self.held.iter().find_map(|event| match event {
            Event::Start(start) => Some(&**start),
            _ => None,
        })
    }

    pub(crate) fn start_mut(&mut self) -> Option<&mut Start> {
        start_of(&mut self.held)
    }

    /// What it told, and then its error.
    pub(crate) fn into_events(self) -> Replayed {
        Replayed {
            held: self.held.into_iter(),
            rest: None,
            last: Some(self.error),
        }
    }
}

fn start_of(held: &mut [Event]) -> Option<&mut Start> {
    held.iter_mut().find_map(|event| match event {
        Event::Start(start) => Some(&mut **start),
        _ => None,
    })
}

/// What was held back, and then what follows.
pub(crate) struct Replayed {
    held: vec::IntoIter<Event>,
    rest: Option<EventStream>,
    last: Option<Error>,
}

impl Stream for Replayed {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(event) = self.held.next() {
            return Poll::Ready(Some(Ok(event)));
        }
        match &mut self.rest {
            Some(rest) => rest.as_mut().poll_next(cx),
            None => Poll::Ready(self.last.take().map(Err)),
        }
    }
}
