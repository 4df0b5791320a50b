//! The recordings of Responses.

use std::collections::BTreeMap;

use glassbox_core::{CompletionModel as _, Error, ErrorKind, Response};
use glassbox_http::{MemoryResponse, MemoryTransport};
use glassbox_openai::OpenAiResponses;
use serde_json::Value;

use super::exceptions::{self, Exceptions};
use super::{Cassette, cassettes, folder, oracle, report, responses_recorded as recorded, skipped};

impl Cassette {
    /// A model that gets this answer. Where a request does not say that nothing is to be stored, it is.
    fn responses(&self, transport: MemoryTransport) -> OpenAiResponses {
        let request = self.request.as_ref();
        let store = request.is_some_and(|body| body["store"] != false);
        self.builder(transport)
            .store(store)
            .build_responses()
            .unwrap()
    }

    async fn decode_responses(&self, cut: usize) -> (Response, Option<Error>) {
        let transport = MemoryTransport::new().with(self.response(cut));
        self.decode_by(&self.responses(transport)).await
    }
}

#[tokio::test]
async fn every_recorded_response_is_read_as_the_oracle_reads_it() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let oracle = oracle::rows(&folder);
    let mut exceptions = Exceptions::new(exceptions::RESPONSES);
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder, "responses") {
        let (response, error) = cassette.decode_responses(61).await;
        let expected = &oracle[&cassette.file];
        let differences = oracle::differences(expected, &response, error.as_ref());
        let unexpected = exceptions.filter(&cassette.file, differences);
        let count = counts.entry(cassette.host.clone()).or_default();
        count[0] += usize::from(unexpected.is_empty());
        count[1] += 1;
        let lines = unexpected.into_iter();
        mismatches.extend(lines.map(|line| format!("{}: {line}", cassette.file)));
    }
    report(
        "responses read as the oracle reads them, or excepted",
        &counts,
    );
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
    assert_eq!(
        exceptions.unused(),
        [""; 0],
        "exceptions that nothing needs"
    );
}

#[tokio::test]
async fn every_recorded_response_is_the_same_however_it_is_cut() {
    let Some(folder) = folder() else {
        return skipped();
    };
    for cassette in cassettes(&folder, "responses") {
        let (whole, error) = cassette.decode_responses(usize::MAX).await;
        let length = cassette.response["body"].as_str().unwrap().len();
        for cut in [1, 3, 61, 4096] {
            if cut < 4 && length > 100_000 {
                continue;
            }
            let (cut, cut_error) = cassette.decode_responses(cut).await;
            assert_eq!(cut, whole, "{}", cassette.file);
            assert_eq!(cut_error.is_some(), error.is_some(), "{}", cassette.file);
        }
    }
}

/// The last event of a stream holds all of it once more: read by itself, it is the same answer.
#[tokio::test]
async fn every_recorded_stream_is_what_its_last_event_says() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    for cassette in cassettes(&folder, "responses") {
        let body = cassette.response["body"].as_str().unwrap();
        let last = body.lines().find_map(|line| {
            let mut event: Value = serde_json::from_str(line.strip_prefix("data:")?).ok()?;
            (event["type"] == "response.completed").then(|| event["response"].take())
        });
        let Some(last) = last.filter(|last| last["output"] != serde_json::json!([])) else {
            continue;
        };
        let (streamed, _) = cassette.decode_responses(usize::MAX).await;
        let whole = MemoryResponse::new(200).with_chunk(last.to_string());
        let model = cassette.responses(MemoryTransport::new().with(whole));
        let (whole, error) = cassette.decode_by(&model).await;
        assert!(error.is_none(), "{}", cassette.file);
        let count = counts.entry(cassette.host.clone()).or_default();
        let same = streamed.text() == whole.text()
            && streamed.tool_calls().eq(whole.tool_calls())
            && streamed.usage == whole.usage
            && streamed.choices[0]
                .finish_reason
                .as_ref()
                .map(|reason| reason.kind)
                == whole.choices[0]
                    .finish_reason
                    .as_ref()
                    .map(|reason| reason.kind);
        *count = [count[0] + usize::from(same), count[1] + 1];
        assert!(same, "{}:\n{streamed:#?}\n{whole:#?}", cassette.file);
    }
    report("streams that are what their last event says", &counts);
}

#[tokio::test]
async fn every_expressible_request_for_a_response_is_written_as_it_was_recorded() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut reasons = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder, "responses") {
        let Some(body) = &cassette.request else {
            continue;
        };
        let request = match recorded::request(body, cassette.dialect()) {
            Ok(request) => request,
            Err(reason) => {
                reasons.entry(reason).or_default()[1] += 1;
                continue;
            }
        };
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let model = cassette.responses(transport.clone());
        let error = model.stream(request).await.err().unwrap();
        if error.kind() == ErrorKind::Unsupported {
            // The host refused it too.
            assert_eq!(cassette.response["status"], 400, "{}", cassette.file);
            reasons.entry(error.to_string()).or_default()[1] += 1;
            continue;
        }
        let count = counts.entry(cassette.host.clone()).or_default();
        count[1] += 1;
        let Some(sent) = transport.requests().pop() else {
            mismatches.push(format!("{}: {error:?}", cassette.file));
            continue;
        };
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        let expected = recorded::normal(body);
        let sent = recorded::normal(&sent);
        if sent == expected {
            count[0] += 1;
        } else {
            mismatches.push(format!("{}:\n  {sent}\n  {expected}", cassette.file));
        }
    }
    report(
        "requests for responses written as they were recorded",
        &counts,
    );
    report(
        "requests that our types cannot express, by the reason",
        &reasons,
    );
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}
