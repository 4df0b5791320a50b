//! Our own registry, `semconv/registry.yaml`: names the conventions have no word for, and what Glassbox adds to their
//! span types, metrics and events.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use glassbox_semconv::registry::CURRENT;

use super::groups::{self, Shape};
use super::model::{Attribute, Registry, Uses};
use super::names::{members, screaming, word};
use super::overlay::Overlay;
use super::resolve::Resolver;
use super::yaml::File;
use super::{definitions, tables};

/// Where it is, from the workspace's root.
const SOURCE: &str = "semconv/registry.yaml";

const NAMES: &str = "crates/glassbox-semconv/src/glassbox.rs";
const TABLES: &str = "crates/glassbox-semconv/src/registry/glassbox.rs";

/// What is generated, from the workspace's root.
pub(super) const OUTPUTS: &[&str] = &[NAMES, TABLES];

/// Our own registry, resolved.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) registry: Registry,
    /// What is added to a span type, a metric or an event of the conventions.
    pub(crate) additions: BTreeMap<(Shape, String), Uses>,
    /// The identifiers of events' constants that are not the name's own words.
    event_constants: BTreeMap<String, String>,
}

impl Own {
    pub(crate) fn load(root: &Path, overlay: &Overlay) -> Result<Self> {
        let text =
            fs::read_to_string(root.join(SOURCE)).with_context(|| format!("reading {SOURCE}"))?;
        let file = serde_norway::from_str(&text).with_context(|| format!("parsing {SOURCE}"))?;
        Self::resolve(file, overlay).with_context(|| format!("resolving {SOURCE}"))
    }

    pub(super) fn resolve(file: File, overlay: &Overlay) -> Result<Self> {
        let files = [file];
        let mut drafts = groups::drafts(&files)?;
        // What an addition adds to is in the conventions' registry, not here.
        for draft in drafts.values_mut() {
            if let Some(base) = &draft.base {
                let base = groups::key(draft.shape, base);
                draft.parents.retain(|parent| *parent != base);
            }
        }
        let resolver = Resolver { drafts, overlay };
        let mut own = Self {
            registry: Registry::default(),
            additions: BTreeMap::new(),
            event_constants: BTreeMap::new(),
        };
        for (id, draft) in &resolver.drafts {
            let constant = draft.group.annotations.constant.clone();
            own.event_constants
                .extend(constant.map(|constant| (draft.name.clone(), constant)));
            let result = match &draft.base {
                None => resolver.add(&mut own.registry, id, draft),
                Some(base) => resolver
                    .uses(id)
                    .and_then(|uses| own.add(draft.shape, base, uses)),
            };
            result.with_context(|| format!("resolving {id}"))?;
        }
        own.define(&files)?;
        own.check()?;
        Ok(own)
    }

    fn add(&mut self, shape: Shape, base: &str, uses: Uses) -> Result<()> {
        let carried = carried(shape, base)
            .with_context(|| format!("the conventions have no {base} to add to"))?;
        for name in uses.keys() {
            ensure!(
                !carried.contains(&name.as_str()),
                "{name} is on {base} by the conventions already"
            );
        }
        let added = self.additions.insert((shape, base.to_owned()), uses);
        ensure!(added.is_none(), "two refinements add to {base}");
        Ok(())
    }

    fn define(&mut self, files: &[File]) -> Result<()> {
        for (name, yaml) in definitions::collect(files)? {
            let attribute = definitions::attribute(yaml, false)
                .with_context(|| format!("reading the attribute {name}"))?;
            self.registry.attributes.insert(name, attribute);
        }
        Ok(())
    }

    /// The attributes that something carries.
    fn used(&self) -> BTreeSet<&str> {
        let own = self.registry.uses();
        let names = own.chain(self.additions.values()).flatten();
        names.map(|(name, _)| name.as_str()).collect()
    }

    fn check(&self) -> Result<()> {
        let used = self.used();
        for (name, attribute) in &self.registry.attributes {
            ensure!(
                CURRENT.attributes.iter().all(|def| def.name != name),
                "the conventions define the attribute {name}; refer to it"
            );
            ensure!(
                used.contains(name.as_str()),
                "nothing carries the attribute {name}"
            );
            ensure!(
                !attribute.brief.is_empty(),
                "the attribute {name} has no brief"
            );
            for member in &attribute.members {
                ensure!(
                    !member.brief.is_empty(),
                    "the value {} of {name} has no brief",
                    member.id
                );
            }
        }
        for name in used
            .iter()
            .filter(|name| !self.registry.attributes.contains_key(**name))
        {
            let def = CURRENT.attributes.iter().find(|def| def.name == *name);
            let def = def.with_context(|| format!("no registry defines the attribute {name}"))?;
            ensure!(
                !def.template,
                "{name} is a template; only one of our own can be referred to"
            );
        }
        for (name, event) in &self.registry.events {
            ensure!(!event.brief.is_empty(), "the event {name} has no brief");
            for id in &event.spans {
                let known = CURRENT.span(id).is_some() || self.registry.spans.contains_key(id);
                ensure!(
                    known,
                    "the event {name} is carried by {id}, which is no span type"
                );
            }
        }
        for (name, metric) in &self.registry.metrics {
            ensure!(!metric.brief.is_empty(), "the metric {name} has no brief");
        }
        Ok(())
    }

