/// Names of a message, after `llm.input_messages.N.` or `llm.output_messages.N.`.
pub mod message {
    /// Who speaks: `system`, `user`, `assistant`, `tool`.
    pub const ROLE: &str = "message.role";
    /// The text, where there is nothing but text.
    pub const CONTENT: &str = "message.content";
    /// The speaker's name.
    pub const NAME: &str = "message.name";
    /// On a tool's message: the call it answers.
    pub const TOOL_CALL_ID: &str = "message.tool_call_id";
    /// The one function called, in OpenAI's form before tool calls.
    pub const FUNCTION_CALL_NAME: &str = "message.function_call_name";
    /// Its arguments, as JSON text.
    pub const FUNCTION_CALL_ARGUMENTS_JSON: &str = "message.function_call_arguments_json";
    /// Prefix of the parts; [`message_content`](super::message_content) names follow the index.
    pub const CONTENTS_PREFIX: &str = "message.contents.";
    /// Prefix of the tool calls; [`tool_call`](super::tool_call) names follow the index.
    pub const TOOL_CALLS_PREFIX: &str = "message.tool_calls.";
}

/// Names of a part of a message, after `message.contents.N.`.
pub mod message_content {
    /// What it is: see [`content_type`](super::content_type).
    pub const TYPE: &str = "message_content.type";
    /// Text.
    pub const TEXT: &str = "message_content.text";
    /// An image's address or data URI.
    pub const IMAGE_URL: &str = "message_content.image.image.url";
    /// A sound's address or data URI.
    pub const AUDIO_URL: &str = "message_content.audio.audio.url";
    /// A film's address or data URI.
    pub const VIDEO_URL: &str = "message_content.video.video.url";
    /// A document's address or data URI.
    pub const DOCUMENT_URL: &str = "message_content.document.document.url";
    /// The part's identifier.
    pub const ID: &str = "message_content.id";
    /// The provider's signature of reasoning.
    pub const SIGNATURE: &str = "message_content.signature";
    /// Opaque data, as the provider gave it.
    pub const DATA: &str = "message_content.data";
    /// Encrypted reasoning.
    pub const ENCRYPTED_CONTENT: &str = "message_content.encrypted_content";
}

/// Well-known values of [`message_content::TYPE`].
pub mod content_type {
    /// Sound.
    pub const AUDIO: &str = "audio";
    /// A document: PDF and the like.
    pub const DOCUMENT: &str = "document";
    /// A still image.
    pub const IMAGE: &str = "image";
    /// The model's reasoning.
    pub const REASONING: &str = "reasoning";
    /// Text.
    pub const TEXT: &str = "text";
    /// A tool call in its place among other parts; [`tool_call`](super::tool_call) names say which.
    pub const TOOL_USE: &str = "tool_use";
    /// Moving images.
    pub const VIDEO: &str = "video";
}

/// Names of a tool call, after `message.tool_calls.N.`.
pub mod tool_call {
    /// The call's identifier.
    pub const ID: &str = "tool_call.id";
    /// The tool.
    pub const FUNCTION_NAME: &str = "tool_call.function.name";
    /// The arguments, as JSON text.
    pub const FUNCTION_ARGUMENTS: &str = "tool_call.function.arguments";
    /// The provider's signature of the reasoning behind the call.
    pub const REASONING_SIGNATURE: &str = "tool_call.reasoning_signature";
}

/// Names of a document, after `retrieval.documents.N.` and the like.
pub mod document {
    /// Its identifier.
    pub const ID: &str = "document.id";
    /// How well it fits.
    pub const SCORE: &str = "document.score";
    /// Its text.
    pub const CONTENT: &str = "document.content";
    /// What else is known of it, as JSON text.
    pub const METADATA: &str = "document.metadata";
    /// Its address.
    pub const URL: &str = "document.url";
    /// Its media type.
    pub const MIME_TYPE: &str = "document.mime_type";
    /// Its name.
    pub const NAME: &str = "document.name";
}

/// Names of a judgement, after `annotations.N.`.
pub mod annotation {
    /// What is judged.
    pub const NAME: &str = "annotation.name";
    /// The score.
    pub const SCORE: &str = "annotation.score";
    /// The score in a word.
    pub const LABEL: &str = "annotation.label";
    /// Why.
    pub const EXPLANATION: &str = "annotation.explanation";
    /// Who judges: `HUMAN`, `LLM`, `CODE`.
    pub const ANNOTATOR_KIND: &str = "annotation.annotator_kind";
    /// Tells judgements of the same name apart.
    pub const IDENTIFIER: &str = "annotation.identifier";
    /// What else is known of it, as JSON text.
    pub const METADATA: &str = "annotation.metadata";
}
