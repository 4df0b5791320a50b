use std::collections::HashMap;

use glassbox_http::MemoryTransport;

use super::*;

fn build(builder: GeminiBuilder) -> Result<Endpoint> {
    builder
        .transport(MemoryTransport::new())
        .endpoint("generateContent")
}

fn uri(builder: GeminiBuilder) -> String {
    build(builder).unwrap().call.uri.to_string()
}

fn variables(builder: GeminiBuilder, given: &[(&str, &str)]) -> GeminiBuilder {
    let given: HashMap<&str, &str> = given.iter().copied().collect();
    builder.with_variables(|name| given.get(name).map(|value| (*value).to_owned()))
}

#[test]
fn a_key_travels_in_a_header_and_in_no_url() {
    let endpoint =
        build(GeminiBuilder::new("gemini-2.5-flash").api_key(" key-of-nobody\n")).unwrap();
    assert_eq!(
        endpoint.call.uri,
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"
    );
    let value = &endpoint.call.headers["x-goog-api-key"];
    assert_eq!(value, "key-of-nobody");
    assert!(value.is_sensitive());
    assert_eq!(endpoint.info.provider, "gcp.gemini");
    assert_eq!(endpoint.info.operation, Operation::GenerateContent);
    let server = endpoint.info.server_address.as_deref();
    assert_eq!(server, Some("generativelanguage.googleapis.com"));
    assert_eq!(endpoint.info.server_port, Some(443));
}

#[test]
fn base_urls_are_taken_as_googles_sdk_takes_them() {
    let at = |base: &str| uri(GeminiBuilder::new("m").api_key("k").base_url(base));
    assert_eq!(
        at("http://localhost:8000"),
        "http://localhost:8000/v1beta/models/m:generateContent"
    );
    assert_eq!(
        at("http://h/gemini/"),
        "http://h/gemini/v1beta/models/m:generateContent"
    );
    assert_eq!(at("http://h/v1"), "http://h/v1/models/m:generateContent");
    assert_eq!(
        at("http://h/v1beta/?a=b"),
        "http://h/v1beta/models/m:generateContent?a=b"
    );
    assert_eq!(
        at("http://h/v-one"),
        "http://h/v-one/v1beta/models/m:generateContent"
    );
    for wrong in ["h", "ftp://h", "http://", "http://h/ä ö"] {
        let error = build(GeminiBuilder::new("m").api_key("k").base_url(wrong)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{wrong}");
    }
    let tuned = GeminiBuilder::new("tunedModels/my one")
        .api_key("k")
        .base_url("http://h");
    assert_eq!(
        uri(tuned),
        "http://h/v1beta/tunedModels/my%20one:generateContent"
    );
}

#[test]
fn vertex_is_a_place_in_a_project() {
    let vertex = |model: &str| GeminiBuilder::vertex(model).access_token("t").project("p");
    assert_eq!(
        uri(vertex("gemini-2.5-flash")),
        "https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:generateContent"
    );
    assert_eq!(
        uri(vertex("meta/llama-4").location("us-central1")),
        "https://us-central1-aiplatform.googleapis.com/v1beta1/projects/p/locations/us-central1/publishers/meta/models/llama-4:generateContent"
    );
    assert_eq!(
        uri(vertex("endpoints/12").location("eu")),
        "https://aiplatform.eu.rep.googleapis.com/v1beta1/projects/p/locations/eu/endpoints/12:generateContent"
    );
    assert_eq!(
        uri(GeminiBuilder::vertex("m").api_key("k")),
        "https://aiplatform.googleapis.com/v1beta1/publishers/google/models/m:generateContent"
    );
    let info = build(vertex("m")).unwrap().info;
    assert_eq!(info.provider, "gcp.vertex_ai");
}

#[test]
fn a_host_that_wants_no_key_gets_none() {
    for builder in [GeminiBuilder::new("m"), GeminiBuilder::vertex("m")] {
        let endpoint = build(builder.needs_key(false).base_url("http://h")).unwrap();
        let headers: Vec<_> = endpoint.call.headers.keys().collect();
        assert_eq!(headers, ["content-type"]);
    }
    let given = GeminiBuilder::new("m").needs_key(false).api_key("k");
    assert_eq!(build(given).unwrap().call.headers["x-goog-api-key"], "k");
}

#[test]
fn what_is_missing_is_named() {
    for (builder, names) in [
        (GeminiBuilder::new("m"), "GEMINI_API_KEY"),
        (GeminiBuilder::new("m").api_key("  "), "GEMINI_API_KEY"),
        (GeminiBuilder::new(" ").api_key("k"), "model"),
        (
            GeminiBuilder::vertex("m").project("p"),
            "GOOGLE_OAUTH_ACCESS_TOKEN",
        ),
        (
            GeminiBuilder::vertex("m").access_token("t"),
            "GOOGLE_CLOUD_PROJECT",
        ),
    ] {
        let error = build(builder).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(names), "{error}");
    }
    let error = build(GeminiBuilder::new("m").api_key("a\nb")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[test]
fn the_environment_is_read_as_googles_sdk_reads_it() {
    let both = [("GEMINI_API_KEY", "one"), ("GOOGLE_API_KEY", "two")];
    let key = |given: &[(&str, &str)]| {
        let endpoint = build(variables(GeminiBuilder::new("m"), given)).unwrap();
        endpoint.call.headers["x-goog-api-key"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(key(&both), "two");
    assert_eq!(key(&both[..1]), "one");
    assert_eq!(
        key(&[("GEMINI_API_KEY", "one"), ("GOOGLE_API_KEY", " ")]),
        "one"
    );
    let elsewhere = [
        ("GEMINI_API_KEY", "k"),
        ("GOOGLE_GEMINI_BASE_URL", "http://h"),
    ];
    let elsewhere = variables(GeminiBuilder::new("m"), &elsewhere);
    assert_eq!(uri(elsewhere), "http://h/v1beta/models/m:generateContent");
    let vertex = [
        ("GOOGLE_CLOUD_PROJECT", "p"),
        ("GOOGLE_CLOUD_LOCATION", "europe-west1"),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "t"),
        ("GOOGLE_API_KEY", "k"),
    ];
    let endpoint = build(variables(GeminiBuilder::vertex("m"), &vertex)).unwrap();
    assert!(
        endpoint
            .call
            .uri
            .host()
            .unwrap()
            .starts_with("europe-west1-")
    );
    assert!(endpoint.tokens.is_some());
    assert!(
        endpoint.call.headers.get("x-goog-api-key").is_none(),
        "a project goes before a key"
    );
    let express = variables(GeminiBuilder::vertex("m"), &[("GOOGLE_API_KEY", "k")]);
    assert!(uri(express).ends_with("/v1beta1/publishers/google/models/m:generateContent"));
}

#[test]
fn secrets_do_not_show() {
    let builder = GeminiBuilder::new("m").api_key("key-of-nobody");
    assert!(!format!("{builder:?}").contains("nobody"));
    let model = builder.transport(MemoryTransport::new()).build().unwrap();
    assert!(!format!("{model:?}").contains("nobody"));
}
