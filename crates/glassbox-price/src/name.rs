//! Which section of a list of prices a provider is in, and which names a model may have there.

/// The section of a list of prices that a provider is in. Providers are known by their `gen_ai.provider.name`, by the
/// name that Glassbox gives them, and by that of the list. One that is not known has a section of its own name, which
/// is empty unless somebody fills it: no model is ever priced as that of another provider.
pub(crate) fn section(provider: &str) -> &str {
    match provider {
        "azure.ai.openai" | "azure_text" => "azure",
        "azure.ai.inference" => "azure_ai",
        "gcp.gemini" => "gemini",
        "gcp.vertex_ai" | "vertex" => "vertex_ai",
        "aws.bedrock" | "bedrock_converse" => "bedrock",
        "x_ai" => "xai",
        "mistral_ai" => "mistral",
        "moonshot_ai" => "moonshot",
        "ibm.watsonx.ai" => "watsonx",
        "amazon_nova" => "amazon-nova",
        "cohere_chat" => "cohere",
        "fireworks" | "fireworks_ai-embedding-models" => "fireworks_ai",
        "nvidia" => "nvidia_nim",
        "text-completion-openai" => "openai",
        "together" => "together_ai",
        other if other.starts_with("vertex_ai-") => "vertex_ai",
        other => other,
    }
}

/// The names that a model may have in its section, the exact one first. What is left out says nothing about the price:
///
/// - Gemini and Vertex AI: the path before a model's name (`models/`, `publishers/google/models/`);
/// - Bedrock: the front of an inference profile's ARN. A profile's region (`eu.`) stays, because it has its price;
/// - OpenAI: of a fine-tuned model (`ft:BASE:ORGANISATION::ID`), what follows the base. Lists have fine-tuned models as
///   `ft:BASE`; the price of `BASE` itself is never taken.
pub(crate) fn candidates<'a>(
    section: &str,
    model: &'a str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let other = match section {
        "gemini" | "vertex_ai" => model.rsplit_once("models/").map(|(_, name)| name),
        "bedrock" if model.starts_with("arn:") => model
            .rsplit_once(":inference-profile/")
            .map(|(_, name)| name),
        "openai" => fine_tuned(model),
        _ => None,
    };
    std::iter::once(model).chain(other)
}

fn fine_tuned(model: &str) -> Option<&str> {
    let base = model.strip_prefix("ft:")?;
    let (base, _) = base.split_once(':')?;
    Some(&model[..3 + base.len()])
}
