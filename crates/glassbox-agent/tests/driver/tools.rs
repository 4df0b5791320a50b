//! The tools that the stories share.

use glassbox_core::ToolCall;
use glassbox_tool::{ToolError, Toolbox, tool};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Add {
    pub(crate) a: i64,
    pub(crate) b: i64,
}

pub(crate) fn adder() -> Toolbox {
    let add = tool("add", "Adds.", |sum: Add| async move { sum.a + sum.b });
    let fail = tool("fail", "Fails.", |_: ()| async move {
        Err::<String, _>(ToolError::new("out of paper"))
    });
    let panic = tool("panic", "Panics.", |_: ()| async move {
        if true {
            panic!("broken");
        }
        0
    });
    Toolbox::new()
        .with_tool(add)
        .unwrap()
        .with_tool(fail)
        .unwrap()
        .with_tool(panic)
        .unwrap()
}

pub(crate) fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall::new(id, name, arguments)
}
