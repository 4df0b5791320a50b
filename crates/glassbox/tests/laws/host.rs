//! `demo/offline` as a host: it answers what it can work out, not what it is told.

use std::sync::Arc;

use glassbox::demo::DemoModel;
use glassbox::{CompletionModel, Request, ToolCall, ToolSpec, Usage};
use glassbox_test::Turn;
use glassbox_test::laws::{Case, Host, Line, Skip};
use serde_json::json;

/// The embedded model.
#[derive(Debug)]
pub(crate) struct Demo;

const NO_WIRE: &str = "it is in this process, and sends and reads no bytes";

impl Host for Demo {
    fn model(&self, _: &Line) -> Arc<dyn CompletionModel> {
        Arc::new(DemoModel::new("offline").unwrap())
    }

    fn case(&self, law: &str, _: Case) -> Case {
        let offered = ["calculate", "convert_units"].map(|name| ToolSpec::new(name, json!({})));
        let ask = |question: &str| Request::new(question).with_tools(offered.clone());
        let calculate = |id, expression: &str| {
            ToolCall::new(id, "calculate", json!({ "expression": expression }))
        };
        match law {
            "tool_call_round_trips" => {
                let turn = Turn::tool_calls([calculate("call_1", "42 * 7")]);
                Case::new(ask("What is 42 * 7?"), turn)
            }
            "parallel_tool_calls_keep_identity" => {
                let pounds = json!({"value": 10.0, "from_unit": "kg", "to_unit": "lbs"});
                let turn = Turn::tool_calls([
                    calculate("call_1", "3 + 4"),
                    ToolCall::new("call_2", "convert_units", pounds),
                ]);
                Case::new(ask("What is 3 + 4 and 10 kg in lbs?"), turn)
            }
            _ => {
                let words = "I would need the tool `calculate` for that, and I may not call it.";
                // Four bytes count as a token: 44 of them were asked, 66 are answered.
                let turn = Turn::text(words).with_model("offline");
                Case::new("What is 1 + 1?", turn.with_usage(Usage::new(11, 17)))
            }
        }
    }

    fn skips(&self) -> &[Skip] {
        &[
            ("chunking_is_invisible", NO_WIRE),
            ("history_is_faithful", NO_WIRE),
            ("errors_have_kinds", NO_WIRE),
            ("broken_streams_are_errors", NO_WIRE),
            ("unknown_is_tolerated", NO_WIRE),
            ("secrets_stay_secret", NO_WIRE),
            ("reasoning_is_kept", "it does not reason"),
            ("structured_output_conforms", "it answers in sentences"),
            ("images_are_sent", "it cannot see"),
            ("choices_stay_apart", "it has one answer to everything"),
            ("embeddings_round_trip", "it has no vectors"),
        ]
    }
}
