use std::sync::OnceLock;

use glassbox_core::{Arguments, Error, ErrorKind, Result, ToolSpec, schema};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use crate::ToolError;
use crate::words::shorten;

#[cfg(test)]
mod tests;

/// How many violations the model is told of. More do not help it, and a long array could break a rule a thousand
/// times.
const MOST_VIOLATIONS: usize = 10;

/// How long one of them may be, in bytes: names in it may come from the model.
const LONGEST: usize = 300;

/// Checks arguments against a tool's schema. Made once for each tool.
#[derive(Debug)]
pub(crate) struct ArgumentCheck {
    validator: Validator,
    /// The schema without references, and what says how arguments break it.
    ///
    /// A validator looks into every branch of a union to say what is wrong, so with recursive references it could
    /// take time that is exponential in the depth of the arguments. Written out and cut, a schema is bounded.
    plain: Value,
    /// Made when the first arguments are wrong: most never are.
    describer: OnceLock<Option<Validator>>,
}

impl ArgumentCheck {
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] where the tool's schema is not one of an object.
    pub(crate) fn new(spec: &ToolSpec) -> Result<Self> {
        let wrong = |reason: String| {
            let message = format!("the parameters of the tool `{}` {reason}", spec.name);
            Error::new(ErrorKind::Configuration, message)
        };
        let parameters = &spec.parameters;
        if !parameters.is_object() {
            return Err(wrong(
                "are not a JSON Schema: it must be a JSON object".to_owned(),
            ));
        }
        if parameters.get("type").is_some_and(|name| name != "object") {
            return Err(wrong(
                "must have `\"type\": \"object\"`, because a model gives them by name".to_owned(),
            ));
        }
        let validator = jsonschema::options().build(parameters).map_err(|error| {
            let place = place(error.instance_path().as_str());
            wrong(format!(
                "are not a valid JSON Schema: {place}: {}",
                shorten(&error.to_string(), LONGEST)
            ))
        })?;
        Ok(Self {
            validator,
            plain: schema::inline_refs(parameters),
            describer: OnceLock::new(),
        })
    }

    /// Parses the arguments, takes a `null` for an optional one that cannot be null as left out, and checks the
    /// rest.
    ///
    /// # Errors
    ///
    /// Of the kind [`ToolError::INVALID_ARGUMENTS`], with all that is wrong, in words that a model can act on.
    pub(crate) fn check(&self, arguments: &Arguments) -> Result<Map<String, Value>, ToolError> {
        let invalid =
            |message: String| ToolError::new(message).with_kind(ToolError::INVALID_ARGUMENTS);
        let mut value = Value::Object(arguments.parse().map_err(invalid)?);
        drop_absent(&self.plain, &mut value);
        if self.validator.is_valid(&value) {
            return match value {
                Value::Object(arguments) => Ok(arguments),
                _ => Ok(Map::new()),
            };
        }
        Err(invalid(self.violations(&value)))
    }

    fn violations(&self, value: &Value) -> String {
        // There is none where the schema refers to anchors or to dynamic scopes.
        let describer = self
            .describer
            .get_or_init(|| jsonschema::options().build(&self.plain).ok());
        let errors = describer
            .iter()
            .flat_map(|describer| describer.iter_errors(value));
        let mut violations = errors.map(|error| self.describe(&error));
        let told: Vec<String> = violations.by_ref().take(MOST_VIOLATIONS).collect();
        let untold = violations.count();
        let mut message = "the arguments do not fit the tool's schema".to_owned();
        if told.is_empty() {
            message.push_str(": something in a nested value is wrong");
        } else {
            message.push_str(&format!(":\n- {}", told.join("\n- ")));
        }
        if untold > 0 {
            message.push_str(&format!("\n- and {untold} more"));
        }
        message
    }

    /// Where, what is wrong, and what was expected. The value itself is left out: the model knows it, and it may be
    /// long.
    fn describe(&self, error: &ValidationError<'_>) -> String {
        let place = place(error.instance_path().as_str());
        let mut text = format!("{place}: {}", error.masked_with("the value"));
        let is_union = matches!(
            error.kind(),
            ValidationErrorKind::AnyOf { .. }
                | ValidationErrorKind::OneOfNotValid { .. }
                | ValidationErrorKind::OneOfMultipleValid { .. }
        );
        if let (true, Some(options)) = (is_union, self.plain.pointer(error.schema_path().as_str()))
        {
            text.push_str(&format!("; allowed is: {options}"));
        }
        shorten(&text, LONGEST)
    }
}

/// A JSON Pointer (RFC 6901) in words.
fn place(pointer: &str) -> String {
    if pointer.is_empty() {
        "at the top".to_owned()
    } else {
        format!("at `{}`", shorten(pointer, LONGEST / 2))
    }
}

/// Removes the `null`s that mean "absent": those of optional properties that cannot be null. Models write them, and
/// [strict mode](schema::strict) makes them.
pub(crate) fn drop_absent(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(entries) => {
            let schema = object_option(schema);
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
                return;
            };
            let is_required = |name: &str| {
                let required = schema.get("required").and_then(Value::as_array);
                required.is_some_and(|names| names.iter().any(|required| required == name))
            };
            entries.retain(|name, value| match properties.get(name) {
                Some(property) if value.is_null() => {
                    is_required(name) || schema::is_nullable(property)
                }
                Some(property) => {
                    drop_absent(property, value);
                    true
                }
                None => true,
            });
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| drop_absent(schema, item));
            }
        }
        _ => {}
    }
}

/// The schema itself, or of a union with `null` the other option.
fn object_option(schema: &Value) -> &Value {
    let options = ["anyOf", "oneOf"]
        .iter()
        .find_map(|keyword| schema.get(keyword)?.as_array());
    let mut others = options
        .into_iter()
        .flatten()
        .filter(|option| !schema::is_nullable(option));
    match (others.next(), others.next()) {
        (Some(only), None) => only,
        _ => schema,
    }
}
