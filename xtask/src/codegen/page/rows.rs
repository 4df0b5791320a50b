//! The tables of attributes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use glassbox_semconv::registry::{AttributeRef, CURRENT, Requirement, ValueKind};

use super::super::groups::Shape;
use super::super::model::{self, Registry, Uses};
use super::super::names::word;
use super::super::own::Own;
use super::data::{Data, Entry, SOURCE, Setting};

/// Whether a table says what is there when a span begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Starts,
    None,
}

/// The table that is being written, and what was needed for all of them.
pub(super) struct Rows<'a> {
    own: &'a Own,
    data: &'a Data,
    entry: &'a Entry,
    rows: BTreeMap<String, Row>,
    left_out: BTreeSet<String>,
    /// The names of `data.attributes` and of entries' that were of use.
    used: BTreeSet<&'a str>,
    /// Every attribute of every table.
    named: BTreeSet<String>,
}

struct Row {
    level: Requirement,
    when: String,
    at_start: bool,
    /// The only provider whose spans have it.
    provider: Option<String>,
}

/// What a table says of an attribute wherever it is.
struct Definition {
    kind: &'static str,
    template: bool,
    sensitive: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(own: &'a Own, data: &'a Data) -> Self {
        Self {
            own,
            data,
            entry: &super::data::NOTHING,
            rows: BTreeMap::new(),
            left_out: BTreeSet::new(),
            used: BTreeSet::new(),
            named: BTreeSet::new(),
        }
    }

    pub(super) fn registry(&self) -> &'a Registry {
        &self.own.registry
    }

    pub(super) fn begin(&mut self, entry: &'a Entry) {
        self.entry = entry;
        self.rows.clear();
        self.left_out.clear();
    }

    /// The attributes that the conventions list.
    pub(super) fn conventions(&mut self, attributes: &[AttributeRef]) -> Result<()> {
        attributes
            .iter()
            .try_for_each(|used| self.convention(used, None))
    }

    /// The attributes that they list for one provider alone.
    pub(super) fn provider(&mut self, provider: &str, attributes: &[AttributeRef]) -> Result<()> {
        for used in attributes {
            if !self.rows.contains_key(used.name) && !self.left_out.contains(used.name) {
                self.convention(used, Some(provider))?;
            }
        }
        Ok(())
    }

    /// The attributes that we add.
    pub(super) fn own(&mut self, shape: Shape, id: &str) -> Result<()> {
        match self.own.additions.get(&(shape, id.to_owned())) {
            Some(uses) => self.uses(uses),
            None => Ok(()),
        }
    }

    /// The attributes of our own registry.
    pub(super) fn uses(&mut self, uses: &Uses) -> Result<()> {
        for (name, used) in uses {
            let level = match used.requirement {
                model::Requirement::Required => Requirement::Required,
                model::Requirement::Conditional => Requirement::ConditionallyRequired,
                model::Requirement::Recommended => Requirement::Recommended,
                model::Requirement::OptIn => Requirement::OptIn,
            };
            let common = self.setting(name);
            let when = match (&used.condition, level, common) {
                (Some(condition), ..) => condition.clone(),
                (None, Requirement::Required, _) => "always".to_owned(),
                (None, _, Some(Setting::Start(text) | Setting::End(text))) => text.clone(),
                (None, _, None) => String::new(),
            };
            let row = Row {
                level,
                when,
                at_start: used.at_start,
                provider: None,
            };
            self.rows.insert(name.clone(), row);
        }
        Ok(())
    }

    fn convention(&mut self, used: &AttributeRef, provider: Option<&str>) -> Result<()> {
        let name = used.name;
        let setting = self.setting(name);
        if self.entry.left_out.contains_key(name) {
            self.left_out.insert(name.to_owned());
            return Ok(());
        }
        let setting = setting.with_context(|| {
            format!("{SOURCE}: say when {name} is set or, under left_out, why it is not")
        })?;
        let (when, at_start) = match setting {
            Setting::Start(text) => (text.clone(), true),
            Setting::End(text) => (text.clone(), false),
        };
        ensure!(
            at_start || !used.at_start,
            "{SOURCE}: {name} has to be there at the start, samplers see it"
        );
        let row = Row {
            level: used.requirement,
            when,
            at_start,
            provider: provider.map(str::to_owned),
        };
        self.rows.insert(name.to_owned(), row);
        Ok(())
    }

    fn setting(&mut self, name: &str) -> Option<&'a Setting> {
        let here = self.entry.attributes.get_key_value(name);
        let common = self.data.attributes.get_key_value(name);
        let (name, setting) = here.or(common)?;
        if here.is_none() {
            self.used.insert(name);
        }
        Some(setting)
    }

    /// The table.
    pub(super) fn end(&mut self, mark: Mark) -> Result<String> {
        let stray = |name: &&String| !self.rows.contains_key(*name);
        if let Some(name) = self.entry.attributes.keys().find(stray) {
            anyhow::bail!("{SOURCE}: {} carries no {name}", self.entry.id);
        }
        let stray = self
            .entry
            .left_out
            .keys()
            .find(|name| !self.left_out.contains(*name));
        ensure!(
            stray.is_none(),
            "{SOURCE}: {} lists no {stray:?} to leave out",
            self.entry.id
        );
        self.named.extend(self.rows.keys().cloned());
        let mut lines = Vec::new();
        for (name, row) in &self.rows {
            lines.push(line(name, row, &self.definition(name)?, mark));
        }
        Ok(table(&lines))
    }

    fn definition(&self, name: &str) -> Result<Definition> {
        if let Some(def) = self.own.registry.attributes.get(name) {
            return Ok(Definition {
                kind: word(def.kind),
                template: def.template,
                sensitive: def.sensitive,
            });
        }
        let def = CURRENT.attributes.iter().find(|def| def.name == name);
        let def = def.with_context(|| format!("no registry defines {name}"))?;
        Ok(Definition {
            kind: kind(def.kind),
            template: def.template,
            sensitive: def.sensitive,
        })
    }

    /// Every attribute of every table so far.
    pub(super) fn named(&self) -> &BTreeSet<String> {
        &self.named
    }

    /// Nothing in the data was for nothing.
    pub(super) fn check_used(&self) -> Result<()> {
        let unused = self
            .data
            .attributes
            .keys()
            .find(|name| !self.used.contains(name.as_str()));
        ensure!(unused.is_none(), "{SOURCE}: nothing carries {unused:?}");
        Ok(())
    }
}

