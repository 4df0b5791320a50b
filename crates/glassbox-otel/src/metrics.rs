//! Metrics: from the same facts as the spans, at the same moment.

use std::sync::Arc;
use std::time::Duration;

use glassbox_semconv::{attribute as name, glassbox, metric, registry, v1_41, value};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::facts::{
    self, AgentRun, Embeddings, Facts, Identity, Inference, StepKind, StepTaken, ToolCalled,
};
use crate::recording::Ending;
use crate::vocabulary::{Vocabulary, gen_ai};

mod openllmetry;
mod tokens;

use openllmetry::OpenLlmetry;
use tokens::{ReleasedTokens, Tokens};

/// Every instrument, as the vocabularies name them.
#[derive(Debug)]
pub(crate) struct Instruments {
    current: Option<Current>,
    released: Option<Released>,
    openllmetry: Option<OpenLlmetry>,
    /// What release 1.41 and everything before it counted.
    tokens: Option<ReleasedTokens>,
    cost: Counter<f64>,
    agent_duration: Histogram<f64>,
    agent_inference_calls: Histogram<u64>,
    agent_tool_calls: Histogram<u64>,
    tool_duration: Histogram<f64>,
    workflow_duration: Histogram<f64>,
    operation_duration: Histogram<f64>,
}

/// What the current conventions record of model calls.
#[derive(Debug)]
struct Current {
    duration: Histogram<f64>,
    first_chunk: Histogram<f64>,
    output_chunk: Histogram<f64>,
    tokens: Tokens,
}

