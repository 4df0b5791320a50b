use glassbox_core::{CompletionModel as _, EmbeddingModel as _};
use glassbox_http::MemoryTransport;

use super::*;
use crate::dialect::{AZURE, COMPATIBLE, DIALECTS, GROQ};

fn builder(dialect: Dialect) -> OpenAiBuilder {
    OpenAiBuilder::new("m")
        .dialect(dialect)
        .api_key("key-of-nobody")
        .transport(MemoryTransport::new())
}

fn uri(builder: &OpenAiBuilder) -> String {
    let base = builder.base().unwrap();
    builder.uri(base, "chat/completions").unwrap().to_string()
}

fn refused(builder: OpenAiBuilder) -> String {
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
fn every_dialect_can_be_built() {
    for dialect in DIALECTS {
        let model = builder(*dialect)
            .base_url("https://host.example/v1")
            .api_version("2024-10-21")
            .build()
            .unwrap();
        assert_eq!(model.info().provider, dialect.provider);
        assert_eq!(model.info().api, Some(Api::ChatCompletions));
        assert!(model.info().capabilities.incremental);
    }
}

#[test]
fn the_path_follows_the_base_url() {
    assert_eq!(
        uri(&builder(OPENAI)),
        "https://api.openai.com/v1/chat/completions"
    );
    for (base, expected) in [
        (
            "http://localhost:8000/v1",
            "http://localhost:8000/v1/chat/completions",
        ),
        (
            "http://localhost:8000/v1//",
            "http://localhost:8000/v1/chat/completions",
        ),
        ("  https://h  ", "https://h/chat/completions"),
        ("https://h/v1?a=b", "https://h/v1/chat/completions?a=b"),
    ] {
        assert_eq!(uri(&builder(COMPATIBLE).base_url(base)), expected);
    }
}

#[test]
fn azure_has_an_old_path_and_a_new_one() {
    let azure = |base: &str| {
        let mut builder = builder(AZURE).base_url(base).api_version("2024-10-21");
        builder.model = "my gpt/4".to_owned();
        uri(&builder)
    };
    let old = "https://x.openai.azure.com/openai/deployments/my%20gpt%2F4/chat/completions?api-version=2024-10-21";
    assert_eq!(azure("https://x.openai.azure.com"), old);
    assert_eq!(azure("https://x.openai.azure.com/"), old);
    assert_eq!(azure("https://x.openai.azure.com/openai"), old);
    assert_eq!(
        azure("https://x.openai.azure.com/openai/v1/"),
        "https://x.openai.azure.com/openai/v1/chat/completions",
    );
    assert_eq!(
        azure("https://x.services.ai.azure.com/models"),
        "https://x.services.ai.azure.com/models/chat/completions?api-version=2024-10-21",
    );
    assert_eq!(
        azure("https://x.openai.azure.com/openai/deployments/d?api-version=preview"),
        "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=preview",
    );
}

#[test]
fn the_server_is_the_host_and_the_port() {
    for (base, address, port) in [
        ("https://api.example/v1", "api.example", 443),
        ("http://api.example/v1", "api.example", 80),
        ("http://localhost:8000/v1", "localhost", 8000),
        ("http://[::1]:8000/v1", "::1", 8000),
        ("https://user:hunter2@api.example/v1", "api.example", 443),
    ] {
        let model = builder(COMPATIBLE).base_url(base).build().unwrap();
        assert_eq!(model.info().server_address.as_deref(), Some(address));
        assert_eq!(model.info().server_port, Some(port));
        assert!(!format!("{model:?}").contains("hunter2"));
    }
}

#[test]
fn what_is_missing_is_named_with_its_variable() {
    let without = |dialect| {
        OpenAiBuilder::new("m")
            .dialect(dialect)
            .transport(MemoryTransport::new())
    };
    assert_eq!(
        refused(without(GROQ)),
        "groq: no API key: set GROQ_API_KEY, or hand one to the builder",
    );
    assert_eq!(
        refused(without(GROQ).api_key(" \n")),
        refused(without(GROQ))
    );
    assert_eq!(
        refused(without(AZURE)),
        "azure.ai.openai: no base URL: set AZURE_OPENAI_ENDPOINT, or hand one to the builder",
    );
    assert_eq!(
        refused(without(AZURE).base_url("https://x.openai.azure.com")),
        "azure.ai.openai: no API version: set OPENAI_API_VERSION, or hand one to the builder",
    );
    let mut nameless = COMPATIBLE;
    nameless.variables = crate::Variables::new("", "");
    assert!(refused(without(nameless)).ends_with("no base URL: hand one to the builder"));
    without(COMPATIBLE)
        .base_url("http://localhost")
        .build()
        .unwrap();
}

#[test]
fn what_is_wrong_is_refused_and_not_repeated() {
    for base in [
        "localhost:8000",
        "ftp://h/v1",
        "/v1",
        "https://",
        "http://user:hunter2@",
        "https://h/a b",
        "::",
    ] {
        assert!(
            refused(builder(COMPATIBLE).base_url(base)).contains("base URL"),
            "{base}"
        );
    }
    let broken = builder(OPENAI).api_key("key-of-nobody\nwith: header");
    assert!(refused(broken).contains("key"));
    assert!(refused(builder(OPENAI).project("a\nb")).contains("project"));
}

#[test]
fn the_key_travels_as_the_host_wants_it() {
    let header = |dialect, name: &str| {
        let builder = builder(dialect)
            .base_url("https://h/openai/v1")
            .organization("org")
            .project("proj");
        let call = builder.endpoint("chat/completions").unwrap().call;
        let value = call.headers.get(name)?;
        Some((value.to_str().unwrap().to_owned(), value.is_sensitive()))
    };
    assert_eq!(
        header(OPENAI, "authorization"),
        Some(("Bearer key-of-nobody".into(), true))
    );
    assert_eq!(
        header(AZURE, "api-key"),
        Some(("key-of-nobody".into(), true))
    );
    assert_eq!(header(AZURE, "authorization"), None);
    assert_eq!(
        header(OPENAI, "openai-organization"),
        Some(("org".into(), false))
    );
    assert_eq!(
        header(OPENAI, "openai-project"),
        Some(("proj".into(), false))
    );
    let keyless = OpenAiBuilder::new("m")
        .dialect(COMPATIBLE)
        .base_url("http://h")
        .transport(MemoryTransport::new());
    assert!(
        keyless
            .endpoint("x")
            .unwrap()
            .call
            .headers
            .get("authorization")
            .is_none()
    );
    let untrimmed = builder(OPENAI).api_key("key\n").endpoint("x").unwrap();
    assert_eq!(untrimmed.call.headers["authorization"], "Bearer key");
}

#[test]
fn nothing_prints_the_key() {
    let builder = builder(OPENAI).base_url("https://user:hunter2@h/v1");
    let said = format!("{builder:?} {:?}", builder.clone().build().unwrap());
    assert!(
        !said.contains("key-of-nobody") && !said.contains("hunter2"),
        "{said}"
    );
    let embeddings = builder.build_embeddings().unwrap();
    assert_eq!(embeddings.info().api, None);
    assert!(!format!("{embeddings:?}").contains("key-of-nobody"));
}

#[test]
fn the_environment_says_what_the_dialect_names() {
    let read = |name: &str| {
        let value = match name {
            "OPENAI_API_KEY" | "AZURE_OPENAI_API_KEY" => "key-of-nobody",
            "OPENAI_BASE_URL" => "http://localhost:1/v1",
            "OPENAI_ORG_ID" => "org",
            "OPENAI_PROJECT_ID" | "GROQ_API_KEY" => " ",
            "AZURE_OPENAI_ENDPOINT" => "https://x.openai.azure.com",
            "OPENAI_API_VERSION" => "2024-10-21",
            "" => panic!("a variable without a name"),
            _ => return None,
        };
        Some(value.to_owned())
    };
    let from = |dialect: &Dialect| {
        OpenAiBuilder::from_variables(dialect, "m", read).transport(MemoryTransport::new())
    };
    let openai = from(&OPENAI).endpoint("chat/completions").unwrap();
    assert_eq!(openai.call.uri, "http://localhost:1/v1/chat/completions");
    assert_eq!(openai.call.headers["authorization"], "Bearer key-of-nobody");
    assert_eq!(openai.call.headers["openai-organization"], "org");
    assert!(
        !openai.call.headers.contains_key("openai-project"),
        "blank is unset"
    );
    let azure = from(&AZURE).endpoint("chat/completions").unwrap();
    assert_eq!(azure.call.headers["api-key"], "key-of-nobody");
    assert_eq!(azure.call.uri.query(), Some("api-version=2024-10-21"));
    assert!(refused(from(&GROQ)).contains("GROQ_API_KEY"));
    from(&GROQ).api_key("key-of-nobody").build().unwrap();
}
