//! The laws that every model obeys, held by each of the models around a model.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use glassbox_core::{CompletionModel, EmbeddingModel, Error, ErrorKind};
use glassbox_middleware::{Balance, Cache, Cached, Fallback, RateLimit, RateLimited, Timeout};
use glassbox_test::laws::{Host, Laws, Wrapper};
use glassbox_test::{ScriptedModel, Turn};

#[path = "../../../glassbox-test/tests/laws/host.rs"]
mod scripted;

type Completions = Arc<dyn CompletionModel>;
type Embeddings = Arc<dyn EmbeddingModel>;

/// What goes around a completion model and an embedding model.
struct Around(fn(Completions) -> Completions, fn(Embeddings) -> Embeddings);

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Around")
    }
}

impl Wrapper for Around {
    fn model(&self, model: Completions) -> Completions {
        (self.0)(model)
    }

    fn embeddings(&self, model: Embeddings) -> Embeddings {
        (self.1)(model)
    }
}

fn around(
    host: impl Host,
    model: fn(Completions) -> Completions,
    embeddings: fn(Embeddings) -> Embeddings,
) -> Laws {
    Laws::new(host).within(Around(model, embeddings))
}

/// One that refuses everything, and can do what `like` can.
fn down(like: &Completions) -> ScriptedModel {
    let info = like.info().clone();
    let refused = || Turn::refused(Error::new(ErrorKind::Overloaded, "too busy"));
    ScriptedModel::from_fn(move |_| refused()).with_info(info)
}

fn limits<M>(model: M) -> Timeout<M> {
    let minute = Duration::from_secs(60);
    Timeout::new(model)
        .with_total(minute)
        .with_first_output(minute)
        .with_idle(minute)
}

fn limit() -> RateLimit {
    let second = Duration::from_secs(1);
    RateLimit::new()
        .with_requests(1_000, second)
        .with_tokens(1_000_000, second)
        .with_max_in_flight(10)
}

mod fallback_first {
    glassbox_test::laws!(super::around(
        super::scripted::Scripted,
        |model| {
            let second = super::down(&model);
            super::Arc::new(super::Fallback::new(model).or(second))
        },
        |model| model,
    ));
}

mod fallback_second {
    glassbox_test::laws!(super::around(
        super::scripted::Scripted,
        |model| super::Arc::new(super::Fallback::new(super::down(&model)).or(model)),
        |model| model,
    ));
}

mod balance {
    glassbox_test::laws!(super::around(
        super::scripted::Scripted,
        |model| {
            let other = super::down(&model);
            super::Arc::new(super::Balance::new(other, 3).and(model, 1).with_seed(1))
        },
        |model| model,
    ));
}

mod cached {
    glassbox_test::laws!(super::around(
        super::scripted::Scripted,
        |model| super::Arc::new(super::Cached::new(model, super::Cache::new())),
        |model| super::Arc::new(super::Cached::new(model, super::Cache::new())),
    ));
}

mod rate_limited {
    glassbox_test::laws!(super::around(
        super::scripted::Scripted,
        |model| super::Arc::new(super::RateLimited::new(model, super::limit())),
        |model| super::Arc::new(super::RateLimited::new(model, super::limit())),
    ));
}

mod timeout {
    glassbox_test::laws!(super::around(
        super::scripted::Scripted,
        |model| super::Arc::new(super::limits(model)),
        |model| super::Arc::new(super::limits(model)),
    ));
}