/// What release 1.41 alone recorded of them.
#[derive(Debug)]
struct Released {
    first_chunk: Histogram<f64>,
    output_chunk: Histogram<f64>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter, vocabularies: &[Vocabulary]) -> Self {
        let released = vocabularies.contains(&Vocabulary::GenAi1_41);
        let openllmetry = vocabularies.contains(&Vocabulary::OpenLlmetry);
        let older = released || openllmetry;
        let current = !older || vocabularies.contains(&Vocabulary::GenAi);
        Self {
            current: current.then(|| Current {
                duration: histogram(meter, metric::GEN_AI_CLIENT_INFERENCE_DURATION),
                first_chunk: histogram(meter, metric::GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK),
                output_chunk: histogram(
                    meter,
                    metric::GEN_AI_CLIENT_INFERENCE_TIME_PER_OUTPUT_CHUNK,
                ),
                tokens: Tokens::new(meter),
            }),
            released: released.then(|| Released {
                first_chunk: histogram(
                    meter,
                    v1_41::metric::GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
                ),
                output_chunk: histogram(
                    meter,
                    v1_41::metric::GEN_AI_CLIENT_OPERATION_TIME_PER_OUTPUT_CHUNK,
                ),
            }),
            openllmetry: openllmetry.then(|| OpenLlmetry::new(meter)),
            tokens: older.then(|| ReleasedTokens::new(meter)),
            cost: meter
                .f64_counter(glassbox::METRIC_CLIENT_COST)
                .with_unit("{USD}")
                .with_description("What calls cost, in US dollars.")
                .build(),
            agent_duration: histogram(meter, metric::GEN_AI_INVOKE_AGENT_DURATION),
            agent_inference_calls: counts(meter, metric::GEN_AI_INVOKE_AGENT_INFERENCE_CALLS),
            agent_tool_calls: counts(meter, metric::GEN_AI_INVOKE_AGENT_TOOL_CALLS),
            tool_duration: histogram(meter, metric::GEN_AI_EXECUTE_TOOL_DURATION),
            workflow_duration: histogram(meter, metric::GEN_AI_INVOKE_WORKFLOW_DURATION),
            operation_duration: histogram(meter, metric::GEN_AI_CLIENT_OPERATION_DURATION),
        }
    }

    /// Records an operation that has ended, its cost by this user where users are told apart. What a cache answers is no
    /// call of a model: it would make every provider fast.
    pub(crate) fn record(
        &self,
        facts: Facts<'_>,
        user: Option<&Arc<str>>,
        ending: &Ending,
        elapsed: Duration,
    ) {
        match facts {
            Facts::Agent(run) => self.agent(run, ending, elapsed),
            Facts::Embeddings(call) if !call.route.asks() => {}
            Facts::Inference(call) if !call.route.asks() => {}
            Facts::Embeddings(call) => self.embeddings(call, user, ending, elapsed),
            Facts::Inference(call) => self.inference(call, user, ending, elapsed),
            Facts::Step(step) => self.step(step, ending, elapsed),
            Facts::Tool(call) => self.tool(call, ending, elapsed),
        }
    }

    fn embeddings(
        &self,
        call: &Embeddings,
        user: Option<&Arc<str>>,
        ending: &Ending,
        elapsed: Duration,
    ) {
        let mut attributes = of_model(call.by(), call.said.model.as_ref());
        self.cost(Facts::Embeddings(call), user, &mut attributes);
        if self.openllmetry.is_some() {
            OpenLlmetry::describe(call.by(), false, &mut attributes);
            if let Some(tokens) = &self.tokens {
                tokens.record(&call.usage, &mut attributes);
            }
        }
        attributes.extend(ending.error_type());
        self.operation_duration
            .record(elapsed.as_secs_f64(), &attributes);
    }

    fn inference(
        &self,
        call: &Inference,
        user: Option<&Arc<str>>,
        ending: &Ending,
        elapsed: Duration,
    ) {
        let mut attributes = of_model(call.by(), call.said.model.as_ref());
        let plain = attributes.len();
        self.cost(Facts::Inference(call), user, &mut attributes);
        if let Some(current) = &self.current {
            if let Some(wait) = call.first_chunk {
                current.first_chunk.record(wait.as_secs_f64(), &attributes);
            }
            if call.is_billed() {
                current.tokens.record(&call.usage, &mut attributes);
            }
        }
        if let Some(released) = &self.released
            && let Some(wait) = call.first_chunk
        {
            released.first_chunk.record(wait.as_secs_f64(), &attributes);
        }
        if let Some(current) = &self.current {
            attributes.extend(ending.error_type());
            current.duration.record(elapsed.as_secs_f64(), &attributes);
            attributes.truncate(plain);
        }
        self.older(call, attributes, ending, elapsed);
    }

    /// What release 1.41 and OpenLLMetry recorded under the same names, so once, with the attributes of both.
    fn older(
        &self,
        call: &Inference,
        mut attributes: Vec<KeyValue>,
        ending: &Ending,
        elapsed: Duration,
    ) {
        let Some(tokens) = &self.tokens else { return };
        if let Some(openllmetry) = &self.openllmetry {
            OpenLlmetry::describe(call.by(), call.is_incremental(), &mut attributes);
            let well = matches!(ending, Ending::Done);
            openllmetry.answered(call, well, &mut attributes);
        }
        if call.is_billed() {
            tokens.record(&call.usage, &mut attributes);
        }
        attributes.extend(ending.error_type());
        self.operation_duration
            .record(elapsed.as_secs_f64(), &attributes);
    }

    /// Records the time between two chunks.
    pub(crate) fn chunk(&self, since: Duration, attributes: &[KeyValue]) {
        let since = since.as_secs_f64();
        if let Some(current) = &self.current {
            current.output_chunk.record(since, attributes);
        }
        if let Some(released) = &self.released {
            released.output_chunk.record(since, attributes);
        }
    }

    fn cost(&self, facts: Facts<'_>, user: Option<&Arc<str>>, attributes: &mut Vec<KeyValue>) {
        if let Some(cost) = facts::cost(facts) {
            let plain = attributes.len();
            attributes.extend(user.map(|user| KeyValue::new(name::USER_ID, Arc::clone(user))));
            self.cost.add(cost.total, attributes);
            attributes.truncate(plain);
        }
    }

    fn agent(&self, run: &AgentRun, ending: &Ending, elapsed: Duration) {
        let name = run.agent.name.as_ref();
        let name = name.map(|agent| KeyValue::new(name::GEN_AI_AGENT_NAME, Arc::clone(agent)));
        let counted: Vec<KeyValue> = name.into_iter().collect();
        self.agent_inference_calls
            .record(u64::from(run.steps), &counted);
        self.agent_tool_calls
            .record(u64::from(run.tool_calls), &counted);
        let mut attributes = counted;
        let model = &run.agent.model.info().model;
        if !model.is_empty() {
            attributes.push(KeyValue::new(name::GEN_AI_REQUEST_MODEL, model.clone()));
        }
        attributes.extend(ending.error_type());
        self.agent_duration
            .record(elapsed.as_secs_f64(), &attributes);
    }

    fn tool(&self, call: &ToolCalled, ending: &Ending, elapsed: Duration) {
        // What a model made up is content, and would make a series of its own each time.
        let name = if call.known {
            Arc::clone(&call.name)
        } else {
            Arc::from(value::error_type::OTHER)
        };
        let mut attributes = vec![
            KeyValue::new(name::GEN_AI_TOOL_NAME, name),
            KeyValue::new(name::GEN_AI_TOOL_TYPE, "function"),
        ];
        let agent = call.agent.as_ref();
        attributes
            .extend(agent.map(|agent| KeyValue::new(name::GEN_AI_AGENT_NAME, Arc::clone(agent))));
        attributes.extend(ending.error_type());
        self.tool_duration
            .record(elapsed.as_secs_f64(), &attributes);
    }

    fn step(&self, step: &StepTaken, ending: &Ending, elapsed: Duration) {
        let seconds = elapsed.as_secs_f64();
        let shared = |key, value: Option<&Arc<str>>| {
            value.map(|value| KeyValue::new(key, Arc::clone(value)))
        };
        let mut attributes = Vec::with_capacity(7);
        let duration = match step.kind {
            StepKind::Plan => return,
            StepKind::Workflow => {
                attributes.extend(shared(name::GEN_AI_WORKFLOW_NAME, step.name.as_ref()));
                &self.workflow_duration
            }
            _ => {
                attributes.push(KeyValue::new(
                    name::GEN_AI_OPERATION_NAME,
                    gen_ai::operation(Facts::Step(step)),
                ));
                attributes.extend(shared(name::GEN_AI_PROVIDER_NAME, step.provider.as_ref()));
                attributes.extend(shared(name::GEN_AI_REQUEST_MODEL, step.model.as_ref()));
                gen_ai::server(step.address.as_ref(), step.port, &mut attributes);
                &self.operation_duration
            }
        };
        attributes.extend(ending.error_type());
        duration.record(seconds, &attributes);
    }
}

