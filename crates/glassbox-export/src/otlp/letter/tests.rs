use std::sync::Mutex;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use super::*;
use crate::otlp::encode::Encoder;
use crate::testing::{SpanDataExt as _, span};

/// Long enough for anything here.
const LIMIT: Duration = Duration::from_secs(10);

/// Takes what is smaller than this, and answers otherwise as it is told, the last answer first.
#[derive(Default)]
struct Desk {
    most: Option<usize>,
    answers: Mutex<Vec<Answer>>,
    names: Mutex<Vec<String>>,
    sizes: Mutex<Vec<usize>>,
}

impl Courier for Desk {
    fn post(&self, request: Bytes, _: Duration) -> Posting<'_> {
        self.sizes.lock().unwrap().push(request.len());
        let told = self.answers.lock().unwrap().pop();
        let is_large = self.most.is_some_and(|most| request.len() > most);
        let answer = match told {
            Some(answer) => answer,
            None if is_large => Answer::TooLarge("413".to_owned()),
            None => {
                let mut names = names(&request);
                self.names.lock().unwrap().append(&mut names);
                Answer::Taken {
                    rejected: 0,
                    message: None,
                }
            }
        };
        Box::pin(std::future::ready(answer))
    }
}

fn names(request: &[u8]) -> Vec<String> {
    let request = ExportTraceServiceRequest::decode(request).unwrap();
    let scopes = request.resource_spans.into_iter();
    scopes
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .map(|span| span.name)
        .collect()
}

fn post(desk: &Arc<Desk>) -> Arc<Post<Encoder>> {
    let encoder = Encoder::new(&Resource::builder_empty().build());
    Arc::new(Post::new(encoder, Arc::clone(desk) as Arc<dyn Courier>))
}

/// Attempts until nothing is left that may be sent at once: the outcomes together.
async fn deliver(mut parcel: Box<dyn Parcel>) -> Outcome {
    let mut sum = Outcome::default();
    loop {
        let outcome = parcel.attempt(LIMIT).await;
        sum.delivered += outcome.delivered;
        sum.rejected += outcome.rejected;
        sum.failed += outcome.failed;
        sum.reason = outcome.reason.or(sum.reason);
        match outcome.rest {
            Some(Rest {
                parcel: rest,
                later: None,
            }) => parcel = rest,
            rest => {
                sum.rest = rest;
                return sum;
            }
        }
    }
}

fn spans(count: u64) -> Vec<SpanData> {
    (0..count).map(span).collect()
}

#[tokio::test]
async fn what_is_too_large_is_halved_until_it_is_not() {
    let desk = Arc::new(Desk {
        most: Some(200),
        ..Desk::default()
    });
    let post = post(&desk);
    let outcome = deliver(Arc::clone(&post).parcel(spans(13))).await;
    assert_eq!((outcome.delivered, outcome.failed), (13, 0));
    assert!(outcome.rest.is_none());
    let expected: Vec<_> = (0..13).map(|index| format!("span {index}")).collect();
    assert_eq!(*desk.names.lock().unwrap(), expected, "in their order");

    // The next batch is made small before it is sent.
    desk.sizes.lock().unwrap().clear();
    let outcome = deliver(post.parcel(spans(13))).await;
    assert_eq!(outcome.delivered, 13);
    let sizes = desk.sizes.lock().unwrap().clone();
    assert!(sizes.iter().all(|size| *size <= 200), "{sizes:?}");
}

#[tokio::test]
async fn one_item_that_is_too_large_is_lost_and_no_other() {
    let desk = Arc::new(Desk {
        most: Some(200),
        ..Desk::default()
    });
    let mut batch = spans(9);
    batch[4] = span(4).with([opentelemetry::KeyValue::new("text", "x".repeat(500))]);
    let outcome = deliver(post(&desk).parcel(batch)).await;
    assert_eq!((outcome.delivered, outcome.failed), (8, 1));
    assert_eq!(outcome.reason.as_deref(), Some("413"));
    assert!(!desk.names.lock().unwrap().contains(&"span 4".to_owned()));
}

#[tokio::test]
async fn more_than_the_most_is_not_sent() {
    let desk = Arc::new(Desk::default());
    let huge = span(1).with([opentelemetry::KeyValue::new("text", "x".repeat(MOST_SENT))]);
    let outcome = deliver(post(&desk).parcel(vec![span(0), huge, span(2)])).await;
    assert_eq!((outcome.delivered, outcome.failed), (2, 1));
    let reason = outcome.reason.unwrap();
    assert!(reason.starts_with("1 span of "), "{reason}");
    assert!(
        reason.ends_with("67108864 is the most that is sent"),
        "{reason}"
    );
}

#[tokio::test]
async fn what_is_left_is_what_was_not_answered() {
    let later = Later {
        answered: true,
        asked: Some(Duration::from_secs(7)),
    };
    let taken = Answer::Taken {
        rejected: 0,
        message: None,
    };
    let answers = vec![
        Answer::Later(later, "503".to_owned()),
        taken,
        Answer::TooLarge("413".to_owned()),
    ];
    let desk = Arc::new(Desk {
        answers: Mutex::new(answers),
        ..Desk::default()
    });
    let outcome = deliver(post(&desk).parcel(spans(10))).await;
    assert_eq!((outcome.delivered, outcome.failed), (5, 0));
    assert_eq!(outcome.reason.as_deref(), Some("503"));
    let rest = outcome.rest.unwrap();
    assert_eq!((rest.parcel.items(), rest.later), (5, Some(later)));
    let outcome = deliver(rest.parcel).await;
    assert_eq!(outcome.delivered, 5);
    let names = desk.names.lock().unwrap().clone();
    assert_eq!(names.first().map(String::as_str), Some("span 5"));
}

#[tokio::test]
async fn a_partial_success_is_counted_and_a_remark_is_none() {
    let desk = |rejected, message: Option<&str>| {
        Arc::new(Desk {
            answers: Mutex::new(vec![Answer::Taken {
                rejected,
                message: message.map(str::to_owned),
            }]),
            ..Desk::default()
        })
    };
    for (rejected, message, expected) in [
        (
            2,
            Some("too old"),
            (3, 2, Some("rejected by the collector: too old")),
        ),
        (
            2,
            None,
            (3, 2, Some("rejected by the collector: no reason given")),
        ),
        (
            99,
            Some("all"),
            (0, 5, Some("rejected by the collector: all")),
        ),
        (0, Some("update soon"), (5, 0, Some("update soon"))),
        (0, None, (5, 0, None)),
    ] {
        let outcome = deliver(post(&desk(rejected, message)).parcel(spans(5))).await;
        let reason = outcome.reason.as_deref();
        assert_eq!((outcome.delivered, outcome.rejected, reason), expected);
    }
}
