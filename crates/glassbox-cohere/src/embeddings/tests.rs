use serde_json::{Value, json};

use super::*;

fn refused(body: &Value, count: usize) -> String {
    let error = decode(body.to_string().as_bytes(), count, "float").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    error.to_string()
}

#[test]
fn a_request_says_what_the_vectors_are_for() {
    let request = EmbeddingRequest::new(["a", "b"]);
    let body = encode(&request, "m", &Settings::default()).unwrap();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        r#"{"model":"m","texts":["a","b"],"input_type":"search_document","embedding_types":["float"]}"#,
    );
    let settings = Settings {
        input_type: "clustering".to_owned(),
        embedding_type: EmbeddingType::Int8,
        truncate: Some("NONE".to_owned()),
    };
    let request = request
        .with_dimensions(256)
        .with_encoding_format(EncodingFormat::Base64);
    let body = encode(&request, "m", &settings).unwrap();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        r#"{"model":"m","texts":["a","b"],"input_type":"clustering","embedding_types":["int8"],"output_dimension":256,"truncate":"NONE"}"#,
    );
    let floats = Settings::default();
    assert_eq!(floats.wanted(&request), "base64");
}

#[test]
fn numbers_of_every_type_are_read() {
    let answer = |kind: &str, vectors: Value| {
        let body = json!({"id": "e1", "embeddings": {kind: vectors}, "meta": {"billed_units": {"input_tokens": 3}}});
        decode(body.to_string().as_bytes(), 1, kind).unwrap()
    };
    for kind in ["float", "int8", "uint8", "binary", "ubinary"] {
        let response = answer(kind, json!([[1, 2, 127]]));
        assert_eq!(response.embeddings, [[1.0, 2.0, 127.0]], "{kind}");
        assert_eq!(response.usage.input_tokens, Some(3));
        assert_eq!(response.meta.id.as_deref(), Some("e1"));
        assert_eq!(
            response.meta.extra["billed_units"],
            json!({"input_tokens": 3})
        );
    }
    let vector = [0.5f32, -1.25];
    let bytes: Vec<u8> = vector
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    assert_eq!(
        answer("base64", json!([STANDARD.encode(bytes)])).embeddings,
        [vector]
    );
}

#[test]
fn what_is_no_list_of_vectors_is_refused() {
    assert!(refused(&json!({"embeddings": {"float": [[1.0]]}}), 2).contains("gave 1"));
    assert!(refused(&json!({"embeddings": {"int8": [[1]]}}), 1).contains("gave 0"));
    assert!(refused(&json!({"embeddings": {"float": ["AAA="]}}), 1).contains("embedding 0"));
    assert!(refused(&json!({"embeddings": {"float": [{}]}}), 1).contains("embedding 0"));
    assert!(refused(&json!({"embeddings": [[1.0]]}), 1).contains("gave 0"));
    assert!(refused(&json!("x"), 1).contains("not a list"));
}
