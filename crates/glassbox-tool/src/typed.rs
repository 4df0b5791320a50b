use async_trait::async_trait;
use glassbox_core::{
    CompletionModel, CompletionModelExt as _, Error, ErrorKind, FinishKind, OutputFormat, Part,
    Request, Response, Result, schema,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::arguments::drop_absent;
use crate::schema::schema_of;

#[cfg(test)]
mod tests;

/// Answers as Rust types. Every model has it; nobody implements it.
#[async_trait]
pub trait TypedOutput: CompletionModel {
    /// Asks for an answer that is a `T`, and reads it.
    ///
    /// The schema of `T` becomes the request's [output format](Request::output). The provider is asked to hold the
    /// model to it where `T` has a [strict form](schema::is_strict_compatible), so not where it has a map or any
    /// JSON. A `T` that is no object (a list, an enum) is asked for as the field `value` of one, because
    /// providers take nothing else. JSON inside a Markdown code fence is accepted.
    ///
    /// ```
    /// use glassbox_core::{CompletionModel, Result};
    /// use glassbox_tool::TypedOutput as _;
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct City {
    ///     name: String,
    ///     /// How many people live there.
    ///     population: u64,
    /// }
    ///
    /// async fn largest(model: &dyn CompletionModel) -> Result<City> {
    ///     let answer = model.complete_as("What is the largest city on earth?").await?;
    ///     Ok(answer.value)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`CompletionModel::stream`]; [`ErrorKind::ContentFilter`] where the model declined; and
    /// [`ErrorKind::Protocol`] where the answer is cut or is no such JSON. What it was instead is in the
    /// [detail](Error::detail).
    async fn complete_as<T>(&self, request: impl Into<Request> + Send) -> Result<Typed<T>>
    where
        T: DeserializeOwned + JsonSchema + Send,
    {
        let plan = Plan::of::<T>();
        let request = request.into().with_output(plan.format());
        let response = self.complete(request).await?;
        let value = plan.read(&response)?;
        Ok(Typed { value, response })
    }
}

impl<M: CompletionModel + ?Sized> TypedOutput for M {}

/// An answer that was read into a `T`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Typed<T> {
    /// What the model answered.
    pub value: T,
    /// The answer as it came, with its usage.
    pub response: Response,
}

// The object around a type that is none. (No doc comment: the model would read it.)
#[derive(Deserialize, JsonSchema)]
struct Wrapped<T> {
    value: T,
}

/// How a type is asked for and read.
struct Plan {
    name: String,
    schema: Value,
    is_wrapped: bool,
}

impl Plan {
    fn of<T: JsonSchema>() -> Self {
        let own = schema_of::<T>();
        let is_wrapped = own["type"] != "object";
        Self {
            name: name_of::<T>(),
            schema: if is_wrapped {
                schema_of::<Wrapped<T>>()
            } else {
                own
            },
            is_wrapped,
        }
    }

    fn format(&self) -> OutputFormat {
        let mut format = OutputFormat::schema(self.name.as_str(), self.schema.clone());
        if let OutputFormat::Schema { strict, .. } = &mut format {
            *strict = schema::is_strict_compatible(&self.schema).then_some(true);
        }
        format
    }

    fn read<T: DeserializeOwned>(&self, response: &Response) -> Result<T> {
        let text = response.text();
        if let Some(refusal) = refusal(response) {
            let error = Error::new(ErrorKind::ContentFilter, "the model declined to answer");
            return Err(error.with_detail(refusal));
        }
        let mut value = parse(&text).map_err(|error| self.unreadable(response, &text, &error))?;
        drop_absent(&schema::inline_refs(&self.schema), &mut value);
        let typed = if self.is_wrapped {
            serde_json::from_value(value).map(|Wrapped { value }| value)
        } else {
            serde_json::from_value(value)
        };
        typed.map_err(|error| {
            let message = format!("the answer is JSON, but not a {}", self.name);
            Error::new(ErrorKind::Protocol, message).with_detail(format!("{error}: {text}"))
        })
    }

    fn unreadable(&self, response: &Response, text: &str, error: &serde_json::Error) -> Error {
        let finish = response.finish_reason().map(|reason| &reason.kind);
        let message = match finish {
            Some(FinishKind::Length) => {
                "the answer was cut before its JSON was complete; allow more tokens".to_owned()
            }
            _ if text.trim().is_empty() => {
                format!("the answer is empty instead of a {}", self.name)
            }
            _ => format!(
                "the answer is not JSON (line {}, column {})",
                error.line(),
                error.column()
            ),
        };
        Error::new(ErrorKind::Protocol, message).with_detail(format!("{error}: {text}"))
    }
}

/// The type's name in the letters that providers take for a schema's.
fn name_of<T: JsonSchema>() -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let name: String = T::schema_name()
        .chars()
        .filter(|c| allowed(*c))
        .take(64)
        .collect();
    if name.is_empty() {
        "answer".to_owned()
    } else {
        name
    }
}

/// The text as JSON, or what its Markdown code fence holds.
fn parse(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).or_else(|error| {
        let inside = fenced(text).ok_or(error)?;
        serde_json::from_str(inside)
    })
}

fn fenced(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("```")?;
    let (language, rest) = rest.split_once('\n')?;
    let is_json = matches!(language.trim(), "" | "json" | "JSON");
    let (inside, _) = rest.rsplit_once("```")?;
    is_json.then_some(inside)
}

fn refusal(response: &Response) -> Option<String> {
    let parts = &response.message()?.parts;
    let refusal = parts.iter().find_map(|part| match part {
        Part::Refusal(refusal) => Some(refusal.content.clone()),
        _ => None,
    });
    let filtered = response
        .finish_reason()
        .is_some_and(|reason| reason.kind == FinishKind::ContentFilter);
    refusal.or_else(|| filtered.then(|| response.text()))
}
