//! Canaries: what must not be told is not in anything that is emitted, on any path.

mod stage;
mod walk;

use std::panic::resume_unwind;

use glassbox::otel::{Events, TelemetryBuilder};
use glassbox::{Content, Telemetry, Vocabulary};

use self::stage::{Told, emitted};
use self::walk::{
    ANSWER, ARGUMENT, BODY, HEADER, KEY, PROMPT, Path, REASONING, RESULT, SYSTEM, TOOL, VARIABLE,
};

/// For the host alone.
const SECRETS: [&str; 2] = [KEY, HEADER];
const CONTENT: [&str; 9] = [
    PROMPT, SYSTEM, VARIABLE, REASONING, ANSWER, ARGUMENT, RESULT, TOOL, BODY,
];

fn builder() -> TelemetryBuilder {
    Telemetry::builder()
        .vocabularies(Vocabulary::ALL.iter().copied())
        .events(Events::Both)
        .operation_details(true)
        .tool_schemas(true)
}

/// Where something is found that may not be there.
fn found<'a>(told: &'a [Told], canaries: &'a [&str]) -> Vec<String> {
    let found = told.iter().flat_map(|told| {
        let here = canaries.iter().filter(|canary| told.holds(canary));
        here.map(move |canary| format!("{canary} in {}: {}", told.place, told.excerpt(canary)))
    });
    found.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_content_off_nothing_that_was_said_is_told() {
    for path in Path::ALL {
        let told = emitted(path, builder).await;
        assert!(told.iter().any(|told| !told.bytes.is_empty()), "{path:?}");
        let found = [found(&told, &SECRETS), found(&told, &CONTENT)].concat();
        assert!(found.is_empty(), "{path:?}: {found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_content_on_secrets_stay_secret() {
    let mut all = Vec::new();
    for path in Path::ALL {
        let told = emitted(path, || builder().content(Content::SpanAndEvent)).await;
        let found = found(&told, &SECRETS);
        assert!(found.is_empty(), "{path:?}: {found:#?}");
        all.extend(told);
    }
    for place in ["spans", "logs", "console", "otlp"] {
        for canary in CONTENT {
            let there = all.iter().filter(|told| told.place == place);
            let mut there = there.filter(|told| told.holds(canary));
            assert!(there.next().is_some(), "{canary} is not in the {place}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_redacted_is_nowhere() {
    let redacting = || {
        let builder = builder().content(Content::SpanAndEvent);
        builder.redact(|part| {
            let json = serde_json::to_string(&part).ok()?;
            serde_json::from_str(&json.replace(PROMPT, "[redacted]")).ok()
        })
    };
    for path in Path::ALL {
        let told = emitted(path, redacting).await;
        let found = found(&told, &[PROMPT, KEY, HEADER]);
        assert!(found.is_empty(), "{path:?}: {found:#?}");
        let shown = told.iter().any(|told| told.holds("[redacted]"));
        assert!(shown, "{path:?}: the rest is told");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_redaction_panics_nothing_is_told_and_the_run_goes_on() {
    let panicking = || {
        let builder = builder().content(Content::SpanAndEvent);
        builder.redact(|_| resume_unwind(Box::new("no")))
    };
    for path in Path::ALL {
        let told = emitted(path, panicking).await;
        // The ids of documents are no texts; they do not pass the redaction.
        let content: Vec<&str> = CONTENT
            .into_iter()
            .filter(|canary| path != Path::Steps || *canary != RESULT)
            .collect();
        let found = found(&told, &content);
        assert!(found.is_empty(), "{path:?}: {found:#?}");
        let calm = emitted(path, builder).await;
        assert_eq!(spans(&told), spans(&calm), "{path:?}");
    }
}

fn spans(told: &[Told]) -> usize {
    let spans = told.iter().find(|told| told.place == "spans");
    spans.map_or(0, |spans| spans.count)
}
