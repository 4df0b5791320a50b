use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use serde_json::{Value, json};

use super::*;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

fn build(builder: GeminiBuilder, transport: &MemoryTransport) -> GeminiEmbeddings {
    let http = HttpClient::new(transport.clone()).with_retry(RetryPolicy::none());
    builder.http(http).build_embeddings().unwrap()
}

fn sent(transport: &MemoryTransport, at: usize) -> Value {
    serde_json::from_slice(transport.requests()[at].body()).unwrap()
}

#[tokio::test]
async fn texts_become_vectors_in_their_order() {
    let answer = json!({"embeddings": [{"values": [0.5, -1]}, {"values": [2, 3.25]}],
        "usageMetadata": {"promptTokenCount": 7, "promptTokenDetails": [{"modality": "TEXT", "tokenCount": 7}]}});
    let transport = MemoryTransport::new().with_response(200, JSON, answer.to_string());
    let builder = GeminiBuilder::new("gemini-embedding-001").api_key("k");
    let model = build(builder.task_type("RETRIEVAL_QUERY"), &transport);
    let request = EmbeddingRequest::new(["a", "b"]).with_dimensions(2);
    let response = model.embed(request).await.unwrap();
    assert_eq!(response.embeddings, [vec![0.5, -1.0], vec![2.0, 3.25]]);
    assert_eq!(response.usage.input_tokens, Some(7));
    assert_eq!(response.usage.output_tokens, None);
    let path = "/v1beta/models/gemini-embedding-001:batchEmbedContents";
    assert_eq!(transport.requests()[0].uri().path(), path);
    assert_eq!(
        sent(&transport, 0)["requests"][1],
        json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "b"}]},
            "outputDimensionality": 2, "taskType": "RETRIEVAL_QUERY"})
    );
}

#[tokio::test]
async fn vertex_predicts_and_counts_text_by_text() {
    let one =
        |value: f32| json!({"embeddings": {"values": [value], "statistics": {"token_count": 3}}});
    let both = json!({"predictions": [one(1.0), one(2.0)]});
    let transport = MemoryTransport::new().with_response(200, JSON, both.to_string());
    let vertex = |model: &str| GeminiBuilder::vertex(model).project("p").access_token("t");
    let model = build(vertex("text-embedding-005"), &transport);
    let request = EmbeddingRequest::new(["a", "b"]);
    let response = model.embed(request.clone()).await.unwrap();
    assert_eq!(response.embeddings, [[1.0], [2.0]]);
    assert_eq!(response.usage.input_tokens, Some(6));
    assert_eq!(
        sent(&transport, 0),
        json!({"instances": [{"content": "a"}, {"content": "b"}]})
    );
    assert_eq!(
        transport.requests()[0].headers()["authorization"],
        "Bearer t"
    );

    let first = json!({"predictions": [one(1.0)]}).to_string();
    let second = json!({"predictions": [one(2.0)]}).to_string();
    let transport = MemoryTransport::new()
        .with_response(200, JSON, first)
        .with_response(200, JSON, second);
    let model = build(vertex("gemini-embedding-001"), &transport);
    let response = model.embed(request).await.unwrap();
    assert_eq!(response.embeddings, [[1.0], [2.0]]);
    assert_eq!(response.usage.input_tokens, Some(6));
    assert_eq!(
        sent(&transport, 1),
        json!({"instances": [{"content": "b"}]})
    );
}

#[test]
fn answers_that_are_none_are_errors() {
    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"embeddings": []}"#,
        r#"{"embeddings": [{}]}"#,
        r#"{"embeddings": [{"values": "x"}]}"#,
        r#"{"embeddings": [{"values": ["x"]}]}"#,
        r#"{"embeddings": [{"values": [1]}, {"values": [1]}]}"#,
        r#"{"predictions": [{"embeddings": 1}]}"#,
    ] {
        let error = decode(body.as_bytes(), 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
}
