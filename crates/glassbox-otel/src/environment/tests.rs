use super::read;
use crate::{Content, TelemetryBuilder};

fn with(variables: &[(&str, &str)]) -> TelemetryBuilder {
    read(|name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn content_is_off_unless_a_known_word_turns_it_on() {
    for (value, content) in [
        ("", Content::Off),
        ("NO_CONTENT", Content::Off),
        ("span_only", Content::Span),
        (" EVENT_ONLY ", Content::Event),
        ("Span_And_Event", Content::SpanAndEvent),
        ("true", Content::Span),
        ("false", Content::Off),
    ] {
        let builder = with(&[(super::CAPTURE, value)]);
        assert_eq!(builder.policy.content, content, "{value:?}");
        assert!(builder.warnings().is_empty());
    }
    let wrong = with(&[(super::CAPTURE, "yes"), (super::EMIT, "perhaps")]);
    assert_eq!(wrong.policy.content, Content::Off);
    let [capture, emit] = wrong.warnings() else {
        panic!("{:?}", wrong.warnings());
    };
    assert!(capture.starts_with(super::CAPTURE) && capture.contains("SPAN_ONLY"));
    assert!(emit.starts_with(super::EMIT));
}

#[test]
fn events_and_lengths_are_read() {
    assert_eq!(with(&[]).details, None);
    assert_eq!(with(&[(super::EMIT, "TRUE")]).details, Some(true));
    assert_eq!(with(&[]).policy.span_limit, 2048);
    let both = with(&[(super::LENGTHS[0], "512"), (super::LENGTHS[1], "64")]);
    assert_eq!(both.policy.span_limit, 512);
    assert_eq!(
        with(&[(super::LENGTHS[1], "99999")]).policy.span_limit,
        2048
    );
    assert_eq!(with(&[(super::LENGTHS[1], "-1")]).warnings().len(), 1);
}
