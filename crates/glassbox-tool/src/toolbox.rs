use std::fmt;
use std::sync::Arc;

use glassbox_core::{Error, ErrorKind, Result, ToolCall, ToolSpec};

use crate::arguments::ArgumentCheck;
use crate::invoke::Direct;
use crate::words::{closest, did_you_mean, shorten};
use crate::{Invocation, Invoke, Tool, ToolContext, ToolError, ToolRequest};

#[cfg(test)]
mod tests;

/// Tools in a fixed order, by unique names. Cheap to clone.
///
/// [`call`](Toolbox::call) is the one way a model's call reaches a tool. The call is guarded: whatever is wrong with
/// it, or goes wrong in it, becomes an answer that the model can read.
#[derive(Clone)]
pub struct Toolbox {
    entries: Arc<[Arc<Entry>]>,
    specs: Arc<[ToolSpec]>,
    invoker: Arc<dyn Invoke>,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) tool: Arc<dyn Tool>,
    pub(crate) check: ArgumentCheck,
}

impl Toolbox {
    /// No tools yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            entries: Arc::new([]),
            specs: Arc::new([]),
            invoker: Arc::new(Direct),
        }
    }

    /// Adds a tool at the end.
    ///
    /// # Errors
    ///
    /// As [`with_tools`](Toolbox::with_tools).
    pub fn with_tool(self, tool: impl Tool) -> Result<Self> {
        self.with_tools([Arc::new(tool) as Arc<dyn Tool>])
    }

    /// Adds tools at the end. To join two toolboxes, add the [tools](Toolbox::iter) of one to the other; what was
    /// [wrapped](Toolbox::wrap) around the one does not come along.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`], naming the tool, where its name is taken already or is not made of 1 to 64
    /// letters, digits, `_` and `-` (which is what every provider accepts), or where its parameters are not a JSON
    /// Schema of an object.
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = Arc<dyn Tool>>) -> Result<Self> {
        let mut entries = self.entries.to_vec();
        for tool in tools {
            let spec = tool.spec();
            check_name(&spec.name)?;
            if entries
                .iter()
                .any(|entry| entry.tool.spec().name == spec.name)
            {
                let message = format!("there are two tools named `{}`; rename one", spec.name);
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            let check = ArgumentCheck::new(spec)?;
            entries.push(Arc::new(Entry { tool, check }));
        }
        self.specs = entries
            .iter()
            .map(|entry| entry.tool.spec().clone())
            .collect();
        self.entries = entries.into();
        Ok(self)
    }

    /// Wraps how calls are served; what is added later is wrapped too. See [`Invoke`].
    #[must_use]
    pub fn wrap<I: Invoke>(mut self, wrap: impl FnOnce(Arc<dyn Invoke>) -> I) -> Self {
        self.invoker = Arc::new(wrap(self.invoker));
        self
    }

    /// What a model is told of the tools, in order. Shared, not copied.
    #[must_use]
    pub fn specs(&self) -> Arc<[ToolSpec]> {
        Arc::clone(&self.specs)
    }

    /// The tool of this name. To serve a model's call, use [`call`](Toolbox::call).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.entry(name).map(|entry| &entry.tool)
    }

    /// The tools in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<dyn Tool>> + ExactSizeIterator {
        self.entries.iter().map(|entry| &entry.tool)
    }

    /// How many tools there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Serves a model's call. It never fails: what goes wrong is in the answer, and its kind is in
    /// [`Invocation::error`].
    ///
    /// | what is wrong | kind |
    /// | --- | --- |
    /// | there is no such tool | `unknown_tool` |
    /// | the arguments are not one JSON object, or break the schema | `invalid_arguments` |
    /// | the tool panicked | `panic` |
    /// | the tool failed | what the [`ToolError`] says: `tool_error` |
    ///
    /// A `null` for an optional argument that cannot be null counts as left out. Panics are caught where they unwind,
    /// that is, not under `panic = "abort"`.
    pub async fn call(&self, call: &ToolCall, context: ToolContext) -> Invocation {
        let context = context
            .with_call_id(call.id.as_str())
            .with_tool_name(call.name.as_str());
        let request = ToolRequest::new(call, self, self.entry(&call.name), context);
        self.invoker.invoke(request).await
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.tool.spec().name == name)
            .map(|entry| &**entry)
    }

    pub(crate) fn unknown(&self, name: &str) -> ToolError {
        let names = || self.specs.iter().map(|spec| spec.name.as_str());
        let quoted: Vec<String> = names().map(|name| format!("`{name}`")).collect();
        let known = match quoted.as_slice() {
            [] => "There are no tools.".to_owned(),
            some => format!("The tools are {}.", shorten(&some.join(", "), 2000)),
        };
        let message = format!(
            "there is no tool named `{}`{} {known}",
            shorten(name, 64),
            did_you_mean(closest(name, names())),
        );
        ToolError::new(message).with_kind(ToolError::UNKNOWN_TOOL)
    }
}

fn check_name(name: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    let message = format!(
        "a tool cannot be named `{}`: a name is made of 1 to 64 letters, digits, `_` and `-`",
        shorten(name, 80)
    );
    Err(Error::new(ErrorKind::Configuration, message))
}

impl Default for Toolbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.specs.iter().map(|spec| &spec.name);
        f.debug_list().entries(names).finish()
    }
}
