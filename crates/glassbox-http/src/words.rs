//! What providers' codes and sentences mean.

use glassbox_core::ErrorKind::{self, *};

/// Codes and types, in small letters. From the providers' references and from recorded errors.
const CODES: &[(ErrorKind, &[&str])] = &[
    (
        ContextLength,
        &[
            "context_length_exceeded",
            "context_too_large",
            "context_window_exceeded",
            "exceed_context_size_error",
            "input_too_long",
            "max_context_length_exceeded",
            "model_context_window_exceeded",
            "prompt_too_long",
            "string_above_max_length",
            "tokens_limit_reached",
        ],
    ),
    (
        ContentFilter,
        &[
            "content_filter",
            "content_filtered",
            "content_policy_violation",
            "contentfilter",
            "data_inspection_failed",
            "datainspectionfailed",
            "moderation_blocked",
            "prohibited_content",
            "responsibleaipolicyviolation",
        ],
    ),
    (
        QuotaExhausted,
        &[
            "arrearage",
            "billing_error",
            "billing_hard_limit_reached",
            "billing_not_active",
            "exceeded_current_quota_error",
            "insufficient_balance",
            "insufficient_credits",
            "insufficient_funds",
            "insufficient_quota",
            "payment_required",
            "servicequotaexceededexception",
        ],
    ),
    (
        Unauthenticated,
        &[
            "api_key_invalid",
            "authentication_error",
            "expired_api_key",
            "expiredtokenexception",
            "incorrect_api_key",
            "incorrect_api_key_error",
            "invalid_api_key",
            "invalid_authentication",
            "invalid_authentication_error",
            "invalidapikey",
            "invalidsignatureexception",
            "unauthenticated",
            "unauthorized",
            "unrecognizedclientexception",
        ],
    ),
    (
        Forbidden,
        &[
            "access_denied",
            "accessdeniedexception",
            "permission_denied",
            "permission_denied_error",
            "permission_error",
            "unsupported_country_region_territory",
        ],
    ),
    (
        NotFound,
        &[
            "deploymentnotfound",
            "model_not_found",
            "model_not_found_error",
            "not_found",
            "not_found_error",
            "resource_not_found_error",
            "resourcenotfoundexception",
        ],
    ),
    (
        RateLimited,
        &[
            "rate_limit",
            "rate_limit_error",
            "rate_limit_exceeded",
            "rate_limit_reached_error",
            "rate_limited",
            "ratelimitreached",
            "resource_exhausted",
            "throttling",
            "throttlingexception",
            "too_many_requests",
            "toomanyrequestsexception",
        ],
    ),
    (
        Overloaded,
        &[
            "capacity_exceeded",
            "engine_overloaded",
            "engine_overloaded_error",
            "model_overloaded",
            "modelnotreadyexception",
            "overloaded",
            "overloaded_error",
            "server_overloaded",
            "service_unavailable",
            "serviceunavailableexception",
            "slow_down",
            "unavailable",
        ],
    ),
    (
        Timeout,
        &[
            "deadline_exceeded",
            "modeltimeoutexception",
            "request_timeout",
            "timeout",
            "timeout_error",
        ],
    ),
    (
        ServerError,
        &[
            "api_error",
            "internal",
            "internal_error",
            "internal_server_error",
            "internalserverexception",
            "modelerrorexception",
            "modelstreamerrorexception",
            "server_error",
        ],
    ),
    (
        InvalidRequest,
        &[
            "failed_precondition",
            "invalid-argument",
            "invalid_argument",
            "invalid_request",
            "invalid_request_error",
            "json_invalid",
            "out_of_range",
            "tool_use_failed",
            "unprocessable_entity",
            "validationexception",
        ],
    ),
];

/// Sentences that speak of a request that is too long, in small letters. Each is the part that does not change.
const TOO_LONG: &[&str] = &[
    "context length exceeded",
    "context window exceeds limit",
    "exceed context limit",
    "exceeded max context length",
    "exceeded model token limit",
    "exceeds context window",
    "exceeds the available context size",
    "exceeds the context length",
    "exceeds the context window",
    "exceeds the maximum allowed input length",
    "exceeds the maximum number of tokens allowed",
    "exceeds the model's context",
    "greater than the context length",
    "input is too long",
    "input tokens exceeded",
    "larger context length",
    "longer than the maximum model length",
    "longer than the model's context length",
    "maximum context length",
    "maximum prompt length is",
    "number of tokens in the prompt cannot exceed",
    "prompt exceeds max length",
    "prompt is too long",
    "prompt too long",
    "range of input length should be",
    "reduce the length of the messages",
    "request body too large for",
    "request too large for",
    "too many input tokens",
    "`inputs` must have less than",
    "`inputs` tokens + `max_new_tokens` must be",
];

const FILTERED: &[&str] = &[
    "content management policy",
    "flagged as potentially violating",
    "violates our content policy",
    "violating our content policy",
];

const NO_CREDIT: &[&str] = &[
    "credit balance is too low",
    "insufficient balance",
    "insufficient credits",
    "requires more credits",
];

const WRONG_KEY: &[&str] = &[
    "api key expired",
    "api key is invalid",
    "api key not found",
    "api key not valid",
    "incorrect api key",
    "invalid api key",
    "invalid x-api-key",
];

/// What kind of failure a code or a type names.
pub(crate) fn kind_of_code(code: &str) -> Option<ErrorKind> {
    let code = code.to_ascii_lowercase();
    CODES
        .iter()
        .find(|(_, codes)| codes.contains(&code.as_str()))
        .map(|(kind, _)| *kind)
}

/// What kind of failure a sentence speaks of.
pub(crate) fn kind_of_message(message: &str) -> Option<ErrorKind> {
    // What is far down is more likely a quotation of the request.
    let message: String = message.chars().take(2_000).collect();
    let message = message.to_lowercase();
    let speaks_of = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    [
        (ContextLength, TOO_LONG),
        (ContentFilter, FILTERED),
        (QuotaExhausted, NO_CREDIT),
        (Unauthenticated, WRONG_KEY),
    ]
    .into_iter()
    .find(|(_, phrases)| speaks_of(phrases))
    .map(|(kind, _)| kind)
}

/// Whether a kind says hardly more than that something failed. A better word of another source goes before it.
pub(crate) fn is_vague(kind: ErrorKind) -> bool {
    matches!(kind, InvalidRequest | ServerError)
}

#[cfg(test)]
mod tests;
