use glassbox_core::{CompletionModel as _, EmbeddingModel as _};
use glassbox_http::MemoryTransport;

use super::*;

fn builder() -> CohereBuilder {
    CohereBuilder::new("m")
        .api_key("key-of-nobody")
        .transport(MemoryTransport::new())
}

fn refused(builder: CohereBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let said = format!("{error} {error:?}");
    assert!(
        !said.contains("key-of-nobody") && !said.contains("hunter2"),
        "{said}"
    );
    error.to_string()
}

#[test]
fn the_path_follows_the_base_url_without_its_version() {
    let uri = |builder: CohereBuilder| builder.base().unwrap().join("v2/chat").unwrap().to_string();
    assert_eq!(uri(builder()), "https://api.cohere.com/v2/chat");
    for (base, expected) in [
        ("https://api.cohere.ai/v1", "https://api.cohere.ai/v2/chat"),
        ("https://h/cohere/v2/ ", "https://h/cohere/v2/chat"),
        (
            "http://localhost:8080?a=b",
            "http://localhost:8080/v2/chat?a=b",
        ),
    ] {
        assert_eq!(uri(builder().base_url(base)), expected);
    }
}

#[test]
fn what_is_missing_or_wrong_is_named_with_its_variable() {
    let without = CohereBuilder::new("m").transport(MemoryTransport::new());
    assert_eq!(
        refused(without.clone()),
        "cohere: no API key: set CO_API_KEY, or hand one to the builder"
    );
    assert_eq!(refused(without.clone().api_key(" \n")), refused(without));
    let keyless = CohereBuilder::new("m")
        .needs_key(false)
        .transport(MemoryTransport::new());
    let keyless = keyless.endpoint("v2/chat").unwrap();
    assert!(!keyless.call.headers.contains_key("authorization"));
    for base in ["", "api.cohere.com", "ftp://h", "https://user:hunter2@h h"] {
        let said = refused(builder().base_url(base));
        assert!(said.contains("CO_API_URL"), "{said}");
    }
    let said = refused(builder().api_key("key-of-nobody\nline"));
    assert!(said.contains("the API key"), "{said}");
}

#[test]
fn the_environment_names_the_key_and_the_base_url() {
    let read = |name: &str| match name {
        "CO_API_KEY" => Some("key-of-nobody".to_owned()),
        "CO_API_URL" => Some("https://h".to_owned()),
        _ => None,
    };
    let builder = CohereBuilder::from_variables("m", read);
    assert_eq!(builder.api_key, Some(Secret::new("key-of-nobody")));
    assert_eq!(builder.base_url.as_deref(), Some("https://h"));
    let blank = CohereBuilder::from_variables("m", |_| Some(" ".to_owned()));
    assert!(blank.api_key.is_none() && blank.base_url.is_none());
}

#[test]
fn the_info_names_the_server_and_what_it_can_do() {
    let model = builder().build().unwrap();
    let info = model.info();
    assert_eq!((&*info.provider, &*info.model), ("cohere", "m"));
    assert_eq!(info.server_address.as_deref(), Some("api.cohere.com"));
    assert_eq!((info.server_port, info.api), (Some(443), None));
    assert!(info.capabilities.tools && !info.capabilities.choices);
    let embeddings = builder()
        .base_url("http://[::1]:80")
        .build_embeddings()
        .unwrap();
    assert_eq!(embeddings.info().server_address.as_deref(), Some("::1"));
    let said = format!("{:?} {model:?} {embeddings:?}", builder());
    assert!(!said.contains("key-of-nobody"), "{said}");
}
