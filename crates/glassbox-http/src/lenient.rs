//! Reading JSON of hosts that are only nearly compatible: a value of the wrong kind is as good as none, and never
//! an error. What adapters make their wire types of.
//!
//! ```
//! use glassbox_http::lenient::{Count, Word};
//!
//! #[derive(Default, serde::Deserialize)]
//! #[serde(default)]
//! struct Usage<'a> {
//!     prompt_tokens: Count,
//!     #[serde(borrow)]
//!     tier: Word<'a>,
//! }
//!
//! let usage: Usage<'_> = serde_json::from_str(r#"{"prompt_tokens": 12.0, "tier": {}}"#)?;
//! assert_eq!((usage.prompt_tokens.0, usage.tier.given()), (Some(12), None));
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A type that says which kinds of JSON value it understands. All others give its default.
///
/// [`lenient!`](crate::lenient!) makes it `Deserialize`. What the methods of lists and objects give as an error is one
/// of the JSON text itself: a value of another kind never is.
pub trait Lenient<'de>: Default {
    /// Of a string, borrowed where it holds no escapes.
    fn text(_: Cow<'de, str>) -> Self {
        Self::default()
    }

    /// Of `true` or `false`.
    fn boolean(_: bool) -> Self {
        Self::default()
    }

    /// Of a whole number that is not negative.
    fn unsigned(_: u64) -> Self {
        Self::default()
    }

    /// Of a negative whole number.
    fn signed(_: i64) -> Self {
        Self::default()
    }

    /// Of a number with a fraction or an exponent, or beyond 64 bits.
    fn float(_: f64) -> Self {
        Self::default()
    }

    /// Of a list. It must be read to its end.
    ///
    /// # Errors
    ///
    /// Where the text breaks off or is not JSON.
    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    /// Of an object. It must be read to its end.
    ///
    /// # Errors
    ///
    /// Where the text breaks off or is not JSON.
    fn object<A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    /// Reads a value of any kind.
    ///
    /// # Errors
    ///
    /// Where the text breaks off or is not JSON.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Lenient<'de>> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        Ok(T::text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<T, E> {
        Ok(T::text(Cow::Owned(text)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Ok(T::unsigned(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Ok(T::signed(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Ok(T::float(number))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<T, E> {
        Ok(T::boolean(flag))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        T::sequence(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::object(entries)
    }
}

/// `serde::Deserialize` by way of [`Lenient`], for a type or for one that borrows (`lenient!(Text<'a>)`).
#[macro_export]
macro_rules! lenient {
    ($($type:ident)::+) => {
        impl<'de> serde::Deserialize<'de> for $($type)::+ {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::lenient::Lenient::read(deserializer)
            }
        }
    };
    ($type:ident<'a>) => {
        impl<'de: 'a, 'a> serde::Deserialize<'de> for $type<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::lenient::Lenient::read(deserializer)
            }
        }
    };
}
/// A text, borrowed where it holds no escapes. A number stands for its digits: some hosts give numeric ids.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Word<'a>(pub Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Lenient<'de> for Word<'a> {
    fn text(text: Cow<'de, str>) -> Self {
        Self(Some(text))
    }

    fn unsigned(number: u64) -> Self {
        Self(Some(number.to_string().into()))
    }

    fn signed(number: i64) -> Self {
        Self(Some(number.to_string().into()))
    }
}

lenient!(Word<'a>);

impl Word<'_> {
    /// The text. Absent and empty are the same.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// The text, where there is some.
    #[must_use]
    pub fn given(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
}

/// A number of things: tokens, a place in a list.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Count(pub Option<u64>);

impl Lenient<'_> for Count {
    fn unsigned(number: u64) -> Self {
        Self(Some(number))
    }

    fn float(number: f64) -> Self {
        // Some gateways write every number as a float. The cast saturates.
        Self((number >= 0.0).then_some(number as u64))
    }
}

lenient!(Count);

/// A number that need not be whole.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Amount(pub Option<f64>);

impl Lenient<'_> for Amount {
    fn unsigned(number: u64) -> Self {
        Self(Some(number as f64))
    }

    fn signed(number: i64) -> Self {
        Self(Some(number as f64))
    }

    fn float(number: f64) -> Self {
        Self(Some(number))
    }
}

lenient!(Amount);

/// Yes or no.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Flag(pub Option<bool>);

impl Lenient<'_> for Flag {
    fn boolean(flag: bool) -> Self {
        Self(Some(flag))
    }
}

lenient!(Flag);

impl Flag {
    /// Whether it says yes.
    #[must_use]
    pub fn is_set(self) -> bool {
        self.0 == Some(true)
    }
}

/// An object, or nothing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for Maybe<T> {
    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(|object| Self(Some(object)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

/// A list of objects. What is not an object is left out.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Lenient<'de> for List<T> {
    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Maybe<T>>()? {
            let Some(item) = item.0 else { continue };
            if list.is_empty() {
                // Most lists hold one item, and a vector begins with room for four.
                list.reserve_exact(1);
            }
            list.push(item);
        }
        Ok(Self(list))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

/// A list of whatever, each item as it stands in the text.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Raws<'a>(pub Vec<&'a RawValue>);

impl<'de: 'a, 'a> Lenient<'de> for Raws<'a> {
    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Self(list))
    }
}

lenient!(Raws<'a>);

/// JSON as text: a text is itself, an object or an array is written out. For the arguments of a call, which some
/// hosts give as an object.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Json<'a>(pub Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Lenient<'de> for Json<'a> {
    fn text(text: Cow<'de, str>) -> Self {
        Self(Some(text))
    }

    fn sequence<A: SeqAccess<'de>>(items: A) -> Result<Self, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(items))?;
        Ok(Self(Some(value.to_string().into())))
    }

    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Self(Some(value.to_string().into())))
    }
}

lenient!(Json<'a>);

impl Json<'_> {
    /// The text. Absent and empty are the same.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
