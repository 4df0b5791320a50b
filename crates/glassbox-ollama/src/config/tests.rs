use glassbox_core::{CompletionModel as _, EmbeddingModel as _};
use glassbox_http::MemoryTransport;

use super::*;

fn builder() -> OllamaBuilder {
    OllamaBuilder::new("m").transport(MemoryTransport::new())
}

fn uri(base: &str) -> String {
    let base = builder().base_url(base).base().unwrap();
    base.join("api/chat").unwrap().to_string()
}

fn refused(builder: OllamaBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let said = format!("{error} {error:?}");
    assert!(!said.contains("hunter2"), "{said}");
    error.to_string()
}

#[test]
fn the_host_is_read_as_ollama_reads_it() {
    for (host, base) in [
        ("", "http://127.0.0.1:11434"),
        (" \"gpu-1\" ", "http://gpu-1:11434"),
        ("gpu-1:8080", "http://gpu-1:8080"),
        ("gpu-1:80", "http://gpu-1"),
        (":8080", "http://127.0.0.1:8080"),
        ("gpu-1:", "http://gpu-1:11434"),
        ("10.0.0.7", "http://10.0.0.7:11434"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("http://gpu-1", "http://gpu-1"),
        ("http://gpu-1:11434/", "http://gpu-1:11434"),
        ("https://gpu-1", "https://gpu-1"),
        ("https://gpu-1:8443/ollama//", "https://gpu-1:8443/ollama"),
        ("gpu-1/ollama", "http://gpu-1:11434/ollama"),
        ("ollama.com", "https://ollama.com"),
        ("https://ollama.com/api", "https://ollama.com"),
    ] {
        assert_eq!(uri(host), format!("{base}/api/chat"), "{host}");
    }
}

#[test]
fn the_address_to_listen_on_everywhere_is_this_machine() {
    assert_eq!(uri("0.0.0.0"), "http://127.0.0.1:11434/api/chat");
    assert_eq!(uri("http://0.0.0.0:8080"), "http://127.0.0.1:8080/api/chat");
    assert_eq!(uri("[::]:8080"), "http://[::1]:8080/api/chat");
}

#[test]
fn a_host_that_is_none_is_refused_in_words() {
    for host in [
        "ftp://gpu-1",
        "gpu 1",
        "[gpu-1]:80",
        "[::1]8080",
        "user:hunter2@g pu",
    ] {
        let said = refused(builder().base_url(host));
        assert!(said.contains("OLLAMA_HOST"), "{said}");
    }
    let said = refused(builder().base_url("gpu-1:99999"));
    assert!(said.contains("up to 65535"), "{said}");
    let said = refused(builder().base_url("http://localhost:11434/v1/"));
    assert!(said.contains("leave it out"), "{said}");
}

#[test]
fn the_environment_names_the_host_and_the_key() {
    let read = |name: &str| match name {
        "OLLAMA_HOST" => Some("https://ollama.com".to_owned()),
        "OLLAMA_API_KEY" => Some("key-of-nobody".to_owned()),
        _ => None,
    };
    let builder = OllamaBuilder::from_variables("m", read);
    assert_eq!(builder.api_key, Some(Secret::new("key-of-nobody")));
    assert_eq!(builder.base_url.as_deref(), Some("https://ollama.com"));
    let blank = OllamaBuilder::from_variables("m", |_| Some(" ".to_owned()));
    assert!(blank.api_key.is_none() && blank.base_url.is_none());
}

#[test]
fn the_info_names_the_server_and_what_it_can_do() {
    let model = builder().base_url("[::1]:8080").build().unwrap();
    let info = model.info();
    assert_eq!((&*info.provider, &*info.model), ("ollama", "m"));
    assert_eq!(info.server_address.as_deref(), Some("::1"));
    assert_eq!((info.server_port, info.api), (Some(8080), None));
    assert!(info.capabilities.reasoning && !info.capabilities.choices);
    let embeddings = builder()
        .base_url("https://ollama.com")
        .build_embeddings()
        .unwrap();
    assert_eq!(embeddings.info().server_port, Some(443));
}

#[test]
fn no_key_is_shown() {
    let builder = builder()
        .base_url("http://user:hunter2@gpu-1")
        .api_key("key-of-nobody");
    let said = format!("{builder:?} {:?}", builder.clone().build().unwrap());
    assert!(
        !said.contains("hunter2") && !said.contains("key-of-nobody"),
        "{said}"
    );
    let said = refused(builder.api_key("two\nlines"));
    assert!(said.contains("the API key"), "{said}");
}
