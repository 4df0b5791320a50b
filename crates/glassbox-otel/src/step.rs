use std::any::{Any, type_name};
use std::borrow::Cow;
use std::sync::Arc;

use glassbox_core::{Error, Message, Messages};
use glassbox_tool::ToolError;
use opentelemetry::{Context, KeyValue, Value};
use serde_json::{Map, json};

use crate::Telemetry;
use crate::facts::{Facts, StepKind, StepTaken};
use crate::recording::{Ending, Recording};
use crate::scope::{Operation, Scope};
use crate::vocabulary::gen_ai;

/// What is done to a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemoryOperation {
    /// Records are added.
    Create,
    /// A store is made.
    CreateStore,
    /// Records are removed.
    Delete,
    /// A store is removed.
    DeleteStore,
    /// Records are looked for.
    Search,
    /// Records that are there are changed.
    Update,
    /// Records are added, or changed where they are there.
    Upsert,
}

impl Telemetry {
    /// A search in a data source of the program's own, by the source's id: the span `retrieval SOURCE`.
    ///
    /// ```
    /// # async fn search(query: &str) -> Result<Vec<String>, std::io::Error> { Ok(vec![]) }
    /// # async fn example(telemetry: glassbox_otel::Telemetry) -> Result<(), std::io::Error> {
    /// let found = telemetry.retrieval("handbook").with_query("holidays").with_top_k(3).try_run(search("holidays")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn retrieval(&self, data_source: impl Into<Arc<str>>) -> Step {
        Step::new(self, StepKind::Retrieval, Some(data_source.into()))
    }

    /// Work on a memory of the program's own: the span `search_memory`, say.
    pub fn memory(&self, operation: MemoryOperation) -> Step {
        Step::new(self, StepKind::Memory(operation), None)
    }

    /// A workflow of several agents or steps: the span `invoke_workflow NAME`, with whatever runs in it below.
    pub fn workflow(&self, name: impl Into<Arc<str>>) -> Step {
        Step::new(self, StepKind::Workflow, Some(name.into()))
    }

    /// An agent plans what to do: the span `plan AGENT`. The model calls that it takes are below it. Inside an agent's
    /// run the name is known already.
    pub fn plan(&self) -> Step {
        let agent = Scope::current().agent;
        Step::new(self, StepKind::Plan, agent)
    }

    /// An agent is created at a service that keeps agents: the span `create_agent NAME`.
    pub fn create_agent(&self, provider: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Step {
        let mut step = Step::new(self, StepKind::CreateAgent, Some(name.into()));
        step.facts.provider = Some(provider.into());
        step
    }
}

/// A step of the program's own, about to be taken. What is set and does not belong to its kind of step is not
/// recorded.
#[derive(Debug)]
#[must_use = "a step is recorded when it is run"]
pub struct Step {
    telemetry: Telemetry,
    facts: StepTaken,
    conversation: Option<Arc<str>>,
    user: Option<Arc<str>>,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $setter:ident => $field:ident;)*) => {
        impl Step {
            $(
                $(#[$doc])*
                pub fn $setter(mut self, $field: impl Into<Arc<str>>) -> Self {
                    self.facts.$field = Some($field.into());
                    self
                }
            )*
        }
    };
}

texts! {
    /// Names the agent that plans.
    with_agent => name;
    /// Names the provider, in the words of `gen_ai.provider.name`. Not for workflows and plans.
    with_provider => provider;
    /// Names the model that it asks for. For retrievals and created agents.
    with_model => model;
    /// Names the record of the memory, or the agent, by its id.
    with_id => id;
    /// Names the memory's store.
    with_store => store;
    /// Says what the created agent is for.
    with_description => description;
    /// Sets the created agent's version.
    with_version => version;
}

impl Step {
    fn new(telemetry: &Telemetry, kind: StepKind, name: Option<Arc<str>>) -> Self {
        Self {
            telemetry: telemetry.clone(),
            facts: StepTaken::new(kind, name),
            conversation: None,
            user: None,
        }
    }

    /// Names the host and the port that are called.
    pub fn with_server(mut self, address: impl Into<Arc<str>>, port: u16) -> Self {
        self.facts.address = Some(address.into());
        self.facts.port = Some(port);
        self
    }

    /// Sets how many documents are asked for.
    pub fn with_top_k(mut self, count: u32) -> Self {
        self.facts.top_k = Some(count);
        self
    }

    /// Sets what is searched for. This is content.
    pub fn with_query(mut self, query: impl Into<String>) -> Self {
        self.facts.said.query = Some(query.into());
        self
    }

    /// Sets what goes into a workflow. This is content.
    pub fn with_input(mut self, messages: impl Into<Messages>) -> Self {
        self.facts.said.input = Some(messages.into());
        self
    }

    /// Sets the instructions of a created agent. This is content.
    pub fn with_instructions(mut self, text: impl Into<String>) -> Self {
        self.facts.said.instructions = Some(text.into());
        self
    }

