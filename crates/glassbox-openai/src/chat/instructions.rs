//! Instructions that come late, for hosts that take them at the beginning alone.

use glassbox_core::{Message, Messages, Role};
use serde::Serialize;

use crate::dialect::Dialect;

/// All instructions of a conversation, as its first message.
#[derive(Debug, Serialize)]
pub(super) struct Gathered {
    role: &'static str,
    content: String,
}

/// The instructions of a conversation as one message, where the host takes none behind another message and there are
/// such.
pub(super) fn gathered(messages: &Messages, dialect: &Dialect) -> Option<Gathered> {
    if dialect.later_instructions {
        return None;
    }
    let mut later = messages.iter().skip_while(|message| is_plain(message));
    if !later.any(is_plain) {
        return None;
    }
    let texts = messages.iter().filter(|message| is_plain(message));
    let texts: Vec<String> = texts.map(Message::text).collect();
    Some(Gathered {
        role: "system",
        content: texts.join("\n\n"),
    })
}

/// Whether the message is instructions, and text alone.
pub(super) fn is_plain(message: &Message) -> bool {
    let instructs = match &message.role {
        Role::System => true,
        Role::Other(role) => role == "developer",
        _ => false,
    };
    instructs && message.parts.iter().all(|part| part.as_text().is_some())
}