    /// The generated files.
    pub(super) fn files(&self, overlay: &Overlay) -> Result<BTreeMap<&'static str, String>> {
        Ok(BTreeMap::from([
            (NAMES, super::rendered(NAMES, SOURCE, &self.names())?),
            (
                TABLES,
                super::rendered(TABLES, SOURCE, &tables::own(self, overlay)?)?,
            ),
        ]))
    }

    /// The module of constants.
    fn names(&self) -> String {
        let mut out = String::from(
            "//! Names of Glassbox's own, for facts that the GenAI conventions have no name for.\n//!\n\
             //! All begin with `glassbox.` but those that the general conventions have.\n\n",
        );
        for (name, attribute) in &self.registry.attributes {
            let identifier = attribute
                .constant
                .clone()
                .unwrap_or_else(|| own_words(name));
            constant(&mut out, &attribute_doc(name, attribute), &identifier, name);
            for member in &attribute.members {
                let Some(constant) = &member.constant else {
                    continue;
                };
                let doc = format!("The value of [`{identifier}`]: {}", lower(&member.brief));
                self::constant(&mut out, &doc, constant, &member.value);
            }
        }
        for (name, event) in &self.registry.events {
            let given = self.event_constants.get(name).cloned();
            let identifier = given.unwrap_or_else(|| format!("EVENT_{}", own_words(name)));
            let kind = if event.spans.is_empty() {
                "Event"
            } else {
                "Span event"
            };
            let doc = format!("{kind} `{name}`. {}", event.brief);
            constant(&mut out, &doc, &identifier, name);
        }
        for (name, metric) in &self.registry.metrics {
            let identifier = format!("METRIC_{}", own_words(name));
            let (instrument, value) = (&metric.instrument, word(metric.value));
            let doc = format!(
                "Metric `{name}`: {instrument} of {value}s, unit `{}`. {}",
                metric.unit, metric.brief
            );
            constant(&mut out, &doc, &identifier, name);
        }
        out.push_str(&self.values());
        out
    }

    fn values(&self) -> String {
        let mut out = String::from(
            "\n/// Values of the attributes that have a list of them.\npub mod value {\n",
        );
        for (name, attribute) in &self.registry.attributes {
            if attribute.members.is_empty() {
                continue;
            }
            let module = own_words(name).to_ascii_lowercase();
            let kind = if attribute.open {
                "Well-known values"
            } else {
                "The only values"
            };
            let _ = writeln!(out, "/// {kind} of `{name}`.\npub mod {module} {{");
            members(&mut out, &attribute.members, true);
            out.push_str("}\n");
        }
        out.push_str("}\n");
        out
    }
}

/// What the conventions put on a span type, a metric or an event. None where there is no such thing.
fn carried(shape: Shape, id: &str) -> Option<Vec<&'static str>> {
    let attributes = match shape {
        Shape::Span => CURRENT.span(id)?.attributes,
        Shape::Metric => CURRENT.metric(id)?.attributes,
        Shape::Event => CURRENT.event(id)?.attributes,
        Shape::Shared | Shape::Entity => return None,
    };
    Some(attributes.iter().map(|used| used.name).collect())
}

/// A constant's identifier: `glassbox.retry.wait` is `RETRY_WAIT`.
fn own_words(name: &str) -> String {
    screaming(name.strip_prefix("glassbox.").unwrap_or(name))
}

fn attribute_doc(name: &str, attribute: &Attribute) -> String {
    let key = if attribute.template { ".KEY" } else { "" };
    let kind = word(attribute.kind);
    let mut doc = format!("`{name}{key}`: {kind}. {}", attribute.brief);
    if !attribute.members.is_empty() {
        let module = own_words(name).to_ascii_lowercase();
        let _ = write!(doc, " Values: [`{module}`](value::{module}).");
    }
    doc
}

fn lower(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_lowercase().chain(rest).collect())
        .unwrap_or_default()
}

fn constant(out: &mut String, doc: &str, identifier: &str, value: &str) {
    let _ = writeln!(out, "/// {doc}\npub const {identifier}: &str = {value:?};");
}
