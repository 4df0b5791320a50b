use glassbox::{EmbeddingRequest, EncodingFormat, embedding_model_with};
use serde_json::{Value, json};

use crate::args::{EmbedArguments, Encoding, Form};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::tracing::Trace;
use crate::{input, output};

/// Turns texts into vectors, and prints them.
pub(crate) async fn embed(arguments: &EmbedArguments, trace: &Trace) -> Result<(), Failure> {
    let host = &arguments.host;
    let model = embedding_model_with(&input::model(host)?, &input::options(host)?)?;
    let model = Deadline::new(model, arguments.timeout);
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
    let response = model.embed(request).await?;
    match arguments.output {
        Form::Json => output::print_json(&json!({
            "embeddings": response.embeddings.iter().map(|vector| numbers(vector)).collect::<Vec<_>>(),
            "usage": output::usage(&response.usage),
            "model": response.meta.model,
        })),
        // A vector a line.
        Form::Text => response
            .embeddings
            .iter()
            .try_for_each(|vector| output::print_json(&numbers(vector))),
    }
}

/// The numbers with the digits that they have, not with those that a longer float would give them.
fn numbers(vector: &[f32]) -> Value {
    let longer = |number: &f32| {
        number
            .to_string()
            .parse::<f64>()
            .unwrap_or_else(|_| f64::from(*number))
    };
    vector.iter().map(longer).collect()
}