/// Which model answered what, where: on every metric of model calls.
pub(crate) fn of_model(who: &Identity, answered: Option<&Arc<str>>) -> Vec<KeyValue> {
    let mut out = Vec::with_capacity(8);
    out.push(KeyValue::new(name::GEN_AI_OPERATION_NAME, who.operation));
    gen_ai::model(who, &mut out);
    out.extend(answered.map(|model| KeyValue::new(name::GEN_AI_RESPONSE_MODEL, Arc::clone(model))));
    out
}

/// A histogram of seconds with the buckets that the conventions advise.
fn histogram(meter: &Meter, name: &'static str) -> Histogram<f64> {
    let (unit, boundaries) = advice(name);
    meter
        .f64_histogram(name)
        .with_unit(unit)
        .with_boundaries(boundaries)
        .build()
}

/// A histogram of whole numbers with the buckets that the conventions advise.
fn counts(meter: &Meter, name: &'static str) -> Histogram<u64> {
    let (unit, boundaries) = advice(name);
    meter
        .u64_histogram(name)
        .with_unit(unit)
        .with_boundaries(boundaries)
        .build()
}

fn advice(name: &str) -> (&'static str, Vec<f64>) {
    let known = registry::metric(name).or_else(|| registry::V1_41.metric(name));
    known.map_or(("1", Vec::new()), |metric| {
        (metric.unit, metric.boundaries.to_vec())
    })
}
