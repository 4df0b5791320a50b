use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The arguments of a tool call, exactly as the model wrote them.
///
/// Models write broken JSON: cut off by a token limit, an object twice, an empty string for a tool without
/// parameters. So the text is kept, goes back to the provider unchanged, and is parsed where it is needed. In the
/// serialised form a JSON object stands as an object, as the conventions' schemas want it, and loses nothing but its
/// white space; a text that would lose more (a number too long for a float, a key given twice) or that is no object
/// stands as the string that it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments(String);

impl Arguments {
    /// The text as the model wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The arguments as a JSON object. An empty text is the empty object: so do models call tools that take
    /// nothing.
    ///
    /// # Errors
    ///
    /// Where the text is not one JSON object; the message names line and column, in words that a model can act on.
    pub fn parse(&self) -> Result<Map<String, Value>, String> {
        if self.is_blank() {
            return Ok(Map::new());
        }
        match serde_json::from_str(&self.0) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(Value::Null) => Ok(Map::new()),
            Ok(other) => Err(format!(
                "the arguments must be a JSON object, not {}",
                kind(&other)
            )),
            Err(error) => Err(format!("the arguments are not valid JSON: {error}")),
        }
    }

    /// The arguments as JSON: the object, or the text itself where it is not one.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match serde_json::from_str(&self.0) {
            Ok(value @ Value::Object(_)) => value,
            _ => Value::String(self.0.clone()),
        }
    }

    /// Appends a piece, as it arrives.
    pub fn push_str(&mut self, piece: &str) {
        self.0.push_str(piece);
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl From<&str> for Arguments {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Arguments {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Value> for Arguments {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self(text),
            other => Self(other.to_string()),
        }
    }
}

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_value() {
            Value::Object(object) if same_but_for_space(&self.0, &object) => {
                object.serialize(serializer)
            }
            _ => self.0.serialize(serializer),
        }
    }
}

/// Whether the text is the object, written with some white space.
fn same_but_for_space(text: &str, object: &Map<String, Value>) -> bool {
    let Ok(compact) = serde_json::to_string(object) else {
        return false;
    };
    let (mut in_string, mut escaped) = (false, false);
    let significant = text.bytes().filter(|byte| {
        let was_in_string = in_string;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ => {}
        }
        was_in_string || !byte.is_ascii_whitespace()
    });
    significant.eq(compact.bytes())
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}
