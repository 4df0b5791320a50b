//! The laws once more, for each dialect: every host is asked in its own way, and answers as OpenAI spells it.

use glassbox_openai as table;

/// Mounts the laws for each of these dialects, in a module of its name.
macro_rules! dialects {
    ($($module:ident: $dialect:ident,)*) => {
        $(
            mod $module {
                glassbox_test::laws!(glassbox_test::laws::Laws::new(
                    crate::host::Chat::new(&glassbox_openai::$dialect)
                ));
            }
        )*

        const MOUNTED: &[table::Dialect] = &[$(table::$dialect),*];
    };
}

dialects! {
    azure: AZURE,
    cerebras: CEREBRAS,
    dashscope: DASHSCOPE,
    deepseek: DEEPSEEK,
    fireworks: FIREWORKS,
    github: GITHUB,
    groq: GROQ,
    huggingface: HUGGINGFACE,
    litellm: LITELLM,
    llamacpp: LLAMACPP,
    lmstudio: LMSTUDIO,
    mistral: MISTRAL,
    moonshot: MOONSHOT,
    nvidia: NVIDIA,
    openrouter: OPENROUTER,
    perplexity: PERPLEXITY,
    sglang: SGLANG,
    together: TOGETHER,
    vllm: VLLM,
    xai: XAI,
    zai: ZAI,
}

#[test]
fn every_dialect_is_held_to_the_laws() {
    // These two have modules of their own, in `main.rs`.
    let elsewhere = [table::OPENAI.name, table::COMPATIBLE.name];
    for dialect in table::DIALECTS {
        let mounted = MOUNTED.contains(dialect) || elsewhere.contains(&dialect.name);
        assert!(mounted, "{} is missing in `dialects!`", dialect.name);
    }
}
