use glassbox::{EmbeddingRequest, EncodingFormat, embedding_model_with};
use serde_json::json;

use crate::args::{EmbedArguments, Encoding, Form};
use crate::chat::within;
use crate::failure::Failure;
use crate::tracing::Trace;
use crate::{input, output};

/// The vectors of some texts.
pub(crate) async fn embed(arguments: &EmbedArguments, trace: &Trace) -> Result<(), Failure> {
    let model = embedding_model_with(&arguments.host.model, &input::options(&arguments.host)?)?;
    let model = trace.telemetry.embeddings(model);
    let texts = if arguments.text.is_empty() {
        vec![input::text(None)?]
    } else {
        arguments.text.clone()
    };
    let mut request = EmbeddingRequest::new(texts);
    request.dimensions = arguments.dimensions;
    request.user = arguments.user.as_deref().map(Into::into);
    request.encoding_format = arguments.encoding_format.map(|format| match format {
        Encoding::Base64 => EncodingFormat::Base64,
        Encoding::Float => EncodingFormat::Float,
    });
    let response = within(arguments.timeout, model.embed(request)).await?;
    match arguments.output {
        Form::Json => output::print_json(&json!({
            "embeddings": response.embeddings,
            "usage": output::usage(&response.usage),
            "model": response.meta.model,
        })),
        // A vector a line.
        Form::Text => response
            .embeddings
            .iter()
            .for_each(|vector| output::print_json(&json!(vector))),
    }
    Ok(())
}
