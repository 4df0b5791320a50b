use serde_json::json;

use super::*;

fn refused(body: &Value, count: usize) -> String {
    let error = decode(body.to_string().as_bytes(), count).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    error.to_string()
}

#[test]
fn a_request_names_the_texts_and_what_is_set() {
    let request = EmbeddingRequest::new(["a", "b"]);
    let body = encode(&request, "m", &Settings::default()).unwrap();
    assert_eq!(body, br#"{"model":"m","input":["a","b"]}"#);
    let settings = Settings {
        num_ctx: Some(512),
        keep_alive: Some(60.into()),
    };
    let body = encode(&request.with_dimensions(3), "m", &settings).unwrap();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        r#"{"model":"m","input":["a","b"],"dimensions":3,"keep_alive":60,"options":{"num_ctx":512}}"#,
    );
}

#[test]
fn vectors_stand_in_the_order_of_the_texts() {
    let body = json!({
        "model": "m-1", "embeddings": [[0.5, -1.25], [3, 4.0]],
        "prompt_eval_count": 9, "total_duration": 40, "load_duration": 1,
    });
    let response = decode(body.to_string().as_bytes(), 2).unwrap();
    assert_eq!(response.embeddings, [[0.5, -1.25], [3.0, 4.0]]);
    assert_eq!(response.meta.model.as_deref(), Some("m-1"));
    assert_eq!(response.usage.input_tokens, Some(9));
    assert_eq!(response.usage.output_tokens, None);
    assert_eq!(
        Value::Object(response.meta.extra),
        json!({"total_duration": 40, "load_duration": 1})
    );
}

#[test]
fn what_is_no_list_of_vectors_is_refused() {
    assert!(refused(&json!({"embeddings": [[1.0]]}), 2).contains("2 texts gave 1 embeddings"));
    assert!(refused(&json!({"embeddings": [[1.0], "x"]}), 2).contains("embedding 1"));
    assert!(refused(&json!({"embeddings": null}), 1).contains("gave 0"));
    assert!(refused(&json!({"embeddings": [["x"]]}), 1).contains("line 1"));
    assert!(refused(&json!([1]), 1).contains("gave 0"));
    assert!(refused(&json!("x"), 1).contains("not a list"));
}
