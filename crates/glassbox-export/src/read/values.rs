//! JSON as others write it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry::{Array, Key, KeyValue, StringValue, Value as Attribute};
use serde_json::{Map, Value, json};

/// An object whose fields have their name in `camelCase`, or in the `snake_case` of the protocol's files.
#[derive(Clone, Copy)]
pub(super) struct Object<'a>(&'a Map<String, Value>);

impl<'a> Object<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).or_else(|| self.0.get(&snake(name)))
    }

    pub(super) fn object(self, name: &str) -> Option<Self> {
        self.get(name).and_then(Self::of)
    }

    pub(super) fn text(self, name: &str) -> &'a str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The elements of a list that are objects.
    pub(super) fn objects(self, name: &str) -> impl Iterator<Item = Self> {
        let list = self.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Self::of)
    }

    /// A number, or one in text. Zero where there is none.
    pub(super) fn number(self, name: &str) -> u64 {
        match self.get(name) {
            Some(Value::Number(number)) => number.as_u64().unwrap_or_default(),
            Some(Value::String(text)) => text.parse().unwrap_or_default(),
            _ => 0,
        }
    }

    /// How many there were beyond what is listed.
    pub(super) fn count(self, name: &str) -> u32 {
        u32::try_from(self.number(name)).unwrap_or(u32::MAX)
    }

    /// A value of an enumeration: a number, or the name at whose place in `names` it stands.
    pub(super) fn choice(self, name: &str, names: &[&str]) -> usize {
        let named = self.get(name).and_then(Value::as_str);
        let place = named.and_then(|text| names.iter().position(|name| *name == text));
        place.unwrap_or_else(|| usize::try_from(self.number(name)).unwrap_or(usize::MAX))
    }

    /// An id of so many bytes: hexadecimal, as OTLP has it, or base64, as Protocol Buffers do.
    pub(super) fn id<const N: usize>(self, name: &str) -> Option<[u8; N]> {
        let text = self.text(name);
        if text.len() == 2 * N {
            hexadecimal(text)
        } else {
            STANDARD.decode(text).ok()?.try_into().ok()
        }
    }

    /// The attributes that have a key. One whose value is of no known type is left out.
    pub(super) fn attributes(self) -> Vec<KeyValue> {
        let pairs = self.objects("attributes").filter_map(|pair| {
            let key = pair.get("key").and_then(Value::as_str)?;
            let value = attribute(pair.object("value")?)?;
            Some(KeyValue::new(Key::from(key.to_owned()), value))
        });
        pairs.collect()
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

fn hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
    }
    Some(bytes)
}

/// What an `AnyValue` holds.
enum Plain {
    Bool(bool),
    Float(f64),
    Integer(i64),
    Text(String),
    Other(Value),
}

fn attribute(value: Object<'_>) -> Option<Attribute> {
    if let Some(list) = value.object("arrayValue") {
        return Some(array(
            &list.objects("values").map(plain).collect::<Vec<_>>(),
        ));
    }
    Some(match plain(value)? {
        Plain::Bool(flag) => flag.into(),
        Plain::Float(number) => number.into(),
        Plain::Integer(number) => number.into(),
        Plain::Text(text) => text.into(),
        Plain::Other(value) => value.to_string().into(),
    })
}

fn plain(value: Object<'_>) -> Option<Plain> {
    if let Some(text) = value.get("stringValue") {
        return text.as_str().map(|text| Plain::Text(text.to_owned()));
    }
    if let Some(flag) = value.get("boolValue") {
        return flag.as_bool().map(Plain::Bool);
    }
    if let Some(number) = value.get("intValue") {
        let parsed = number.as_str().map(|text| text.parse().ok());
        return parsed
            .unwrap_or_else(|| number.as_i64())
            .map(Plain::Integer);
    }
    if let Some(number) = value.get("doubleValue") {
        // `NaN`, `Infinity` and `-Infinity` are text, and Rust knows these names too.
        let parsed = number.as_str().map(|text| text.parse().ok());
        return parsed.unwrap_or_else(|| number.as_f64()).map(Plain::Float);
    }
    if let Some(bytes) = value.get("bytesValue") {
        return bytes.as_str().map(|text| Plain::Text(text.to_owned()));
    }
    if let Some(list) = value.object("arrayValue") {
        let values = list
            .objects("values")
            .map(|value| json_of(plain(value).as_ref()));
        return Some(Plain::Other(Value::Array(values.collect())));
    }
    let list = value.object("kvlistValue")?;
    let pairs = list.objects("values").map(|pair| {
        let value = pair.object("value").and_then(plain);
        (pair.text("key").to_owned(), json_of(value.as_ref()))
    });
    Some(Plain::Other(Value::Object(pairs.collect())))
}

/// A list of one type, or its JSON text.
fn array(values: &[Option<Plain>]) -> Attribute {
    macro_rules! all {
        ($kind:ident, $make:expr) => {
            values
                .iter()
                .map(|value| match value {
                    Some(Plain::$kind(value)) => Some($make(value)),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>()
        };
    }
    let list = all!(Text, |text: &String| StringValue::from(text.clone())).map(Array::String);
    let list = list.or_else(|| all!(Integer, |number: &i64| *number).map(Array::I64));
    let list = list.or_else(|| all!(Float, |number: &f64| *number).map(Array::F64));
    let list = list.or_else(|| all!(Bool, |flag: &bool| *flag).map(Array::Bool));
    list.map_or_else(
        || {
            let values = values.iter().map(|value| json_of(value.as_ref()));
            Value::Array(values.collect()).to_string().into()
        },
        Attribute::Array,
    )
}

fn json_of(value: Option<&Plain>) -> Value {
    match value {
        None => Value::Null,
        Some(Plain::Bool(flag)) => json!(flag),
        Some(Plain::Float(number)) => json!(number),
        Some(Plain::Integer(number)) => json!(number),
        Some(Plain::Text(text)) => json!(text),
        Some(Plain::Other(value)) => value.clone(),
    }
}
