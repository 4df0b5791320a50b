//! Recorded exchanges of real hosts, read by an adapter and compared with what an independent reader found in them.
//!
//! The recordings are not part of Glassbox: they stand in a folder that `GLASSBOX_CASSETTES` names, or in
//! `shared/cassettes` beside the workspace. Without it a test says that it was skipped, and passes.
//!
//! | file | what |
//! | --- | --- |
//! | `INDEX.jsonl` | a row an exchange: `file`, `provider`, `api`, `streaming` |
//! | `ORACLE.jsonl` | a row an exchange: what a right adapter reads out of it |
//! | `PROVIDER-API/NAME.json` | an exchange: `request` (`path`, `body`), `response` (`status`, `headers`, `body`, and `body_encoding`, `text` or `base64`) |
//!
//! An adapter's test says which exchanges it claims, how a model is made that gets a recorded answer, and where it
//! reads another meaning out of one than the oracle does:
//!
//! ```no_run
//! use glassbox_core::CompletionModel;
//! use glassbox_http::MemoryTransport;
//! use glassbox_test::cassettes::{Exception, Recording, Recordings};
//!
//! const EXCEPTIONS: &[Exception] = &[("acme-chat/one.json", "usage", "ACME counts the cache beside the input")];
//!
//! # mod acme {
//! #     pub fn model(_: &str, _: glassbox_http::MemoryTransport) -> glassbox_test::ScriptedModel {
//! #         glassbox_test::ScriptedModel::new([])
//! #     }
//! # }
//! fn model(recording: &Recording, transport: MemoryTransport) -> impl CompletionModel + use<> {
//!     acme::model(recording.model(), transport)
//! }
//!
//! # async fn test() {
//! if let Some(recordings) = Recordings::from_env(&["chat"]) {
//!     let recordings = recordings.claimed(|recording| recording.provider == "acme");
//!     recordings.assert_read(model, EXCEPTIONS).await;
//!     recordings.assert_cut(model).await;
//! }
//! # }
//! ```
//!
//! # What was seen in recordings
//!
//! Hosts answer in ways that are in no book. What was seen, in how many exchanges of 669, and the test that holds it
//! with a body of our own:
//!
//! | seen | where | held by |
//! | --- | --- | --- |
//! | a success that holds no answer | a compatible host (1) | `odd_a_success_that_holds_no_answer_is_an_error` |
//! | a success without usage | Azure, OpenAI, Groq and others | `odd_a_usage_that_nobody_told_is_not_zero` |
//! | more cached tokens than there was input | Azure (5) | `odd_a_part_that_is_more_than_the_whole_is_told_as_it_is` |
//! | more reasoning than there was output | OpenRouter, xAI (2) | the same, and `odd_a_total_that_is_more_than_its_parts_tells_what_stands_beside_them` |
//! | a total that is not the sum | Gemini, Vertex AI, Mistral, xAI (10) | the same, and `quirk_29_output_that_is_not_counted_is_what_is_left_of_the_total` |
//! | an answer without a finish reason | Groq, Snowflake (2) | `quirk_06_an_end_needs_no_reason_and_a_reason_no_end_and_one_of_them_there_must_be` |
//! | an error inside a success | Azure, Groq, OpenRouter (4) | `quirk_13_an_error_is_one_wherever_it_stands` |
//! | `stop`, and calls that wait | Ollama (7) | `quirk_30_calls_win_over_a_finish_reason_of_stop`, `quirk_06_calls_win_over_a_reason_that_knows_none` |
//! | a refusal, a filter, a guardrail | Bedrock, Gemini, OpenRouter (6) | `odd_a_refusal_and_a_filter_are_no_natural_end`, `odd_a_guardrail_is_no_natural_end` |
//! | pieces that are not the finished text | looked for, not seen | `odd_text_that_the_finished_item_spells_otherwise_stays_as_it_was_shown` |
//! | several finish reasons | looked for, not seen | `odd_several_answers_stop_for_several_reasons` |
//! | arguments that are no JSON | Cerebras, llama.cpp, OpenAI (3) | `odd_arguments_that_are_not_json_are_kept_as_they_came` |
//! | arguments of nothing | Cohere, OpenAI (3) | `odd_arguments_of_nothing_go_back_as_an_empty_object`, `odd_a_plan_goes_back_as_a_plan_and_a_call_may_have_no_arguments` |
//! | a call without an id | Gemini | `quirk_27_ids_are_kept_or_made_up_and_arguments_may_be_absent`, `odd_a_call_without_an_id_gets_one_that_stays` |
//! | an answer that a limit cut | everywhere | `odd_what_the_limit_cut_says_so_with_what_there_is` |
//! | 429 | Azure, Gemini (2) | `odd_refusals_of_a_host_say_when_to_come_back` |
//! | 5xx | llama.cpp (1) | the same |
//! | an error with `retry-after` | Azure (1) | the same |
//! | a stream that does not end in a blank line | looked for, not seen | `odd_the_last_event_needs_no_blank_line_and_no_line_one_kind_of_end` |
//! | comments between events | OpenRouter (6) | the same, and `quirk_12_comments_and_pings_are_no_events` |
//! | lines that end in CR LF | Gemini | the same, and `quirk_12_every_line_end_is_a_line_end` |
//! | `ping` events | Anthropic | `odd_a_ping_says_nothing_wherever_it_stands` |
//! | a stream without `[DONE]` | Groq, Perplexity (4) | `quirk_06_an_end_needs_no_reason_and_a_reason_no_end_and_one_of_them_there_must_be` |
//! | usage in a chunk with a choice | Copilot, DeepSeek and others | `quirk_03_usage_is_found_wherever_it_stands_and_the_last_that_says_something_counts` |
//! | usage in several chunks | Groq, Perplexity (11) | the same |
//! | usage in `x_groq` alone | Groq (3) | the same |
//! | a finish reason in several chunks | Doubleword, OpenRouter (13) | `odd_a_reason_that_is_said_twice_is_said_once` |
//! | an id that changes in a stream | Groq, Perplexity (2) | `odd_an_id_that_changes_in_a_stream_is_the_first` |
//! | a streamed call that comes whole | Groq, Mistral | `quirk_05_the_pieces_of_calls_find_each_other` |
//! | a streamed call without an index | Mistral (1) | the same |

mod counts;
mod oracle;
mod recording;
mod suite;

pub use counts::Counts;
pub use oracle::same;
pub use recording::{Reading, Recording};
pub use suite::{Exception, Recordings};
