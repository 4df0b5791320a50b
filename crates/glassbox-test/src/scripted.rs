use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures_util::{StreamExt as _, future, stream};
use glassbox_core::{
    Capabilities, CompletionModel, EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Error,
    ErrorKind, Event, EventStream, ModelInfo, Request, Result, Usage,
};

use crate::Turn;
use crate::turn::Fault;

/// A model that answers what it was told to, and keeps every request it was sent.
///
/// ```
/// use glassbox_core::{CompletionModelExt as _, Usage};
/// use glassbox_test::{ScriptedModel, Turn};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> glassbox_core::Result<()> {
/// let model = ScriptedModel::new([Turn::text("42").with_usage(Usage::new(9, 1))]);
/// let response = model.complete("What is 6 * 7?").await?;
/// assert_eq!(response.text(), "42");
/// assert_eq!(model.requests().len(), 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ScriptedModel {
    info: ModelInfo,
    state: Arc<State>,
}

struct State {
    script: Mutex<Script>,
    /// Apart from the script, so that the script's own function may look at it.
    requests: Mutex<Vec<Request>>,
}

enum Script {
    Turns(VecDeque<Turn>),
    Function(Box<dyn FnMut(&Request) -> Turn + Send>),
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("requests", &self.requests().len())
            .finish_non_exhaustive()
    }
}

impl State {
    // A function that panicked leaves both whole.
    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScriptedModel {
    /// Answers with these turns, one a request. One request more is an error.
    pub fn new(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self::with_script(Script::Turns(turns.into_iter().collect()))
    }

    /// Answers with what `answer` makes of each request. Requests are answered one after the other; `answer` may ask
    /// for the [`requests`](Self::requests) so far, which include the one that it answers.
    pub fn from_fn(answer: impl FnMut(&Request) -> Turn + Send + 'static) -> Self {
        Self::with_script(Script::Function(Box::new(answer)))
    }

    fn with_script(script: Script) -> Self {
        let info = ModelInfo::new("scripted", "script").with_capabilities(Capabilities::all());
        Self {
            info,
            state: Arc::new(State {
                script: Mutex::new(script),
                requests: Mutex::default(),
            }),
        }
    }

    /// Replaces the model's info: provider, name, server, capabilities.
    #[must_use]
    pub fn with_info(mut self, info: ModelInfo) -> Self {
        self.info = info;
        self
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests().clone()
    }

    fn turn(&self, request: &Request) -> Result<Turn> {
        // The script is held first: the order of the requests is the order of the turns.
        let mut script = self.state.script();
        self.state.requests().push(request.clone());
        match &mut *script {
            Script::Function(answer) => Ok(answer(request)),
            Script::Turns(turns) => turns.pop_front().ok_or_else(|| {
                Error::new(
                    ErrorKind::Protocol,
                    "the script has no turn left for this request",
                )
            }),
        }
    }
}

#[async_trait]
impl CompletionModel for ScriptedModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let turn = self.turn(&request)?;
        if let Some(Fault::Refused(error)) = &turn.fault {
            return Err(error.clone());
        }
        let pace = turn.pace;
        let events = turn.events(&self.info.model, &request);
        let paced = stream::iter(events).then(move |event: Event| async move {
            if event.is_output() && !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            Ok(event)
        });
        Ok(match turn.fault {
            Some(Fault::Broken(error)) => {
                Box::pin(paced.chain(stream::once(future::ready(Err(error)))))
            }
            Some(Fault::Hang) => Box::pin(paced.chain(stream::pending())),
            _ => Box::pin(paced),
        })
    }
}

/// An embedding model that makes its vectors of the texts' bytes: the same text gives the same vector.
#[derive(Clone, Debug)]
pub struct ScriptedEmbeddings {
    info: ModelInfo,
    failure: Option<Error>,
}

impl ScriptedEmbeddings {
    /// Gives vectors of 4 numbers unless the request asks for another length.
    #[must_use]
    pub fn new() -> Self {
        Self {
            info: ModelInfo::new("scripted", "script-embedding"),
            failure: None,
        }
    }

    /// Replaces the model's info: provider, name, server, capabilities.
    #[must_use]
    pub fn with_info(mut self, info: ModelInfo) -> Self {
        self.info = info;
        self
    }

    /// Refuses every request.
    #[must_use]
    pub fn refusing(mut self, error: Error) -> Self {
        self.failure = Some(error);
        self
    }
}

impl Default for ScriptedEmbeddings {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl EmbeddingModel for ScriptedEmbeddings {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        let length = request.dimensions.unwrap_or(4) as usize;
        let vector = |text: &String| {
            let mut vector = vec![0.0f32; length];
            for (at, byte) in text.bytes().enumerate() {
                vector[at % length.max(1)] += f32::from(byte) / 255.0;
            }
            vector
        };
        let mut response = EmbeddingResponse::new(request.inputs.iter().map(vector).collect());
        let words = request
            .inputs
            .iter()
            .map(|text| text.split_whitespace().count() as u64)
            .sum();
        response.usage = Usage::default();
        response.usage.input_tokens = Some(words);
        response.meta.model = Some(self.info.model.clone());
        Ok(response)
    }
}

#[cfg(test)]
mod tests;