/// The line of an attribute: all but its marks, and these.
fn line(name: &str, row: &Row, def: &Definition, mark: Mark) -> (String, String) {
    let key = if def.template { ".KEY" } else { "" };
    let level = match row.level {
        Requirement::Required => "required",
        Requirement::ConditionallyRequired => "conditional",
        Requirement::OptIn => "opt-in",
        _ => "recommended",
    };
    let mut marks = Vec::new();
    if mark == Mark::Starts && row.at_start {
        marks.push("start");
    }
    if row.level == Requirement::OptIn {
        marks.push("content");
    } else if def.sensitive {
        marks.push("sensitive");
    }
    let provider = match row.provider.as_deref() {
        Some("openai") => "OpenAI and Azure OpenAI: ".to_owned(),
        Some(other) => format!("`{other}`: "),
        None => String::new(),
    };
    let (kind, when) = (def.kind, &row.when);
    let line = format!("| `{name}{key}` | {kind} | {level} | {provider}{when} |");
    (line, marks.join(", "))
}

/// The table of `lines`, with a column of marks where there are any.
fn table(lines: &[(String, String)]) -> String {
    let marked = lines.iter().any(|(_, marks)| !marks.is_empty());
    let mut out = String::from("| attribute | type | level | set when |");
    out.push_str(if marked { " marks |\n" } else { "\n" });
    out.push_str("| --- | --- | --- | --- |");
    out.push_str(if marked { " --- |\n" } else { "\n" });
    for (line, marks) in lines {
        out.push_str(line);
        if marked {
            let _ = write!(out, " {marks} |");
        }
        out.push('\n');
    }
    out
}

/// What a value of this type is called.
pub(super) fn kind(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Int => "integer",
        ValueKind::Double => "double",
        ValueKind::Boolean => "boolean",
        ValueKind::StringArray => "list of strings",
        ValueKind::Any => "structure",
        _ => "string",
    }
}
