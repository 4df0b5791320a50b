//! Where the oracle is wrong, or reads another meaning than ours, and why.

use glassbox_test::cassettes::Exception;

/// Those of Chat Completions.
pub(crate) const CHAT: &[Exception] = &[
    (
        "cerebras-chat/vercel-ai__fixtures__cererebras-structured-output-tools.1-chunks.json",
        "tool_calls",
        "two streams in one file: two calls with two ids, which the oracle joins by their index to `{}{}`",
    ),
    (
        "mistral-chat/ruby_llm__chat_audio_models_mistral_voxtral-small-latest_can_understand_audio.json",
        "usage",
        "input includes the audio, which Mistral counts beside it: 9 + 375 + 248 = 632, its own total",
    ),
    (
        "openai-chat/openllmetry__test_functions__test_open_ai_function_calls.01.json",
        "tool_calls",
        LEGACY,
    ),
    (
        "openai-chat/openllmetry__test_functions__test_open_ai_function_calls.02.json",
        "tool_calls",
        LEGACY,
    ),
    (
        "openai-chat/openllmetry__test_functions__test_open_ai_function_calls.03.json",
        "tool_calls",
        LEGACY,
    ),
    (
        "openai-chat/openllmetry__test_functions__test_open_ai_function_calls.04.json",
        "tool_calls",
        LEGACY,
    ),
    (
        "openai-chat/otel-genai__test_chat_openai_legacy_function_call_old.json",
        "tool_calls",
        LEGACY,
    ),
    (
        "openai-compatible-other-chat/pydantic-ai__test_openai__test_invalid_response.json",
        "error",
        "a 200 that is no completion is an error: the oracle finds nothing in it and says nothing",
    ),
    (
        "xai-chat/vercel-ai__xai-text.json",
        "usage",
        "output includes reasoning, which xAI counts beside it: 12 + 1 + 228 = 241, its own total",
    ),
];

const LEGACY: &str = "a `function_call` is a tool call; the oracle reads `tool_calls` alone";

/// Those of Responses.
pub(crate) const RESPONSES: &[Exception] = &[
    (
        "azure-responses/vercel-ai__azure-reasoning-encrypted-content.1-chunks.json",
        "text",
        SEVERAL,
    ),
    (
        "azure-responses/vercel-ai__azure-reasoning-encrypted-content.1-chunks.json",
        "reasoning_text",
        SEVERAL,
    ),
    (
        "azure-responses/vercel-ai__azure-reasoning-encrypted-content.1-chunks.json",
        "tool_calls",
        SEVERAL,
    ),
    (
        "azure-responses/vercel-ai__azure-reasoning-encrypted-content.1-chunks.json",
        "usage",
        SEVERAL,
    ),
    (
        "azure-responses/vercel-ai__azure-reasoning-encrypted-content.1-chunks.json",
        "response_id",
        SEVERAL,
    ),
    (
        "copilot-responses/rig__reasoning_roundtrip__streaming.01.json",
        "response_id",
        ROTATING,
    ),
    (
        "copilot-responses/rig__reasoning_roundtrip__streaming.02.json",
        "response_id",
        ROTATING,
    ),
    (
        "openai-responses/vercel-ai__github-copilot-id-rotation.1-chunks.json",
        "response_id",
        ROTATING,
    ),
];

const SEVERAL: &str = "four streams in one file: the first ends with its first terminal event, the oracle reads the last";

const ROTATING: &str = "Copilot gives the response another id in every event: ours is the first, the oracle's the last";