    /// Names the conversation that this and everything in it belongs to.
    pub fn with_conversation(mut self, id: impl Into<Arc<str>>) -> Self {
        self.conversation = Some(id.into());
        self
    }

    /// Names the end user that this and everything in it is for.
    pub fn with_user(mut self, id: impl Into<Arc<str>>) -> Self {
        self.user = Some(id.into());
        self
    }

    /// Adds an attribute of the program's own.
    pub fn with_attribute(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.facts.attributes.push(KeyValue::new(key, value));
        self
    }

    /// Takes the step: awaits the operation, with the step's span current while it is polled.
    pub async fn run<F: Future>(self, operation: F) -> F::Output {
        let mut step = self.start();
        let output = step.drive(operation).await;
        step.finish();
        output
    }

    /// Takes the step, which may fail.
    ///
    /// # Errors
    ///
    /// The operation's own. The `error.type` of the span is the kind of a Glassbox error, or else the name of the
    /// error's type; its message is not recorded.
    pub async fn try_run<T, E: Any>(
        self,
        operation: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut step = self.start();
        let result = step.drive(operation).await;
        match &result {
            Ok(_) => step.finish(),
            Err(error) => step.fail(error),
        }
        result
    }

    /// Begins the step, for a program that learns more while it is taken.
    #[must_use = "dropping a step that has begun records it as cancelled"]
    pub fn start(self) -> StepSpan {
        let around = Scope::current();
        let (mut workflow, mut path) = (around.workflow.clone(), around.path.clone());
        if self.facts.kind == StepKind::Workflow {
            workflow.clone_from(&self.facts.name);
        } else if self.telemetry.settings().tells_paths() {
            path = around.path_into(gen_ai::operation(Facts::Step(&self.facts)));
        }
        let scope = Scope {
            operation: Operation::None,
            workflow,
            path,
            ..around.serving(self.conversation.as_ref(), self.user.as_ref())
        };
        let recording = Recording::open(&self.telemetry, self.facts, scope, &Context::current());
        StepSpan { recording }
    }
}

/// A step that has begun. Dropping it records it as cancelled.
#[derive(Debug)]
pub struct StepSpan {
    recording: Recording<StepTaken>,
}

impl StepSpan {
    /// Awaits a part of the step, with its span current while it is polled.
    pub async fn drive<F: Future>(&mut self, operation: F) -> F::Output {
        self.recording.drive(operation).await
    }

    /// Does a part of the step that does not wait, with its span current.
    pub fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.recording.enter(work)
    }

    /// A document that a retrieval found: its id and its score. Content.
    pub fn document(&mut self, id: impl Into<String>, score: Option<f64>) {
        let mut document = Map::new();
        document.insert("id".to_owned(), id.into().into());
        if let Some(score) = score {
            document.insert("score".to_owned(), score.into());
        }
        let found = &mut self.recording.facts.said.found;
        found.get_or_insert_default().push(document.into());
    }

    /// A record that a memory gave or took. Content; how many there are is recorded in any case.
    pub fn record(&mut self, id: impl Into<String>, content: impl Into<String>) {
        let record = json!({"id": id.into(), "content": content.into()});
        let facts = &mut self.recording.facts;
        facts.record_count = Some(facts.record_count.unwrap_or(0) + 1);
        facts.said.found.get_or_insert_default().push(record);
    }

    /// How many records a memory gave or took.
    pub fn record_count(&mut self, count: u64) {
        self.recording.facts.record_count = Some(count);
    }

    /// What a workflow gave: a text. Content.
    pub fn output(&mut self, text: impl Into<String>) {
        self.output_messages(Message::assistant(text));
    }

    /// What a workflow gave: any messages. Content.
    pub fn output_messages(&mut self, messages: impl Into<Messages>) {
        self.recording.facts.said.output = Some(messages.into());
    }

    /// Adds an event to the step's span.
    pub fn event<V: Into<Value>>(
        &self,
        name: impl Into<Cow<'static, str>>,
        attributes: impl IntoIterator<Item = (&'static str, V)>,
    ) {
        let attributes = attributes
            .into_iter()
            .map(|(key, value)| KeyValue::new(key, value));
        self.recording.event(name, attributes.collect());
    }

    /// Ends the step well.
    pub fn finish(mut self) {
        self.recording.close(&Ending::Done);
    }

    /// Ends the step with an error. See [`Step::try_run`] for what is recorded of it.
    pub fn fail<E: Any>(mut self, error: &E) {
        self.recording.close(&failed(error));
    }
}

fn failed<E: Any>(error: &E) -> Ending {
    let error: &dyn Any = error;
    if let Some(error) = error.downcast_ref::<Error>() {
        return Ending::failed(error);
    }
    let kind = match error.downcast_ref::<ToolError>() {
        Some(error) => error.kind().to_owned().into(),
        None => Cow::Borrowed(type_name::<E>()),
    };
    Ending::Failed(kind, "the step failed".to_owned())
}
