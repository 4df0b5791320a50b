use glassbox_http::MemoryTransport;
use serde_json::{Value, json};

use super::*;
use crate::dialect::{COMPATIBLE, MISTRAL, OPENAI};

const FLOATS: VectorEncoding = VectorEncoding::Floats;

fn body(request: &EmbeddingRequest, dialect: &Dialect) -> Value {
    serde_json::from_slice(&encode(request, "m", dialect).unwrap()).unwrap()
}

fn answer(data: &Value) -> Vec<u8> {
    json!({"object": "list", "data": data, "model": "m-1", "usage": {"prompt_tokens": 5, "total_tokens": 5}})
        .to_string()
        .into_bytes()
}

fn refused(data: &Value, count: usize) -> String {
    let error = decode(&answer(data), count, FLOATS).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    error.to_string()
}

#[test]
fn base64_is_asked_for_where_there_is_such() {
    let request = EmbeddingRequest::new(["a", "b"]);
    assert_eq!(
        body(&request, &OPENAI),
        json!({"model": "m", "input": ["a", "b"], "encoding_format": "base64"}),
    );
    assert_eq!(
        body(&request, &COMPATIBLE),
        json!({"model": "m", "input": ["a", "b"]})
    );
    let full = request
        .with_dimensions(3)
        .with_encoding_format(EncodingFormat::Float)
        .with_user("u1");
    assert_eq!(
        body(&full, &OPENAI),
        json!({"model": "m", "input": ["a", "b"], "encoding_format": "float", "dimensions": 3, "user": "u1"}),
    );
    assert_eq!(body(&full, &MISTRAL).get("user"), None);
}

#[test]
fn numbers_and_base64_are_the_same_vector() {
    let vector = [0.5f32, -1.25, 3.0e-8];
    let bytes: Vec<u8> = vector
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    let response = decode(
        &answer(&json!([
            {"index": 1, "embedding": vector},
            {"index": 0, "embedding": STANDARD.encode(bytes)},
        ])),
        2,
        FLOATS,
    )
    .unwrap();
    assert_eq!(response.embeddings, [vector, vector]);
    assert_eq!(response.meta.model.as_deref(), Some("m-1"));
    assert_eq!(response.usage.input_tokens, Some(5));
    assert_eq!(response.usage.output_tokens, None);
}

#[test]
fn vectors_stand_in_the_order_of_the_texts() {
    let vectors = |data: &Value| decode(&answer(data), 2, FLOATS).unwrap().embeddings;
    let ordered = [[0.0], [1.0]];
    let mixed = json!([{"index": 1, "embedding": [1]}, {"index": 0, "embedding": [0]}]);
    assert_eq!(vectors(&mixed), ordered);
    let without_index = json!([{"embedding": [0]}, {"embedding": [1]}]);
    assert_eq!(vectors(&without_index), ordered);
}

#[test]
fn signed_bytes_are_numbers() {
    let data = json!([{"index": 0, "embedding": "/wCA"}]);
    let response = decode(&answer(&data), 1, VectorEncoding::SignedBytes).unwrap();
    assert_eq!(response.embeddings, [[-1.0, 0.0, -128.0]]);
}

#[test]
fn what_does_not_fit_is_an_error() {
    assert_eq!(
        refused(&json!([{"embedding": [0]}]), 2),
        "2 texts gave 1 embeddings"
    );
    assert!(
        refused(
            &json!([{"index": 0, "embedding": [0]}, {"index": 0, "embedding": [0]}]),
            2
        )
        .contains("embedding 0")
    );
    assert!(
        refused(&json!([{"index": 9_000_000_000u64, "embedding": [0]}]), 1).contains("9000000000")
    );
    for vector in [
        json!("not base64!"),
        json!("AAA="),
        json!(null),
        json!({"a": 1}),
        json!(7),
    ] {
        assert!(refused(&json!([{"index": 0, "embedding": vector}]), 1).contains("embedding 0"));
    }
    for vector in [json!(["a"]), json!([null]), json!([[1]])] {
        assert!(refused(&json!([{"index": 0, "embedding": vector}]), 1).contains("line 1"));
    }
    for body in [&b""[..], b"[", b"null", b"{\"data\": [", b"\xff"] {
        assert_eq!(
            decode(body, 1, FLOATS).unwrap_err().kind(),
            ErrorKind::Protocol
        );
    }
}

fn model(transport: &MemoryTransport) -> OpenAiEmbeddings {
    OpenAiBuilder::new("text-embedding-3-small")
        .api_key("key-of-nobody")
        .transport(transport.clone())
        .build_embeddings()
        .unwrap()
}

#[tokio::test]
async fn a_request_goes_out_and_the_vectors_come_back() {
    let transport = MemoryTransport::new().with_response(
        200,
        &[
            ("content-type", "application/json"),
            ("x-request-id", "req_1"),
        ],
        answer(&json!([{"index": 0, "embedding": [1, 2]}])),
    );
    let response = model(&transport)
        .embed(EmbeddingRequest::new(["a"]))
        .await
        .unwrap();
    assert_eq!(response.embeddings, [[1.0, 2.0]]);
    assert_eq!(response.start.request_id.as_deref(), Some("req_1"));
    let request = transport.requests().remove(0);
    assert_eq!(request.uri(), "https://api.openai.com/v1/embeddings");
    assert_eq!(request.headers()["authorization"], "Bearer key-of-nobody");
}

#[tokio::test]
async fn a_failure_says_who_and_which_request() {
    let transport = MemoryTransport::new()
        .with_response(200, &[("x-request-id", "req_1")], answer(&json!([])))
        .with_response(
            401,
            &[],
            &br#"{"error":{"message":"bad key key-of-nobody"}}"#[..],
        );
    let model = model(&transport);
    let error = model.embed(EmbeddingRequest::new(["a"])).await.unwrap_err();
    assert_eq!(
        (error.provider(), error.request_id()),
        (Some("openai"), Some("req_1"))
    );
    let error = model.embed(EmbeddingRequest::new(["a"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(!error.detail().unwrap().contains("key-of-nobody"));
}
