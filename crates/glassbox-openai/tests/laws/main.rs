//! The laws that every model obeys, held by Chat Completions.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

mod broken;
mod dialects;
mod host;
mod replayed;

mod openai {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(crate::host::Chat::openai()));
}

mod compatible {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(
        crate::host::Chat::compatible()
    ));
}
