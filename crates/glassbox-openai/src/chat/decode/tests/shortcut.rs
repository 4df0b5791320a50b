//! The shortcut must never be noticed: with it and without it, any bytes give the same events and the same errors.

use super::*;
use crate::dialect::{MISTRAL, OPENAI, OPENROUTER};

/// What a decoder makes of the chunks, and how many took the shortcut.
fn run(dialect: &Dialect, chunks: &[Vec<u8>], shortcut: Shortcut) -> (Vec<String>, usize) {
    let mut decoder = ChatDecoder::new(dialect);
    decoder.shortcut = shortcut;
    let mut log = Vec::new();
    let mut taken = 0;
    for chunk in chunks {
        let mut events = Events::new();
        let result = decoder.frame(Frame::new(chunk), &mut events);
        taken += usize::from(decoder.shortcut.is_used());
        let failed = result.is_err();
        log.push(format!(
            "{:?} {:?}",
            events.into_iter().collect::<Vec<_>>(),
            result
        ));
        if failed {
            break;
        }
    }
    (log, taken)
}

/// Fails where the shortcut makes a difference; gives how often it was taken.
fn compare(dialect: &Dialect, chunks: &[Vec<u8>]) -> usize {
    let (with, taken) = run(dialect, chunks, Shortcut::default());
    let (without, none) = run(dialect, chunks, Shortcut::off());
    assert_eq!(with, without);
    assert_eq!(none, 0);
    taken
}

fn chunks(texts: &[&str], around: impl Fn(&str) -> String) -> Vec<Vec<u8>> {
    texts.iter().map(|text| around(text).into_bytes()).collect()
}

const TEXTS: [&str; 12] = [
    "a",
    "b",
    "",
    "two words",
    "\\\"quoted\\\"",
    "é😀",
    "\\ud83d\\ude00",
    "\\\\",
    "line\\nbreak",
    "{}[],:",
    "c",
    "\\u0000",
];

#[test]
fn text_takes_the_shortcut() {
    let plain = |text: &str| {
        format!(
            r#"{{"id":"1","created":1,"choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]}}"#
        )
    };
    // The first says the id, the second teaches, and the third is the first to use it.
    assert_eq!(compare(&OPENAI, &chunks(&TEXTS, plain)), TEXTS.len() - 2);
    let padded = |text: &str| {
        let padding = "x".repeat(text.len() % 5);
        format!(
            r#"{{"choices":[{{"delta":{{"content":"{text}"}}}}],"usage":null,"obfuscation":"{padding}"}}"#
        )
    };
    assert_eq!(compare(&OPENAI, &chunks(&TEXTS, padded)), TEXTS.len() - 1);
    let before = |text: &str| {
        let padding = "x".repeat(text.len() % 5);
        format!(r#"{{"p":"{padding}","choices":[{{"delta":{{"content":"{text}"}}}}]}}"#)
    };
    assert_eq!(compare(&MISTRAL, &chunks(&TEXTS, before)), TEXTS.len() - 1);
}

#[test]
fn reasoning_and_arguments_take_the_shortcut() {
    let reasoning = |text: &str| {
        format!(r#"{{"choices":[{{"delta":{{"content":null,"reasoning_content":"{text}"}}}}]}}"#)
    };
    assert_eq!(
        compare(&OPENAI, &chunks(&TEXTS, reasoning)),
        TEXTS.len() - 1
    );
    let arguments = |text: &str| {
        format!(
            r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"id":"a","function":{{"name":"f","arguments":"{text}"}}}}]}}}}]}}"#
        )
    };
    // The first announces the call.
    assert_eq!(
        compare(&OPENAI, &chunks(&TEXTS, arguments)),
        TEXTS.len() - 2
    );
}

#[test]
fn what_leaves_a_trace_takes_no_shortcut() {
    let traces: [&dyn Fn(&str) -> String; 7] = [
        &|text| {
            format!(
                r#"{{"choices":[{{"delta":{{"content":"{text}"}},"logprobs":{{"content":[1]}}}}]}}"#
            )
        },
        &|text| format!(r#"{{"choices":[{{"delta":{{"content":"{text}","refusal":"no"}}}}]}}"#),
        &|text| format!(r#"{{"choices":[{{"delta":{{"content":"{text}","annotations":[1]}}}}]}}"#),
        &|text| {
            format!(
                r#"{{"choices":[{{"delta":{{"reasoning":"{text}","reasoning_details":[{{"text":"{text}"}}]}}}}]}}"#
            )
        },
        &|text| {
            format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}},"finish_reason":"stop"}}]}}"#)
        },
        &|text| {
            format!(
                r#"{{"choices":[{{"delta":{{"tool_calls":[{{"function":{{"name":"f","arguments":"{text}"}}}}]}}}}]}}"#
            )
        },
        &|text| {
            format!(
                r#"{{"choices":[{{"delta":{{"content":"{text}"}}}},{{"index":1,"delta":{{"content":"{text}"}}}}]}}"#
            )
        },
    ];
    for around in traces {
        assert_eq!(compare(&OPENROUTER, &chunks(&TEXTS, around)), 0);
    }
}

#[test]
fn after_too_many_patterns_that_never_fit_no_more_are_made() {
    let chunks: Vec<Vec<u8>> = (0..40)
        .map(|number| {
            format!(r#"{{"created":{number},"choices":[{{"delta":{{"content":"x"}}}}]}}"#)
                .into_bytes()
        })
        .collect();
    assert_eq!(compare(&OPENAI, &chunks), 0);
    let mut decoder = ChatDecoder::new(&OPENAI);
    let mut events = Events::new();
    for chunk in chunks.iter().chain([&chunks[39], &chunks[39]]) {
        decoder.frame(Frame::new(chunk), &mut events).unwrap();
    }
    assert!(!decoder.shortcut.is_used());
}

/// A generator of numbers that look random, and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn damaged_bytes_are_the_same_with_and_without() {
    let kinds: [&dyn Fn(&str) -> String; 4] = [
        &|text| format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}}}}],"obfuscation":"xy"}}"#),
        &|text| {
            format!(r#"{{"choices":[{{"delta":{{"reasoning":"{text}"}}}}],"obfuscation":"xy"}}"#)
        },
        &|text| {
            format!(
                r#"{{"choices":[{{"index":1,"delta":{{"content":"{text}"}}}}],"usage":{{"prompt_tokens":1}}}}"#
            )
        },
        &|text| {
            format!(
                r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"id":"a","function":{{"name":"f","arguments":"{text}"}}}}]}}}}]}}"#
            )
        },
    ];
    const BYTES: &[u8] = b"\"\\{}[],:0x \n\x01\xff\xc3\xa9untd";
    let mut numbers = Numbers(7);
    let mut taken = 0;
    for _ in 0..3000 {
        let kind = kinds[numbers.below(kinds.len())];
        let mut chunks: Vec<Vec<u8>> = (0..4)
            .map(|_| kind(TEXTS[numbers.below(TEXTS.len())]).into_bytes())
            .collect();
        if numbers.below(3) == 0 {
            chunks.push(kinds[numbers.below(kinds.len())]("other").into_bytes());
        }
        let mut damaged = chunks[1].clone();
        let at = numbers.below(damaged.len());
        let byte = BYTES[numbers.below(BYTES.len())];
        match numbers.below(3) {
            0 => damaged[at] = byte,
            1 => damaged.insert(at, byte),
            _ => damaged.truncate(at),
        }
        chunks.push(damaged);
        chunks.push(kind("last").into_bytes());
        taken += compare(&OPENAI, &chunks);
    }
    assert!(taken > 3000, "{taken}");
}
