use glassbox_core::{CompletionModel as _, Operation};
use glassbox_http::MemoryTransport;

use super::*;

fn builder() -> AnthropicBuilder {
    AnthropicBuilder::new("claude-sonnet-4-6")
        .api_key("key-of-nobody")
        .transport(MemoryTransport::new())
}

fn uri(builder: &AnthropicBuilder) -> Uri {
    builder.base().unwrap().join("v1/messages").unwrap()
}

fn refused(builder: AnthropicBuilder) -> String {
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
fn the_path_follows_the_base_url() {
    for (base, expected) in [
        (
            "https://api.anthropic.com",
            "https://api.anthropic.com/v1/messages",
        ),
        (
            "http://localhost:8000/",
            "http://localhost:8000/v1/messages",
        ),
        (
            "https://openrouter.ai/api",
            "https://openrouter.ai/api/v1/messages",
        ),
        ("  https://h/v1/  ", "https://h/v1/messages"),
        ("https://h/a?b=c", "https://h/a/v1/messages?b=c"),
    ] {
        assert_eq!(uri(&builder().base_url(base)), expected);
    }
    assert_eq!(uri(&builder()), "https://api.anthropic.com/v1/messages");
    for base in ["", "h", "ftp://h", "https://", "/v1", "https://h/ä ö"] {
        assert!(
            refused(builder().base_url(base)).contains("base URL"),
            "{base}"
        );
    }
}

#[test]
fn the_info_says_who_answers_and_where() {
    let model = builder().base_url("http://[::1]:8000").build().unwrap();
    let info = model.info();
    assert_eq!(info.provider, "anthropic");
    assert_eq!(info.model, "claude-sonnet-4-6");
    assert_eq!(info.server_address.as_deref(), Some("::1"));
    assert_eq!(info.server_port, Some(8000));
    assert_eq!((info.api, info.operation), (None, Operation::Chat));
    let can = info.capabilities;
    assert!(can.incremental && can.tools && can.parallel_tool_calls && can.images);
    assert!(can.reasoning && can.structured_output && !can.choices);
    let old = AnthropicBuilder::new("claude-3-5-haiku-latest")
        .api_key("k")
        .transport(MemoryTransport::new());
    let can = old.build().unwrap().info().capabilities;
    assert!(!can.reasoning && !can.structured_output);
}

#[test]
fn keys_and_tokens_are_headers() {
    let call = |builder: AnthropicBuilder| {
        let uri = uri(&builder);
        builder.call(uri).unwrap()
    };
    let with_key = call(builder().api_key(" key-of-nobody\n"));
    assert_eq!(with_key.headers["x-api-key"], "key-of-nobody");
    assert_eq!(with_key.headers["anthropic-version"], "2023-06-01");
    assert!(!with_key.headers.contains_key("authorization"));
    let with_token = call(
        AnthropicBuilder::new("m")
            .auth_token("token")
            .version("2030-01-01"),
    );
    assert_eq!(with_token.headers["authorization"], "Bearer token");
    assert_eq!(with_token.headers["anthropic-version"], "2030-01-01");
    assert!(!with_token.headers.contains_key("x-api-key"));
    let without = call(AnthropicBuilder::new("m").needs_key(false));
    assert!(!without.headers.contains_key("authorization"));
    assert!(!without.headers.contains_key("x-api-key"));
    let message = refused(AnthropicBuilder::new("m").transport(MemoryTransport::new()));
    assert!(message.contains("ANTHROPIC_API_KEY"), "{message}");
    assert!(refused(builder().api_key("hunter2\n3")).contains("API key"));
    assert!(refused(builder().beta("a\nb")).contains("beta"));
    assert!(refused(builder().version("a\nb")).contains("version"));
}

#[test]
fn the_environment_is_that_of_the_providers_own_sdk() {
    let read = |name: &str| match name {
        "ANTHROPIC_API_KEY" => Some("key".to_owned()),
        "ANTHROPIC_AUTH_TOKEN" => Some("  ".to_owned()),
        "ANTHROPIC_BASE_URL" => Some("http://localhost:1".to_owned()),
        _ => None,
    };
    let builder = AnthropicBuilder::from_variables("m", read).transport(MemoryTransport::new());
    assert_eq!(builder.auth_token.as_ref().map(Secret::expose), None);
    assert_eq!(uri(&builder), "http://localhost:1/v1/messages");
    assert!(builder.build().is_ok());
    let unset = AnthropicBuilder::from_variables("m", |_| None).transport(MemoryTransport::new());
    assert!(refused(unset).contains("ANTHROPIC_AUTH_TOKEN"));
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", builder().auth_token("hunter2"));
    assert!(
        !shown.contains("hunter2") && !shown.contains("key-of-nobody"),
        "{shown}"
    );
}
