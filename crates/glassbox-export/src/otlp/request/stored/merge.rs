//! Many requests made one: spans of the same resource and scope stand together, though each brings its own.
//!
//! No span is read. What is looked at is where in `opentelemetry/proto/trace/v1/trace.proto` one message is inside another.

use bytes::Bytes;

use crate::otlp::encode::backward::Backward;

/// `ResourceSpans`, all of one resource.
#[derive(Default, PartialEq)]
struct OfResource<'a> {
    resource: Option<&'a [u8]>,
    schema_url: &'a [u8],
    scopes: Vec<OfScope<'a>>,
}

/// `ScopeSpans`, all of one scope.
#[derive(Default, PartialEq)]
struct OfScope<'a> {
    scope: Option<&'a [u8]>,
    schema_url: &'a [u8],
    spans: Vec<&'a [u8]>,
}

/// One request with the spans of all of these, in their order for each resource and scope.
pub(super) fn merged(requests: &[&[u8]]) -> Bytes {
    let mut all: Vec<OfResource<'_>> = Vec::new();
    for request in requests {
        if add(&mut all, request).is_none() {
            // One that has more in it than we write. Requests in a row are a request too.
            return requests.concat().into();
        }
    }
    let mut out = Backward::default();
    for group in all.iter().rev() {
        out.message(1, |out| {
            text(out, group.schema_url);
            for scope in group.scopes.iter().rev() {
                out.message(2, |out| of_scope(out, scope));
            }
            if let Some(resource) = group.resource {
                out.bytes(1, resource);
            }
        });
    }
    Bytes::copy_from_slice(out.written())
}

fn of_scope(out: &mut Backward, group: &OfScope<'_>) {
    text(out, group.schema_url);
    for span in group.spans.iter().rev() {
        out.bytes(2, span);
    }
    if let Some(scope) = group.scope {
        out.bytes(1, scope);
    }
}

/// `schema_url`, which has the same number in both.
fn text(out: &mut Backward, schema_url: &[u8]) {
    if !schema_url.is_empty() {
        out.bytes(3, schema_url);
    }
}

/// Adds the spans of a request; nothing where it is more than that.
fn add<'a>(all: &mut Vec<OfResource<'a>>, request: &'a [u8]) -> Option<()> {
    for field in Fields(request) {
        let (1, group) = field? else {
            return None;
        };
        let mut found = OfResource::default();
        for field in Fields(group) {
            match field? {
                (1, resource) => found.resource = Some(resource),
                (2, scope) => found.scopes.push(of_bytes(scope)?),
                (3, schema_url) => found.schema_url = schema_url,
                _ => return None,
            }
        }
        put(all, found);
    }
    Some(())
}

fn of_bytes(group: &[u8]) -> Option<OfScope<'_>> {
    let mut found = OfScope::default();
    for field in Fields(group) {
        match field? {
            (1, scope) => found.scope = Some(scope),
            (2, span) => found.spans.push(span),
            (3, schema_url) => found.schema_url = schema_url,
            _ => return None,
        }
    }
    Some(found)
}

/// To the others of the same resource. There are few resources, and few scopes, and the last is likely.
fn put<'a>(all: &mut Vec<OfResource<'a>>, found: OfResource<'a>) {
    let is_same = |group: &&mut OfResource<'_>| {
        group.resource == found.resource && group.schema_url == found.schema_url
    };
    let Some(group) = all.iter_mut().rev().find(is_same) else {
        all.push(found);
        return;
    };
    for scope in found.scopes {
        let is_same = |group: &&mut OfScope<'_>| {
            group.scope == scope.scope && group.schema_url == scope.schema_url
        };
        match group.scopes.iter_mut().rev().find(is_same) {
            Some(group) => group.spans.extend(scope.spans),
            None => group.scopes.push(scope),
        }
    }
}

/// The fields of a message that have a length, with their numbers. `None` for what is something else, and then no more.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, &'a [u8])> {
        const LENGTH_DELIMITED: u64 = 2;
        let tag = self.varint()?;
        if tag & 7 != LENGTH_DELIMITED {
            return None;
        }
        let length = usize::try_from(self.varint()?).ok()?;
        let (content, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((tag >> 3, content))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}
