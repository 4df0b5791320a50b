//! The laws that every model obeys, held by Chat Completions in the spellings of several hosts, and by Responses.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

mod broken;
mod dialects;
mod host;
mod replayed;
mod responses;

mod openai {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(crate::host::Chat::openai()));
}

mod compatible {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(
        crate::host::Chat::compatible()
    ));
}

mod over_responses {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(crate::responses::Responses));
}
