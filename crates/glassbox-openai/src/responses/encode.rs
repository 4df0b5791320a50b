//! From a request to the bytes of its body. Pure.

use bytes::Bytes;
use glassbox_core::{Delivery, Error, ErrorKind, Request, Result};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::format::{Named, Reasoning, Text, Tool};
use super::input::{Conversation, Rules};
use super::options;
use crate::chat::options::{Choice, sends_tools, tool_choice};
use crate::dialect::Dialect;

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) body: Bytes,
    /// The options that were left out and are to be reported.
    pub(crate) dropped: Vec<String>,
}

/// What is the same for all requests of a model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Whether the provider is to keep responses.
    pub(crate) store: Option<bool>,
    pub(crate) reasoning_summary: Option<String>,
}

/// Writes the body of a request to `model`.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that the host does not have.
pub(crate) fn encode(
    request: &Request,
    model: &str,
    dialect: &Dialect,
    settings: &Settings,
) -> Result<Encoded> {
    let dropped = options::check(request, dialect)?;
    let body = Body {
        request,
        model,
        dialect,
        settings,
    };
    let body = serde_json::to_vec(&body).map_err(|_| {
        Error::new(
            ErrorKind::InvalidRequest,
            "the request cannot be written as JSON",
        )
    })?;
    Ok(Encoded {
        body: body.into(),
        dropped,
    })
}

struct Body<'a> {
    request: &'a Request,
    model: &'a str,
    dialect: &'a Dialect,
    settings: &'a Settings,
}

impl Body<'_> {
    /// Whether the provider is to keep the response. `None` where it may do as it likes.
    fn store(&self) -> Option<bool> {
        let extra = self.request.extra.get("store");
        let continues = self.request.previous_response.is_some();
        extra
            .and_then(Value::as_bool)
            .or(self.settings.store)
            .or((!continues).then_some(false))
    }
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            request,
            model,
            dialect,
            settings,
        } = *self;
        let store = self.store();
        let conversation = Conversation::new(
            request,
            &Rules {
                dialect,
                is_stored: store != Some(false),
                has_instructions: !request.extra.contains_key("instructions"),
            },
        );
        let mut fields = Fields {
            map: serializer.serialize_map(None)?,
            extra: &request.extra,
            joined: Vec::new(),
        };
        fields.add("model", model)?;
        if let Some(instructions) = &conversation.instructions {
            fields.add("instructions", instructions)?;
        }
        fields.add("input", &conversation.items)?;
        if let Some(previous) = &request.previous_response {
            fields.add("previous_response_id", previous)?;
        }
        if sends_tools(request, dialect) {
            fields.join_list("tools", request.tools.iter().map(Tool::of))?;
        }
        match tool_choice(request, dialect) {
            Ok(Some(Choice::Word(word))) => fields.add("tool_choice", word)?,
            Ok(Some(Choice::Named(name))) => fields.add("tool_choice", &Named::of(name))?,
            _ => {}
        }
        for setting in options::settings(request, dialect) {
            if let Some(field) = setting.field {
                fields.add(field, &setting.value)?;
            }
        }
        if let (Some(field), Some(user)) = (dialect.responses.options.user, &request.user) {
            fields.add(field, user)?;
        }
        if let Some(reasoning) = Reasoning::of(request, settings) {
            fields.join_object("reasoning", &reasoning)?;
        }
        if let Some(text) = Text::of(request, dialect) {
            fields.join_object("text", &text)?;
        }
        if let Some(store) = store {
            fields.add("store", &store)?;
        }
        // What is not kept comes encrypted, and goes back so.
        if store == Some(false) && dialect.responses.encrypted_reasoning.of(model) {
            fields.join_list("include", ["reasoning.encrypted_content"].into_iter())?;
        }
        if request.delivery == Delivery::Incremental || dialect.responses.stream_only {
            fields.add("stream", &true)?;
        }
        fields.end()
    }
}

/// The fields of the body. What the request adds by itself wins, and stands once; to a list of ours its list is
/// added, and to an object its fields.
struct Fields<'a, M> {
    map: M,
    extra: &'a Map<String, Value>,
    joined: Vec<&'static str>,
}

impl<M: SerializeMap> Fields<'_, M> {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), M::Error> {
        if self.extra.contains_key(name) {
            return Ok(());
        }
        self.map.serialize_entry(name, value)
    }

    fn join_list<T: Serialize>(
        &mut self,
        name: &'static str,
        ours: impl Iterator<Item = T> + Clone,
    ) -> Result<(), M::Error> {
        let theirs = match self.extra.get(name) {
            None => &[][..],
            Some(Value::Array(theirs)) => theirs,
            Some(_) => return Ok(()),
        };
        self.joined.push(name);
        self.map.serialize_entry(name, &Joined { ours, theirs })
    }

    fn join_object<T: Serialize>(&mut self, name: &'static str, ours: &T) -> Result<(), M::Error> {
        let theirs = match self.extra.get(name) {
            None => return self.map.serialize_entry(name, ours),
            Some(Value::Object(theirs)) => theirs,
            Some(_) => return Ok(()),
        };
        let Ok(Value::Object(mut both)) = serde_json::to_value(ours) else {
            return Ok(());
        };
        for (field, value) in theirs {
            both.insert(field.clone(), value.clone());
        }
        self.joined.push(name);
        self.map.serialize_entry(name, &both)
    }

    fn end(mut self) -> Result<M::Ok, M::Error> {
        for (name, value) in self.extra {
            if !self.joined.contains(&name.as_str()) {
                self.map.serialize_entry(name, value)?;
            }
        }
        self.map.end()
    }
}

/// Two lists as one. What is in both stands once.
struct Joined<'a, I> {
    ours: I,
    theirs: &'a [Value],
}

impl<T: Serialize, I: Iterator<Item = T> + Clone> Serialize for Joined<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for item in self.ours.clone() {
            let is_theirs = !self.theirs.is_empty()
                && serde_json::to_value(&item).is_ok_and(|item| self.theirs.contains(&item));
            if !is_theirs {
                list.serialize_element(&item)?;
            }
        }
        for item in self.theirs {
            list.serialize_element(item)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests;
