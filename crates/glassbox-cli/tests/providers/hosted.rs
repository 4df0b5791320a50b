//! The providers, each with what answers for it.

use std::fmt::Debug;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use glassbox::{Api, Capabilities, Options};
use glassbox_core::Delivery;
use glassbox_openai::{DIALECTS, dialect};
use glassbox_test::laws::{Cut, Host, Wire};
use glassbox_test::{Reply, Server, Turn};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::binary::{Run, command};
use crate::{anthropic, bedrock, chat, cohere, google, ollama, responses};

/// The key of every provider. No host takes it, and nobody may tell it.
pub(crate) const KEY: &str = "sk-canary-7f3a";

/// A provider, or one of its APIs, and what answers for it.
#[derive(Clone, Debug)]
pub(crate) struct Hosted {
    /// As it is written before the slash.
    pub(crate) name: &'static str,
    /// What `--api` says, where it says something.
    pub(crate) api: Option<Api>,
    host: Arc<dyn Spoken>,
    /// What follows the server's address in `--base-url`.
    path: &'static str,
}

/// A wire, whoever has it.
trait Spoken: Debug + Send + Sync {
    fn wire(&self) -> &dyn Wire;
}

impl<H: Host> Spoken for H {
    fn wire(&self) -> &dyn Wire {
        Host::wire(self).unwrap()
    }
}

impl Spoken for responses::Responses {
    fn wire(&self) -> &dyn Wire {
        self
    }
}

impl Hosted {
    fn new(name: &'static str) -> Self {
        let host: Arc<dyn Spoken> = match name {
            "anthropic" => Arc::new(anthropic::Messages),
            "bedrock" => Arc::new(bedrock::Converse),
            "cohere" => Arc::new(cohere::Cohere),
            "gemini" => Arc::new(google::Google::gemini()),
            "ollama" => Arc::new(ollama::Ollama),
            "vertex" => Arc::new(google::Google::vertex()),
            _ => Arc::new(chat::Chat::new(dialect(name).unwrap())),
        };
        let path = match name {
            // Its newer API, which has no version.
            "azure" => "/openai/v1",
            _ if dialect(name).is_some() => "/v1",
            _ => "",
        };
        Self {
            name,
            api: None,
            host,
            path,
        }
    }

    /// Every provider of the registry that is somewhere, and those that speak Responses once more.
    pub(crate) fn all() -> Vec<Self> {
        let providers = glassbox::providers().into_iter();
        let names = providers.map(|provider| provider.name);
        let hosted = names.filter(|name| *name != "demo").map(Self::new);
        let again = DIALECTS.iter().map(|dialect| Self {
            api: Some(Api::Responses),
            host: Arc::new(responses::Responses),
            ..Self::new(dialect.name)
        });
        hosted.chain(again).collect()
    }

    /// The registry's options for it at an address where nobody is.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new().with_base_url(format!("http://127.0.0.1:1{}", self.path));
        options.api = self.api;
        options
    }

    /// What the registry says of its models.
    pub(crate) fn info(&self) -> glassbox::ModelInfo {
        let model = glassbox::model_with(&format!("{}/m", self.name), &self.options());
        model.unwrap().info().clone()
    }

    pub(crate) fn can(&self) -> Capabilities {
        self.info().capabilities
    }

    pub(crate) fn wire(&self) -> &dyn Wire {
        self.host.wire()
    }

    /// A server that answers with these turns in order, in this delivery.
    pub(crate) fn server(&self, turns: Vec<Turn>, delivery: Delivery) -> Server {
        let (host, next) = (Arc::clone(&self.host), AtomicUsize::new(0));
        Server::new(
            move |_| match turns.get(next.fetch_add(1, Ordering::Relaxed)) {
                Some(turn) => host.wire().answer(turn, delivery).reply(Cut::Frames),
                None => Reply::new(400),
            },
        )
    }

    /// The binary with a verb, pointed at a server.
    pub(crate) fn pointed(&self, server: &Server, verb: &str, rest: &[&str]) -> Command {
        let model = format!("{}/m", self.name);
        let url = format!("{}{}", server.url(), self.path);
        let mut command = command(&[verb, "--model", &model, "--base-url", &url]);
        if self.api == Some(Api::Responses) {
            command.args(["--api", "responses"]);
        }
        command.args(rest);
        command
    }
}

/// Gives the process a key for every provider.
pub(crate) fn with_keys(mut command: Command) -> Command {
    let variables = glassbox::providers().into_iter();
    let variables = variables.filter_map(|provider| provider.key_variable);
    command.envs(variables.map(|name| (name, KEY)));
    // A token of Vertex AI's is one for a project.
    command.env("GOOGLE_CLOUD_PROJECT", "project-1");
    command
}

/// Runs a process on a thread of its own, so that the server can answer.
pub(crate) async fn run(mut command: Command) -> Run {
    let run = tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()));
    let run = run.await.unwrap();
    for said in [&run.stdout, &run.stderr] {
        assert!(!said.contains(KEY), "the key is told: {said}");
    }
    run
}

/// Does the same with every provider, several at a time, and says with which it failed.
pub(crate) async fn each<F>(hosted: Vec<Hosted>, test: impl Fn(Hosted) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    assert!(!hosted.is_empty(), "there is nobody to ask");
    let places = Arc::new(Semaphore::new(4));
    let mut tasks = JoinSet::new();
    let mut names = std::collections::HashMap::new();
    for hosted in hosted {
        let name = format!("{} {:?}", hosted.name, hosted.api);
        let (places, test) = (Arc::clone(&places), test(hosted));
        let task = tasks.spawn(async move {
            let _place = places.acquire_owned().await;
            test.await;
        });
        names.insert(task.id(), name);
    }
    let mut failed = Vec::new();
    while let Some(ended) = tasks.join_next_with_id().await {
        if let Err(error) = ended {
            failed.push(names[&error.id()].clone());
        }
    }
    assert!(failed.is_empty(), "it failed with {failed:?}; see above");
}
