use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_core::{CompletionModel, Delivery, Error, Event, Fold, Request, Response};
use glassbox_http::{MemoryTransport, ReqwestTransport, Transport};

use super::host::{Case, Host, Line, Wire, Wrapper};
use super::{Body, Cut};
use crate::{Server, Turn, grammar};

/// The laws of one host, to be mounted with [`laws!`](crate::laws!) or held one by one.
///
/// Each method is a law, and panics where it does not hold.
#[derive(Debug)]
#[must_use]
pub struct Laws {
    pub(super) host: Box<dyn Host>,
    pub(super) wrapper: Option<Box<dyn Wrapper>>,
}

/// How a host is reached.
#[derive(Clone, Copy, Debug)]
pub(super) enum Over {
    Memory(Cut),
    Socket(Cut),
}

/// What was sent to the host.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What came of a request.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) events: Vec<Event>,
    pub(super) response: Response,
    pub(super) error: Option<Error>,
    pub(super) sent: Vec<Sent>,
    /// How the model shows itself.
    pub(super) shown: String,
}

impl Played {
    /// The response of an answer that is complete.
    pub(super) fn complete(&self) -> &Response {
        assert!(self.error.is_none(), "failed: {:?}", self.error);
        grammar::assert_complete(&self.events);
        grammar::assert_told(&self.events);
        &self.response
    }

    /// The one request that was sent, as JSON.
    pub(super) fn body(&self) -> serde_json::Value {
        let [sent] = &self.sent[..] else {
            panic!("{} requests were sent in place of one", self.sent.len());
        };
        serde_json::from_slice(&sent.body).expect("a request of JSON")
    }
}

impl Laws {
    /// The laws of a host, bare.
    pub fn new(host: impl Host) -> Self {
        Self {
            host: Box::new(host),
            wrapper: None,
        }
    }

    /// Puts something around every model that the laws make.
    pub fn within(mut self, wrapper: impl Wrapper) -> Self {
        self.wrapper = Some(Box::new(wrapper));
        self
    }

    pub(super) fn wire(&self) -> &dyn Wire {
        self.host.wire().expect("the law needs a wire")
    }

    /// The deliveries that the model has.
    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        let can = self.host.model(&idle()).info().capabilities;
        let incremental = can.incremental.then_some(Delivery::Incremental);
        [Delivery::Whole].into_iter().chain(incremental).collect()
    }

    /// Every way to the host that is tried.
    pub(super) fn ways(&self) -> Vec<Over> {
        match self.host.wire() {
            None => vec![Over::Memory(Cut::Whole)],
            Some(_) => {
                let memory = Cut::ALL.into_iter().map(Over::Memory);
                let sockets = [Cut::Frames, Cut::Characters].map(Over::Socket);
                memory.chain(sockets).collect()
            }
        }
    }

    pub(super) fn case(&self, law: &str, request: impl Into<Request>, turn: Turn) -> Case {
        self.host.case(law, Case::new(request, turn))
    }

    /// Asks and answers as the case says.
    pub(super) async fn play(&self, case: &Case, delivery: Delivery, over: Over) -> Played {
        let request = case.request.clone().with_delivery(delivery);
        match self.host.wire() {
            Some(wire) => {
                let body = wire.answer(&case.turn, delivery);
                self.play_body(request, &body, over).await
            }
            None => {
                let mut line = idle();
                line.turns = vec![case.turn.clone()];
                self.ask(request, &line).await
            }
        }
    }

    /// Asks, and answers with a body.
    pub(super) async fn play_body(&self, request: Request, body: &Body, over: Over) -> Played {
        match over {
            Over::Memory(cut) => {
                let transport = MemoryTransport::new().with(body.response(cut));
                let line = line("http://host.invalid", transport.clone());
                let mut played = self.ask(request, &line).await;
                let sent = transport.requests().into_iter().map(|request| {
                    let (head, body) = request.into_parts();
                    let headers = head.headers.iter().map(|(name, value)| {
                        let value = String::from_utf8_lossy(value.as_bytes());
                        (name.to_string(), value.into_owned())
                    });
                    Sent {
                        path: head.uri.to_string(),
                        headers: headers.collect(),
                        body: body.to_vec(),
                    }
                });
                played.sent = sent.collect();
                played
            }
            Over::Socket(cut) => {
                let reply = body.reply(cut);
                let server = Server::new(move |_| reply.clone());
                let line = line(&server.url(), socket());
                let mut played = self.ask(request, &line).await;
                let sent = server.requests().into_iter().map(|request| Sent {
                    path: request.path,
                    headers: request.headers,
                    body: request.body.to_vec(),
                });
                played.sent = sent.collect();
                played
            }
        }
    }

    /// Asks a host at `url` that may not answer.
    pub(super) async fn play_at(&self, request: Request, url: &str) -> Played {
        self.ask(request, &line(url, socket())).await
    }

    async fn ask(&self, request: Request, line: &Line) -> Played {
        let model = self.host.model(line);
        let model: Arc<dyn CompletionModel> = match &self.wrapper {
            Some(wrapper) => wrapper.model(model),
            None => model,
        };
        let shown = format!("{model:?} {:?} {line:?}", model.info());
        let (mut events, mut error) = (Vec::new(), None);
        let mut fold = Fold::new();
        match model.stream(request).await {
            Err(refused) => error = Some(refused),
            Ok(mut stream) => {
                while let Some(item) = stream.next().await {
                    assert!(error.is_none(), "{item:?} follows an error");
                    match item {
                        Ok(mut event) => {
                            untimed(&mut event);
                            fold.push(event.clone());
                            events.push(event);
                        }
                        Err(broken) => error = Some(broken),
                    }
                }
            }
        }
        grammar::assert_begun(&events);
        let ended = events.last() == Some(&Event::End);
        assert_ne!(ended, error.is_some(), "ends, or fails: {error:?}");
        Played {
            events,
            response: fold.into_partial(),
            error,
            sent: Vec::new(),
            shown,
        }
    }

    /// To be called when a law has been held to the end.
    pub(super) fn held(&self) {
        if let Some(wrapper) = &self.wrapper {
            wrapper.check();
        }
    }
}

/// When something was decided is no part of an answer: it is another time each time.
fn untimed(event: &mut Event) {
    if let Event::Start(start) = event {
        for decision in &mut start.decisions {
            decision.after = Duration::ZERO;
        }
    }
}

pub(super) fn line(url: &str, transport: impl Transport) -> Line {
    Line {
        turns: Vec::new(),
        url: url.to_owned(),
        transport: Arc::new(transport),
    }
}

/// A line over which nobody answers.
pub(super) fn idle() -> Line {
    line("http://host.invalid", MemoryTransport::new())
}

pub(super) fn socket() -> ReqwestTransport {
    ReqwestTransport::new().expect("an HTTP client")
}
