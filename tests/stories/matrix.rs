//! Every story in every vocabulary: the whole trace, the metrics and the events, with content on.

use std::future::Future;
use std::pin::Pin;

use glassbox::{Content, Telemetry, Vocabulary};
use glassbox_test::conformance::Conformance;
use glassbox_test::{Capture, insta};

use crate::host::prices;
use crate::{around, tales};

type Told<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
type Tale = for<'a> fn(&'a Telemetry) -> Told<'a>;

macro_rules! tales {
    ($($teller:ident::$tale:ident),* $(,)?) => {
        const TALES: &[(&str, Tale)] = &[$((stringify!($tale), |telemetry| Box::pin($teller::$tale(telemetry)))),*];

        $(
            #[tokio::test(start_paused = true)]
            async fn $tale() {
                in_every_vocabulary(stringify!($tale)).await;
            }
        )*
    };
}

tales! {
    tales::plain,
    tales::tool_calling,
    tales::parallel_tools,
    tales::streamed,
    tales::structured_output,
    tales::embeddings,
    tales::refusal,
    tales::length_limited_tool_call,
    tales::provider_error,
    tales::retry_then_success,
    tales::tool_panic,
    tales::tool_timeout,
    tales::cancelled_run,
    tales::dropped_stream,
    tales::step_limit,
    tales::agent_inside_a_tool,
    tales::multimodal,
    tales::cached_tokens,
    tales::reasoning,
    around::fallback,
    around::fallback_of_all,
    around::fallback_with_spans_inside,
    around::balance,
    around::cache,
    around::cached_embeddings,
    around::deadline,
    around::rate_limit_wait,
}

async fn in_every_vocabulary(name: &str) {
    let (_, tale) = TALES.iter().find(|(tale, _)| *tale == name).unwrap();
    for vocabulary in Vocabulary::ALL {
        let capture = Capture::new();
        let telemetry = Telemetry::builder()
            .tracer_provider(capture.provider())
            .meter_provider(capture.meter_provider())
            .logger_provider(capture.logger_provider())
            .vocabularies([*vocabulary])
            .content(Content::SpanAndEvent)
            .prices(prices())
            .build();
        tale(&telemetry).await;
        assert_eq!(capture.open(), 0, "{name}: every span has ended");
        let file = format!("{name}@{}", vocabulary.as_str().replace('/', "_"));
        insta::assert_snapshot!(file.as_str(), capture.render_all());
        let conformance = match vocabulary {
            Vocabulary::GenAi => Conformance::new(),
            Vocabulary::GenAi1_41 => Conformance::v1_41(),
            _ => continue,
        };
        let findings = findings(&conformance, &capture);
        assert!(findings.is_empty(), "{file}: {findings:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_at_once_say_each_name_once() {
    for (name, tale) in TALES {
        let capture = Capture::new();
        let telemetry = Telemetry::builder()
            .tracer_provider(capture.provider())
            .vocabularies(Vocabulary::ALL.iter().copied())
            .content(Content::Span)
            .prices(prices())
            .build();
        tale(&telemetry).await;
        for span in capture.spans() {
            let mut keys: Vec<&str> = span
                .data()
                .attributes
                .iter()
                .map(|attribute| attribute.key.as_str())
                .collect();
            assert!(keys.len() < 128, "{name}: {} drops some", span.name());
            keys.sort_unstable();
            let twice: Vec<_> = keys.windows(2).filter(|pair| pair[0] == pair[1]).collect();
            assert!(twice.is_empty(), "{name}: {}: {twice:?}", span.name());
        }
    }
}

/// What is wrong with anything that was captured.
pub(crate) fn findings(conformance: &Conformance, capture: &Capture) -> Vec<String> {
    let (spans, metrics, logs) = (capture.spans(), capture.metrics(), capture.logs());
    let of_spans = spans.iter().flat_map(|span| conformance.span(span));
    let of_metrics = metrics
        .iter()
        .flat_map(|metric| conformance.instrument(metric));
    let of_logs = logs.iter().flat_map(|log| conformance.log(log));
    of_spans.chain(of_metrics).chain(of_logs).collect()
}
