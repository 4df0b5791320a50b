use glassbox_core::ModelInfo;

use super::*;

fn words(provider_name: &'static str, api: Option<Api>) -> (String, String) {
    let mut info = ModelInfo::new(provider_name, "m");
    info.api = api;
    let who = Identity::of("chat", &info);
    (
        provider(&who).as_str().into_owned(),
        system(&who).as_str().into_owned(),
    )
}

#[test]
fn providers_have_openinferences_words() {
    let chat = Some(Api::ChatCompletions);
    for (conventions, api, host, product) in [
        ("openai", Some(Api::Responses), "openai", "openai"),
        ("azure.ai.openai", chat, "azure", "openai"),
        ("azure.ai.inference", chat, "azure", "openai"),
        ("anthropic", None, "anthropic", "anthropic"),
        ("gcp.gemini", None, "google", "gcp.gemini"),
        ("gcp.vertex_ai", None, "google", "vertexai"),
        ("aws.bedrock", None, "aws", "amazon"),
        ("mistral_ai", chat, "mistralai", "mistralai"),
        ("moonshot_ai", chat, "moonshot", "openai"),
        ("x_ai", chat, "xai", "xai"),
        ("deepseek", chat, "deepseek", "deepseek"),
        ("cohere", None, "cohere", "cohere"),
        ("groq", chat, "groq", "openai"),
        ("ollama", None, "ollama", "ollama"),
        ("acme", None, "acme", "acme"),
    ] {
        let expected = (host.to_owned(), product.to_owned());
        assert_eq!(words(conventions, api), expected, "{conventions}");
    }
}
