//! The laws that every model obeys, held by Cohere's chat.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

mod host;

glassbox_test::laws!(glassbox_test::laws::Laws::new(host::Cohere));
