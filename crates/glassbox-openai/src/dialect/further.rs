//! Hosts that speak Responses and are named by nobody but programs: what they take for a key is a token that is made
//! for the hour, or they stand at another address in every region.

use super::table::{COMPATIBLE, OPENAI};
use super::{Dialect, Responses, Variables};

/// Amazon Bedrock's compatible API (`docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html`), with a key of
/// Bedrock's. The base URL is `https://bedrock-mantle.REGION.api.aws/openai/v1`, or the same with `/v1`.
pub const BEDROCK_MANTLE: Dialect = Dialect {
    name: "bedrock-mantle",
    provider: "aws.bedrock",
    variables: Variables::new("AWS_BEARER_TOKEN_BEDROCK", ""),
    needs_key: true,
    ..COMPATIBLE
};

/// What stands behind OpenAI's Codex, for subscribers of ChatGPT, with their access token as the key and their account
/// in the header `chatgpt-account-id`. It answers with streams only, keeps nothing, and wants instructions.
pub const CHATGPT_CODEX: Dialect = Dialect {
    name: "chatgpt-codex",
    base_url: "https://chatgpt.com/backend-api/codex",
    variables: Variables::new("", ""),
    responses: Responses {
        stream_only: true,
        ..OPENAI.responses
    },
    ..OPENAI
};

/// GitHub Copilot, with one of its tokens as the key. It gives an item another id in every event.
pub const COPILOT: Dialect = Dialect {
    name: "copilot",
    provider: "github_copilot",
    base_url: "https://api.githubcopilot.com",
    variables: Variables::new("", ""),
    ..OPENAI
};
