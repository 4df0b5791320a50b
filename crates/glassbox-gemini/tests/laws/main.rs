//! The laws that every model obeys, held by Gemini, at both of the places that serve it.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

mod host;

mod gemini {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(crate::host::Google::gemini()));
}

mod vertex {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(crate::host::Google::vertex()));
}
