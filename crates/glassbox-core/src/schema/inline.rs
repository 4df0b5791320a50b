use std::collections::{HashMap, HashSet};
use std::ptr;

use serde_json::{Map, Value};

use super::{Holds, merge};

#[cfg(test)]
mod tests;

/// Puts what a `$ref` points to in its place, and leaves `$defs` and `definitions` out.
///
/// What stands beside a `$ref` (a description, say) is kept and wins over what it points to; properties and
/// required names are joined.
///
/// A reference that leads back into itself cannot be written out. It is cut: the schema there has only the `type`
/// of what it points to, or is `{}`, which accepts everything. The same happens where the result would be nested
/// more than 64 schemas deep or where the copies would add up to more than 256 KiB. A reference out of the
/// document, to an `$anchor` or to nothing stays as it is.
///
/// ```
/// use glassbox_core::schema;
/// use serde_json::json;
///
/// let plain = json!({
///     "properties": {"from": {"$ref": "#/$defs/Place", "description": "where it starts"}},
///     "$defs": {"Place": {"type": "string"}},
/// });
/// assert_eq!(
///     schema::inline_refs(&plain),
///     json!({"properties": {"from": {"description": "where it starts", "type": "string"}}}),
/// );
/// ```
#[must_use]
pub fn inline_refs(schema: &Value) -> Value {
    Inliner::new(schema, Recursion::Cut).node(schema, 0)
}

/// As [`inline_refs`], but recursive references stay, with the `$defs` that they need.
pub(super) fn inline_all_but_recursive(schema: &Value) -> Value {
    let mut inliner = Inliner::new(schema, Recursion::Keep);
    let mut result = inliner.node(schema, 0);
    let mut kept = Map::new();
    // Writing one definition out may show that another is needed. There are finitely many.
    while let Some((name, target)) = inliner.needed.pop() {
        if kept.contains_key(name) {
            continue;
        }
        inliner.open = vec![target];
        let definition = inliner.node(target, 0);
        kept.insert(name.to_owned(), definition);
    }
    if let (Value::Object(node), false) = (&mut result, kept.is_empty()) {
        node.insert("$defs".to_owned(), Value::Object(kept));
    }
    result
}

/// Deeper than any schema that a model could follow, and far from the end of the stack.
const DEEPEST: usize = 64;

/// How many bytes of schema may be copied before references are cut.
const MOST_BYTES: usize = 1 << 18;

/// How many schemas may be looked at in search of recursion. A recursion that is not found in time is cut later.
const MOST_STEPS: usize = 1 << 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Recursion {
    Cut,
    Keep,
}

struct Inliner<'a> {
    root: &'a Value,
    recursion: Recursion,
    /// What is being written out, outermost first.
    open: Vec<&'a Value>,
    /// Roughly how many bytes have been written.
    written: usize,
    /// The definitions that references which stay point to.
    needed: Vec<(&'a str, &'a Value)>,
    /// Which schemas, by address, are known to lead back into themselves or not to.
    recursive: HashMap<*const Value, bool>,
    /// How many schemas have been looked at to find that out.
    steps: usize,
}

impl<'a> Inliner<'a> {
    fn new(root: &'a Value, recursion: Recursion) -> Self {
        Self {
            root,
            recursion,
            open: vec![root],
            written: 0,
            needed: Vec::new(),
            recursive: HashMap::new(),
            steps: 0,
        }
    }

    fn node(&mut self, schema: &'a Value, depth: usize) -> Value {
        let Value::Object(node) = schema else {
            return schema.clone();
        };
        if depth > DEEPEST {
            return outline(node).into();
        }
        let reference = node.get("$ref").and_then(Value::as_str);
        match reference.and_then(|reference| Some((reference, resolve(self.root, reference)?))) {
            Some((reference, target)) => self.reference(node, reference, target, depth),
            None => self.entries(node, depth).into(),
        }
    }

