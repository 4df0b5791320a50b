//! Signatures, and the parts that they came with.

use glassbox_core::{Opaque, Part};
use serde_json::json;

use super::{chunk, last, parts, stream, whole};

#[test]
fn quirk_26_a_signature_stays_with_its_part() {
    let parts = parts(&[
        chunk(json!([{"text": "a"}])),
        chunk(json!([{"text": "é", "thoughtSignature": "s1"}])),
        chunk(json!([{"text": "", "thoughtSignature": "s2"}])),
        chunk(
            json!([{"functionCall": {"name": "f"}, "thoughtSignature": "s3"}, {"functionCall": {"name": "g"}}]),
        ),
        last(
            json!([{"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thoughtSignature": "s4"}]),
            "STOP",
        ),
    ]);
    let [
        Part::Text(text),
        Part::Opaque(alone),
        Part::ToolCall(f),
        Part::ToolCall(g),
        Part::Blob(_),
        Part::Opaque(of_blob),
    ] = parts.as_slice()
    else {
        panic!("{parts:?}");
    };
    assert_eq!(text.content, "aé");
    let own = |opaque: &Opaque| opaque.of("gcp.gemini").unwrap().clone();
    assert_eq!(
        own(text.opaque.as_ref().unwrap()),
        json!({"thoughtSignature": "s1"})
    );
    assert_eq!(
        own(alone),
        json!({"part": {"text": "", "thoughtSignature": "s2"}})
    );
    assert_eq!(
        own(f.opaque.as_ref().unwrap()),
        json!({"thoughtSignature": "s3"})
    );
    assert_eq!(g.opaque, None);
    assert_eq!(own(of_blob), json!({"thoughtSignature": "s4"}));
}

#[test]
fn quirk_26_a_stream_cuts_a_signed_text_and_makes_no_parts_of_it() {
    let text = |text: &str| json!({"text": text});
    let signed = |text: &str, with: &str| json!({"text": text, "thoughtSignature": with});
    let thought =
        |text: &str, with: &str| json!({"text": text, "thought": true, "thoughtSignature": with});
    for (together, pieces) in [
        (
            json!([signed("abc", "s")]),
            vec![
                json!([text("a")]),
                json!([text("b")]),
                json!([signed("c", "s")]),
            ],
        ),
        (
            json!([signed("ab", "s"), text("cd")]),
            vec![
                json!([text("a")]),
                json!([signed("b", "s")]),
                json!([text("c")]),
                json!([text("d")]),
            ],
        ),
        (
            json!([signed("ab", "s"), signed("cd", "t")]),
            vec![
                json!([text("a")]),
                json!([signed("b", "s"), text("c")]),
                json!([signed("d", "t")]),
            ],
        ),
        // These are two parts of one chunk.
        (
            json!([text("ab"), signed("cd", "s")]),
            vec![
                json!([text("a")]),
                json!([text("b"), text("c")]),
                json!([signed("d", "s")]),
            ],
        ),
        (
            json!([thought("ab", "s"), signed("cd", "t")]),
            vec![
                json!([{"text": "a", "thought": true}]),
                json!([thought("b", "s"), text("c")]),
                json!([signed("d", "t")]),
            ],
        ),
    ] {
        let (answer, result) = whole(last(together, "STOP").to_string().as_bytes());
        result.unwrap();
        let end = pieces.len() - 1;
        let chunks = pieces.into_iter().enumerate();
        let chunks = chunks.map(|(at, piece)| match at == end {
            true => last(piece, "STOP"),
            false => chunk(piece),
        });
        let (streamed, result) = stream(&chunks.collect::<Vec<_>>());
        result.unwrap();
        assert_eq!(streamed, answer);
    }
}