    fn reference(
        &mut self,
        node: &'a Map<String, Value>,
        reference: &'a str,
        target: &'a Value,
        depth: usize,
    ) -> Value {
        let is_open = self.open.iter().any(|open| ptr::eq(*open, target));
        // Where nothing stands beside it, a reference need not be written out even once.
        let may_stay = self.recursion == Recursion::Keep
            && (is_open || (node.len() == 1 && self.is_recursive(target)));
        if may_stay && let Some(kept) = self.keep(reference, target) {
            return kept;
        }
        let mut beside = self.entries(node, depth);
        beside.shift_remove("$ref");
        let base = if is_open || self.written > MOST_BYTES {
            target
                .as_object()
                .map_or_else(|| target.clone(), |target| outline(target).into())
        } else {
            self.open.push(target);
            let base = self.node(target, depth + 1);
            self.open.pop();
            base
        };
        match base {
            Value::Object(base) => merge(base, beside).into(),
            // `true` adds nothing; `false` allows nothing, whatever stands beside it.
            Value::Bool(true) => beside.into(),
            other => other,
        }
    }

    /// The reference itself, where it will still point somewhere in the result.
    fn keep(&mut self, reference: &'a str, target: &'a Value) -> Option<Value> {
        let name = (reference.strip_prefix("#/$defs/"))
            .or_else(|| reference.strip_prefix("#/definitions/"));
        let reference = match name {
            _ if ptr::eq(target, self.root) => "#".to_owned(),
            Some(name) if !name.contains(['/', '~', '%']) => {
                self.needed.push((name, target));
                format!("#/$defs/{name}")
            }
            _ => return None,
        };
        Some(Map::from_iter([("$ref".to_owned(), reference.into())]).into())
    }

    fn is_recursive(&mut self, target: &'a Value) -> bool {
        if let Some(known) = self.recursive.get(&ptr::from_ref(target)) {
            return *known;
        }
        let mut seen = HashSet::new();
        let mut ahead = vec![target];
        let mut found = false;
        while let (false, Some(schema)) = (found, ahead.pop()) {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                break;
            }
            let reference = schema.get("$ref").and_then(Value::as_str);
            if let Some(next) = reference.and_then(|reference| resolve(self.root, reference)) {
                found |= ptr::eq(next, target);
                ahead.extend(seen.insert(ptr::from_ref(next)).then_some(next));
            }
            ahead.extend(schema.as_object().into_iter().flat_map(subschemas));
        }
        self.recursive.insert(ptr::from_ref(target), found);
        found
    }

    fn entries(&mut self, node: &'a Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut entries = Map::new();
        for (keyword, value) in node {
            if is_definitions(keyword) {
                continue;
            }
            self.written += keyword.len();
            entries.insert(keyword.clone(), self.value(keyword, value, depth));
        }
        entries
    }

    fn value(&mut self, keyword: &str, value: &'a Value, depth: usize) -> Value {
        match value {
            Value::Object(schemas) if Holds::of(keyword) == Holds::Named => {
                let named = schemas.iter().map(|(name, schema)| {
                    self.written += name.len();
                    (name.clone(), self.node(schema, depth + 1))
                });
                Value::Object(named.collect())
            }
            Value::Array(schemas) if Holds::of(keyword).is_list() => schemas
                .iter()
                .map(|schema| self.node(schema, depth + 1))
                .collect(),
            schema @ Value::Object(_) if Holds::of(keyword).is_one() => {
                self.node(schema, depth + 1)
            }
            data => {
                self.written += size(data);
                data.clone()
            }
        }
    }
}

/// The schemas that a schema holds, definitions apart.
fn subschemas(node: &Map<String, Value>) -> Vec<&Value> {
    let mut found = Vec::new();
    for (keyword, value) in node {
        match value {
            _ if is_definitions(keyword) => {}
            Value::Object(schemas) if Holds::of(keyword) == Holds::Named => {
                found.extend(schemas.values());
            }
            Value::Array(schemas) if Holds::of(keyword).is_list() => found.extend(schemas),
            schema if Holds::of(keyword).is_one() => found.push(schema),
            _ => {}
        }
    }
    found
}

fn is_definitions(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "definitions")
}

/// What is left of a schema that is cut.
fn outline(node: &Map<String, Value>) -> Map<String, Value> {
    let kept = node.get_key_value("type").into_iter();
    kept.map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect()
}

/// Follows a JSON Pointer in a URI fragment (RFC 6901, section 6).
fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = percent_decode(reference.strip_prefix('#')?)?;
    let target = root.pointer(&pointer)?;
    matches!(target, Value::Object(_) | Value::Bool(_)).then_some(target)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (code, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 2,
        Value::Object(entries) => {
            entries
                .iter()
                .map(|(name, value)| name.len() + size(value))
                .sum::<usize>()
                + 2
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 4,
    }
}
